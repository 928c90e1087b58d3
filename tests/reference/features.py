"""Measures on features of pictures: precision, recall, density, coverage, the Fréchet distance, distances of pairs."""

import numpy as np
import torch
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist, pdist

from networks import normal

FEATURES = ["clouds", "singular", "copies", "alike", "other_size"]
QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]


def sets(case):
    """Real and fake features, [count, dimension]."""
    if case == "clouds":
        return normal(90, 16) @ normal(16, 16), 0.8 * normal(70, 16) @ normal(16, 16) + 0.5
    if case == "singular":
        # Fewer pictures than features.
        return normal(24, 40), normal(20, 40) + 0.2
    real = normal(60, 9)
    if case == "copies":
        # Half of the fakes are pictures of the data, each twice; the others keep to one place.
        return real, torch.cat([real[:12], real[:12], 0.1 * normal(24, 9) + 0.3])
    if case == "alike":
        return real, (0.4 * normal(1, 9)).expand(30, 9)
    return real, normal(200, 9)


def balls(points, k):
    """The distance of each point to its k-th neighbour; the nearest of all is the point itself."""
    return np.sort(cdist(points, points), axis=1)[:, k]


def manifold(real, fake):
    """Equations 1 and 2 of Kynkäänniemi et al. 2019, 4 and 6 of Naeem et al. 2020."""
    between = cdist(real, fake)
    of_real, of_fake, wide = balls(real, 3)[:, None], balls(fake, 3)[None], balls(real, 5)[:, None]
    for radius in (of_real, of_fake, wide):
        # Nothing lies on an edge but what does so exactly: f32 decides alike.
        gap = np.abs(between - radius)
        assert ((gap == 0) | (gap > 1e-6 * between)).all()
    inside = between <= wide
    return {
        "precision": (between <= of_real).any(0).mean(),
        "recall": (between <= of_fake).any(1).mean(),
        "density": inside.sum() / (5 * len(fake)),
        "coverage": inside.any(1).mean(),
    }


def frechet(real, fake):
    means = np.square(real.mean(0) - fake.mean(0)).sum()
    roots = [(x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (real, fake)]
    covariances = [np.cov(x, rowvar=False) for x in (real, fake)]
    # tr (C1 C2)^(1/2) with C = R^T R is the sum of the singular values of R1 R2^T, whatever the rank.
    trace = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    if min(np.linalg.matrix_rank(c) for c in covariances) == len(covariances[0]):
        np.testing.assert_allclose(np.trace(sqrtm(covariances[0] @ covariances[1])).real, trace)
    return means + sum(map(np.trace, covariances)) - 2 * trace


def summary(name, distances):
    """The mean, then the quantiles."""
    return {name: [distances.mean(), *np.quantile(distances, QUANTILES)]}


def features(case):
    # Exact in f32, so that copies stay copies.
    real, fake = (x.float().double().contiguous() for x in sets(case))
    a, b = real.numpy(), fake.numpy()
    measured = manifold(a, b) | {"frechet": frechet(a, b)}
    measured |= summary("among_real", pdist(a)) | summary("among_fake", pdist(b))
    measured |= summary("nearest_real", balls(a, 1)) | summary("nearest_fake", cdist(a, b).min(0))
    return {"real": real, "fake": fake} | {name: torch.tensor(value) for name, value in measured.items()}
