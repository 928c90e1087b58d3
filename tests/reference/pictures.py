"""PSNR, SSIM and AUROC of made-up pictures and scores, for the tests of the trainer's feature `fid`. See README.md."""

import numpy as np
from scipy.ndimage import correlate1d
from scipy.stats import mannwhitneyu


def wave(index, phase):
    return np.sin(0.37 * index + phase).astype(np.float32).astype(np.float64)


def psnr(a, b):
    return np.mean(10 * np.log10(2.0**2 / np.square(a - b).mean(axis=(1, 2, 3))))


def ssim(a, b):
    """Wang et al. 2004, equation 13, with zeros beyond the edges as burn has it."""
    window = np.exp(-np.square(np.arange(11) - 5) / (2 * 1.5**2))
    window /= window.sum()

    def blur(x):
        for axis in (2, 3):
            x = correlate1d(x, window, axis=axis, mode="constant")
        return x

    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = (np.maximum(blur(x * x) - mean**2, 0) for x, mean in ((a, mean_a), (b, mean_b)))
    both = blur(a * b) - mean_a * mean_b
    top = (2 * mean_a * mean_b + c1) * (2 * both + c2)
    return (top / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean()


index = np.arange(2 * 3 * 16 * 16)
target = wave(index, 0.1)
noisy = 0.8 * target + 0.1 * wave(index * index % 1009, 0.7)
target, noisy = (x.reshape(2, 3, 16, 16) for x in (target, noisy))
print(f"PSNR {psnr(noisy, target):.6f}")
print(f"SSIM {ssim(noisy, target):.6f}")

index = np.arange(200)
scores = wave(index * index % 211, 0) + np.where(index % 3 == 0, np.float64(np.float32(0.4)), 0)
positive, negative = scores[index % 3 == 0].astype(np.float32), scores[index % 3 != 0].astype(np.float32)
print(f"AUROC {mannwhitneyu(positive, negative).statistic / (len(positive) * len(negative)):.9f}")
