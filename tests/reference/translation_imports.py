"""Networks of pix2pix and CycleGAN whose tensors have the names that pytorch-CycleGAN-and-pix2pix gives them.

Written after the papers (arXiv 1611.07004 and 1703.10593) and those names.
"""

import torch
from torch import nn

from networks import LEAK, randomise


def norm(kind, channels):
    """`old` has running statistics, as files of before PyTorch 0.4 do, and looks at the picture all the same."""
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    return nn.InstanceNorm2d(channels, track_running_stats=kind == "old")


class Skip(nn.Module):
    """A level of a U-Net, counted from the picture, with all levels within it; what comes in lies beside what comes out."""

    def __init__(self, kind, depth, width, level=0):
        super().__init__()
        bias = kind != "batch"
        outer, inner = 3 if level == 0 else width * min(2 ** (level - 1), 8), width * min(2**level, 8)
        last = level == depth - 1
        down = nn.Conv2d(outer, inner, 4, 2, 1, bias=bias)
        up = nn.ConvTranspose2d(inner if last else 2 * inner, outer, 4, 2, 1, bias=bias or level == 0)
        within = [] if last else [Skip(kind, depth, width, level + 1)]
        if level == 0:
            layers = [down, *within, nn.ReLU(), up, nn.Tanh()]
        else:
            normed = [] if last else [norm(kind, inner)]
            layers = [nn.LeakyReLU(LEAK), down, *normed, *within, nn.ReLU(), up, norm(kind, outer)]
        self.model = nn.Sequential(*layers)
        self.outermost = level == 0

    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class Unet(nn.Module):
    def __init__(self, kind, depth, width):
        super().__init__()
        self.model = Skip(kind, depth, width)

    def forward(self, x):
        return self.model(x)


class Block(nn.Module):
    def __init__(self, kind, width, dropout):
        super().__init__()
        conv = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3, bias=kind != "batch"), norm(kind, width)]
        self.conv_block = nn.Sequential(*conv(), nn.ReLU(), *([nn.Dropout(0.5)] if dropout else []), *conv())

    def forward(self, x):
        return x + self.conv_block(x)


class Resnet(nn.Module):
    def __init__(self, kind, dropout, blocks, width):
        super().__init__()
        bias = kind != "batch"
        layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7, bias=bias), norm(kind, width), nn.ReLU()]
        for wide in (width, 2 * width):
            layers += [nn.Conv2d(wide, 2 * wide, 3, 2, 1, bias=bias), norm(kind, 2 * wide), nn.ReLU()]
        layers += [Block(kind, 4 * width, dropout) for _ in range(blocks)]
        for wide in (2 * width, width):
            up = nn.ConvTranspose2d(2 * wide, wide, 3, 2, 1, output_padding=1, bias=bias)
            layers += [up, norm(kind, wide), nn.ReLU()]
        self.model = nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())

    def forward(self, x):
        return self.model(x)


class Patch(nn.Module):
    def __init__(self, kind, channels, halvings, width):
        super().__init__()
        wide = [width * min(2**doublings, 8) for doublings in range(halvings + 1)]
        layers = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(LEAK)]
        for at in range(halvings):
            stride = 2 if at + 1 < halvings else 1
            conv = nn.Conv2d(wide[at], wide[at + 1], 4, stride, 1, bias=kind != "batch")
            layers += [conv, norm(kind, wide[at + 1]), nn.LeakyReLU(LEAK)]
        self.model = nn.Sequential(*layers, nn.Conv2d(wide[-1], 1, 4, 1, 1))

    def forward(self, x):
        return self.model(x)


# Of each a deviation of weights at which none of them is idle.
NETWORKS = {
    "unet_256": (lambda: Unet("batch", 8, 1), (1, 3, 256, 256), 0.2),
    "unet_instance_old": (lambda: Unet("old", 5, 1), (1, 3, 32, 64), 0.2),
    "resnet_batch": (lambda: Resnet("batch", False, 2, 1), (1, 3, 16, 20), 0.3),
    "resnet_batch_dropout": (lambda: Resnet("batch", True, 2, 1), (1, 3, 16, 20), 0.3),
    "resnet_dropout": (lambda: Resnet("instance", True, 2, 1), (1, 3, 16, 20), 0.3),
    "patch_70_instance": (lambda: Patch("instance", 3, 3, 1), (1, 3, 48, 40), 0.2),
    "patch_34": (lambda: Patch("batch", 6, 2, 1), (1, 6, 24, 28), 0.2),
}


def network(case):
    make, shape, deviation = NETWORKS[case]
    net = randomise(make(), deviation).eval()
    # Counters are whole numbers, which no one reads.
    weights = {f"weights.{name}": t.clone() for name, t in net.state_dict().items() if t.is_floating_point()}
    for layer in net.modules():
        if isinstance(layer, nn.InstanceNorm2d):
            layer.track_running_stats = False
    # Pictures are not stored: see README.md.
    x = torch.sin(0.37 * torch.arange(torch.Size(shape).numel()).double() + 0.1).float().double().reshape(shape)
    stride = 7 if x.numel() < 40_000 else 97
    with torch.no_grad():
        return weights | {f"eval_output_stride{stride}": net(x).flatten()[::stride]}
