//! How much of z is in a picture: Chen et al. 2016, "InfoGAN" (arXiv 1606.03657), section 5.

use burn::tensor::Tensor;

/// `-L_I` but for a constant: codes `[batch, latent_dim]` and what was read of them, of the same shape, as the mean of a
/// Gaussian Q of variance 1. Half the squared distance, summed over the code, the mean over the batch, in nats.
pub fn information(read: Tensor<2>, z: Tensor<2>) -> Tensor<1> {
    (read - z).square().sum_dim(1).mean() * 0.5
}
