"""What is done to pictures and to kernels: differentiable augmentation and spectral normalisation."""

from itertools import pairwise

import torch
import torch.nn.functional as F

from networks import LEAK, gradients, norm, normal, randomise, tensors

BATCH, CHANNELS, HEIGHT, WIDTH = 3, 3, 8, 10


def uniform(low, high):
    return (low + (high - low) * torch.rand(BATCH)).float().double()


def per_picture(values):
    return values.reshape(-1, 1, 1, 1)


def color(x, changes):
    x = x + per_picture(changes["brightness"])
    grey = x.mean(dim=1, keepdim=True)
    x = (x - grey) * per_picture(changes["saturation"]) + grey
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    return (x - mean) * per_picture(changes["contrast"]) + mean


def translation(x, changes):
    # As the authors do: read from a padded picture at indices that stay inside of it.
    rows, columns = changes["shift"].long().T
    batch, row, column = torch.meshgrid(*(torch.arange(n) for n in (BATCH, HEIGHT, WIDTH)), indexing="ij")
    row = (row + rows.reshape(-1, 1, 1) + 1).clamp(0, HEIGHT + 1)
    column = (column + columns.reshape(-1, 1, 1) + 1).clamp(0, WIDTH + 1)
    padded = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    return padded[batch, row, column].permute(0, 3, 1, 2)


def cutout(x, changes):
    size = (int(HEIGHT * 0.5 + 0.5), int(WIDTH * 0.5 + 0.5))
    batch, row, column = torch.meshgrid(torch.arange(BATCH), *(torch.arange(n) for n in size), indexing="ij")
    rows, columns = changes["hole"].long().T
    row = row + rows.reshape(-1, 1, 1) - size[0] // 2
    column = column + columns.reshape(-1, 1, 1) - size[1] // 2
    inside = (row >= 0) & (row < HEIGHT) & (column >= 0) & (column < WIDTH)
    mask = torch.ones(BATCH, HEIGHT, WIDTH)
    mask[batch[inside], row[inside], column[inside]] = 0
    return x * mask.unsqueeze(1)


def augment(case):
    x = normal(BATCH, CHANNELS, HEIGHT, WIDTH).requires_grad_()
    probe = normal(BATCH, CHANNELS, HEIGHT, WIDTH)
    changes, y = {}, x
    if case in ("color", "all"):
        changes |= {"brightness": uniform(-0.5, 0.5), "saturation": uniform(0, 2), "contrast": uniform(0.5, 1.5)}
        y = color(y, changes)
    if case in ("translation", "all"):
        changes["shift"] = torch.tensor([[1.0, -1.0], [0.0, 1.0], [-1.0, 0.0]])
        y = translation(y, changes)
    if case in ("cutout", "all"):
        changes["hole"] = torch.tensor([[0.0, 10.0], [4.0, 5.0], [8.0, 2.0]])
        y = cutout(y, changes)
    (grad,) = torch.autograd.grad((y * probe).sum(), [x])
    return changes | {"input": x, "probe": probe, "output": y, "grad": grad}


def spectral_kernel(_case):
    """A kernel under PyTorch's own spectral normalisation, after one power iteration from given vectors."""
    conv = torch.nn.Conv2d(3, 5, 4, bias=False)
    weight = normal(5, 3, 4, 4)
    conv.weight.data.copy_(weight)
    conv = torch.nn.utils.spectral_norm(conv, n_power_iterations=1, eps=1e-12)
    u, probe = F.normalize(normal(5), dim=0).float().double(), normal(5, 3, 4, 4)
    conv.weight_u.copy_(u)
    conv(torch.zeros(1, 3, 4, 4))
    normalized = conv.weight
    (normalized * probe).sum().backward()
    return {
        "weight": weight, "u": u, "probe": probe,
        "u_after": conv.weight_u, "v_after": conv.weight_v, "normalized": normalized, "grad": conv.weight_orig.grad,
    }  # fmt: skip


class Classifier(torch.nn.Module):
    def __init__(self, channels, width, blocks, side, features, attributes):
        super().__init__()
        widths = [channels, *(width << level for level in range(blocks))]
        self.blocks = torch.nn.ModuleList(
            torch.nn.ModuleDict({"conv": torch.nn.Conv2d(a, b, 4, 2, 1, bias=False), "norm": norm("batch", b)})
            for a, b in pairwise(widths)
        )
        self.embed = torch.nn.Linear(widths[-1] * side * side, features)
        self.head = torch.nn.Linear(features, attributes)

    def forward(self, x):
        for block in self.blocks:
            x = F.leaky_relu(block["norm"](block["conv"](x)), LEAK)
        features = F.leaky_relu(self.embed(x.flatten(1)), LEAK)
        return features, self.head(features)


def classifier(_case):
    net = randomise(Classifier(1, 3, 2, 7, 6, 4))
    x = normal(3, 1, 28, 28)
    targets = (torch.rand(3, 4) < 0.5).double()
    out = tensors("", net) | {"input": x, "targets": targets}
    features, logits = net(x)
    loss = F.binary_cross_entropy_with_logits(logits, targets)
    loss.backward()
    return out | {"features": features, "logits": logits, "loss": loss} | gradients("grad", net)


def auxiliary(_case):
    logits, codes = normal(5, 3, deviation=3.0).requires_grad_(), normal(5, 4)
    axes, borders = normal(4, 3), normal(3)
    asked = torch.sigmoid(codes @ axes + borders)
    loss = F.binary_cross_entropy_with_logits(logits, asked)
    loss.backward()
    return {
        "logits": logits, "codes": codes, "axes": axes, "borders": borders, "loss": loss,
        "grad.logits": logits.grad,
    }  # fmt: skip
