//! The residual network of EnhanceNet: Sajjadi et al. 2017 (arXiv 1612.07919), section 4.1 and table 1, for twice and four
//! times the size, and a light one whose layers all work on the small picture.
//!
//! The network draws what bicubic interpolation lacks. There is no normalisation.

pub mod discriminator;
#[cfg(feature = "gpu")]
mod gpu;
mod painter;
#[cfg(feature = "gpu")]
mod pixels;
mod winograd;

use burn::{
    backend::{Flex, flex::FlexTensor},
    module::{Module, Param},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Device, Int, Tensor, TensorData},
};
use forger_protocol::{OutOfRange, Random, Settings as _, SuperresConfig, Upsampling};

use super::{
    activation::leaky_relu,
    conv::{Window, conv2d},
    initial,
};
use crate::{data::resize, parameters};

/// The kernel of 3 x 3 that keeps the size.
const KEEP: Window = Window { stride: 1, padding: 1 };

/// `x + second(relu(first(x)))`.
#[derive(Module, Debug)]
pub struct ResidualBlock {
    /// ReLU follows.
    pub first: Conv2d,
    /// What is added to the input of the block.
    pub second: Conv2d,
}

/// From a small picture to a large one, both in `[-1, 1]`.
#[derive(Module, Debug)]
pub struct Generator {
    /// From RGB to `width` channels; ReLU follows.
    pub input: Conv2d,
    /// All on the small picture.
    pub blocks: Vec<ResidualBlock>,
    /// After each doubling by nearest neighbours, and once more at full size; none with sub-pixels.
    pub upsample: Vec<Conv2d>,
    /// To RGB, or with sub-pixels to `3 * scale * scale` channels of the small picture.
    pub out: Conv2d,
    /// How many times higher and wider the picture becomes: 2 or 4.
    pub scale: usize,
}

fn conv(inputs: usize, outputs: usize, device: &Device) -> Conv2d {
    Conv2dConfig::new([inputs, outputs], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(device)
}

fn keep(conv: &Conv2d, x: Tensor<4>) -> Tensor<4> {
    conv2d(x, conv.weight.val(), conv.bias.as_ref().map(Param::val), KEEP)
}

/// [`initial::he`], but a tenth of it at the end of each block and of the network: a start near bicubic interpolation, with
/// blocks that change little, takes the place of normalisation.
fn small(name: &str, shape: &[usize], random: &mut Random) -> Vec<f32> {
    let mut values = initial::he(name, shape, random);
    if name.ends_with("second.weight") || name == "out.weight" {
        values.iter_mut().for_each(|value| *value *= 0.1);
    }
    values
}

impl Generator {
    /// Fails for settings out of range.
    pub fn new(config: &SuperresConfig, random: &mut Random, device: &Device) -> Result<Self, OutOfRange> {
        Ok(Self::unfilled(config, device)?.filled(random, device))
    }

    /// With the weights of [`Generator::new`].
    pub(crate) fn filled(self, random: &mut Random, device: &Device) -> Self {
        parameters::fill(self, device, |name, shape| small(name, shape, random))
    }

    /// Weights have shapes and take no memory until they are filled.
    pub(crate) fn unfilled(config: &SuperresConfig, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        let (width, scale) = (config.width, config.scale);
        let (upsample, outputs) = match config.upsampling {
            Upsampling::NearestNeighbor => (config.doublings().unwrap_or_default() + 1, 3),
            Upsampling::SubPixel => (0, 3 * scale * scale),
        };
        let block = || ResidualBlock { first: conv(width, width, device), second: conv(width, width, device) };
        Ok(Self {
            input: conv(3, width, device),
            blocks: (0..config.blocks).map(|_| block()).collect(),
            upsample: (0..upsample).map(|_| conv(width, width, device)).collect(),
            out: conv(width, outputs, device),
            scale,
        })
    }

    /// What bicubic interpolation lacks: `[batch, 3, height, width]` to `[batch, 3, height * scale, width * scale]`.
    pub fn residual(&self, small: Tensor<4>) -> Tensor<4> {
        let mut x = leaky_relu(keep(&self.input, small), 0.0);
        for block in &self.blocks {
            let inner = leaky_relu(keep(&block.first, x.clone()), 0.0);
            x = x + keep(&block.second, inner);
        }
        for (index, layer) in self.upsample.iter().enumerate() {
            if index + 1 < self.upsample.len() {
                x = doubled(x);
            }
            x = leaky_relu(keep(layer, x), 0.0);
        }
        let x = keep(&self.out, x);
        if self.upsample.is_empty() { shuffled(x, self.scale) } else { x }
    }

    /// Pictures `[batch, 3, height, width]` to `[batch, 3, height * scale, width * scale]`, about `[-1, 1]`.
    pub fn forward(&self, small: Tensor<4>) -> Tensor<4> {
        bicubic(small.clone(), self.scale) + self.residual(small)
    }
}

/// A trained generator with sub-pixels, prepared to be used often where it is.
#[derive(Clone, Debug)]
pub enum Painter {
    /// For tensors of the CPU.
    Cpu(painter::Painter),
    /// For tensors of a GPU.
    #[cfg(feature = "gpu")]
    Gpu(Box<gpu::Painter>),
}

impl Painter {
    /// `None` for a network whose last layers work on the large picture, or that is on a device without a painter.
    pub fn new(network: &Generator) -> Option<Self> {
        #[cfg(feature = "gpu")]
        if let Some(painter) = gpu::Painter::new(network) {
            return Some(Self::Gpu(Box::new(painter)));
        }
        painter::Painter::new(network).map(Self::Cpu)
    }

    /// [`Generator::forward`]; `None` for pictures on another device.
    pub fn forward(&self, small: &Tensor<4>) -> Option<Tensor<4>> {
        match self {
            Self::Cpu(painter) => Some(bicubic(small.clone(), painter.scale()) + painter.residual(small)?),
            #[cfg(feature = "gpu")]
            Self::Gpu(painter) => painter.forward(small),
        }
    }

    /// The same as RGBA, a byte each, `[batch, height * scale, width * scale]`, clear where a pixel is no number: where the
    /// device can make that as well.
    #[cfg_attr(not(feature = "gpu"), expect(unused_variables, reason = "only a GPU can"))]
    pub fn rgba(&self, small: &Tensor<4>) -> Option<Tensor<3, Int>> {
        match self {
            Self::Cpu(_) => None,
            #[cfg(feature = "gpu")]
            Self::Gpu(painter) => painter.rgba(small),
        }
    }
}

/// Pictures `[batch, channels, height, width]`, so many times higher and wider by bicubic interpolation.
pub fn bicubic(x: Tensor<4>, scale: usize) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    // On the CPU the few values that make a pixel are summed up; elsewhere, and with gradients, matrices do it.
    if let Ok(plain) = x.clone().try_into_primitive::<Flex>() {
        let size = [height * scale, width * scale];
        let plain = plain.to_contiguous();
        let large = resize::resize(plain.storage::<f32>(), [batch * channels, height, width], size);
        let large = TensorData::new(large, [batch, channels, size[0], size[1]]);
        return Tensor::from_primitive::<Flex>(FlexTensor::from_data(large));
    }
    let device = x.device();
    let matrix = |from: usize| {
        let values = TensorData::new(resize::matrix(from, from * scale), [from * scale, from]);
        Tensor::<2>::from_data(values, &device)
    };
    let (down, across) = (matrix(height), matrix(width).transpose());
    down.unsqueeze::<4>().matmul(x.matmul(across.unsqueeze::<4>()))
}

/// Each pixel becomes two by two.
fn doubled(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let x = x.reshape([batch, channels, height, 1, width, 1]);
    x.expand([batch, channels, height, 2, width, 2]).reshape([batch, channels, 2 * height, 2 * width])
}

/// Channels to pixels, as PyTorch's `pixel_shuffle`: `[batch, channels * scale * scale, height, width]` to `[batch, channels,
/// height * scale, width * scale]`.
fn shuffled(x: Tensor<4>, scale: usize) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let channels = channels / (scale * scale);
    let x = x.reshape([batch, channels, scale, scale, height, width]).permute([0, 1, 4, 2, 5, 3]);
    x.reshape([batch, channels, height * scale, width * scale])
}
