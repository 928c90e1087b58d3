//! Generators that make a picture of a picture: those of pix2pix (Isola et al. 2017, arXiv 1611.07004) and of CycleGAN (Zhu et
//! al. 2017, arXiv 1703.10593).

mod doubler;
pub mod import;
mod resnet;
mod unet;

use burn::{
    module::{Module, Param},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Tensor, TensorData},
};
use forger_protocol::{Normalization, OutOfRange, Random, TranslatorConfig, TranslatorNetwork};

pub use doubler::Doubler;
pub use resnet::{ResidualBlock, Resnet};
pub use unet::{Unet, UnetLevel};

use super::{
    conv::{Window, conv2d},
    initial,
    norm::Norm,
    padding,
};
use crate::parameters;

/// From a picture in `[-1, 1]` to one of the same size.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are one or two of it, and the tensors lie elsewhere")]
pub enum Translator {
    /// Halves the side to almost nothing, with skips.
    Unet(Unet),
    /// Residual blocks at a quarter of the side.
    Resnet(Resnet),
}

impl Translator {
    /// Weights N(0, 0.02), as in appendix 6.2 of pix2pix. Fails for settings out of range.
    pub fn new(config: &TranslatorConfig, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        Ok(Self::unfilled(config, device)?.filled(random, device))
    }

    /// With the weights of [`Translator::new`].
    pub(crate) fn filled(self, random: &mut Random, device: &Device) -> Self {
        parameters::fill(self, device, |name, shape| initial::normal(name, shape, random))
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &TranslatorConfig, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        Ok(match config.network {
            TranslatorNetwork::Unet => Self::Unet(Unet::unfilled(config, device)),
            TranslatorNetwork::Resnet => Self::Resnet(Resnet::unfilled(config, device)),
        })
    }

    /// Pictures `[batch, 3, height, width]` in `[-1, 1]`, same out. Sides are multiples of [`TranslatorConfig::multiple`].
    /// Dropout is drawn from `noise`; without, there is none.
    pub fn forward(&self, x: Tensor<4>, noise: Option<&mut Random>) -> Tensor<4> {
        match self {
            Self::Unet(network) => network.forward(x, noise),
            Self::Resnet(network) => network.forward(x, noise),
        }
    }

    /// [`Translator::forward`] of pictures of any size, without dropout: see [`translated`].
    pub fn translate(&self, x: Tensor<4>, multiple: usize) -> Tensor<4> {
        translated(x, multiple, |x| self.forward(x, None))
    }
}

/// Pictures of any size, mirrored at the lower and right edge until their sides are multiples; what is made of the mirror is cut
/// off.
pub fn translated(x: Tensor<4>, multiple: usize, make: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let [rows, columns] = [height, width].map(|side| side.div_ceil(multiple) * multiple);
    if [rows, columns] == [height, width] {
        return make(x);
    }
    let padded = padding::extend(padding::extend(x, 2, rows - height), 3, columns - width);
    make(padded).slice([0..batch, 0..channels, 0..height, 0..width])
}

/// Channels of `width`, doubled so many times, at most `most` times as many.
fn channels(width: usize, doublings: usize, most: usize) -> usize {
    width * (1 << doublings.min(16)).min(most)
}

/// Whether a layer has a bias. One that is normalised has none: it would be taken out again, and what is left of its gradient is
/// rounding, along which Adam walks elsewhere on every device. The authors' code has it all the same before instance normalisation;
/// with batch normalisation it has none in layers that are not normalised either.
fn has_bias(config: &TranslatorConfig, is_normalised: bool) -> bool {
    match config.normalization {
        Normalization::None => true,
        Normalization::Instance => !is_normalised,
        Normalization::Batch => false,
    }
}

fn conv(channels: [usize; 2], kernel: usize, stride: usize, bias: bool, device: &Device) -> Conv2d {
    Conv2dConfig::new(channels, [kernel; 2])
        .with_stride([stride; 2])
        .with_padding(PaddingConfig2d::Valid)
        .with_bias(bias)
        .init(device)
}

fn convolved(conv: &Conv2d, x: Tensor<4>, stride: usize, padding: usize) -> Tensor<4> {
    conv2d(x, conv.weight.val(), conv.bias.as_ref().map(Param::val), Window { stride, padding })
}

fn normalized(norm: &Option<Norm>, x: Tensor<4>) -> Tensor<4> {
    match norm {
        Some(norm) => norm.forward(x),
        None => x,
    }
}

/// Half of the values, by chance, become 0 and the others twice what they were: Srivastava et al. 2014. Drawn on the host, so
/// that a run is the same on every device.
fn dropout(x: Tensor<4>, noise: &mut Random) -> Tensor<4> {
    let mut mask = vec![0.0; x.shape().num_elements()];
    noise.fill_uniform(&mut mask, 0.0, 1.0);
    mask.iter_mut().for_each(|value| *value = if *value < 0.5 { 0.0 } else { 2.0 });
    let mask = Tensor::from_data(TensorData::new(mask, x.dims()), &x.device());
    x * mask
}
