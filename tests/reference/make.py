"""Reference values from PyTorch for the tests of forger-core. See README.md."""

import argparse
import copy
import sys
import zlib
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import detect
import images
import lab
import latent
import simgan
import superres
import translation
import translation_games
import translation_imports
from features import FEATURES, features
from game import d_loss, g_loss, ring, verdict
from networks import (
    ACTIVATIONS,
    Discriminator,
    Generator,
    Mlp,
    away_from_kinks,
    gradients,
    normal,
    randomise,
    tensors,
)

TOLERANCE = 1e-6
LOSSES = ("minimax", "non-saturating", "least-squares", "hinge", "wasserstein")


def cases(make, names):
    """One dictionary of `CASE/NAME`. Each case has its own seed, so that a new one leaves the others as they were."""
    all_tensors = {}
    for case in names:
        torch.manual_seed(zlib.crc32(case.encode()))
        all_tensors |= {f"{case}/{name}": tensor for name, tensor in make(case).items()}
    return all_tensors


def mlp(case):
    activation = case.removeprefix("mlp_")
    if activation in ACTIVATIONS:
        net, (x,) = away_from_kinks([2, 5, 5, 1], activation, lambda: (normal(7, 2),))
    else:
        widths = {"mlp_2x5": [2, 5, 5, 1], "mlp_0": [2, 1], "mlp_3x4": [3, 4, 4, 4, 2]}[case]
        net, x = randomise(Mlp(widths), deviation=0.7), normal(7, widths[0])
    x.requires_grad_()
    y = net(x)
    y.square().mean().backward()
    return tensors("", net) | {"input": x, "output": y} | gradients("grad", net) | {"grad.input": x.grad}


def losses(case):
    loss = case.removesuffix("_smooth")
    real_target = 1.0 if case == loss else 0.9
    # The same logits with and without smoothing.
    torch.manual_seed(zlib.crc32(loss.encode()))
    # Means of about 2.5 and -2.5: near 0, Wasserstein's loss would be what rounding leaves of them.
    spread = torch.linspace(-6, 6, 13)
    a = torch.cat([spread + normal(13, deviation=0.1), torch.tensor([40.0, -40.0, 40.0])]).float().double()
    b = torch.cat([torch.tensor([-40.0, 40.0, -40.0]), spread.flip(0) + normal(13, deviation=0.1)]).float().double()
    a, b = a.reshape(16, 1).requires_grad_(), b.reshape(16, 1).requires_grad_()
    for_d, for_g = d_loss(loss, a, b, real_target), g_loss(loss, b)
    grad_a, grad_b = torch.autograd.grad(for_d, [a, b])
    (grad_g,) = torch.autograd.grad(for_g, [b])
    return {
        "real": a, "fake": b, "d_loss": for_d, "g_loss": for_g,
        "grad_d.real": grad_a, "grad_d.fake": grad_b, "grad_g.fake": grad_g,
    }  # fmt: skip


def dcgan(case):
    side, kind = case.split("_")
    mapping = 6 if kind == "mapping" else 0
    kind = "batch" if mapping else kind
    base, doublings, channels = {"28": (7, 2, 1), "64": (4, 4, 3)}[side]
    width, latent, batch = 2, 5, 3
    shape = (batch, channels, int(side), int(side))
    index = torch.arange(batch * channels * int(side) ** 2).double()
    images = torch.sin(0.37 * index + 0.1).float().double().reshape(shape).requires_grad_()
    probe = torch.cos(0.11 * index).float().double().reshape(shape)
    z = normal(batch, latent)
    g = randomise(Generator(base, doublings, width, channels, latent, kind, mapping))
    d = randomise(Discriminator(base, doublings, width, channels, kind))
    out = tensors("g", g) | tensors("d", d) | {"z": z}

    def pictures(name, value):
        # Pictures of 64 px are large: every seventh value stands for all.
        return {name: value} if side == "28" else {f"{name}_stride7": value.flatten()[::7]}

    fakes = g(z)
    (fakes * probe).mean().backward()
    out |= pictures("g.train_output", fakes) | gradients("g_grad", g) | statistics("g_after", g)
    out |= pictures("g.eval_output", g.eval()(z))

    logits = d(images)
    F.softplus(-logits).mean().backward()
    out |= {"d.train_output": logits} | gradients("d_grad", d) | pictures("d_grad.input", images.grad)
    out |= statistics("d_after", d) | {"d.eval_output": d.eval()(images)}
    return out


def statistics(prefix, net):
    return {name: tensor for name, tensor in tensors(prefix, net).items() if "running_" in name}


def optimizer(case):
    start = normal(6).requires_grad_()
    sizes = torch.tensor([1e-6, 1e-3, 0.1, 1.0, 10.0])
    # Each parameter meets gradients of its own size; the last one meets every size in turn.
    grads = [torch.cat([sizes, sizes[step : step + 1]]) * torch.randn(6) for step in range(5)]
    grads = [grad.float().double() for grad in grads]
    step = {
        "adam": lambda: torch.optim.Adam([start], lr=1e-2, betas=(0.5, 0.999), eps=1e-8),
        "rmsprop": lambda: torch.optim.RMSprop([start], lr=1e-2, alpha=0.99, eps=1e-8),
        "sgd": lambda: torch.optim.SGD([start], lr=0.1),
        "sgd_momentum": lambda: torch.optim.SGD([start], lr=0.1, momentum=0.9),
    }[case]()
    out = {"start": start.detach().clone()}
    for index, grad in enumerate(grads):
        start.grad = grad
        step.step()
        out |= {f"grad.{index}": grad, f"after.{index}": start.detach().clone()}
    return out


def toy(loss):
    # Adam and RMSProp take a full step along a gradient of any size, so where the gradients of real and fake cancel,
    # f32 would step along its own rounding error. With this seed and deviation that happens nowhere: such gradients are
    # 0 to the last bit in f32 as well (neurons that Wasserstein's clipping leaves on one side of 0 for every sample),
    # the others are above 1e-6, and no neuron comes within 1e-4 of the kink of leaky ReLU. All losses start alike.
    torch.manual_seed(2312)
    g, d = randomise(Mlp([2, 8, 8, 2]), deviation=0.8), randomise(Mlp([2, 8, 8, 1]), deviation=0.8)
    average = copy.deepcopy(g)
    out = tensors("g", g) | tensors("d", d)

    def build(net):
        if loss == "wasserstein":
            return torch.optim.RMSprop(net.parameters(), lr=5e-3, alpha=0.99, eps=1e-8)
        return torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999), eps=1e-8)

    for_d, for_g = build(d), build(g)
    for step in range(5):
        real, z_d, z_g = ring(16), normal(16, 2), normal(16, 2)
        a, b = d(real), d(g(z_d).detach())
        value_d = d_loss(loss, a, b)
        for_d.zero_grad()
        value_d.backward()
        for_d.step()
        if loss == "wasserstein":
            with torch.no_grad():
                for parameter in d.parameters():
                    parameter.clamp_(-0.1, 0.1)
        value_g = g_loss(loss, d(g(z_g)))
        for_g.zero_grad()
        value_g.backward()
        for_g.step()
        with torch.no_grad():
            for mean, parameter in zip(average.parameters(), g.parameters()):
                mean.copy_(0.9 * mean + 0.1 * parameter)
        metrics = torch.stack([value_d, value_g, verdict(loss, a), verdict(loss, b)])
        out |= {f"real.{step}": real, f"z_d.{step}": z_d, f"z_g.{step}": z_g, f"metrics.{step}": metrics}
    return out | tensors("g_after", g) | tensors("d_after", d) | tensors("ema_after", average)


def files():
    """File name to its tensors, in f32; scalars as [1]."""
    made = {
        "mlp": cases(mlp, ["mlp_2x5", "mlp_0", "mlp_3x4", *(f"mlp_{name}" for name in ACTIVATIONS)]),
        "losses": cases(losses, [*LOSSES, *(f"{loss}_smooth" for loss in LOSSES[:3])]),
        "optimizers": cases(optimizer, ["adam", "rmsprop", "sgd", "sgd_momentum"]),
        "toy": cases(toy, LOSSES),
        "penalties": cases(lab.penalty, lab.PENALTIES),
        "spectral": cases(lab.spectral, ["leaky-relu"]),
        "two_sample": cases(lab.two_sample, ["same_size", "other_size", "outside"]),
        "augment": cases(images.augment, ["color", "translation", "cutout", "all"]),
        "classifier": cases(images.classifier, ["classifier"]),
        "auxiliary": cases(images.auxiliary, ["auxiliary"]),
        "spectral_kernel": cases(images.spectral_kernel, ["spectral"]),
        "toy_variants": cases(lab.variant, lab.VARIANTS),
        "features": cases(features, FEATURES),
        "latent": cases(latent.latent, latent.CASES),
        "detect": cases(detect.detect, detect.CASES),
        "superres": cases(superres.generator, superres.GENERATORS),
        "superres_discriminator": cases(superres.discriminator, ["discriminator"]),
        "superres_resize": cases(superres.resize, ["resize"]),
        "superres_measures": cases(superres.measure, superres.MEASURES),
        "superres_jpeg": cases(superres.jpeg, superres.QUALITIES),
        "superres_lens": cases(superres.lens, ["lens"]),
        "translation_networks": cases(translation.network, translation.NETWORKS),
        "translation_variants": cases(translation.network, translation.VARIANTS),
        "translation_masked": cases(translation.network, translation.MASKED),
        "translation_games": cases(translation_games.pix2pix, ["pix2pix"]) | cases(translation_games.cyclegan, ["cyclegan"]),
        "translation_game_variants": cases(translation_games.pix2pix, list(translation_games.PIX2PIX)[1:])
        | cases(translation_games.cyclegan, ["cyclegan_hinge"]),
        "translation_imports": cases(translation_imports.network, translation_imports.NETWORKS),
        "simgan_networks": cases(simgan.network, simgan.NETWORKS),
        "simgan_losses": cases(simgan.regularization, ["pixels", "derivatives", "channel-mean", "blurred"]),
        "simgan_game": cases(simgan.game, ["simgan"]),
        "simgan_semantic": cases(simgan.game, ["simgan_semantic"]),
        "vgg": cases(superres.vgg, ["vgg"]),
    }
    # A file for each normalisation keeps each small.
    for kind in ("batch", "instance", "none"):
        made[f"dcgan_{kind}"] = cases(dcgan, [f"28_{kind}", f"64_{kind}"])
    made["dcgan_mapping"] = cases(dcgan, ["28_mapping"])

    def stored(tensor):
        return torch.atleast_1d(tensor.detach()).float().contiguous()

    return {f"{file}.safetensors": {name: stored(t) for name, t in made[file].items()} for file in made}


def differences(made, folder):
    for file, expected in made.items():
        found = load_file(folder / file) if (folder / file).exists() else {}
        for name in sorted(expected.keys() ^ found.keys()):
            yield f"{file}: {name} is only in the {'file' if name in found else 'script'}"
        for name in sorted(expected.keys() & found.keys()):
            old, new = found[name].double(), expected[name].double()
            if old.shape != new.shape:
                yield f"{file}: {name} has shape {list(old.shape)}, not {list(new.shape)}"
                continue
            # In units of the tensor's largest value, so that small gradients count as much as large outputs. `not <=`
            # catches NaN as well.
            distance, scale = (old - new).abs().max(), new.abs().max()
            if not distance <= TOLERANCE * scale:
                yield f"{file}: {name} differs by {distance:.1e}, largest value {scale:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder of the files (default: here)")
    parser.add_argument("--check", action="store_true", help="compare with the files there and write nothing")
    args = parser.parse_args()

    torch.set_default_dtype(torch.float64)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    made = files()
    if args.check:
        found = list(differences(made, args.out))
        print("\n".join(found) or f"{len(made)} files agree within {TOLERANCE}")
        sys.exit(1 if found else 0)
    args.out.mkdir(parents=True, exist_ok=True)
    for file, content in made.items():
        save_file(content, args.out / file)
        print(f"{file}: {len(content)} tensors, {(args.out / file).stat().st_size} bytes")


if __name__ == "__main__":
    main()
