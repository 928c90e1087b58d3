//! The model file: safetensors in f16 with a [`Card`] in its metadata.
//!
//! Tensor names are Rust module paths of the generator; those of the discriminator, where the card says that there is one,
//! begin with `discriminator.`. Reading checks names, shapes and values; [`Model::check`] then compares what the
//! network draws with the test vector of the card. [`Model`] is a DCGAN; [`superres`] has the others.

pub mod superres;

use std::{collections::HashMap, sync::Arc};

use burn::{
    backend::Flex,
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use forger_protocol::{
    Card, Codes, DcganConfig, ManifestEntry, OutOfRange, Random, Stream, TestVector,
    card::{CARD_SCHEMA, Direction, System},
    error::ModelError,
};
use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use sha2::{Digest, Sha256};

use crate::{
    nets::{
        dcgan::{Discriminator, Generator},
        fold,
        mapping::Mapping,
        painter::Painter,
    },
    parameters::{self, NamedTensor},
};

/// What the names of the discriminator's tensors begin with.
const DISCRIMINATOR: &str = "discriminator.";
/// What the names of the tensors of the mapping network begin with.
const MAPPING: &str = "mapping.";
const METADATA: &str = "forger.card";
/// How far an output may be from the test vector on any device: a little over one step of 8 bits.
pub const TOLERANCE: f32 = 1e-2;
/// About how many output values a test vector keeps.
const KEPT: usize = 16;

/// A network ready to draw, and its card.
#[derive(Clone, Debug)]
pub struct Model {
    pub card: Card,
    /// The settings that the card has.
    pub config: DcganConfig,
    /// What it draws from.
    pub codes: Codes,
    /// Not to be changed: `drawer` is made of it.
    generator: Generator,
    /// The network that judged it in training, where the file holds it.
    pub discriminator: Option<Discriminator>,
    drawer: Drawer,
}

/// What draws.
#[derive(Clone, Debug)]
enum Drawer {
    /// The generator as it was trained.
    Trained,
    /// Its normalisation is in its kernels.
    Folded(Arc<Generator>),
    Painter(Arc<Painter>),
    #[cfg(feature = "gpu")]
    Gpu(Arc<crate::nets::painter::gpu::Painter>),
}

fn bad_config(error: OutOfRange) -> ModelError {
    ModelError::BadCard { detail: error.to_string() }
}

fn other(expected: &str, card: &Card) -> ModelError {
    ModelError::OtherSystem { expected: expected.into(), found: card.system.name().into() }
}

fn config(card: &Card) -> Result<&DcganConfig, ModelError> {
    match &card.system {
        System::Dcgan(config) => Ok(config),
        _ => Err(other("dcgan", card)),
    }
}

/// Networks to be filled.
fn empty(card: &Card, device: &Device) -> Result<(Generator, Option<Discriminator>), ModelError> {
    let config = config(card)?;
    let generator = Generator::unfilled(config, device).map_err(bad_config)?;
    let discriminator = card.discriminator.then(|| Discriminator::unfilled(config, device));
    Ok((generator, discriminator.transpose().map_err(bad_config)?))
}

/// The system that a model file is of.
pub fn system(bytes: &[u8]) -> Result<System, ModelError> {
    Ok(parse(bytes)?.0.system)
}

fn check_directions(card: &Card) -> Result<(), ModelError> {
    let config = config(card)?;
    for Direction { name, vector, strength, .. } in &card.directions {
        let fault = match vector.len() == config.latent_dim {
            false => "has another length than z",
            true if vector.iter().chain([strength]).all(|value| value.is_finite()) => continue,
            true => "holds a value that is not a number",
        };
        return Err(ModelError::BadCard { detail: format!("direction {name} {fault}") });
    }
    Ok(())
}

/// SHA-256 in hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Pictures in `[-1, 1]` to bytes, rounded.
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().map(|value| ((value.clamp(-1.0, 1.0) + 1.0) * 127.5).round() as u8).collect()
}

/// Writes the model file of networks on CPU. Fills in the card's test vector, drawn with the weights as rounded to f16; a
/// card that comes from a file keeps the one it has, if it still holds. Returns the file and the card.
pub fn write(
    mut card: Card,
    generator: &Generator,
    discriminator: Option<&Discriminator>,
) -> Result<(Vec<u8>, Card), ModelError> {
    card.discriminator = discriminator.is_some();
    check_directions(&card)?;
    let mut tensors = pack(generator, "")?;
    if let Some(discriminator) = discriminator {
        tensors.extend(pack(discriminator, DISCRIMINATOR)?);
    }
    if !card.test_vector.output.is_empty() {
        let bytes = serialize(&card, &tensors)?;
        let model = read(&bytes, &Device::flex())?;
        model.check(&model.drawn())?;
        return Ok((bytes, card));
    }
    let config = config(&card)?;
    let input = Random::new(card.seed, Stream::Metrics).latent(config.prior, 1, config.latent_dim);
    card.test_vector = TestVector { input, ..TestVector::default() };
    let output = read(&serialize(&card, &tensors)?, &Device::flex())?.drawn();
    remember(&mut card.test_vector, output);
    Ok((serialize(&card, &tensors)?, card))
}

/// Keeps what the network made of the input.
fn remember(vector: &mut TestVector, output: Vec<f32>) {
    let stride = (output.len() / KEPT).max(1);
    vector.sha256 = sha256(&to_bytes(&output));
    vector.output = output.into_iter().step_by(stride).collect();
    vector.stride = stride;
}

/// A tensor's name, shape and values in f16.
type Packed = (String, Vec<usize>, Vec<u8>);

fn pack<M: Module>(network: &M, prefix: &str) -> Result<Vec<Packed>, ModelError> {
    let pack = |tensor: NamedTensor| {
        let name = format!("{prefix}{}", tensor.name);
        let halves = tensor.values.iter().map(|value| f16::from_f32(*value)).collect::<Vec<_>>();
        if !halves.iter().all(|value| value.is_finite()) {
            return Err(ModelError::NotFinite { tensor: name });
        }
        Ok((name, tensor.shape, halves.iter().flat_map(|value| value.to_le_bytes()).collect()))
    };
    parameters::collect(network).into_iter().map(pack).collect()
}

fn serialize(card: &Card, tensors: &[Packed]) -> Result<Vec<u8>, ModelError> {
    let views = tensors.iter().filter_map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F16, shape.clone(), bytes).ok().map(|view| (name.as_str(), view))
    });
    let text = serde_json::to_string(card).map_err(|error| ModelError::BadCard { detail: error.to_string() })?;
    safetensors::serialize(views, Some(HashMap::from([(METADATA.to_owned(), text)])))
        .map_err(|error| ModelError::Malformed { detail: error.to_string() })
}

/// The manifest's entry of a file that [`write`] made.
pub fn entry(bytes: &[u8], card: Card) -> ManifestEntry {
    let sha256 = sha256(bytes);
    let file = format!("{}-{}.safetensors", card.name, &sha256[..8]);
    ManifestEntry { file, bytes: bytes.len() as u64, sha256, card }
}

/// Compares a file with what the manifest says of it.
pub fn verify(bytes: &[u8], entry: &ManifestEntry) -> Result<(), ModelError> {
    let found = sha256(bytes);
    if bytes.len() as u64 != entry.bytes || found != entry.sha256 {
        return Err(ModelError::Damaged { expected: entry.sha256.clone(), found });
    }
    Ok(())
}

/// The card of a model file and its tensors, not looked at yet.
fn parse(bytes: &[u8]) -> Result<(Card, SafeTensors<'_>), ModelError> {
    let malformed = |error: safetensors::SafeTensorError| ModelError::Malformed { detail: error.to_string() };
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(malformed)?;
    let tensors = SafeTensors::deserialize(bytes).map_err(malformed)?;
    let text = metadata.metadata().as_ref().and_then(|map| map.get(METADATA)).ok_or(ModelError::NoCard)?;
    let bad = |detail: String| ModelError::BadCard { detail };
    let card: Card = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
    if card.schema != CARD_SCHEMA {
        return Err(bad(format!("schema {} where this version reads {CARD_SCHEMA}", card.schema)));
    }
    Ok((card, tensors))
}

/// The card of a model file of any system.
pub fn card(bytes: &[u8]) -> Result<Card, ModelError> {
    parse(bytes).map(|(card, _)| card)
}

/// Reads the model file of a DCGAN onto a device. Follow with [`Model::check`].
pub fn read(bytes: &[u8], device: &Device) -> Result<Model, ModelError> {
    let (card, tensors) = parse(bytes)?;
    let config = config(&card)?.clone();
    if card.test_vector.input.len() != config.latent_dim {
        return Err(ModelError::BadCard { detail: "the test vector has another length than z".into() });
    }
    check_directions(&card)?;
    let (generator, discriminator) = empty(&card, device)?;
    let generator = unpack(&tensors, "", generator, device)?;
    let discriminator = discriminator.map(|network| unpack(&tensors, DISCRIMINATOR, network, device)).transpose()?;
    // On the CPU, whatever the device: nothing here may wait for a GPU.
    let cpu = Device::flex();
    let mapping = Mapping::new(config.latent_dim, config.mapping.max(1), &cpu);
    let mapping = (config.mapping > 0).then(|| unpack(&tensors, MAPPING, mapping, &cpu)).transpose()?;
    let mapping = mapping.and_then(|mapping| mapping.folded());
    let codes = Codes::new(&config, mapping).ok_or_else(|| ModelError::BadCard { detail: "no mapping".into() })?;
    Ok(Model { card, config, codes, generator, discriminator, drawer: Drawer::Trained })
}

fn unpack<M: Module>(tensors: &SafeTensors<'_>, prefix: &str, empty: M, device: &Device) -> Result<M, ModelError> {
    let mut values = HashMap::new();
    for (name, shape) in parameters::shapes(&empty) {
        let tensor = format!("{prefix}{name}");
        let found = tensors.tensor(&tensor).ok();
        let Some(view) = found.as_ref().filter(|view| view.shape() == shape && view.dtype() == Dtype::F16) else {
            return Err(ModelError::Tensor { tensor, expected: shape, found: found.map(|view| view.shape().to_vec()) });
        };
        let halves = view.data().chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32());
        let halves = halves.collect::<Vec<_>>();
        if !halves.iter().all(|value| value.is_finite()) {
            return Err(ModelError::NotFinite { tensor });
        }
        values.insert(name, halves);
    }
    Ok(parameters::fill(empty, device, |name, _| values.remove(name).unwrap_or_default()))
}

/// What draws with a folded generator.
fn folded(generator: Generator) -> Drawer {
    #[cfg(feature = "gpu")]
    if let Some(painter) = crate::nets::painter::gpu::Painter::new(&generator) {
        return Drawer::Gpu(Arc::new(painter));
    }
    Drawer::Folded(Arc::new(generator))
}

impl Model {
    /// `config` are the settings that the card has. `None` for networks of other settings, or that are not on the CPU.
    pub fn new(
        card: Card,
        config: DcganConfig,
        generator: Generator,
        discriminator: Option<Discriminator>,
    ) -> Option<Self> {
        let codes = Codes::new(&config, generator.mapping.as_ref().and_then(Mapping::folded))?;
        Some(Self { card, config, codes, generator, discriminator, drawer: Drawer::Trained })
    }

    /// The generator as it was trained.
    pub fn generator(&self) -> &Generator {
        &self.generator
    }

    /// Prepares the model to draw often, at the cost of a copy of its weights: a painter on the CPU or a GPU, kernels that have
    /// taken normalisation in elsewhere. For a browser's tab: native, the CPU has faster instructions, which the painter does not
    /// know.
    pub fn prepared(mut self) -> Self {
        let on_cpu = self.generator.project.weight.val().try_into_primitive::<Flex>().is_ok();
        let painter = if on_cpu { Painter::new(&self.generator) } else { None };
        self.drawer = match painter {
            Some(painter) => Drawer::Painter(Arc::new(painter)),
            None => folded(fold::generator(&self.generator).valid()),
        };
        self
    }

    /// Codes `[count, latent_dim]` ([`Model::codes`]) to pictures `[count, channels, height, width]` in `[-1, 1]`.
    pub fn forge(&self, codes: Tensor<2>) -> Tensor<4> {
        match &self.drawer {
            Drawer::Trained => self.generator.forward(codes),
            Drawer::Folded(folded) => folded.forward(codes),
            #[cfg(feature = "gpu")]
            Drawer::Gpu(painter) => painter.forward(&codes).unwrap_or_else(|| self.generator.forward(codes)),
            Drawer::Painter(painter) => painter.forward(&codes).unwrap_or_else(|| self.generator.forward(codes)),
        }
    }

    /// What the network makes of the input of the test vector, not read back.
    pub fn test_output(&self) -> Tensor<4> {
        let input = self.card.test_vector.input.clone();
        let shape = [1, input.len()];
        self.forge(Tensor::from_data(TensorData::new(input, shape), &self.device()))
    }

    /// [`Model::test_output`] of a model on CPU.
    fn drawn(&self) -> Vec<f32> {
        self.test_output().into_data().try_into_vec().unwrap_or_default()
    }

    /// Where the networks are.
    pub fn device(&self) -> Device {
        self.generator.project.weight.device()
    }

    /// Compares [`Model::test_output`], read back, with the card.
    pub fn check(&self, output: &[f32]) -> Result<(), ModelError> {
        compare(&self.card.test_vector, output)
    }
}

/// Compares what a network makes of the input of its test vector with what is kept of it.
fn compare(vector: &TestVector, output: &[f32]) -> Result<(), ModelError> {
    let TestVector { output: expected, stride, .. } = vector;
    let picked = output.iter().step_by((*stride).max(1)).collect::<Vec<_>>();
    if expected.is_empty() || picked.len() != expected.len() {
        return Err(ModelError::BadCard { detail: "the test vector has another size than the pictures".into() });
    }
    let difference = picked.iter().zip(expected).map(|(a, b)| (**a - b).abs());
    // A NaN must fail, and `max` would drop it.
    let worst = difference.fold(0.0, |worst: f32, d| if d.is_nan() || d > worst { d } else { worst });
    if worst <= TOLERANCE { Ok(()) } else { Err(ModelError::TestVector { difference: worst }) }
}
