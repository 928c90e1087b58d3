"""The networks of forger-core in PyTorch, and their tensors under the names and in the layout of burn."""

from itertools import chain, pairwise

import torch
import torch.nn.functional as F
from torch import nn

LEAK = 0.2
ACTIVATIONS = {
    "relu": F.relu,
    "leaky-relu": lambda x: F.leaky_relu(x, LEAK),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
}


def normal(*shape, mean=0.0, deviation=1.0):
    """Normal values that f32 holds exactly, so that both sides start from the same numbers."""
    return (mean + deviation * torch.randn(shape)).float().double()


class Mlp(nn.Module):
    def __init__(self, widths, activation="leaky-relu"):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(inputs, outputs) for inputs, outputs in pairwise(widths))
        self.activation = ACTIVATIONS[activation]

    def forward(self, x):
        return self.sums(x)[-1]

    def sums(self, x):
        """What each layer gives, before its activation."""
        sums = []
        for layer in self.layers:
            sums.append(layer(self.activation(sums[-1]) if sums else x))
        return sums


def norm(kind, channels):
    if kind == "batch":
        return nn.BatchNorm2d(channels, eps=1e-5, momentum=0.1)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, eps=1e-5, affine=True)
    return nn.Identity()


class Block(nn.Module):
    """A convolution that doubles or halves the side, then normalisation."""

    def __init__(self, convolution, inputs, outputs, kind):
        super().__init__()
        self.conv = convolution(inputs, outputs, 4, stride=2, padding=1, bias=kind == "none")
        self.norm = norm(kind, outputs)

    def forward(self, x):
        return self.norm(self.conv(x))


class Mapping(nn.Module):
    """From z to w, with one hidden layer."""

    def __init__(self, latent, hidden):
        super().__init__()
        self.hidden = nn.Linear(latent, hidden, bias=False)
        self.hidden_norm = nn.BatchNorm1d(hidden, eps=1e-5, momentum=0.1)
        self.out = nn.Linear(hidden, latent, bias=False)
        self.out_norm = nn.BatchNorm1d(latent, eps=1e-5, momentum=0.1)

    def forward(self, z):
        return self.out_norm(self.out(F.relu(self.hidden_norm(self.hidden(z)))))


class Generator(nn.Module):
    def __init__(self, base, doublings, width, channels, latent, kind, mapping=0):
        super().__init__()
        self.first = (width << (doublings - 1), base, base)
        widest = self.first[0]
        self.mapping = Mapping(latent, mapping) if mapping else nn.Identity()
        self.project = nn.Linear(latent, widest * base * base, bias=kind == "none" or mapping > 0)
        self.project_norm = norm(kind, widest)
        self.blocks = nn.ModuleList(
            Block(nn.ConvTranspose2d, widest >> level, widest >> (level + 1), kind) for level in range(doublings - 1)
        )
        self.out = nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1)

    def forward(self, z):
        x = F.relu(self.project_norm(self.project(self.mapping(z)).unflatten(1, self.first)))
        for block in self.blocks:
            x = F.relu(block(x))
        return torch.tanh(self.out(x))


class Discriminator(nn.Module):
    def __init__(self, base, doublings, width, channels, kind, outputs=1):
        super().__init__()
        self.input = nn.Conv2d(channels, width, 4, stride=2, padding=1)
        self.blocks = nn.ModuleList(
            Block(nn.Conv2d, width << level, width << (level + 1), kind) for level in range(doublings - 1)
        )
        self.out = nn.Conv2d(width << (doublings - 1), outputs, base)

    def forward(self, x):
        x = F.leaky_relu(self.input(x), LEAK)
        for block in self.blocks:
            x = F.leaky_relu(block(x), LEAK)
        return self.out(x).flatten(1)


def named(module):
    """(burn's name, whether to transpose, tensor) of every parameter and running statistic."""
    for path, layer in module.named_modules():
        own = chain(layer.named_parameters(recurse=False), layer.named_buffers(recurse=False))
        for name, tensor in own:
            if name == "num_batches_tracked":
                continue
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm2d)):
                name = {"weight": "gamma", "bias": "beta"}.get(name, name)
            yield f"{path}.{name}", isinstance(layer, nn.Linear) and name == "weight", tensor


def randomise(module, deviation=0.2):
    """Values far from what a fresh module holds, running statistics included, so that none can be left out unseen."""
    with torch.no_grad():
        for name, _, tensor in named(module):
            leaf = name.rsplit(".", 1)[1]
            if leaf == "gamma":
                tensor.copy_(normal(*tensor.shape, mean=1.0, deviation=0.1))
            elif leaf in ("beta", "running_mean"):
                tensor.copy_(normal(*tensor.shape, deviation=0.1))
            elif leaf == "running_var":
                tensor.copy_((0.5 + torch.rand(tensor.shape)).float().double())
            else:
                tensor.copy_(normal(*tensor.shape, deviation=deviation))
    return module


def join(prefix, name):
    return f"{prefix}.{name}" if prefix else name


def tensors(prefix, module):
    return {join(prefix, name): (t.T if transpose else t).detach().clone() for name, transpose, t in named(module)}


def gradients(prefix, module):
    with_grad = (item for item in named(module) if item[2].grad is not None)
    return {join(prefix, name): (t.grad.T if transpose else t.grad).clone() for name, transpose, t in with_grad}


def away_from_kinks(widths, activation, draw):
    """A perceptron, and what `draw` draws: a tuple, of which those as wide as its input are points for it.

    Both are drawn again until no neuron comes within 1e-3 of the kink that (leaky) ReLU has at 0, so that f32 takes the
    same side.
    """
    while True:
        net, drawn = randomise(Mlp(widths, activation), deviation=0.7), draw()
        with torch.no_grad():
            hidden = [sums for x in drawn if x.shape[1] == widths[0] for sums in net.sums(x)[:-1]]
        if all((sums.abs() > 1e-3).all() for sums in hidden):
            return net, drawn
