"""What the lab adds to the plain game: penalties, spectral normalisation, distances of samples, whole steps of each."""

import copy
from itertools import chain

import numpy as np
import torch
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance
from torch.nn.functional import normalize
from torch.nn.utils.parametrizations import spectral_norm

from game import d_loss, g_loss, ring, verdict
from networks import ACTIVATIONS, Mlp, away_from_kinks, gradients, normal, randomise, tensors

# Kind, activation and depth, of which 2 goes without saying.
PENALTIES = [
    f"{kind}_{net}"
    for kind in ("gradient", "r1")
    for net in (*ACTIVATIONS, "depth-0", "leaky-relu_depth-3", "tanh_depth-3")
]


def slopes(judge, x):
    """The gradient of D at each point, which can be differentiated again."""
    x = x.detach().requires_grad_()
    return torch.autograd.grad(judge(x).sum(), x, create_graph=True)[0]


def between(real, fake, mix):
    return mix * real + (1 - mix) * fake


def gradient_penalty(slopes):
    return (slopes.norm(dim=1) - 1).square().mean()


def r1(slopes):
    return 0.5 * slopes.square().sum(1).mean()


def penalty(case):
    kind, *words = case.split("_")
    depth = int(words.pop().removeprefix("depth-")) if "depth" in words[-1] else 2
    widths = [2, *[6] * depth, 1]
    activation = words[0] if words else "leaky-relu"

    def draw():
        real, fake, mix = normal(8, 2), normal(8, 2), torch.rand(8, 1).float().double()
        return real, fake, between(real, fake, mix), mix

    net, (real, fake, mixed, mix) = away_from_kinks(widths, activation, draw)
    slope = slopes(net, mixed if kind == "gradient" else real)
    # A norm has a kink, too.
    assert slope.norm(dim=1).min() > 0.01, case
    value = gradient_penalty(slope) if kind == "gradient" else r1(slope)
    parameters = list(net.parameters())
    grads = torch.autograd.grad(value, parameters, allow_unused=True)
    for parameter, grad in zip(parameters, grads):
        parameter.grad = torch.zeros_like(parameter) if grad is None else grad
    inputs = {"real": real, "fake": fake, "mix": mix}
    return tensors("", net) | inputs | {"slopes": slope, "penalty": value} | gradients("grad", net)


class Spectral:
    """D with each weight matrix divided by its largest singular value, which one power iteration at a time finds."""

    def __init__(self, net, starts):
        self.net, self.u, self.v = net, starts, [None] * len(starts)

    def advance(self):
        with torch.no_grad():
            for index, layer in enumerate(self.net.layers):
                # PyTorch's weight is the transpose of ours.
                weight = layer.weight.T
                self.v[index] = normalize(weight @ self.u[index], dim=0)
                self.u[index] = normalize(weight.T @ self.v[index], dim=0)

    def sigmas(self):
        triples = zip(self.v, self.net.layers, self.u)
        return [v @ layer.weight.T @ u for v, layer, u in triples]

    def __call__(self, x):
        weights = [layer.weight / sigma for layer, sigma in zip(self.net.layers, self.sigmas())]
        names = (f"layers.{index}.weight" for index in range(len(weights)))
        return torch.func.functional_call(self.net, dict(zip(names, weights)), (x,))


def spectral(case):
    net, (x,) = away_from_kinks([2, 6, 6, 1], case, lambda: (normal(7, 2),))
    starts = [normalize(normal(layer.out_features), dim=0).float().double() for layer in net.layers]
    d = Spectral(net, list(starts))
    d.advance()
    output = d(x)
    output.square().mean().backward()
    out = tensors("", net) | {"input": x, "output": output} | gradients("grad", net)
    for index, sigma in enumerate(d.sigmas()):
        out |= {f"u.{index}": starts[index], f"u_after.{index}": d.u[index], f"v.{index}": d.v[index]}
        out[f"sigma.{index}"] = sigma
    agrees_with_pytorch(net, starts, d)
    return out


def agrees_with_pytorch(net, starts, d):
    """PyTorch's own spectral normalisation of the same matrices gives the same."""
    for layer, start, u, sigma in zip(net.layers, starts, d.u, d.sigmas()):
        # A layer whose weight is [in, out] as ours is. What PyTorch calls v is then our u.
        ours = torch.nn.Linear(layer.out_features, layer.in_features, bias=False)
        with torch.no_grad():
            ours.weight.copy_(layer.weight.T)
        spectral_norm(ours, n_power_iterations=1)
        ours.parametrizations.weight[0]._v.copy_(start)
        torch.testing.assert_close(ours.weight, layer.weight.T / sigma)
        torch.testing.assert_close(ours.parametrizations.weight[0]._v, u)


CELLS, EXTENT, DIRECTIONS = 25, 1.25, 32


def places(points):
    """Where points lie, in cells of the histogram from its lower left corner."""
    return (np.asarray(points) + EXTENT) / (2 * EXTENT) * CELLS


def histogram(points):
    x, y = np.clip(np.floor(places(points)).astype(int), 0, CELLS - 1).T
    return np.bincount(y * CELLS + x, minlength=CELLS * CELLS) / len(points)


def two_sample(case):
    def cloud(count, deviation, shift, largest):
        """A ring of eight clouds, without points so near the edge of a cell that f32 could put them into the next."""
        x = ring(4 * count) * 0.7 + deviation * torch.randn(4 * count, 2) + torch.tensor(shift)
        x = x.float().double()
        past_edge = torch.from_numpy(places(x) % 1)
        good = ((past_edge > 1e-3) & (past_edge < 1 - 1e-3) & (x.abs() <= largest)).all(1)
        assert good.sum() >= count
        return x[good][:count]

    largest = 3.0 if case == "outside" else 1.2
    a = cloud(200 if case == "other_size" else 300, 0.02, [0.0, 0.0], largest)
    b = cloud(300, 0.8 if case == "outside" else 0.15, [0.2, -0.1], largest)
    assert (b.abs().max() > EXTENT) == (case == "outside")
    js = jensenshannon(histogram(a), histogram(b), base=2) ** 2
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    directions = np.stack([np.cos(angles), np.sin(angles)])
    shadows = (a.numpy() @ directions).T, (b.numpy() @ directions).T
    sliced = np.mean([wasserstein_distance(*pair) for pair in zip(*shadows)])
    return {"a": a, "b": b, "jensen_shannon": torch.tensor(js), "sliced_wasserstein": torch.tensor(sliced)}


# Seeds with which f32 takes the same steps to about its rounding, as `toy` in make.py explains: no neuron, and no logit
# of the hinge, comes within 1e-4 of a kink, and no gradient that is not 0 is below 1e-6.
VARIANTS = {"tanh": 41, "wgan-gp": 1, "r1": 9, "smooth": 53, "momentum": 97, "spectral": 108}


def variant(case):
    torch.manual_seed(VARIANTS[case])
    activation = "tanh" if case == "tanh" else "leaky-relu"
    nets = [randomise(Mlp([2, 8, 8, outputs], activation), deviation=0.8) for outputs in (2, 1)]
    batches = []
    for _ in range(5):
        batch = {"real": ring(16), "z_d": normal(16, 2), "z_g": normal(16, 2)}
        batches.append(batch | ({"mix": torch.rand(16, 1).float().double()} if case == "wgan-gp" else {}))
    out = tensors("g", nets[0]) | tensors("d", nets[1])
    for step, batch in enumerate(batches):
        out |= {f"{name}.{step}": tensor for name, tensor in batch.items()}
    return out | play(case, *nets, batches)


def play(case, g, d, batches):
    """Five steps of both players."""
    loss = {"wgan-gp": "wasserstein", "spectral": "hinge"}.get(case, "non-saturating")
    average, judge, out = copy.deepcopy(g), d, {}
    if case == "spectral":
        starts = [torch.full_like(layer.bias, layer.out_features**-0.5).detach() for layer in d.layers]
        out |= {f"u.{index}": start for index, start in enumerate(starts)}
        judge = Spectral(d, list(starts))

    def build(net):
        if case == "momentum":
            return torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
        return torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999), eps=1e-8)

    def update(net, optimizer, value):
        for parameter in chain(g.parameters(), d.parameters()):
            parameter.grad = None
        value.backward()
        optimizer.step()
        return torch.cat([parameter.grad.flatten() for parameter in net.parameters()]).norm()

    for_d, for_g = build(d), build(g)
    for step, batch in enumerate(batches):
        if case == "spectral":
            judge.advance()
        real, fake = batch["real"], g(batch["z_d"]).detach()
        a, b = judge(real), judge(fake)
        value_d = d_loss(loss, a, b, real_target=0.9 if case == "smooth" else 1.0)
        if case == "wgan-gp":
            value_d = value_d + 1.0 * gradient_penalty(slopes(judge, between(real, fake, batch["mix"])))
        if case == "r1":
            value_d = value_d + 1.0 * r1(slopes(judge, real))
        slope_d = update(d, for_d, value_d)
        value_g = g_loss(loss, judge(g(batch["z_g"])))
        slope_g = update(g, for_g, value_g)
        with torch.no_grad():
            for mean, parameter in zip(average.parameters(), g.parameters()):
                mean.copy_(0.9 * mean + 0.1 * parameter)
        row = [value_d, value_g, verdict(loss, a), verdict(loss, b), slope_d, slope_g]
        out[f"metrics.{step}"] = torch.stack(row).detach()
    if case == "spectral":
        out |= {f"u_after.{index}": u for index, u in enumerate(judge.u)}
    return out | tensors("g_after", g) | tensors("d_after", d) | tensors("ema_after", average)
