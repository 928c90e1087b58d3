"""How unlike a picture what a generator draws is, and where z should go: `forger_core::latent`."""

import torch
import torch.nn.functional as F
from torch.func import functional_call

from networks import LEAK, Discriminator, Generator, normal, randomise, tensors

CASES = ["batch", "instance", "none", "spectral"]
WEIGHT = 0.3
STARTS, LATENT = 3, 5


def features(d, x):
    """What each layer but the last gives, after its activation."""
    found = []
    for layer in [d.input, *d.blocks]:
        x = F.leaky_relu(layer(x), LEAK)
        found.append(x)
    return found


class Features(torch.nn.Module):
    """`features` as a module, so that its kernels can be replaced."""

    def __init__(self, d):
        super().__init__()
        self.d = d

    def forward(self, x):
        return features(self.d, x)


def spectral(d):
    """Vectors `u`, `v` of each kernel, one after the other, and the kernels divided by `u^T W v`."""
    vectors, kernels = {}, {}
    layers = {"input": d.input} | {f"blocks.{i}.conv": block.conv for i, block in enumerate(d.blocks)} | {"out": d.out}
    for index, (name, conv) in enumerate(layers.items()):
        matrix = conv.weight.detach().flatten(1)
        # After one iteration, so that no kernel becomes huge.
        v = F.normalize(matrix.T @ normal(matrix.shape[0]), dim=0).float().double()
        u = F.normalize(matrix @ v, dim=0).float().double()
        vectors[f"d.spectral.{index}"] = torch.cat([u, v])
        kernels[f"d.{name}.weight"] = conv.weight.detach() / (u @ matrix @ v)
    return vectors, kernels


def latent(case):
    kind = "none" if case == "spectral" else case
    g = randomise(Generator(7, 2, 2, 1, LATENT, "batch" if case == "spectral" else case)).eval()
    d = randomise(Discriminator(7, 2, 2, 1, kind)).eval()
    z = normal(STARTS, LATENT).requires_grad_()
    target = torch.sin(0.37 * torch.arange(28 * 28).double() + 0.1).float().double().reshape(1, 1, 28, 28)
    out = tensors("g", g) | tensors("d", d) | {"z": z}
    kernels = {}
    if case == "spectral":
        vectors, kernels = spectral(d)
        out |= vectors
    judge = Features(d)
    pictures = g(z)
    pixels = (pictures - target).square().mean(dim=(1, 2, 3))
    pairs = list(zip(functional_call(judge, kernels, pictures), functional_call(judge, kernels, target)))
    layers = [(a - b).square().mean(dim=(1, 2, 3)) / b.square().mean() for a, b in pairs]
    losses = pixels + WEIGHT * torch.stack(layers).mean(dim=0)
    (gradient,) = torch.autograd.grad(losses.sum(), [z])
    return out | {"pixels": pixels, "losses": losses, "gradient": gradient}
