//! What an auxiliary classifier has G minimise.

use burn::tensor::{
    Tensor,
    activation::{sigmoid, softplus},
};

use super::classification::binary_cross_entropy;

/// What codes `[batch, latent_dim]` ask for is `a = code . axis + border` for each attribute, as a logit: `axes` `[latent_dim,
/// attributes]`, `borders` `[attributes]`. Two terms, the mean over batch and attributes of each, in nats; `[1]`:
///
/// - The cross-entropy between `sigma(a)` and what a classifier sees in the pictures, logits `[batch, attributes]`: the second half
///   of `L_C` of Odena et al. 2017 (arXiv 1610.09585), section 3. `a` has no gradient here: a mapping network would sooner ask
///   for nothing that is hard to draw.
/// - `softplus(-|a|)`, our own, by which a mapping network keeps codes off the borders, where they ask for half of something.
pub fn auxiliary(logits: Tensor<2>, codes: Tensor<2>, axes: Tensor<2>, borders: Tensor<1>) -> Tensor<1> {
    let asked = codes.matmul(axes) + borders.unsqueeze();
    binary_cross_entropy(logits, sigmoid(asked.clone().detach())) + softplus(asked.abs().neg(), 1.0).mean()
}
