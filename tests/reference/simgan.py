"""The refiner of SimGAN, its losses and its game: Shrivastava et al. 2017 (arXiv 1612.07828)."""

import torch
import torch.nn.functional as F
from torch import nn

from networks import gradients, normal, randomise, tensors
from translation import Patch, norm_of_gradient


class RefinerBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3), nn.Conv2d(width, width, 3)

    def forward(self, x):
        inner = F.relu(self.first(mirrored(x)))
        return F.relu(x + self.second(mirrored(inner)))


def mirrored(x):
    return F.pad(x, (1, 1, 1, 1), mode="reflect")


class Refiner(nn.Module):
    def __init__(self, channels, width, blocks):
        super().__init__()
        self.input = nn.Conv2d(channels, width, 3)
        self.blocks = nn.ModuleList(RefinerBlock(width) for _ in range(blocks))
        self.out = nn.Conv2d(width, channels, 1)

    def forward(self, x):
        x = F.relu(self.input(mirrored(x)))
        for block in self.blocks:
            x = block(x)
        return torch.tanh(self.out(x))


NETWORKS = {"refiner_grey": (lambda: Refiner(1, 3, 2), (2, 1, 9, 11)), "refiner_colour": (lambda: Refiner(3, 2, 1), (1, 3, 8, 8))}


def network(case):
    make, shape = NETWORKS[case]
    net = randomise(make(), deviation=0.3)
    # The picture and the probe are not stored: see README.md.
    index = torch.arange(torch.Size(shape).numel()).double()
    x = torch.sin(0.37 * index + 0.1).float().double().reshape(shape).requires_grad_()
    every = lambda t: t.flatten()[::7]
    y = net(x)
    probe = torch.cos(0.11 * torch.arange(y.numel()).double()).float().double().reshape(y.shape)
    (y * probe).mean().backward()
    out = tensors("", net) | {"eval_output_stride7": every(y), "output_stride7": every(y)}
    return out | {"grad.input_stride7": every(x.grad)} | gradients("grad", net)


def kept(what, refined, synthetic):
    """Summed over values, the mean over the batch."""
    psi = {
        "pixels": lambda x: [x],
        "derivatives": lambda x: [x[:, :, 1:] - x[:, :, :-1], x[:, :, :, 1:] - x[:, :, :, :-1]],
        "channel-mean": lambda x: [x.mean(1)],
        "blurred": lambda x: [F.avg_pool2d(x, 5, 1)],
    }[what]
    pairs = zip(psi(refined), psi(synthetic))
    return sum((a - b).abs().flatten(1).sum(1).mean() for a, b in pairs)


def regularization(case):
    """A loss and its gradient in the refined pictures."""
    refined, synthetic = normal(2, 3, 5, 6).requires_grad_(), normal(2, 3, 5, 6)
    loss = kept(case, refined, synthetic)
    (slope,) = torch.autograd.grad(loss, [refined])
    return {"refined": refined, "synthetic": synthetic, "loss": loss, "grad.refined": slope}


def picture(phase, height, width):
    """8 bits, as the program makes them."""
    index = torch.arange(height * width)
    value = ((index % width) * 9 + (index // width) * 5 + phase) % 256
    return value.double().reshape(1, 1, height, width) / 127.5 - 1.0


def game(case):
    """Steps on one synthetic and one real picture: R alone, D alone, then two of the game, R twice before D; there is no history.
    `scalars.STEP` in the order of the declaration; what a step does not tell is 0."""
    height, width, lam = 16, 20, 0.3
    r, d = randomise(Refiner(1, 3, 1), 0.3), randomise(Patch("none", 1, 2, 1), 0.3)
    out = tensors("refiner", r) | tensors("discriminator", d)
    x, y = (picture(phase, height, width).expand(2, -1, -1, -1) for phase in (0, 90))
    for_r, for_d = (torch.optim.SGD(net.parameters(), lr=1e-3) for net in (r, d))
    # Summed over patches, the mean over the batch.
    patches = lambda values: values.flatten(1).sum(1).mean()
    zero = torch.zeros(())

    def teach_refiner(alone):
        refined = r(x)
        regularization = kept("pixels", refined, x)
        adversarial = zero if alone else patches(F.softplus(-d(refined)))
        for_r.zero_grad()
        (regularization if alone else lam * regularization + adversarial).backward()
        norm = norm_of_gradient(r)
        for_r.step()
        return adversarial, regularization, norm

    def teach_discriminator():
        a, b = d(y), d(r(x).detach())
        loss = patches(F.softplus(-a)) + patches(F.softplus(b))
        for_d.zero_grad()
        loss.backward()
        norm = norm_of_gradient(d)
        for_d.step()
        return loss, a.sigmoid().mean(), b.sigmoid().mean(), norm

    for step, (refiner, discriminator) in enumerate([(1, 0), (0, 1), (2, 1), (2, 1)]):
        told = [teach_refiner(alone=step == 0) for _ in range(refiner)]
        r_loss, regularization, r_norm = told[-1] if told else (zero, zero, zero)
        d_loss, real, refined, d_norm = teach_discriminator() if discriminator else (zero, zero, zero, zero)
        # Without a classifier there is no semantic consistency.
        scalars = [d_loss, r_loss, regularization, zero, real, refined, d_norm, r_norm]
        out |= {f"scalars.{step}": torch.stack([value.detach() for value in scalars])}
    return out
