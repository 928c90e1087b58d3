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
    tensor::{Device, Tensor, TensorData, activation::sigmoid},
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

/// Channels of the last convolution: see [`finished`].
const fn outputs(config: &TranslatorConfig) -> usize {
    if config.attention { 4 } else { 3 }
}

/// The picture that the last convolution makes: three channels, through tanh, and with [`TranslatorConfig::attention`] the mask of
/// [`masked`], through a sigmoid.
pub(super) fn finished(made: Tensor<4>, given: Tensor<4>) -> Tensor<4> {
    if made.dims()[1] == 3 {
        return made.tanh();
    }
    masked(made.clone().narrow(1, 0, 3).tanh(), sigmoid(made.narrow(1, 3, 1)), given)
}

/// What was made where the mask is 1, and what was given where it is 0.
pub(super) fn masked(made: Tensor<4>, mask: Tensor<4>, given: Tensor<4>) -> Tensor<4> {
    given.clone() + (made - given) * mask
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

#[cfg(test)]
mod tests {
    use forger_protocol::Stream;

    use super::*;

    /// A U-Net and a ResNet.
    fn with_masks() -> [TranslatorConfig; 2] {
        let unet = TranslatorConfig { depth: 5, width: 2, ..TranslatorConfig::default() };
        [unet, TranslatorConfig::resnet(2, 1)].map(|config| TranslatorConfig { attention: true, ..config })
    }

    fn network(config: &TranslatorConfig) -> Translator {
        Translator::new(config, &mut Random::new(1, Stream::Weights), &Device::flex()).unwrap()
    }

    #[test]
    fn a_mask_of_nothing_leaves_a_picture_of_any_size_as_it_was() {
        let device = Device::flex();
        let mut pixels = vec![0.0; 2 * 3 * 21 * 34];
        Random::new(1, Stream::Data).fill_uniform(&mut pixels, -1.0, 1.0);
        let picture = Tensor::<4>::from_data(TensorData::new(pixels, [2, 3, 21, 34]), &device);
        for config in with_masks() {
            let tensors = parameters::collect(&network(&config));
            // By how much a picture changes where the mask has this bias.
            let changes = |bias: f32| {
                let network = parameters::fill(network(&config), &device, |name, _| {
                    let mut values = tensors.iter().find(|tensor| tensor.name == name).unwrap().values.clone();
                    if ["levels.0.up.bias", "out.bias"].contains(&name) {
                        assert_eq!(values, [0.0; 4]);
                        values[3] = bias;
                    }
                    values
                });
                let made = network.translate(picture.clone(), config.multiple());
                parameters::values((made - picture.clone()).abs()).unwrap()
            };
            assert!(changes(-100.0).iter().all(|change| *change <= 1e-6), "{config:?}");
            assert!(changes(0.0).iter().any(|change| *change > 0.1), "{config:?}");
        }
    }

    #[test]
    fn a_mask_is_a_channel_more_of_the_last_layer() {
        let count = |config: &TranslatorConfig| {
            let counted = parameters::shapes(&Translator::unfilled(config, &Device::flex()).unwrap());
            let counted = counted.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum::<usize>();
            let real = parameters::collect(&network(config)).iter().map(|tensor| tensor.values.len()).sum::<usize>();
            assert_eq!(counted, real);
            real
        };
        // Kernels of 4 x 4 of the level below and the skip, and of 7 x 7; a bias each.
        for (config, more) in with_masks().iter().zip([4 * 4 * 4 + 1, 2 * 7 * 7 + 1]) {
            let plain = TranslatorConfig { attention: false, ..config.clone() };
            assert_eq!(count(config), count(&plain) + more, "{config:?}");
        }
    }
}
