//! Networks, one file each.

pub mod dcgan;
pub mod mlp;
pub mod norm;

use burn::{module::Module, tensor::Tensor};

/// Forges samples of rank `N` from z.
pub trait Generator<const N: usize>: Module {
    /// `z`: `[batch, latent_dim]`; returns `[batch, ...]`.
    fn forge(&self, z: Tensor<2>) -> Tensor<N>;
}

/// Judges samples of rank `N`.
pub trait Discriminator<const N: usize>: Module {
    /// Returns logits, `[batch, 1]`; sigma of one is the probability that the sample is real.
    fn judge(&self, samples: Tensor<N>) -> Tensor<2>;
}
