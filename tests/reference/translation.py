"""Networks and games of pix2pix and CycleGAN."""

import torch
import torch.nn.functional as F
from torch import nn

from images import Classifier
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


class Level(nn.Module):
    def __init__(self, kind, nearest, index, depth, width):
        super().__init__()
        bias = kind != "batch"
        channels = [width * min(2**level, 8) for level in range(depth)]
        inner, outer = channels[index], 3 if index == 0 else channels[index - 1]
        last = index == depth - 1
        self.down = nn.Conv2d(outer, inner, 4, 2, 1, bias=bias)
        self.down_norm = nn.Identity() if index == 0 or last else plain_norm(kind, inner)
        self.up = Doubler(nearest, inner if last else 2 * inner, outer, 4, bias or index == 0)
        self.up_norm = nn.Identity() if index == 0 else plain_norm(kind, outer)


class Unet(nn.Module):
    """`UnetGenerator` of pytorch-CycleGAN-and-pix2pix, level by level."""

    def __init__(self, kind, nearest, depth, width):
        super().__init__()
        self.levels = nn.ModuleList(Level(kind, nearest, index, depth, width) for index in range(depth))

    def forward(self, x):
        return torch.tanh(self.part(x, 0))

    def part(self, x, index):
        level = self.levels[index]
        # The skip holds what leaky ReLU made of it, which the ReLU before the doubling cannot tell from what it was.
        inner = level.down_norm(level.down(x if index == 0 else F.leaky_relu(x, LEAK)))
        if index + 1 < len(self.levels):
            inner = torch.cat([inner, self.part(inner, index + 1)], 1)
        return level.up_norm(level.up(F.relu(inner)))


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

    def forward(self, x):
        inner = F.relu(self.first(F.pad(x, (1, 1, 1, 1), mode="reflect")))
        return x + self.second(F.pad(inner, (1, 1, 1, 1), mode="reflect"))


class Resnet(nn.Module):
    """`ResnetGenerator` of pytorch-CycleGAN-and-pix2pix."""

    def __init__(self, kind, nearest, blocks, width):
        super().__init__()
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
        self.out = nn.Conv2d(width, 3, 7)

    def forward(self, x):
        x = F.relu(self.input(F.pad(x, (3, 3, 3, 3), mode="reflect")))
        for down in self.down:
            x = F.relu(down(x))
        for block in self.blocks:
            x = block(x)
        for up in self.up:
            x = F.relu(up(x))
        return torch.tanh(self.out(F.pad(x, (3, 3, 3, 3), mode="reflect")))


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


def network(case):
    make, shape = NETWORKS[case]
    net = randomise(make(), deviation=0.1)
    # Pictures and probe are not stored: see README.md.
    index = torch.arange(torch.Size(shape).numel()).double()
    x = torch.sin(0.37 * index + 0.1).float().double().reshape(shape).requires_grad_()
    every = lambda t: t.flatten()[::7]
    # First, by the running statistics that the case has.
    out = tensors("", net) | {"eval_output_stride7": every(net.eval()(x).detach())}
    y = net.train()(x)
    probe = torch.cos(0.11 * torch.arange(y.numel()).double()).float().double().reshape(y.shape)
    (y * probe).mean().backward()
    return out | {"output_stride7": every(y), "grad.input_stride7": every(x.grad)} | gradients("grad", net)


def norm_of_gradient(net):
    return torch.sqrt(sum(p.grad.square().sum() for p in net.parameters() if p.grad is not None))


def adam(net):
    return torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999), eps=1e-8)


def photo(phase, side):
    """8 bits, as the program makes them."""
    index = torch.arange(3 * side * side)
    return (((index % side) * 9 + (index // side) * 5 + phase) % 256).double().reshape(1, 3, side, side) / 127.5 - 1.0


def pix2pix(case):
    """Two steps on one pair, D first; `scalars.STEP` in the order of the declaration."""
    side = 32
    g, d = randomise(Unet("batch", False, 5, 2), 0.1), randomise(Patch("batch", 6, 2, 1), 0.1)
    out = tensors("generator", g) | tensors("discriminator", d)
    x, y = photo(0, side), photo(90, side)
    for_g, for_d = adam(g), adam(d)
    bce = F.binary_cross_entropy_with_logits
    for step in range(2):
        fake = g(x)
        a, b = d(torch.cat([x, y], 1)), d(torch.cat([x, fake.detach()], 1))
        d_loss = bce(a, torch.ones_like(a)) + bce(b, torch.zeros_like(b))
        for_d.zero_grad()
        (d_loss * 0.5).backward()
        d_norm = norm_of_gradient(d)
        for_d.step()
        b_for_g = d(torch.cat([x, fake], 1))
        g_loss, l1 = bce(b_for_g, torch.ones_like(b_for_g)), (fake - y).abs().mean()
        for_g.zero_grad()
        (g_loss + 100.0 * l1).backward()
        g_norm = norm_of_gradient(g)
        for_g.step()
        told = [d_loss, g_loss, l1, a.sigmoid().mean(), b.sigmoid().mean(), d_norm, g_norm]
        out |= {f"scalars.{step}": torch.stack([value.detach() for value in told])}
    return out


def cyclegan(case):
    """Two steps on one picture of each domain, G and F first; an empty pool shows what is new. What begins in Y weighs double. A
    classifier says whether they keep what is in them."""
    side = 32
    g, f = (randomise(Resnet("instance", False, 1, 2), 0.1) for _ in range(2))
    d_x, d_y = (randomise(Patch("instance", 3, 2, 1), 0.1) for _ in range(2))
    out = tensors("g", g) | tensors("f", f) | tensors("d_x", d_x) | tensors("d_y", d_y)
    judge = randomise(Classifier(3, 2, 3, 4, 6, 4), 0.3).eval().requires_grad_(False)
    out |= tensors("classifier", judge)
    x, y = photo(0, side), photo(90, side)
    optimizers = {name: adam(net) for name, net in (("g", g), ("f", f), ("d_x", d_x), ("d_y", d_y))}
    for step in range(2):
        fake_y, fake_x = g(x), f(y)
        g_loss, f_loss = (d_y(fake_y) - 1).square().mean(), (d_x(fake_x) - 1).square().mean()
        cycles = (f(fake_y) - x).abs().mean(), (g(fake_x) - y).abs().mean()
        kept = (f(x) - x).abs().mean(), (g(y) - y).abs().mean()
        cycle, identity = sum(cycles), sum(kept)
        semantic = sum(
            F.binary_cross_entropy_with_logits(judge(made)[1], judge(of)[1].sigmoid())
            for made, of in ((fake_y, x), (fake_x, y))
        )
        for name in ("g", "f"):
            optimizers[name].zero_grad()
        for_x, for_y = (10.0 * back + 5.0 * same for back, same in zip(cycles, kept, strict=True))
        (g_loss + f_loss + for_x + 2.0 * for_y + 3.0 * semantic).backward()
        norms = {"g": norm_of_gradient(g), "f": norm_of_gradient(f)}
        for name in ("g", "f"):
            optimizers[name].step()
        told = {}
        for name, net, real, fake in (("x", d_x, x, fake_x), ("y", d_y, y, fake_y)):
            a, b = net(real), net(fake.detach())
            loss = ((a - 1).square().mean() + b.square().mean()) * 0.5
            optimizers[f"d_{name}"].zero_grad()
            loss.backward()
            told[name] = [loss, a.clamp(0, 1).mean(), b.clamp(0, 1).mean(), norm_of_gradient(net)]
            optimizers[f"d_{name}"].step()
        (dx, x_real, x_fake, dx_norm), (dy, y_real, y_fake, dy_norm) = told["x"], told["y"]
        scalars = [dx, dy, g_loss, f_loss, cycle, identity, semantic]
        scalars += [x_real, x_fake, y_real, y_fake, dx_norm, dy_norm, norms["g"], norms["f"]]
        out |= {f"scalars.{step}": torch.stack([value.detach() for value in scalars])}
    return out
