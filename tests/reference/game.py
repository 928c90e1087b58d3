"""What the toy GAN plays: losses and data."""

import torch
import torch.nn.functional as F


def d_loss(loss, a, b, real_target=1.0):
    """D's loss for logits a on real and b on fake, by other functions than the Rust side's where PyTorch has them.

    Losses that have a target aim at `real_target` for real samples.
    """
    ones, zeros = torch.ones_like(a), torch.zeros_like(b)
    if loss in ("minimax", "non-saturating"):
        bce = F.binary_cross_entropy_with_logits
        return bce(a, real_target * ones) + bce(b, zeros)
    if loss == "least-squares":
        return 0.5 * F.mse_loss(a, real_target * ones) + 0.5 * F.mse_loss(b, zeros)
    if loss == "hinge":
        # max(0, margin - target * (x1 - x2))
        ranking = F.margin_ranking_loss
        return ranking(a, zeros, ones, margin=1.0) + ranking(b, zeros, -ones, margin=1.0)
    return b.mean() - a.mean()


def g_loss(loss, b):
    if loss == "minimax":
        return -F.binary_cross_entropy_with_logits(b, torch.zeros_like(b))
    if loss == "non-saturating":
        return -F.logsigmoid(b).mean()
    if loss == "least-squares":
        return 0.5 * F.mse_loss(b, torch.ones_like(b))
    return -b.mean()


def verdict(loss, logits):
    """How real D holds samples, on the mean, in [0, 1]."""
    return (logits.clamp(0, 1) if loss == "least-squares" else logits.sigmoid()).mean()


def ring(count):
    """Points of a ring of eight clouds of radius 1."""
    angle = torch.randint(8, (count,)) * (torch.pi / 4)
    return (torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(count, 2)).float().double()
