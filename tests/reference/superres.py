"""Super-resolution: networks, losses, bicubic interpolation and measures."""

import io
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.signal import convolve2d
from torch import nn

from images import Classifier
from networks import LEAK, gradients, normal, randomise, tensors

GENERATORS = {"light_x4": ("sub-pixel", 4), "light_x2": ("sub-pixel", 2), "full_x4": ("nearest", 4), "full_x2": ("nearest", 2)}
MEASURES = ["like", "unlike"]
QUALITIES = ["quality_30", "quality_75", "quality_95"]
VGG = [2, 2, 4, 4, 4]


def keys(x):
    """Keys's cubic kernel with a = -0.5."""
    x = np.abs(x)
    return np.where(x <= 1, (1.5 * x - 2.5) * x * x + 1, np.where(x <= 2, ((-0.5 * x + 2.5) * x - 4) * x + 2, 0))


def matrix(inputs, outputs):
    """MATLAB's imresize in one direction: wider kernel where a line becomes shorter, mirrored ends, weights that sum to 1."""
    scale = outputs / inputs
    squeeze = min(scale, 1)
    rows = np.zeros((outputs, inputs))
    mirror = np.concatenate([np.arange(inputs), np.arange(inputs)[::-1]])
    for output in range(outputs):
        # As MATLAB counts, from 1.
        centre = (output + 1) / scale + 0.5 * (1 - 1 / scale)
        left = np.floor(centre - 2 / squeeze)
        places = left + np.arange(int(np.ceil(4 / squeeze)) + 2)
        weights = squeeze * keys(squeeze * (centre - places))
        np.add.at(rows[output], mirror[(places.astype(int) - 1) % (2 * inputs)], weights / weights.sum())
    return torch.tensor(rows)


def resized(x, height, width):
    return matrix(x.shape[-2], height) @ x @ matrix(x.shape[-1], width).T


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.second(F.relu(self.first(x)))


class Generator(nn.Module):
    def __init__(self, kind, scale, width, blocks):
        super().__init__()
        doublings = {2: 1, 4: 2}[scale]
        self.scale = scale
        self.input = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.ModuleList(Block(width) for _ in range(blocks))
        layers = doublings + 1 if kind == "nearest" else 0
        self.upsample = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(layers))
        self.out = nn.Conv2d(width, 3 if layers else 3 * scale**2, 3, padding=1)

    def forward(self, small):
        x = F.relu(self.input(small))
        for block in self.blocks:
            x = block(x)
        for index, layer in enumerate(self.upsample):
            if index + 1 < len(self.upsample):
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = F.relu(layer(x))
        x = self.out(x)
        if not self.upsample:
            x = F.pixel_shuffle(x, self.scale)
        height, width = small.shape[-2:]
        return resized(small, height * self.scale, width * self.scale) + x


class Discriminator(nn.Module):
    def __init__(self, width, side):
        super().__init__()
        widths = [3, *(width << (index // 2) for index in range(10))]
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=1 + index % 2, padding=1) for index, (a, b) in enumerate(pairwise(widths))
        )
        self.hidden = nn.Linear(widths[-1] * (side // 32) ** 2, 32 * width)
        self.out = nn.Linear(32 * width, 1)

    def forward(self, x):
        for conv in self.convs:
            x = F.leaky_relu(conv(x), LEAK)
        return self.out(F.leaky_relu(self.hidden(x.flatten(1)), LEAK))


def generator(case):
    kind, scale = GENERATORS[case]
    net = randomise(Generator(kind, scale, 4, 2))
    x = normal(2, 3, 6, 5).requires_grad_()
    y = net(x)
    probe = normal(*y.shape)
    (y * probe).mean().backward()
    out = tensors("", net) | {"input": x, "probe": probe, "output": y, "grad.input": x.grad}
    return out | gradients("grad", net)


def discriminator(_case):
    net = randomise(Discriminator(1, 64), deviation=0.3)
    x = normal(2, 3, 64, 64)
    y = net(x)
    y.square().mean().backward()
    return tensors("", net) | {"input": x, "output": y} | gradients("grad", net)


def resize(_case):
    x = normal(3, 12, 20)
    out = {"input": x}
    for height, width in [(3, 5), (6, 10), (24, 40), (48, 80), (7, 33)]:
        out[f"to_{height}x{width}"] = resized(x, height, width)
    # Inside, where no end is mirrored, this is what PyTorch's own antialiasing does.
    large = normal(3, 40, 40)
    theirs = F.interpolate(large[None], (10, 10), mode="bicubic", antialias=True)[0]
    assert (theirs - resized(large, 10, 10))[:, 3:7, 3:7].abs().max() < 1e-12
    return out


def measure(case):
    """Two pictures of 8 bits, their luminance rounded, PSNR and SSIM without a border of 3."""
    a = torch.randint(0, 256, (3, 24, 30)).double()
    b = (a + 6 * torch.randn(3, 24, 30)).round().clamp(0, 255) if case == "like" else torch.randint(0, 256, a.shape).double()

    def luma(x):
        y = 16 + (65.481 * x[0] + 128.553 * x[1] + 24.966 * x[2]) / 255
        return torch.floor(y + 0.5)[3:-3, 3:-3].numpy()

    x, y = luma(a), luma(b)
    axis = np.arange(11) - 5
    window = np.exp(-axis**2 / (2 * 1.5**2))
    window = np.outer(window, window) / window.sum() ** 2

    def mean(z):
        return convolve2d(z, window, mode="valid")

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
    ssim = (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    psnr = 10 * np.log10(255**2 / ((x - y) ** 2).mean())
    return {"a": a, "b": b, "psnr": torch.tensor(psnr), "ssim": torch.tensor(ssim.mean())}


def jpeg(case):
    """A picture of 8 bits, and as it comes back from libjpeg without subsampling."""
    quality = int(case.removeprefix("quality_"))
    rows, columns = torch.meshgrid(torch.arange(20.0), torch.arange(27.0), indexing="ij")
    waves = torch.stack([torch.sin(0.5 * columns + k) * torch.cos(0.3 * rows - k) for k in range(3)])
    picture = (128 + 90 * waves + 8 * torch.randn(3, 20, 27)).round().clamp(0, 255)
    file = io.BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).byte().numpy()).save(file, "JPEG", quality=quality, subsampling=0)
    back = torch.tensor(np.asarray(Image.open(file))).permute(2, 0, 1)
    return {"input": picture, "output": back}


def gram(maps, side):
    side = min(side, *maps.shape[-2:])
    patches = maps.unfold(2, side, side).unfold(3, side, side).permute(0, 2, 3, 1, 4, 5).flatten(4).flatten(0, 2)
    return patches @ patches.mT / side**2


def lens(_case):
    """L_P and L_T through a classifier of 32 px in evaluation mode: Sajjadi et al. 2017, equations 4 and 5."""
    net = randomise(Classifier(3, 3, 3, 4, 6, 4)).eval()
    fake, real = normal(2, 3, 32, 32).requires_grad_(), normal(2, 3, 32, 32)

    def look(x):
        maps = []
        for block in net.blocks:
            x = F.leaky_relu(block["norm"](block["conv"](x)), LEAK)
            maps.append(x)
        return maps

    def pairs():
        for a, b in zip(look(fake), look(real)):
            size = b.abs().mean() + 1e-6
            yield a / size, b / size

    maps = list(pairs())
    perceptual = sum(w * F.mse_loss(*maps[i]) for w, i in ((0.2, 1), (0.02, 2)))
    texture = 0
    for (a, b), weight in zip(maps, (0.3, 1.0, 1.0)):
        side = 16 * b.shape[-1] // 32
        texture = texture + weight * (gram(a, side) - gram(b, side)).square().mean()
    (grad_p,) = torch.autograd.grad(perceptual, [fake], retain_graph=True)
    (grad_t,) = torch.autograd.grad(texture, [fake])
    out = {"fake": fake, "real": real, "perceptual": perceptual, "texture": texture}
    return tensors("", net) | out | {"grad.perceptual": grad_p, "grad.texture": grad_t}


def vgg(_case):
    """All of VGG-19's convolutions with weights by a formula, for they are too many for a file."""
    x = normal(1, 3, 32, 32)
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    y = ((x + 1) / 2 - mean.reshape(1, 3, 1, 1)) / deviation.reshape(1, 3, 1, 1)
    out, inputs, index = {"input": x}, 3, 0
    for stage, count in enumerate(VGG):
        outputs = min(64 << stage, 512)
        for place in range(count):
            shape = (outputs, inputs, 3, 3)
            number = torch.arange(outputs * inputs * 9).double()
            # A hash: regular weights would make all channels alike.
            weight = torch.frac(torch.sin(number * 12.9898 + index) * 43758.5453)
            weight = weight.float().double().reshape(shape) * (4.5 / (inputs * 9)) ** 0.5
            bias = (0.1 * torch.cos(torch.arange(outputs).double())).float().double()
            y = F.relu(F.conv2d(y, weight.float().double(), bias, padding=1))
            if place == 0 and stage < 3:
                out[f"firsts.{stage}"] = y.flatten()[::97]
            inputs, index = outputs, index + 1
        y = F.max_pool2d(y, 2)
        if stage in (1, 4):
            out[f"pools.{stage}"] = y.flatten()[::7]
    return out
