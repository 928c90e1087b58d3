//! What a classifier minimises.

use burn::tensor::{Tensor, activation::softplus};

/// Binary cross-entropy of logits `[batch, attributes]` and targets of the same shape in `[0, 1]`, the mean over both, in
/// nats. `-y log sigma(a) - (1 - y) log(1 - sigma(a)) = softplus(a) - y a`, finite for any logit.
pub fn binary_cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    (softplus(logits.clone(), 1.0) - targets * logits).mean()
}
