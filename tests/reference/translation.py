"""Networks of pix2pix and CycleGAN."""

import torch
import torch.nn.functional as F
from torch import nn

from chance import Random, dropout
from networks import LEAK, gradients, randomise, tensors


def plain_norm(kind, channels):
    if kind == "batch":
        return nn.BatchNorm2d(channels, eps=1e-5, momentum=0.1)
    if kind == "none":
        return nn.Identity()
    return nn.InstanceNorm2d(channels, eps=1e-5)


class Doubler(nn.Module):
    """Twice the side, by a transposed convolution or by repeated pixels and a convolution."""

    def __init__(self, nearest, inputs, outputs, kernel, bias):
        super().__init__()
        self.nearest = nearest
        if nearest:
            conv = nn.Conv2d(inputs, outputs, 3, bias=bias)
        else:
            conv = nn.ConvTranspose2d(inputs, outputs, kernel, 2, 1, output_padding=4 - kernel, bias=bias)
        # No name of its own, as in the program.
        for name, parameter in list(conv.named_parameters()):
            self.register_parameter(name, parameter)
        self.kernel = kernel

    def forward(self, x):
        bias = getattr(self, "bias", None)
        if self.nearest:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
            return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), self.weight, bias)
        return F.conv_transpose2d(x, self.weight, bias, 2, 1, output_padding=4 - self.kernel)


def finished(made, given):
    """tanh of three channels. A fourth is a mask of where they take the place of what was given."""
    if made.shape[1] == 3:
        return torch.tanh(made)
    mask = torch.sigmoid(made[:, 3:])
    return mask * torch.tanh(made[:, :3]) + (1 - mask) * given


class Level(nn.Module):
    def __init__(self, kind, nearest, index, depth, width, outputs):
        super().__init__()
        bias = kind != "batch"
        channels = [width * min(2**level, 8) for level in range(depth)]
        inner, outer = channels[index], 3 if index == 0 else channels[index - 1]
        last = index == depth - 1
        self.down = nn.Conv2d(outer, inner, 4, 2, 1, bias=bias)
        self.down_norm = nn.Identity() if index == 0 or last else plain_norm(kind, inner)
        made = outputs if index == 0 else outer
        self.up = Doubler(nearest, inner if last else 2 * inner, made, 4, bias or index == 0)
        self.up_norm = nn.Identity() if index == 0 else plain_norm(kind, outer)


class Unet(nn.Module):
    """`UnetGenerator` of pytorch-CycleGAN-and-pix2pix, level by level. With a seed it has dropout, drawn anew by each pass."""

    def __init__(self, kind, nearest, depth, width, seed=None, outputs=3):
        super().__init__()
        self.seed = seed
        self.levels = nn.ModuleList(Level(kind, nearest, index, depth, width, outputs) for index in range(depth))

    def forward(self, x):
        return finished(self.part(x, 0, None if self.seed is None else Random(self.seed)), x)

    def part(self, x, index, random):
        level = self.levels[index]
        # The skip holds what leaky ReLU made of it, which the ReLU before the doubling cannot tell from what it was.
        inner = level.down_norm(level.down(x if index == 0 else F.leaky_relu(x, LEAK)))
        if index + 1 < len(self.levels):
            inner = torch.cat([inner, self.part(inner, index + 1, random)], 1)
        x = level.up_norm(level.up(F.relu(inner)))
        # There: `num_downs - 5` blocks, between the innermost, which has none, and the four outer ones.
        return dropout(x, random) if 4 <= index < len(self.levels) - 1 else x


class Layer(nn.Module):
    def __init__(self, kind, conv, channels):
        super().__init__()
        self.conv, self.norm = conv, plain_norm(kind, channels)

    def forward(self, x):
        return self.norm(self.conv(x))


class ResidualBlock(nn.Module):
    def __init__(self, kind, width):
        super().__init__()
        conv = lambda: nn.Conv2d(width, width, 3, bias=kind != "batch")
        self.first, self.second = Layer(kind, conv(), width), Layer(kind, conv(), width)

    def forward(self, x, random):
        inner = dropout(F.relu(self.first(F.pad(x, (1, 1, 1, 1), mode="reflect"))), random)
        return x + self.second(F.pad(inner, (1, 1, 1, 1), mode="reflect"))


class Resnet(nn.Module):
    """`ResnetGenerator` of pytorch-CycleGAN-and-pix2pix. With a seed it has dropout, drawn anew by each pass."""

    def __init__(self, kind, nearest, blocks, width, seed=None, outputs=3):
        super().__init__()
        self.seed = seed
        bias = kind != "batch"
        self.input = Layer(kind, nn.Conv2d(3, width, 7, bias=bias), width)
        down = lambda index: Layer(
            kind, nn.Conv2d(width << index, width << (index + 1), 3, 2, 1, bias=bias), width << (index + 1)
        )
        up = lambda index: Layer(
            kind, Doubler(nearest, (4 * width) >> index, (2 * width) >> index, 3, bias), (2 * width) >> index
        )
        self.down = nn.ModuleList(down(index) for index in range(2))
        self.blocks = nn.ModuleList(ResidualBlock(kind, 4 * width) for _ in range(blocks))
        self.up = nn.ModuleList(up(index) for index in range(2))
        self.out = nn.Conv2d(width, outputs, 7)

    def forward(self, given):
        random = None if self.seed is None else Random(self.seed)
        x = F.relu(self.input(F.pad(given, (3, 3, 3, 3), mode="reflect")))
        for down in self.down:
            x = F.relu(down(x))
        for block in self.blocks:
            x = block(x, random)
        for up in self.up:
            x = F.relu(up(x))
        return finished(self.out(F.pad(x, (3, 3, 3, 3), mode="reflect")), given)


class Patch(nn.Module):
    """`NLayerDiscriminator`, or `PixelDiscriminator` for 0 halvings."""

    def __init__(self, kind, channels, width, halvings):
        super().__init__()
        bias = kind != "batch"
        wide = lambda doublings: width * min(2**doublings, 8)
        blocks = max(halvings, 1)
        kernel = {"kernel_size": 4, "padding": 1} if halvings else {"kernel_size": 1}
        stride = lambda index: 2 if halvings and index < blocks else 1
        self.input = nn.Conv2d(channels, width, stride=2 if halvings else 1, **kernel)
        self.blocks = nn.ModuleList(
            Layer(kind, nn.Conv2d(wide(at), wide(at + 1), stride=stride(at + 1), bias=bias, **kernel), wide(at + 1))
            for at in range(blocks)
        )
        self.out = nn.Conv2d(wide(blocks), 1, bias=halvings > 0 or bias, **kernel)

    def forward(self, x):
        x = F.leaky_relu(self.input(x), LEAK)
        for block in self.blocks:
            x = F.leaky_relu(block(x), LEAK)
        return self.out(x)


NETWORKS = {
    "unet_batch": (lambda: Unet("batch", False, 5, 2), (2, 3, 32, 32)),
    "unet_instance_nearest": (lambda: Unet("instance", True, 5, 1), (1, 3, 64, 32)),
    "resnet_instance": (lambda: Resnet("instance", False, 2, 2), (2, 3, 16, 20)),
    "resnet_batch_nearest": (lambda: Resnet("batch", True, 1, 2), (2, 3, 16, 16)),
    "patch_1": (lambda: Patch("batch", 3, 3, 0), (2, 3, 6, 7)),
    "patch_16": (lambda: Patch("instance", 3, 2, 1), (2, 3, 16, 20)),
    "patch_70": (lambda: Patch("batch", 6, 2, 3), (2, 6, 48, 40)),
}
# What recipes and published models are of besides, and dropout; in a file of its own, so that the other stays as it is.
VARIANTS = {
    # Four: what normalises two pixels by themselves makes 1 and -1 of any, and leaves rounding of the gradient.
    "unet_batch_nearest": (lambda: Unet("batch", True, 5, 1), (4, 3, 32, 32)),
    "resnet_instance_nearest": (lambda: Resnet("instance", True, 1, 2), (2, 3, 16, 20)),
    "patch_34": (lambda: Patch("instance", 3, 2, 2), (2, 3, 24, 28)),
    "patch_16_none": (lambda: Patch("none", 3, 2, 1), (2, 3, 16, 20)),
    "unet_dropout": (lambda: Unet("batch", True, 7, 1, seed=5), (1, 3, 128, 128)),
    "resnet_dropout": (lambda: Resnet("instance", False, 2, 1, seed=5), (2, 3, 16, 20)),
}
# With a mask; in a file of its own, small enough for a browser's tests.
MASKED = {
    "unet_attention": (lambda: Unet("batch", False, 5, 1, outputs=4), (4, 3, 32, 32)),
    "resnet_attention": (lambda: Resnet("instance", True, 1, 2, outputs=4), (2, 3, 16, 20)),
}


def network(case):
    make, shape = (NETWORKS | VARIANTS | MASKED)[case]
    net = randomise(make(), deviation=0.1)
    # Pictures and probe are not stored: see README.md.
    index = torch.arange(torch.Size(shape).numel()).double()
    x = torch.sin(0.37 * index + 0.1).float().double().reshape(shape).requires_grad_()
    # Of large pictures fewer values stand for all.
    stride = 7 if x.numel() < 40_000 else 97
    every = lambda t: t.flatten()[::stride]
    # First, by the running statistics that the case has.
    out = tensors("", net) | {f"eval_output_stride{stride}": every(net.eval()(x).detach())}
    y = net.train()(x)
    probe = torch.cos(0.11 * torch.arange(y.numel()).double()).float().double().reshape(y.shape)
    (y * probe).mean().backward()
    out |= {f"output_stride{stride}": every(y), f"grad.input_stride{stride}": every(x.grad)}
    return out | gradients("grad", net)
