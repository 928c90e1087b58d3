//! The normalisation of a convolutional layer, chosen at run time.

#[cfg(feature = "gpu")]
mod gpu;

use burn::{
    module::Module,
    nn::{BatchNorm, BatchNormConfig, InstanceNorm, InstanceNormConfig},
    tensor::{Device, Tensor},
};
use forger_protocol::Normalization;

/// Batch normalisation (arXiv 1502.03167) or instance normalisation (arXiv 1607.08022), each with scale and shift, but for [`Norm::plain`].
#[derive(Module, Debug)]
pub enum Norm {
    /// By the statistics of the batch in training, by running ones afterwards.
    Batch(BatchNorm),
    /// By the statistics of each picture, always.
    Instance(InstanceNorm),
}

impl Norm {
    /// `None` for [`Normalization::None`].
    pub fn new(kind: Normalization, channels: usize, device: &Device) -> Option<Self> {
        match kind {
            Normalization::Batch => Some(Self::Batch(BatchNormConfig::new(channels).init(device))),
            Normalization::Instance => Some(Self::Instance(InstanceNormConfig::new(channels).init(device))),
            Normalization::None => None,
        }
    }

    /// The same, but for instance normalisation without scale and shift, as PyTorch has it by default.
    pub fn plain(kind: Normalization, channels: usize, device: &Device) -> Option<Self> {
        match kind {
            Normalization::Instance => {
                Some(Self::Instance(InstanceNormConfig::new(channels).with_affine(false).init(device)))
            }
            kind => Self::new(kind, channels, device),
        }
    }

    /// `[batch, channels, height, width]`, same out.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            #[cfg(feature = "gpu")]
            Self::Batch(norm) => gpu::batch_norm(norm, &x).unwrap_or_else(|| norm.forward(x)),
            #[cfg(not(feature = "gpu"))]
            Self::Batch(norm) => norm.forward(x),
            Self::Instance(norm) => norm.forward(x),
        }
    }
}
