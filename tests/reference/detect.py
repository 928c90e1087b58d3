"""How far what a generator draws is from the pictures that it should explain: `forger_core::detect`.

AnoGAN (Schlegl et al. 2017, equations 1, 3 and 4), the reconstruction loss of ADGAN (Deecke et al. 2018, algorithm 1) and the encoder
of f-AnoGAN (Schlegl et al. 2019, equation 3)."""

import torch

from latent import Features, features
from networks import Discriminator, Generator, normal, randomise, tensors

CASES = ["batch", "none"]
LAMBDA = 0.1
KAPPA = 0.7
PICTURES, STARTS, LATENT = 2, 3, 5
PIXELS = 28 * 28


def detect(case):
    g = randomise(Generator(7, 2, 2, 1, LATENT, case)).eval()
    d = randomise(Discriminator(7, 2, 2, 1, case)).eval()
    z = normal(PICTURES * STARTS, LATENT).requires_grad_()
    steps = torch.arange(PICTURES * PIXELS).double()
    targets = torch.sin(0.37 * steps + 0.1).float().double().reshape(PICTURES, 1, 28, 28)
    # The starts of a picture follow one another.
    wanted = targets.repeat_interleave(STARTS, dim=0)
    pictures = g(z)
    difference = pictures - wanted
    residual = difference.abs().sum(dim=(1, 2, 3))
    f = Features(d)
    discrimination = (f(pictures)[-1] - features(d, wanted)[-1]).abs().sum(dim=(1, 2, 3))
    losses = ((1 - LAMBDA) * residual + LAMBDA * discrimination) / PIXELS
    squared = difference.square().mean(dim=(1, 2, 3))
    (gradient,) = torch.autograd.grad(losses.sum(), [z], retain_graph=True)
    of_squared = torch.autograd.grad(squared.sum(), [z, g.out.weight])
    e = randomise(Discriminator(7, 2, 3, 1, "batch", outputs=LATENT), deviation=0.1).eval()
    codes = e(targets)
    bounded = g(torch.tanh(codes))
    features_apart = features(d, bounded)[-1] - features(d, targets)[-1]
    encoded = (bounded - targets).square().mean(dim=(1, 2, 3)) + KAPPA * features_apart.square().mean(dim=(1, 2, 3))
    (of_encoder,) = torch.autograd.grad(encoded.sum(), [e.input.weight])
    out = tensors("g", g) | tensors("d", d) | {"z": z}
    out |= {"residual": residual / PIXELS, "losses": losses, "gradient": gradient}
    out |= tensors("e", e) | {"codes": codes, "encoded": encoded, "encoded_weights": of_encoder}
    return out | {"squared": squared, "squared_gradient": of_squared[0], "squared_weights": of_squared[1]}
