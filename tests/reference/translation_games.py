"""Games of pix2pix and CycleGAN."""

import copy

import torch
import torch.nn.functional as F

from chance import Pool, Random
from game import d_loss, g_loss, verdict
from images import Classifier
from networks import named, randomise, tensors
from translation import Patch, Resnet, Unet


def norm_of_gradient(net):
    return torch.sqrt(sum(p.grad.square().sum() for p in net.parameters() if p.grad is not None))


def adam(net, rate=2e-4):
    return torch.optim.Adam(net.parameters(), lr=rate, betas=(0.5, 0.999), eps=1e-8)


def photo(phase, side):
    """8 bits, as the program makes them."""
    index = torch.arange(3 * side * side)
    return (((index % side) * 9 + (index // side) * 5 + phase) % 256).double().reshape(1, 3, side, side) / 127.5 - 1.0


def follow(average, net, done, decay=0.999):
    """Moves the average of the weights, after `done` steps before this one; running statistics are those of the network."""
    decay = min(decay, (1 + done) / (10 + done))
    with torch.no_grad():
        for (name, _, mean), (_, _, value) in zip(named(average), named(net), strict=True):
            mean.copy_(value if "running_" in name else decay * mean + (1 - decay) * value)


def averages(nets):
    """Less the running variances, which are others here: see README.md."""
    all_tensors = {}
    for name, net in nets.items():
        all_tensors |= tensors(f"{name}_average", net)
    return {name: tensor for name, tensor in all_tensors.items() if not name.endswith("running_var")}


def answer(told):
    return torch.stack([torch.as_tensor(value).detach() for value in told])


PIX2PIX = {
    "pix2pix": {"width": 2, "loss": "non-saturating", "adversarial": 1.0, "l1": 100.0, "steps": 2},
    "pix2pix_least_squares": {"width": 1, "loss": "least-squares", "adversarial": 0.7, "l1": 40.0, "steps": 3},
    # No D.
    "pix2pix_alone": {"width": 1, "loss": "non-saturating", "adversarial": 0.0, "l1": 100.0, "steps": 2},
}


def pix2pix(case):
    """Steps on one pair, D first; `scalars.STEP` in the order of the declaration."""
    side, settings = 32, PIX2PIX[case]
    loss, adversarial = settings["loss"], settings["adversarial"]
    g, d = randomise(Unet("batch", False, 5, settings["width"]), 0.1), randomise(Patch("batch", 6, 2, 1), 0.1)
    out = tensors("generator", g) | (tensors("discriminator", d) if adversarial else {})
    average = copy.deepcopy(g)
    x, y = photo(0, side), photo(90, side)
    for_g, for_d = adam(g), adam(d)
    for step in range(settings["steps"]):
        fake = g(x)
        of_d, of_g, verdicts, d_norm = 0.0, 0.0, [0.0, 0.0], 0.0
        if adversarial:
            a, b = d(torch.cat([x, y], 1)), d(torch.cat([x, fake.detach()], 1))
            of_d, verdicts = d_loss(loss, a, b), [verdict(loss, a), verdict(loss, b)]
            for_d.zero_grad()
            (of_d * 0.5).backward()
            d_norm = norm_of_gradient(d)
            for_d.step()
            of_g = g_loss(loss, d(torch.cat([x, fake], 1)))
        l1 = (fake - y).abs().mean()
        for_g.zero_grad()
        (adversarial * of_g + settings["l1"] * l1).backward()
        g_norm = norm_of_gradient(g)
        for_g.step()
        follow(average, g, step)
        out |= {f"scalars.{step}": answer([of_d, of_g, l1, *verdicts, d_norm, g_norm])}
    return out | averages({"generator": average}) if case == "pix2pix_least_squares" else out


CYCLEGAN = {
    # What begins in Y weighs double; a classifier says whether they keep what is in them; an empty pool shows what is new.
    "cyclegan": {
        "loss": "least-squares", "back": 2.0, "semantic": 3.0, "pool": 0, "fading": 0, "rate": 2e-4, "deviation": 0.1, "width": 2,
        "steps": 2,
    },
    # The identity loss fades, and so do the learning rates. With their seed the pools show pictures of now and of before.
    "cyclegan_hinge": {
        "loss": "hinge", "back": 1.0, "semantic": 0.0, "pool": 1, "fading": 2, "rate": 2e-3, "deviation": 0.3, "width": 1,
        "steps": 4,
    },
}  # fmt: skip


def cyclegan(case):
    """Steps on one picture of each domain, G and F first."""
    side, settings = 32, CYCLEGAN[case]
    loss, fading = settings["loss"], settings["fading"]
    g, f = (randomise(Resnet("instance", False, 1, settings["width"]), 0.1) for _ in range(2))
    d_x, d_y = (randomise(Patch("instance", 3, 2, 1), settings["deviation"]) for _ in range(2))
    out = tensors("g", g) | tensors("f", f) | tensors("d_x", d_x) | tensors("d_y", d_y)
    if settings["semantic"]:
        judge = randomise(Classifier(3, 2, 3, 4, 6, 4), 0.3).eval().requires_grad_(False)
        out |= tensors("classifier", judge)
    x, y = photo(0, side), photo(90, side)
    players = {"g": g, "f": f, "d_x": d_x, "d_y": d_y}
    optimizers = {name: adam(net, settings["rate"]) for name, net in players.items()}
    followed = {"g": copy.deepcopy(g), "f": copy.deepcopy(f)}
    random = Random(1)
    pools = {"x": Pool(settings["pool"], random), "y": Pool(settings["pool"], random)}
    for step in range(settings["steps"]):
        weight = 0.5 * (1 - min(step, fading) / fading if fading else 1)
        for optimizer in optimizers.values():
            # In equal parts, of which the last one stays.
            optimizer.param_groups[0]["lr"] = settings["rate"] * (1 - min(step, fading) / (fading + 1) if fading else 1)
        fake_y, fake_x = g(x), f(y)
        # The squared error of the paper has no half.
        twice = 2.0 if loss == "least-squares" else 1.0
        of_g, of_f = twice * g_loss(loss, d_y(fake_y)), twice * g_loss(loss, d_x(fake_x))
        cycles = (f(fake_y) - x).abs().mean(), (g(fake_x) - y).abs().mean()
        kept = (f(x) - x).abs().mean(), (g(y) - y).abs().mean()
        cycle, identity, semantic = sum(cycles), sum(kept) if weight else 0.0, 0.0
        if settings["semantic"]:
            semantic = sum(
                F.binary_cross_entropy_with_logits(judge(made)[1], judge(of)[1].sigmoid())
                for made, of in ((fake_y, x), (fake_x, y))
            )
        for name in ("g", "f"):
            optimizers[name].zero_grad()
        for_x, for_y = (10.0 * (back + weight * same) for back, same in zip(cycles, kept, strict=True))
        (of_g + of_f + for_x + settings["back"] * for_y + settings["semantic"] * semantic).backward()
        norms = {"g": norm_of_gradient(g), "f": norm_of_gradient(f)}
        for name in ("g", "f"):
            optimizers[name].step()
            follow(followed[name], players[name], step)
        told = {}
        for name, net, real, fake in (("x", d_x, x, fake_x), ("y", d_y, y, fake_y)):
            a, b = net(real), net(pools[name].exchange(fake.detach()))
            of_d = d_loss(loss, a, b)
            optimizers[f"d_{name}"].zero_grad()
            of_d.backward()
            told[name] = [of_d, verdict(loss, a), verdict(loss, b), norm_of_gradient(net)]
            optimizers[f"d_{name}"].step()
        (dx, x_real, x_fake, dx_norm), (dy, y_real, y_fake, dy_norm) = told["x"], told["y"]
        scalars = [dx, dy, of_g, of_f, cycle, identity, semantic]
        scalars += [x_real, x_fake, y_real, y_fake, dx_norm, dy_norm, norms["g"], norms["f"]]
        out |= {f"scalars.{step}": answer(scalars)}
    if case == "cyclegan":
        return out
    assert all(set(pool.exchanged) == {True, False} for pool in pools.values()), "a seed that shows both"
    return out | averages(followed)
