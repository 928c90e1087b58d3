"""The peer of `forger bench train`: the same DCGAN, trained the same way by PyTorch.

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
mixed = torch.autocast(device.type, torch.bfloat16, enabled=settings["mixed_precision"])
batch, latent, width, size, channels = (settings[k] for k in ("batch", "latent_dim", "width", "image_size", "channels"))
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
for_g = torch.optim.Adam(g.parameters(), lr=2e-4, betas=(0.5, 0.999))
for_d = torch.optim.Adam(d.parameters(), lr=2e-4, betas=(0.5, 0.999))
average = [parameter.detach().clone() for parameter in g.parameters()]
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
    with torch.no_grad():
        torch._foreach_mul_(average, 0.999)
        torch._foreach_add_(average, list(g.parameters()), alpha=0.001)


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
