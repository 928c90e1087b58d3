//! The distance of pixels: Sajjadi et al. 2017 (arXiv 1612.07919), section 4.2.1.

use burn::tensor::Tensor;
use forger_protocol::PixelDistance;

/// `L_E` of two batches of pictures `[batch, channels, height, width]`, the mean over all values; `[1]`.
pub fn pixel(distance: PixelDistance, a: Tensor<4>, b: Tensor<4>) -> Tensor<1> {
    match distance {
        PixelDistance::Squared => (a - b).square().mean(),
        PixelDistance::Absolute => absolute(a, b),
    }
}

/// The mean absolute difference over all values; `[1]`. L1 of pix2pix (equation 3) and of the cycle of CycleGAN (equation 2).
pub fn absolute(a: Tensor<4>, b: Tensor<4>) -> Tensor<1> {
    (a - b).abs().mean()
}
