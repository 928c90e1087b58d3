//! The refiner of SimGAN: Shrivastava et al. 2017 (arXiv 1612.07828), section 3.1 and figure 6.

use burn::{
    module::{Module, Param},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor},
};
use forger_protocol::{Random, SimganConfig};

use super::{
    activation::leaky_relu,
    conv::{Window, conv2d},
    initial,
    padding::reflect,
};
use crate::{data::light::WEIGHTS, parameters};

/// `relu(x + second(relu(first(x))))`, 3 x 3 each, mirrored at the edges. Nothing is normalised.
#[derive(Module, Debug)]
pub struct RefinerBlock {
    /// ReLU follows.
    pub first: Conv2d,
    /// ReLU follows after the sum.
    pub second: Conv2d,
}

/// From a synthetic picture in `[-1, 1]` to a refined one of the same size. Nothing is halved: it works on single pixels and
/// what lies near them, so that it cannot change a picture as a whole.
#[derive(Module, Debug)]
pub struct Refiner {
    /// 3 x 3, mirrored at the edges, as zeros would leave a frame in the picture; ReLU follows.
    pub input: Conv2d,
    /// [`SimganConfig::blocks`].
    pub blocks: Vec<RefinerBlock>,
    /// 1 x 1; tanh follows.
    pub out: Conv2d,
}

impl Refiner {
    /// Weights are those of `initial::he`. The settings are valid ones.
    pub fn new(config: &SimganConfig, random: &mut Random, device: &Device) -> Self {
        Self::unfilled(config, device).filled(random, device)
    }

    /// With the weights of [`Refiner::new`].
    pub(crate) fn filled(self, random: &mut Random, device: &Device) -> Self {
        parameters::fill(self, device, |name, shape| initial::he(name, shape, random))
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &SimganConfig, device: &Device) -> Self {
        let SimganConfig { channels, refiner_width: width, blocks, .. } = *config;
        let conv = |channels: [usize; 2], kernel: usize| {
            Conv2dConfig::new(channels, [kernel; 2]).with_padding(PaddingConfig2d::Valid).init(device)
        };
        let block = |_| RefinerBlock { first: conv([width, width], 3), second: conv([width, width], 3) };
        Self {
            input: conv([channels, width], 3),
            blocks: (0..blocks).map(block).collect(),
            out: conv([width, channels], 1),
        }
    }

    /// Pictures `[batch, channels, height, width]` in `[-1, 1]`, same out.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        let convolved = |conv: &Conv2d, x| {
            conv2d(x, conv.weight.val(), conv.bias.as_ref().map(Param::val), Window { stride: 1, padding: 0 })
        };
        let relu = |x| leaky_relu(x, 0.0);
        let mut x = relu(convolved(&self.input, reflect(pictures, 1)));
        for block in &self.blocks {
            let inner = relu(convolved(&block.first, reflect(x.clone(), 1)));
            x = relu(x + convolved(&block.second, reflect(inner, 1)));
        }
        convolved(&self.out, x).tanh()
    }

    /// [`Refiner::forward`] of pictures in colour, `[batch, 3, height, width]`, same out: one of grey pictures sees their light.
    pub fn refine(&self, pictures: Tensor<4>) -> Tensor<4> {
        if self.channels() == 3 {
            return self.forward(pictures);
        }
        self.forward(grey(pictures)).repeat_dim(1, 3)
    }

    /// Of the pictures that it takes: 1 or 3.
    pub fn channels(&self) -> usize {
        self.out.weight.dims()[0]
    }
}

/// The light of pictures in colour, `[batch, 3, height, width]` to `[batch, 1, height, width]`, as [`crate::data::light`] has it, but not
/// rounded.
pub(crate) fn grey(pictures: Tensor<4>) -> Tensor<4> {
    let channel = |index: usize| pictures.clone().narrow(1, index, 1) * (f32::from(WEIGHTS[index]) / 10_000.0);
    channel(0) + channel(1) + channel(2)
}
