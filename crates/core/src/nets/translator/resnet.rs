//! The residual generator of CycleGAN: Zhu et al. 2017 (arXiv 1703.10593), appendix 7.2.

use burn::{
    module::Module,
    nn::conv::Conv2d,
    tensor::{Device, Tensor},
};
use forger_protocol::{Random, TranslatorConfig};

use super::{Doubler, conv, convolved, dropout, finished, has_bias, normalized, outputs};
use crate::nets::{activation::leaky_relu, norm::Norm, padding};

/// How often the side is halved before the blocks.
const HALVINGS: usize = 2;

/// A convolution and its normalisation.
#[derive(Module, Debug)]
pub struct Layer {
    /// What is normalised.
    pub conv: Conv2d,
    /// `None` where the settings have none.
    pub norm: Option<Norm>,
}

/// A doubling and its normalisation.
#[derive(Module, Debug)]
pub struct UpLayer {
    /// What is normalised.
    pub conv: Doubler,
    /// `None` where the settings have none.
    pub norm: Option<Norm>,
}

/// `x + second(relu(first(x)))`, 3 x 3 each, mirrored at the edges.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// ReLU follows, and dropout if there is any.
    pub first: Layer,
    /// Without activation.
    pub second: Layer,
}

/// Two halvings, residual blocks, two doublings.
#[derive(Module, Debug)]
pub struct Resnet {
    /// 7 x 7, mirrored at the edges.
    pub input: Layer,
    /// 3 x 3 of stride 2, twice as many channels each.
    pub down: Vec<Layer>,
    /// All at a quarter of the side.
    pub blocks: Vec<ResidualBlock>,
    /// Half as many channels each.
    pub up: Vec<UpLayer>,
    /// 7 x 7, mirrored at the edges; tanh follows, and the mask where there is one ([`TranslatorConfig::attention`]).
    pub out: Conv2d,
    /// See [`TranslatorConfig::dropout`].
    pub dropout: bool,
}

impl Resnet {
    pub(super) fn unfilled(config: &TranslatorConfig, device: &Device) -> Self {
        let (width, bias) = (config.width, has_bias(config, true));
        let norm = |channels| Norm::plain(config.normalization, channels, device);
        let layer = |channels: [usize; 2], kernel, stride| Layer {
            conv: conv(channels, kernel, stride, bias, device),
            norm: norm(channels[1]),
        };
        let widest = width << HALVINGS;
        let inner = || layer([widest, widest], 3, 1);
        Self {
            input: layer([3, width], 7, 1),
            down: (0..HALVINGS).map(|index| layer([width << index, width << (index + 1)], 3, 2)).collect(),
            blocks: (0..config.blocks).map(|_| ResidualBlock { first: inner(), second: inner() }).collect(),
            up: (0..HALVINGS)
                .map(|index| {
                    let channels = [widest >> index, widest >> (index + 1)];
                    let conv = Doubler::new(config.doubling, channels, 3, bias, device);
                    UpLayer { conv, norm: norm(channels[1]) }
                })
                .collect(),
            out: conv([width, outputs(config)], 7, 1, true, device),
            dropout: config.dropout,
        }
    }

    pub(super) fn forward(&self, given: Tensor<4>, mut noise: Option<&mut Random>) -> Tensor<4> {
        let layer =
            |layer: &Layer, x, stride, padding| normalized(&layer.norm, convolved(&layer.conv, x, stride, padding));
        let mut x = leaky_relu(layer(&self.input, padding::reflect(given.clone(), 3), 1, 0), 0.0);
        for down in &self.down {
            x = leaky_relu(layer(down, x, 2, 1), 0.0);
        }
        for block in &self.blocks {
            let mut inner = leaky_relu(layer(&block.first, padding::reflect(x.clone(), 1), 1, 0), 0.0);
            if let Some(noise) = noise.as_deref_mut().filter(|_| self.dropout) {
                inner = dropout(inner, noise);
            }
            x = x + layer(&block.second, padding::reflect(inner, 1), 1, 0);
        }
        for up in &self.up {
            x = leaky_relu(normalized(&up.norm, up.conv.forward(x)), 0.0);
        }
        finished(convolved(&self.out, padding::reflect(x, 3), 1, 0), given)
    }
}
