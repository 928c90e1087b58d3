//! The refiner of SimGAN: Shrivastava et al. 2017 (arXiv 1612.07828), section 3.1 and figure 6.

use burn::{
    module::Module,
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor},
};
use forger_protocol::{Random, SimganConfig};

use super::{
    activation::leaky_relu,
    displacement::{Displacement, convolved, displaced},
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

impl RefinerBlock {
    /// Features `[batch, width, height, width]`, same out.
    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = relu(convolved(&self.first, reflect(x.clone(), 1), 1));
        relu(x + convolved(&self.second, reflect(inner, 1), 1))
    }
}

/// What becomes of synthetic pictures.
pub struct Refined {
    /// `[batch, channels, height, width]` in `[-1, 1]`, as they were given.
    pub pictures: Tensor<4>,
    /// The synthetic ones, moved: they themselves where nothing moves.
    pub moved: Tensor<4>,
    /// By how much, in pixels: see [`Displacement::field`].
    pub field: Option<Tensor<4>>,
}

/// From a synthetic picture in `[-1, 1]` to a refined one of the same size. Nothing is halved: it works on single pixels and
/// what lies near them, so that it cannot change a picture as a whole. What is drawn may be moved a little before.
#[derive(Module, Debug)]
pub struct Refiner {
    /// Where [`SimganConfig::displacement`] is above 0.
    pub displacement: Option<Displacement>,
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
        parameters::fill(self, device, |name, shape| {
            let mut values = initial::he(name, shape, random);
            if name == "displacement.out.weight" {
                values.iter_mut().for_each(|value| *value *= 0.1);
            }
            values
        })
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &SimganConfig, device: &Device) -> Self {
        let SimganConfig { channels, refiner_width: width, blocks, displacement, .. } = *config;
        let conv = |channels: [usize; 2], kernel: usize| {
            Conv2dConfig::new(channels, [kernel; 2]).with_padding(PaddingConfig2d::Valid).init(device)
        };
        let block = |_| RefinerBlock { first: conv([width, width], 3), second: conv([width, width], 3) };
        Self {
            displacement: (displacement > 0.0).then(|| Displacement::unfilled(channels, width, device)),
            input: conv([channels, width], 3),
            blocks: (0..blocks).map(block).collect(),
            out: conv([width, channels], 1),
        }
    }

    /// Pictures `[batch, channels, height, width]` in `[-1, 1]`, same out.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        self.refined(pictures).pictures
    }

    /// [`Refiner::forward`], and what training asks of it.
    pub fn refined(&self, pictures: Tensor<4>) -> Refined {
        let field = self.displacement.as_ref().map(|displacement| displacement.field(pictures.clone()));
        let moved = match &field {
            Some(field) => displaced(pictures, field.clone()),
            None => pictures,
        };
        let x = relu(convolved(&self.input, reflect(moved.clone(), 1), 1));
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x));
        Refined { pictures: convolved(&self.out, x, 1).tanh(), moved, field }
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

fn relu(x: Tensor<4>) -> Tensor<4> {
    leaky_relu(x, 0.0)
}

/// The light of pictures in colour, `[batch, 3, height, width]` to `[batch, 1, height, width]`, as [`crate::data::light`] has it, but not
/// rounded.
pub(crate) fn grey(pictures: Tensor<4>) -> Tensor<4> {
    let channel = |index: usize| pictures.clone().narrow(1, index, 1) * (f32::from(WEIGHTS[index]) / 10_000.0);
    channel(0) + channel(1) + channel(2)
}
