//! A classifier of attributes: convolutions that halve the side, batch normalisation, and a vector of features.

use burn::{
    module::{Module, Param},
    nn::{
        Linear, LinearConfig, PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor},
};
use forger_protocol::{ClassifierConfig, Normalization, OutOfRange, Random};

use super::{
    activation::leaky_relu,
    conv::{Window, conv2d},
    initial,
    mlp::LEAK,
    norm::Norm,
    product::linear,
};
use crate::parameters;

/// A convolution that halves the side, then batch normalisation and leaky ReLU.
#[derive(Module, Debug)]
pub struct Block {
    /// A kernel of 4 x 4, stride 2, padding 1; twice the channels, but for the first.
    pub conv: Conv2d,
    /// `None` once the kernel has taken it in.
    pub norm: Option<Norm>,
}

/// From a picture in `[-1, 1]` to a logit an attribute.
#[derive(Module, Debug)]
pub struct Classifier {
    /// As many as [`ClassifierConfig::halvings`] says.
    pub blocks: Vec<Block>,
    /// From the last feature map to the features.
    pub embed: Linear,
    /// From the features to `[batch, attributes]`.
    pub head: Linear,
}

impl Classifier {
    /// Weights are those of `initial::he`. Fails for settings out of range.
    pub fn new(config: &ClassifierConfig, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        let (blocks, _) = config.halvings().unwrap_or((1, 1));
        let conv = |inputs, outputs| {
            let padding = PaddingConfig2d::Explicit(1, 1, 1, 1);
            Conv2dConfig::new([inputs, outputs], [4, 4]).with_stride([2, 2]).with_padding(padding).with_bias(false)
        };
        let module = Self {
            blocks: (0..blocks)
                .map(|level| {
                    let inputs = if level == 0 { config.channels } else { config.width << (level - 1) };
                    let outputs = config.width << level;
                    Block {
                        conv: conv(inputs, outputs).init(device),
                        norm: Norm::new(Normalization::Batch, outputs, device),
                    }
                })
                .collect(),
            embed: LinearConfig::new(config.last_map(), config.features).init(device),
            head: LinearConfig::new(config.features, config.attributes.len()).init(device),
        };
        Ok(parameters::fill(module, device, |name, shape| initial::he(name, shape, random)))
    }

    /// What each block makes of pictures `[batch, channels, height, width]` in `[-1, 1]`: `[batch, width << block, side, side]`,
    /// the side halved by each. Pictures may have any size here.
    pub fn maps(&self, pictures: Tensor<4>) -> Vec<Tensor<4>> {
        let mut maps = Vec::with_capacity(self.blocks.len());
        let mut x = pictures;
        for block in &self.blocks {
            x = conv2d(
                x,
                block.conv.weight.val(),
                block.conv.bias.as_ref().map(Param::val),
                Window { stride: 2, padding: 1 },
            );
            if let Some(norm) = &block.norm {
                x = norm.forward(x);
            }
            x = leaky_relu(x, LEAK as f32);
            maps.push(x.clone());
        }
        maps
    }

    /// Pictures `[batch, channels, height, width]` in `[-1, 1]` to features `[batch, features]`.
    pub fn features(&self, pictures: Tensor<4>) -> Tensor<2> {
        let last = self.maps(pictures.clone()).pop().unwrap_or(pictures);
        leaky_relu(linear(&self.embed, last.flatten(1, 3)), LEAK as f32)
    }

    /// Features to logits `[batch, attributes]`; sigma of one is the probability that the picture has the attribute.
    pub fn judge(&self, features: Tensor<2>) -> Tensor<2> {
        linear(&self.head, features)
    }

    /// Pictures to logits `[batch, attributes]`.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.judge(self.features(pictures))
    }
}
