//! What an auxiliary classifier has G minimise.

use burn::tensor::{Tensor, activation::sigmoid};

use super::classification::binary_cross_entropy;
use crate::nets::product::product;

/// The cross-entropy between what a classifier sees in pictures, logits `[batch, attributes]`, and what their codes `[batch,
/// latent_dim]` ask for: `sigma(code . axis + border)` for each attribute, `axes` `[latent_dim, attributes]`, `borders`
/// `[attributes]`. The mean over both, in nats; `[1]`. The second half of `L_C` of Odena et al. 2017 (arXiv 1610.09585),
/// section 3. What is asked for has no gradient: a mapping network would sooner ask for nothing that is hard to draw.
pub fn auxiliary(logits: Tensor<2>, codes: Tensor<2>, axes: Tensor<2>, borders: Tensor<1>) -> Tensor<1> {
    binary_cross_entropy(logits, sigmoid(product(codes.detach(), axes) + borders.unsqueeze()))
}
