//! What a trained network sees of two pictures: Sajjadi et al. 2017 (arXiv 1612.07919), sections 4.2.2 and 4.2.3.

use burn::tensor::Tensor;

/// The squared distance of features `[batch, channels, height, width]`, the mean over all values; `[1]`. Equation 4.
pub fn perceptual(a: Tensor<4>, b: Tensor<4>) -> Tensor<1> {
    (a - b).square().mean()
}

/// The Gram matrices of all patches of `side` x `side` values that lie edge to edge, `[batch * patches, channels, channels]`;
/// what is left at the right and below is left out. `G(F) = F F^T`, with F as `[channels, side * side]`, divided by the number
/// of places, so that it does not depend on the side.
pub fn gram(features: Tensor<4>, side: usize) -> Tensor<3> {
    let [batch, channels, height, width] = features.dims();
    let side = side.min(height).min(width).max(1);
    let (rows, columns) = (height / side, width / side);
    let whole = features.slice([0..batch, 0..channels, 0..rows * side, 0..columns * side]);
    let patches = whole.reshape([batch, channels, rows, side, columns, side]).permute([0, 2, 4, 1, 3, 5]);
    let patches: Tensor<3> = patches.reshape([batch * rows * columns, channels, side * side]);
    patches.clone().matmul(patches.transpose()) / (side * side) as f32
}

/// The squared distance of the Gram matrices of the patches of two feature maps, the mean over all values; `[1]`. Equation 5.
pub fn texture(a: Tensor<4>, b: Tensor<4>, side: usize) -> Tensor<1> {
    (gram(a, side) - gram(b, side)).square().mean()
}
