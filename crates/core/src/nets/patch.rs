//! PatchGAN, which judges a picture patch by patch: Isola et al. 2017 (arXiv 1611.07004), section 3.2.2 and appendix 6.1.2.

use burn::{
    module::{Module, Param},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor},
};
use forger_protocol::{Normalization, OutOfRange, Random, translation::halvings};

use super::{
    activation::leaky_relu,
    conv::{Window, conv2d},
    initial,
    mlp::LEAK,
    norm::Norm,
};
use crate::parameters;

/// Channels grow up to so many times those of the first layer.
const MOST: usize = 8;

/// A convolution, then normalisation and leaky ReLU.
#[derive(Module, Debug)]
pub struct PatchBlock {
    /// 4 x 4 of stride 2, of stride 1 in the last block; 1 x 1 where single pixels are judged.
    pub conv: Conv2d,
    /// `None` where the settings have none.
    pub norm: Option<Norm>,
}

/// From pictures, or pairs of them one channel after the other, to a map of logits.
#[derive(Module, Debug)]
pub struct PatchDiscriminator {
    /// Without normalisation.
    pub input: Conv2d,
    /// One more than the side is halved in, `input` left out.
    pub blocks: Vec<PatchBlock>,
    /// To the logits.
    pub out: Conv2d,
}

impl PatchDiscriminator {
    /// Of pictures of so many channels; `patch` is the side of what one logit sees. Weights N(0, 0.02), or those of `initial::he`
    /// where nothing is normalised and such small ones would leave nothing of a picture. Fails for a patch that is not offered.
    pub fn new(shape: PatchShape, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        Ok(Self::unfilled(shape, device)?.filled(random, device))
    }

    /// With the weights of [`PatchDiscriminator::new`].
    pub(crate) fn filled(self, random: &mut Random, device: &Device) -> Self {
        let is_normalised = self.blocks.iter().any(|block| block.norm.is_some());
        let begin = if is_normalised { initial::normal } else { initial::he };
        parameters::fill(self, device, |name, shape| begin(name, shape, random))
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(shape: PatchShape, device: &Device) -> Result<Self, OutOfRange> {
        let PatchShape { channels, width, patch, normalization } = shape;
        let out_of_range = || OutOfRange { field: "patch".into(), value: patch as f64, min: 1.0, max: 286.0 };
        let halvings = halvings(patch).ok_or_else(out_of_range)?;
        let kernel = if halvings == 0 { 1 } else { 4 };
        let bias = normalization != Normalization::Batch;
        let conv = |channels: [usize; 2], bias| {
            let config = Conv2dConfig::new(channels, [kernel; 2]).with_padding(PaddingConfig2d::Valid);
            config.with_bias(bias).init(device)
        };
        let wide = |doublings: usize| width * (1 << doublings).min(MOST);
        // Where single pixels are judged there is one block all the same.
        let blocks = halvings.max(1);
        let block = |index: usize| PatchBlock {
            // What is normalised needs none: see the generators of this system.
            conv: conv([wide(index), wide(index + 1)], normalization == Normalization::None),
            norm: Norm::plain(normalization, wide(index + 1), device),
        };
        Ok(Self {
            input: conv([channels, width], true),
            blocks: (0..blocks).map(block).collect(),
            out: conv([wide(blocks), 1], halvings > 0 || bias),
        })
    }

    /// The side of the smallest picture of which something is left to judge.
    pub fn least(&self) -> usize {
        // Two convolutions of 4 x 4 and padding 1 take a pixel each, after one halving fewer than there are blocks and an input.
        if self.out.weight.dims()[2] == 1 { 1 } else { 3 << self.blocks.len() }
    }

    /// Pictures `[batch, channels, height, width]` in `[-1, 1]`, of sides of [`PatchDiscriminator::least`] or more, to logits
    /// `[batch, 1, rows, columns]`.
    pub fn logits(&self, pictures: Tensor<4>) -> Tensor<4> {
        let convolved = |conv: &Conv2d, x: Tensor<4>, stride: usize| {
            let weight = conv.weight.val();
            // What judges single pixels keeps all of them.
            let window =
                if weight.dims()[2] == 1 { Window { stride: 1, padding: 0 } } else { Window { stride, padding: 1 } };
            conv2d(x, weight, conv.bias.as_ref().map(Param::val), window)
        };
        let mut x = leaky_relu(convolved(&self.input, pictures, 2), LEAK as f32);
        for (index, block) in self.blocks.iter().enumerate() {
            let stride = if index + 1 < self.blocks.len() { 2 } else { 1 };
            x = convolved(&block.conv, x, stride);
            x = block.norm.as_ref().map_or_else(|| x.clone(), |norm| norm.forward(x.clone()));
            x = leaky_relu(x, LEAK as f32);
        }
        convolved(&self.out, x, 1)
    }

    /// [`PatchDiscriminator::logits`] one by one, `[batch * rows * columns, 1]`, and how many there are of a picture.
    pub fn each(&self, pictures: Tensor<4>) -> (Tensor<2>, usize) {
        let map = self.logits(pictures);
        let [batch, _, rows, columns] = map.dims();
        (map.reshape([batch * rows * columns, 1]), rows * columns)
    }
}

/// What a [`PatchDiscriminator`] is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchShape {
    /// Of what is judged: 3, or 6 for a pair.
    pub channels: usize,
    /// Channels of the first layer.
    pub width: usize,
    /// Side of what one logit sees, in pixels: 1, 16, 34, 70, 142 or 286.
    pub patch: usize,
    /// Between the layers.
    pub normalization: Normalization,
}

impl super::Discriminator<4> for PatchDiscriminator {
    /// One logit for each patch, `[batch * rows * columns, 1]`.
    fn judge(&self, samples: Tensor<4>) -> Tensor<2> {
        self.each(samples).0
    }
}
