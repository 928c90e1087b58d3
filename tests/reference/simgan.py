"""The refiner of SimGAN, its losses and its game: Shrivastava et al. 2017 (arXiv 1612.07828)."""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from chance import Pool, Random, shuffled
from game import d_loss, g_loss, verdict
from images import Classifier
from networks import gradients, normal, randomise, tensors
from translation import Patch
from translation_games import adam, answer, averages, follow, norm_of_gradient


class RefinerBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3), nn.Conv2d(width, width, 3)

    def forward(self, x):
        inner = F.relu(self.first(mirrored(x)))
        return F.relu(x + self.second(mirrored(inner)))


def mirrored(x):
    return F.pad(x, (1, 1, 1, 1), mode="reflect")


class Displacement(nn.Module):
    """Where each pixel comes from, in pixels: of each square of four one way, smoothed."""

    def __init__(self, channels, width):
        super().__init__()
        self.down = nn.ModuleList([nn.Conv2d(channels, width, 4, 2), nn.Conv2d(width, 2 * width, 4, 2)])
        self.blocks = nn.ModuleList(RefinerBlock(2 * width) for _ in range(2))
        self.out = nn.Conv2d(2 * width, 2, 3)

    def forward(self, x):
        height, width = x.shape[2:]
        x = F.pad(x, (0, -width % 4, 0, -height % 4), mode="reflect")
        for halving in self.down:
            x = F.relu(halving(mirrored(x)))
        for block in self.blocks:
            x = block(x)
        x = 2 * torch.tanh(self.out(mirrored(x)) / 2)
        x = F.pad(F.interpolate(x, scale_factor=4, mode="nearest"), (2, 2, 2, 2), mode="reflect")
        return F.avg_pool2d(x, 5, 1)[:, :, :height, :width]


def displaced(pictures, field):
    """By PyTorch's sampler, on pictures that are mirrored as far as it looks."""
    batch, _, height, width = pictures.shape
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    across, down = columns + 2 + field[:, 0], rows + 2 + field[:, 1]
    grid = torch.stack([2 * across / (width + 3) - 1, 2 * down / (height + 3) - 1], dim=-1)
    return F.grid_sample(F.pad(pictures, (2, 2, 2, 2), mode="reflect"), grid, align_corners=True)


def displacement(field):
    """What a field costs: summed over values, the mean over the batch."""
    along = [field[:, :, 1:] - field[:, :, :-1], field[:, :, :, 1:] - field[:, :, :, :-1]]
    return (field.pow(2).sum() + 10 * sum(change.pow(2).sum() for change in along)) / len(field)


class Refiner(nn.Module):
    def __init__(self, channels, width, blocks, displaces=False):
        super().__init__()
        self.displacement = Displacement(channels, width) if displaces else None
        self.input = nn.Conv2d(channels, width, 3)
        self.blocks = nn.ModuleList(RefinerBlock(width) for _ in range(blocks))
        self.out = nn.Conv2d(width, channels, 1)

    def refined(self, x):
        """The picture, what was moved, and by how much."""
        field = self.displacement(x) if self.displacement else None
        moved = x if field is None else displaced(x, field)
        x = F.relu(self.input(mirrored(moved)))
        for block in self.blocks:
            x = block(x)
        return torch.tanh(self.out(x)), moved, field

    def forward(self, x):
        return self.refined(x)[0]


NETWORKS = {
    "refiner_grey": (lambda: Refiner(1, 3, 2), (2, 1, 9, 11)),
    "refiner_colour": (lambda: Refiner(3, 2, 1), (1, 3, 8, 8)),
    "refiner_displaced": (lambda: Refiner(1, 3, 1, displaces=True), (2, 1, 9, 14)),
}


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


def picture(phase, shape, light=256):
    """8 bits below `light`, as the program makes them."""
    _, height, width = shape
    index = torch.arange(torch.Size(shape).numel())
    value = ((index % width) * 9 + (index // width) * 5 + phase) % light
    return value.double().reshape(1, *shape) / 127.5 - 1.0


GAMES = {
    "simgan": {
        "shape": (1, 16, 20), "lights": [256], "batch": 2, "updates": [(1, 0), (0, 1), (2, 1), (2, 1)],
        "loss": "non-saturating", "adversarial": 1.0, "lambda": 0.3, "kept": "pixels", "semantic": 0.0, "history": 0,
        "displacement": 0.0, "deviation": 0.3, "optimizer": lambda net: torch.optim.SGD(net.parameters(), lr=1e-3),
    },
    # Pictures are twice as large as those that the classifier knows. The history is full after two updates of D. All that R is told
    # is about as loud with these weights.
    "simgan_semantic": {
        "shape": (3, 64, 64), "lights": [51, 102, 153, 204, 255], "batch": 4, "updates": [(1, 0), (0, 1), (2, 2), (2, 2)],
        "loss": "least-squares", "adversarial": 0.5, "lambda": 0.01, "kept": "channel-mean", "semantic": 3.0, "history": 3,
        "displacement": 0.02, "deviation": 0.05, "optimizer": lambda net: adam(net, 1e-3),
    },
}  # fmt: skip


def game(case):
    """Steps on synthetic pictures and a real one, so many updates of R and then of D each; in the first, R is alone. `scalars.STEP`
    in the order of the declaration; what a step does not tell is 0."""
    settings = GAMES[case]
    shape, batch, loss, lam = settings["shape"], settings["batch"], settings["loss"], settings["lambda"]
    price = settings["displacement"]
    r, d = randomise(Refiner(shape[0], 3, 1, price > 0), 0.3), randomise(Patch("none", shape[0], 2, 1), settings["deviation"])
    out = tensors("refiner", r) | tensors("discriminator", d)
    if settings["semantic"]:
        judge = randomise(Classifier(3, 2, 3, 4, 6, 4), 0.5).eval().requires_grad_(False)
        out |= tensors("classifier", judge)
    synthetic = [picture(0, shape, light) for light in settings["lights"]]
    order, y = shuffled(len(synthetic), 1), picture(90, shape).expand(batch, -1, -1, -1)
    given = lambda count: torch.cat([synthetic[next(order)] for _ in range(count)])
    for_r, for_d = settings["optimizer"](r), settings["optimizer"](d)
    average, history = copy.deepcopy(r), Pool(settings["history"], Random(1))
    # A mean over patches and pictures as a sum over patches, the mean over pictures.
    patches = lambda mean, verdicts: mean * verdicts[0].numel()
    see = lambda pictures: judge(F.avg_pool2d(pictures, 2))[1]

    def teach_refiner(step):
        x, alone = given(batch), step == 0
        refined, moved, field = r.refined(x)
        regularization = kept(settings["kept"], refined, moved)
        if price:
            regularization = regularization + price * displacement(field)
        adversarial = semantic = 0.0
        if not alone:
            verdicts = d(refined)
            adversarial = patches(g_loss(loss, verdicts), verdicts)
            if settings["semantic"]:
                semantic = F.binary_cross_entropy_with_logits(see(refined), see(x).sigmoid())
        game = lam * regularization + settings["adversarial"] * adversarial + settings["semantic"] * semantic
        for_r.zero_grad()
        (regularization if alone else game).backward()
        norm = norm_of_gradient(r)
        for_r.step()
        follow(average, r, step)
        return adversarial, regularization, semantic, norm

    def teach_discriminator():
        before = history.draw(batch // 2) if settings["history"] else []
        made = r(given(batch - len(before))).detach()
        if settings["history"]:
            history.keep(made[: batch // 2])
        a, b = d(y), d(torch.cat([made, *before]))
        of_d = patches(d_loss(loss, a, b), a)
        for_d.zero_grad()
        of_d.backward()
        norm = norm_of_gradient(d)
        for_d.step()
        return of_d, verdict(loss, a), verdict(loss, b), norm

    for step, (refiner, discriminator) in enumerate(settings["updates"]):
        # What is told is of the last update.
        told = [teach_refiner(step) for _ in range(refiner)]
        r_loss, regularization, semantic, r_norm = told[-1] if told else [0.0] * 4
        told = [teach_discriminator() for _ in range(discriminator)]
        of_d, real, refined, d_norm = told[-1] if told else [0.0] * 4
        out |= {f"scalars.{step}": answer([of_d, r_loss, regularization, semantic, real, refined, d_norm, r_norm])}
    return out if case == "simgan" else out | averages({"refiner": average})
