//! Networks, one file each.

mod activation;
pub mod classifier;
pub mod conv;
pub mod dcgan;
pub mod displacement;
pub mod encoder;
pub mod fold;
#[cfg(feature = "gpu")]
pub(crate) mod gpu;
mod initial;
pub mod lens;
pub mod mapping;
pub mod mlp;
pub mod norm;
pub mod padding;
pub mod painter;
pub mod patch;
pub mod product;
pub mod refiner;
pub mod spectral;
pub mod superres;
pub mod translator;
pub mod vgg;
mod winograd;

use burn::{module::Module, tensor::Tensor};

/// Forges samples of rank `N` from z.
pub trait Generator<const N: usize>: Module {
    /// z `[batch, latent_dim]` to what is drawn from, as long: z itself, unless there is a mapping network.
    fn codes(&self, z: Tensor<2>) -> Tensor<2> {
        z
    }

    /// Codes to samples `[batch, ...]`.
    fn draw(&self, codes: Tensor<2>) -> Tensor<N>;

    /// z to samples.
    fn forge(&self, z: Tensor<2>) -> Tensor<N> {
        self.draw(self.codes(z))
    }
}

/// Judges samples of rank `N`.
pub trait Discriminator<const N: usize>: Module {
    /// Returns logits, `[batch, 1]`; sigma of one is the probability that the sample is real.
    fn judge(&self, samples: Tensor<N>) -> Tensor<2>;

    /// `grad_x D(x)` as `[batch, features]`, made of ordinary operations so that it has a gradient itself; `None` for
    /// networks that cannot say it.
    fn slopes(&self, _samples: Tensor<N>) -> Option<Tensor<2>> {
        None
    }

    /// What is to be done before each of its updates: a power iteration, where weights are normalised by one.
    fn prepare(self) -> Self {
        self
    }
}
