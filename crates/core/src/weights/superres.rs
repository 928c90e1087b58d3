//! The model file of super-resolution.

use std::sync::Arc;

use burn::{
    module::Module as _,
    tensor::{Device, Int, Tensor, TensorData},
};
use forger_protocol::{Card, Random, Stream, SuperresConfig, TestVector, card::System, error::ModelError};

use super::{bad_config, compare, other, pack, parse, remember, serialize, unpack};
use crate::nets::superres::{Generator, Painter};

/// Side of the picture of a test vector.
const SIDE: usize = 8;

/// A network ready to make pictures larger, and its card.
#[derive(Clone, Debug)]
pub struct Upscaler {
    pub card: Card,
    /// The settings that the card has.
    pub config: SuperresConfig,
    /// Not to be changed: the painter is made of it.
    pub generator: Generator,
    painter: Option<Arc<Painter>>,
}

fn config(card: &Card) -> Result<&SuperresConfig, ModelError> {
    match &card.system {
        System::Superres(config) => Ok(config),
        System::Dcgan(_) => Err(other("superres", card)),
    }
}

/// Writes the model file of a network on CPU, as [`super::write`] does for a DCGAN.
pub fn write(mut card: Card, generator: &Generator) -> Result<(Vec<u8>, Card), ModelError> {
    let tensors = pack(generator, "")?;
    if card.test_vector.output.is_empty() {
        let mut input = vec![0.0; 3 * SIDE * SIDE];
        Random::new(card.seed, Stream::Metrics).fill_uniform(&mut input, -1.0, 1.0);
        card.test_vector = TestVector { input, ..TestVector::default() };
        let output = read(&serialize(&card, &tensors)?, &Device::flex())?.drawn();
        remember(&mut card.test_vector, output);
        return Ok((serialize(&card, &tensors)?, card));
    }
    let bytes = serialize(&card, &tensors)?;
    let model = read(&bytes, &Device::flex())?;
    model.check(&model.drawn())?;
    Ok((bytes, card))
}

/// Reads a model file onto a device. Follow with [`Upscaler::check`].
pub fn read(bytes: &[u8], device: &Device) -> Result<Upscaler, ModelError> {
    let (card, tensors) = parse(bytes)?;
    let config = config(&card)?.clone();
    if card.test_vector.input.len() != 3 * SIDE * SIDE {
        return Err(ModelError::BadCard { detail: "the test vector has another length than its picture".into() });
    }
    let empty = Generator::unfilled(&config, device).map_err(bad_config)?;
    let generator = unpack(&tensors, "", empty, device)?;
    Ok(Upscaler::new(card, config, generator))
}

impl Upscaler {
    pub fn new(card: Card, config: SuperresConfig, generator: Generator) -> Self {
        Self { card, config, generator, painter: None }
    }

    /// Prepares the model to be used often, at the cost of copies of its weights; see [`super::Model::prepared`].
    pub fn prepared(mut self) -> Self {
        self.painter = Painter::new(&self.generator).map(Arc::new);
        self
    }

    /// Pictures `[batch, 3, height, width]` in `[-1, 1]` to `[batch, 3, height * scale, width * scale]`, about `[-1, 1]`.
    pub fn upscale(&self, small: Tensor<4>) -> Tensor<4> {
        let painted = self.painter.as_ref().and_then(|painter| painter.forward(&small));
        painted.unwrap_or_else(|| self.generator.forward(small))
    }

    /// [`Upscaler::upscale`] as RGBA, a byte each, `[batch, height * scale, width * scale]`, clear where a pixel is no number.
    /// `None` where that is left to the caller.
    pub fn rgba(&self, small: &Tensor<4>) -> Option<Tensor<3, Int>> {
        self.painter.as_ref()?.rgba(small)
    }

    /// What the network makes of the picture of the test vector, not read back.
    pub fn test_output(&self) -> Tensor<4> {
        let input = TensorData::new(self.card.test_vector.input.clone(), [1, 3, SIDE, SIDE]);
        self.upscale(Tensor::from_data(input, &self.device()))
    }

    /// [`Upscaler::test_output`] of a model on CPU.
    fn drawn(&self) -> Vec<f32> {
        self.test_output().into_data().try_into_vec().unwrap_or_default()
    }

    /// Where the network is.
    pub fn device(&self) -> Device {
        self.generator.devices().into_iter().next().unwrap_or_default()
    }

    /// Compares [`Upscaler::test_output`], read back, with the card.
    pub fn check(&self, output: &[f32]) -> Result<(), ModelError> {
        compare(&self.card.test_vector, output)
    }
}
