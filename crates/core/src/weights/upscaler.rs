//! Networks that make a picture of a picture: those of super-resolution.

use std::sync::Arc;

use burn::{
    module::Module as _,
    tensor::{Device, Int, Tensor, TensorData},
};
use forger_protocol::{Random, SuperresConfig, error::ModelError};

use super::{File, Networks, bad_config};
use crate::{
    nets::superres::{Generator, Painter},
    parameters::{self, NamedTensor},
};

/// Side of the picture of a test vector.
const SIDE: usize = 8;

/// A network that makes pictures larger.
#[derive(Clone, Debug)]
pub struct Upscaler {
    /// The settings that the card has.
    pub config: SuperresConfig,
    way: Way,
    device: Device,
}

/// What makes them larger.
#[derive(Clone, Debug)]
enum Way {
    /// The generator as it was trained.
    Trained(Box<Generator>),
    Painter(Arc<Painter>),
}

impl Upscaler {
    /// Works on the device that the generator is on.
    pub fn new(config: SuperresConfig, generator: Generator) -> Self {
        let device = generator.devices().into_iter().next().unwrap_or_default();
        Self { config, way: Way::Trained(Box::new(generator)), device }
    }

    /// The generator as it was trained; not of one that is prepared.
    pub fn generator(&self) -> Option<&Generator> {
        match &self.way {
            Way::Trained(generator) => Some(generator),
            Way::Painter(_) => None,
        }
    }

    /// Pictures `[batch, 3, height, width]` in `[-1, 1]` to `[batch, 3, height * scale, width * scale]`, about `[-1, 1]`.
    pub fn upscale(&self, small: Tensor<4>) -> Tensor<4> {
        let [count, channels, height, width] = small.dims();
        let made = match &self.way {
            Way::Trained(generator) => Some(generator.forward(small)),
            Way::Painter(painter) => painter.forward(&small),
        };
        // Pictures of another device: a fault of the caller, which looks for what is not a number.
        let shape = [count, channels, height * self.config.scale, width * self.config.scale];
        made.unwrap_or_else(|| Tensor::full(shape, f32::NAN, &self.device))
    }

    /// [`Upscaler::upscale`] as RGBA, a byte each, `[batch, height * scale, width * scale]`, clear where a pixel is no number.
    /// `None` where that is left to the caller.
    pub fn rgba(&self, small: &Tensor<4>) -> Option<Tensor<3, Int>> {
        match &self.way {
            Way::Trained(_) => None,
            Way::Painter(painter) => painter.rgba(small),
        }
    }

    /// Where the network is.
    pub fn device(&self) -> Device {
        self.device.clone()
    }
}

impl Networks for Upscaler {
    fn read(file: &File<'_>, device: &Device) -> Result<Self, ModelError> {
        let config = file.card.system.settings::<SuperresConfig>()?;
        let empty = Generator::unfilled(&config, device).map_err(bad_config)?;
        let generator = file.network("generator", empty, device)?;
        Ok(Self::new(config, generator))
    }

    fn tensors(&self) -> Vec<(&'static str, Vec<NamedTensor>)> {
        Vec::from_iter(self.generator().map(|network| ("generator", parameters::collect(network))))
    }

    fn test_shape(&self) -> Vec<usize> {
        vec![3, SIDE, SIDE]
    }

    fn effort(&self) -> u64 {
        let SuperresConfig { scale, width, blocks, .. } = self.config;
        // Of 3 x 3, two of each block on the small picture, and at most three on the large one.
        (9 * width * width * (2 * blocks + 3 * scale * scale)) as u64
    }

    fn test(&self, shape: &[usize], random: &mut Random) -> Option<Tensor<4>> {
        let &[3, height, width] = shape else { return None };
        let mut input = vec![0.0; 3 * height * width];
        random.fill_uniform(&mut input, -1.0, 1.0);
        let input = TensorData::new(input, [1, 3, height, width]);
        Some(self.upscale(Tensor::from_data(input, &self.device())))
    }

    fn prepared(mut self) -> Self {
        if let Some(painter) = self.generator().and_then(Painter::new) {
            self.way = Way::Painter(Arc::new(painter));
        }
        self
    }
}
