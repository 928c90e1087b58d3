//! The mapping network: Karras et al. 2019 (arXiv 1812.04948), section 2, with one hidden layer.
//!
//! z is normal, so that what draws from it must bend to get everything in its place, and a straight line through z changes
//! many things at once. w need not be normal: attributes lie straighter in it (section 4.2). Batch normalisation stands where
//! the paper has slower learning, and gives w a mean of zero and a variance of one, as z has them.

use burn::{
    module::Module,
    nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor},
};
use forger_protocol::codes;

use super::{activation::leaky_relu, fold, product::linear};
use crate::parameters;

/// From z `[batch, dim]` to w `[batch, dim]`.
#[derive(Module, Debug)]
pub struct Mapping {
    /// `[dim, hidden]`, without bias: the normalisation has one.
    pub hidden: Linear,
    /// Before the ReLU.
    pub hidden_norm: BatchNorm,
    /// `[hidden, dim]`, without bias as well.
    pub out: Linear,
    /// Gives each value of w a mean of zero and a variance of one.
    pub out_norm: BatchNorm,
}

impl Mapping {
    /// Weights are left to the caller.
    pub fn new(dim: usize, hidden: usize, device: &Device) -> Self {
        let linear = |inputs, outputs| LinearConfig::new(inputs, outputs).with_bias(false).init(device);
        let norm = |features| BatchNormConfig::new(features).init(device);
        Self { hidden: linear(dim, hidden), hidden_norm: norm(hidden), out: linear(hidden, dim), out_norm: norm(dim) }
    }

    /// The codes w of z, `[batch, dim]` both. In training the statistics are those of the batch.
    pub fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        let hidden = self.hidden_norm.forward(linear(&self.hidden, z));
        self.out_norm.forward(linear(&self.out, leaky_relu(hidden, 0.0)))
    }

    /// The same outside of training, in plain loops. For a network on the CPU: waits for its values.
    pub fn folded(&self) -> Option<codes::Mapping> {
        let network = self.valid();
        let layer = |linear: &Linear, norm: &BatchNorm| {
            let (scale, shift) = fold::affine(norm);
            let weight = linear.weight.val() * scale.unsqueeze();
            Some(codes::Layer { weight: parameters::values(weight)?, bias: parameters::values(shift)? })
        };
        let hidden = layer(&network.hidden, &network.hidden_norm)?;
        codes::Mapping::new(hidden, layer(&network.out, &network.out_norm)?)
    }
}
