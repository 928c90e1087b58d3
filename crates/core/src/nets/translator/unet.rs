//! The U-Net of pix2pix: Isola et al. 2017 (arXiv 1611.07004), appendix 6.1.1.

use burn::{
    module::Module,
    nn::conv::Conv2d,
    tensor::{Device, Tensor},
};
use forger_protocol::{Random, TranslatorConfig};

use super::{Doubler, channels, conv, convolved, dropout, finished, has_bias, normalized, outputs};
use crate::nets::{activation::leaky_relu, mlp::LEAK, norm::Norm};

/// Channels grow up to so many times those of the first level.
const MOST: usize = 8;
/// The first level, from the picture, that has dropout; the innermost has none.
const DROPOUT: usize = 4;

/// What halves the side, and what doubles it again on the way back.
#[derive(Module, Debug)]
pub struct UnetLevel {
    /// 4 x 4, stride 2; leaky ReLU before it, but in the first level.
    pub down: Conv2d,
    /// `None` in the first and the last level.
    pub down_norm: Option<Norm>,
    /// ReLU before it. Of the levels below and of the skip: twice as many channels, but in the last level.
    pub up: Doubler,
    /// `None` in the first level, which makes the picture.
    pub up_norm: Option<Norm>,
}

/// Levels from the picture down to almost nothing.
#[derive(Module, Debug)]
pub struct Unet {
    /// As many as [`TranslatorConfig::depth`].
    pub levels: Vec<UnetLevel>,
    /// See [`TranslatorConfig::dropout`].
    pub dropout: bool,
}

impl Unet {
    pub(super) fn unfilled(config: &TranslatorConfig, device: &Device) -> Self {
        let last = config.depth - 1;
        let norm = |channels: usize| Norm::plain(config.normalization, channels, device);
        let level = |index: usize| {
            let inner = channels(config.width, index, MOST);
            let outer = if index == 0 { 3 } else { channels(config.width, index - 1, MOST) };
            let below = if index == last { inner } else { 2 * inner };
            let made = if index == 0 { outputs(config) } else { outer };
            let bias = |is_normalised| has_bias(config, is_normalised);
            UnetLevel {
                down: conv([outer, inner], 4, 2, bias(index != 0 && index != last), device),
                down_norm: (index != 0 && index != last).then(|| norm(inner)).flatten(),
                up: Doubler::new(config.doubling, [below, made], 4, index == 0 || bias(true), device),
                up_norm: (index != 0).then(|| norm(outer)).flatten(),
            }
        };
        Self { levels: (0..config.depth).map(level).collect(), dropout: config.dropout }
    }

    pub(super) fn forward(&self, given: Tensor<4>, mut noise: Option<&mut Random>) -> Tensor<4> {
        let mut skips = Vec::with_capacity(self.levels.len());
        let mut x = given.clone();
        for (index, level) in self.levels.iter().enumerate() {
            let before = if index == 0 { x } else { leaky_relu(x, LEAK as f32) };
            x = normalized(&level.down_norm, convolved(&level.down, before, 2, 1));
            skips.push(x.clone());
        }
        // The innermost has nothing below it.
        skips.pop();
        for (index, level) in self.levels.iter().enumerate().rev() {
            x = normalized(&level.up_norm, level.up.forward(leaky_relu(x, 0.0)));
            if let Some(noise) = noise.as_deref_mut().filter(|_| self.dropout && index >= DROPOUT) {
                x = if index + 1 < self.levels.len() { dropout(x, noise) } else { x };
            }
            if let Some(skip) = skips.pop() {
                x = Tensor::cat(vec![skip, x], 1);
            }
        }
        finished(x, given)
    }
}
