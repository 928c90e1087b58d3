"""The peer of `forger bench train`: the same networks, trained the same way by PyTorch.

Reads the settings as a line of JSON, says it is ready, then for each line with a number does as many steps and answers with
the seconds they took.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

settings = json.loads(sys.stdin.readline())
device = torch.device(settings["device"])
if settings["threads"]:
    torch.set_num_threads(settings["threads"])
torch.backends.cudnn.benchmark = True
# Products of 32 bits are exact on both sides, or of 16 bits on both.
torch.backends.cudnn.allow_tf32 = False
mixed = torch.autocast(device.type, torch.bfloat16, enabled=settings.get("mixed_precision", False))
batch = settings["batch"]


def average_of(networks):
    parameters = [parameter for network in networks for parameter in network.parameters()]
    average = [parameter.detach().clone() for parameter in parameters]

    def follow():
        with torch.no_grad():
            torch._foreach_mul_(average, 0.999)
            torch._foreach_add_(average, parameters, alpha=0.001)

    return follow


def adam(*networks):
    parameters = [parameter for network in networks for parameter in network.parameters()]
    return torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999))


def dcgan():
    latent, width, size, channels = (settings[k] for k in ("latent_dim", "width", "image_size", "channels"))
    base, doublings = {28: (7, 2), 32: (4, 3), 64: (4, 4), 128: (4, 5)}[size]
    widest = width << (doublings - 1)

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.project = nn.Linear(latent, widest * base * base, bias=False)
            layers = [nn.BatchNorm2d(widest), nn.ReLU(True)]
            for level in range(doublings - 1):
                layers += [
                    nn.ConvTranspose2d(widest >> level, widest >> (level + 1), 4, 2, 1, bias=False),
                    nn.BatchNorm2d(widest >> (level + 1)),
                    nn.ReLU(True),
                ]
            self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh())

        def forward(self, z):
            return self.layers(self.project(z).unflatten(1, (widest, base, base)))

    class Discriminator(nn.Module):
        def __init__(self):
            super().__init__()
            layers = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, True)]
            for level in range(doublings - 1):
                layers += [
                    nn.Conv2d(width << level, width << (level + 1), 4, 2, 1, bias=False),
                    nn.BatchNorm2d(width << (level + 1)),
                    nn.LeakyReLU(0.2, True),
                ]
            self.layers = nn.Sequential(*layers, nn.Conv2d(widest, 1, base))

        def forward(self, x):
            return self.layers(x).flatten(1)

    g, d = Generator().to(device), Discriminator().to(device)
    for_g, for_d, follow = adam(g), adam(d), average_of([g])
    data = torch.rand(4 * batch, channels, size, size) * 2 - 1

    def step():
        real = data[torch.randint(len(data), (batch,))].to(device)
        with torch.no_grad(), mixed:
            fake = g(torch.randn(batch, latent, device=device))
        with mixed:
            logits = d(real), d(fake)
        loss = F.softplus(-logits[0].float()).mean() + F.softplus(logits[1].float()).mean()
        for_d.zero_grad()
        loss.backward()
        for_d.step()
        d.requires_grad_(False)
        with mixed:
            logits = d(g(torch.randn(batch, latent, device=device)))
        loss = F.softplus(-logits.float()).mean()
        for_g.zero_grad()
        loss.backward()
        for_g.step()
        d.requires_grad_(True)
        follow()

    return step


def cyclegan():
    side, kernel, width = settings["image_size"], settings["generator"]["width"], settings["discriminator_width"]

    def padded(inputs, outputs, side):
        return [nn.ReflectionPad2d(side // 2), nn.Conv2d(inputs, outputs, side, bias=False)]

    def normal(outputs):
        return [nn.InstanceNorm2d(outputs), nn.ReLU(True)]

    class Block(nn.Module):
        def __init__(self, inner):
            super().__init__()
            first, second = padded(inner, inner, 3), padded(inner, inner, 3)
            self.layers = nn.Sequential(*first, *normal(inner), *second, nn.InstanceNorm2d(inner))

        def forward(self, x):
            return x + self.layers(x)

    def translator():
        layers = padded(3, kernel, 7) + normal(kernel)
        for inner in (kernel, 2 * kernel):
            layers += [nn.Conv2d(inner, 2 * inner, 3, 2, 1, bias=False), *normal(2 * inner)]
        layers += [Block(4 * kernel) for _ in range(settings["generator"]["blocks"])]
        for inner in (4 * kernel, 2 * kernel):
            layers += [nn.Upsample(scale_factor=2), *padded(inner, inner // 2, 3), *normal(inner // 2)]
        return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(kernel, 3, 7), nn.Tanh()).to(device)

    def judge():
        layers = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2, True)]
        # Patches of 34 pixels.
        for inner, stride in ((width, 2), (2 * width, 1)):
            conv = nn.Conv2d(inner, 2 * inner, 4, stride, 1, bias=False)
            layers += [conv, nn.InstanceNorm2d(2 * inner), nn.LeakyReLU(0.2, True)]
        return nn.Sequential(*layers, nn.Conv2d(4 * width, 1, 4, 1, 1)).to(device)

    g, f, d_x, d_y = translator(), translator(), judge(), judge()
    for_generators, for_d_x, for_d_y, follow = adam(g, f), adam(d_x), adam(d_y), average_of([g, f])
    cycle, identity = settings["cycle"], settings["identity"]
    data = torch.rand(2, 4 * batch, 3, side, side) * 2 - 1

    def step():
        x, y = (pictures[torch.randint(len(pictures), (batch,))].to(device) for pictures in data)
        fake_y, fake_x = g(x), f(y)
        for d in (d_x, d_y):
            d.requires_grad_(False)
        loss = (d_y(fake_y) - 1).square().mean() + (d_x(fake_x) - 1).square().mean()
        loss = loss + cycle * (F.l1_loss(f(fake_y), x) + F.l1_loss(g(fake_x), y))
        loss = loss + cycle * identity * (F.l1_loss(g(y), y) + F.l1_loss(f(x), x))
        for_generators.zero_grad()
        loss.backward()
        for_generators.step()
        follow()
        for d, optimizer, real, fake in ((d_x, for_d_x, x, fake_x), (d_y, for_d_y, y, fake_y)):
            d.requires_grad_(True)
            loss = ((d(real) - 1).square().mean() + d(fake.detach()).square().mean()) / 2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return step


step = {"dcgan": dcgan, "cyclegan": cyclegan}[settings["system"]]()
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    steps = int(line)
    if device.type == "cuda":
        torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    if device.type == "cuda":
        torch.cuda.synchronize()
    print(time.perf_counter() - start, flush=True)
