//! From a picture to a code: f-AnoGAN, Schlegl et al. 2019 (doi 10.1016/j.media.2019.01.010), section 2.2. As there, it has the
//! layers of the discriminator, and as many values at the end as a code has.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use forger_protocol::{EncoderConfig, OutOfRange, Random, Settings as _};

use super::{dcgan::Discriminator, fold, initial};
use crate::parameters;

/// From a picture in `[-1, 1]` to a code.
#[derive(Module, Debug)]
pub struct Encoder {
    /// Its last layer gives a code in the place of a logit.
    pub body: Discriminator,
    /// Whether codes lie in `[-1, 1]`.
    pub bounded: bool,
}

impl Encoder {
    /// Fails for settings out of range.
    pub fn new(config: &EncoderConfig, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        let module = Self::unfilled(config, device)?;
        Ok(parameters::fill(module, device, |name, shape| initial::normal(name, shape, random)))
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &EncoderConfig, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        let body = Discriminator::with_outputs(&config.body(), config.latent_dim, device)?;
        Ok(Self { body, bounded: config.bounded })
    }

    /// Pictures `[batch, channels, height, width]` to codes `[batch, latent_dim]`.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let codes = self.body.forward(pictures);
        if self.bounded { codes.tanh() } else { codes }
    }

    /// As it encodes outside of training, on a device with autodiff.
    pub fn folded(&self) -> Self {
        Self { body: fold::discriminator(&self.body), bounded: self.bounded }
    }
}
