//! The discriminator of EnhanceNet: Sajjadi et al. 2017 (arXiv 1612.07919), section 4.2.4 and table 2.
//!
//! Pairs of convolutions, of which the second halves the side, until it is a thirty-second; leaky ReLU after each, no
//! normalisation.

use burn::{
    module::{Module, Param},
    nn::{
        Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor},
};
use forger_protocol::{OutOfRange, Random, Settings as _, SuperresConfig};

use super::KEEP;
use crate::{
    nets::{
        activation::leaky_relu,
        conv::{Window, conv2d},
        initial,
        mlp::LEAK,
        product::linear,
    },
    parameters,
};

/// How often the side is halved.
const HALVINGS: usize = 5;
/// Hidden neurons for each channel of the first layer: 1024 in the paper.
const HIDDEN: usize = 32;
const HALVE: Window = Window { stride: 2, padding: 1 };

/// From a large patch in `[-1, 1]` to a logit.
#[derive(Module, Debug)]
pub struct Discriminator {
    /// Every second one halves the side.
    pub convs: Vec<Conv2d>,
    /// From the last feature map, flat; leaky ReLU follows.
    pub hidden: Linear,
    /// To the logit, `[batch, 1]`.
    pub out: Linear,
}

impl Discriminator {
    /// Weights are those of `initial::he`. Fails for settings out of range.
    pub fn new(config: &SuperresConfig, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        Ok(Self::unfilled(config, device)?.filled(random, device))
    }

    /// With the weights of [`Discriminator::new`].
    pub(crate) fn filled(self, random: &mut Random, device: &Device) -> Self {
        parameters::fill(self, device, |name, shape| initial::he(name, shape, random))
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &SuperresConfig, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        let width = config.discriminator_width;
        let conv = |index: usize| {
            let outputs = width << (index / 2);
            let inputs = if index == 0 { 3 } else { width << ((index - 1) / 2) };
            let config =
                Conv2dConfig::new([inputs, outputs], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1));
            config.with_stride([1 + index % 2; 2]).init(device)
        };
        let side = (config.patch * config.scale) >> HALVINGS;
        Ok(Self {
            convs: (0..2 * HALVINGS).map(conv).collect(),
            hidden: LinearConfig::new((width << (HALVINGS - 1)) * side * side, HIDDEN * width).init(device),
            out: LinearConfig::new(HIDDEN * width, 1).init(device),
        })
    }
}

impl crate::nets::Discriminator<4> for Discriminator {
    /// Patches `[batch, 3, side, side]` of the side that the settings have.
    fn judge(&self, samples: Tensor<4>) -> Tensor<2> {
        let mut x = samples;
        for (index, conv) in self.convs.iter().enumerate() {
            let window = if index % 2 == 0 { KEEP } else { HALVE };
            x = conv2d(x, conv.weight.val(), conv.bias.as_ref().map(Param::val), window);
            x = leaky_relu(x, LEAK as f32);
        }
        let hidden = leaky_relu(linear(&self.hidden, x.flatten(1, 3)), LEAK as f32);
        linear(&self.out, hidden)
    }
}
