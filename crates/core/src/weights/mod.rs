//! The model file: safetensors in f16 with a [`Card`] in its metadata.
//!
//! Tensor names are Rust module paths under the name of their network; the network that is called `generator` needs none.
//! Reading compares names and shapes with what the settings on the card ask for before there is memory for any of it, and
//! then looks at the values; [`Model::check`] compares what the networks draw with the test vector of the card. What is done
//! with the networks is said by [`Networks`], once for each kind of system.

mod drawer;
mod kind;
mod packed;
mod test_vector;
mod translator;
mod upscaler;

use std::ops::Deref;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use forger_protocol::{
    Card, ManifestEntry, OutOfRange, Random, Stream, SystemConfig, card::CARD_SCHEMA, error::ModelError, runs::Origin,
};
use safetensors::SafeTensors;
use sha2::{Digest, Sha256};

use crate::{CheckpointError, checkpoint::Reader, parameters::NamedTensor, player::average_of};

use packed::{pack, serialize, unpack};
use test_vector::{compare, is_small, remember};

pub use drawer::Drawer;
pub use kind::{Kind, card_of, kind, write_checkpoint};
pub use test_vector::TOLERANCE;
pub use translator::Translator;
pub use upscaler::Upscaler;

const METADATA: &str = "forger.card";
/// The network that [`Card::discriminator`] is about.
const DISCRIMINATOR: &str = "discriminator";
/// The oldest schema of a card that still reads: its test vectors have an input, which the seed gives as well.
const OLDEST_SCHEMA: u32 = 1;

/// The networks of a model file, ready to draw.
pub trait Networks: Clone + Sized + 'static {
    /// Reads them. The settings are those of the card.
    fn read(file: &File<'_>, device: &Device) -> Result<Self, ModelError>;

    /// The tensors that a file holds, by network, read back. Of networks on the CPU.
    fn tensors(&self) -> Vec<(&'static str, Vec<NamedTensor>)>;

    /// The shape of the input of a test vector, for a card that says none.
    fn test_shape(&self) -> Vec<usize>;

    /// Sides of pictures are filled up to a multiple of this.
    fn multiple(&self) -> usize {
        1
    }

    /// About how many multiplications they take for each pixel of a picture that they are given.
    fn effort(&self) -> u64 {
        0
    }

    /// What they make of an input of this shape drawn from `random`, not read back; `None` for a shape that they cannot take.
    fn test(&self, shape: &[usize], random: &mut Random) -> Option<Tensor<4>>;

    /// Ready to be used often: what draws is made of the networks, and takes their place. For a browser's tab: native, the CPU
    /// has faster instructions than what is made for it knows.
    fn prepared(self) -> Self {
        self
    }

    /// What else must be right on a card.
    fn check_card(&self, _card: &Card) -> Result<(), ModelError> {
        Ok(())
    }
}

/// Networks and their card.
#[derive(Clone, Debug)]
pub struct Model<N> {
    /// Says what the networks are, and what they make of the test vector.
    pub card: Card,
    /// Those that draw, and D where the file has one.
    pub networks: N,
}

impl<N> Deref for Model<N> {
    type Target = N;

    fn deref(&self) -> &N {
        &self.networks
    }
}

impl<N: Networks> Model<N> {
    /// Reads a model file onto a device. Follow with [`Model::check`].
    pub fn read(bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        Self::of(File::of_model(bytes)?, device)
    }

    /// What a checkpoint holds: generators with the moving averages of their weights.
    pub fn of_checkpoint(reader: Reader<'_>, card: Card, device: &Device) -> Result<Self, ModelError> {
        Self::of(File { card, tensors: Tensors::Checkpoint(reader) }, device)
    }

    fn of(file: File<'_>, device: &Device) -> Result<Self, ModelError> {
        let networks = N::read(&file, device)?;
        networks.check_card(&file.card)?;
        Ok(Self { card: file.card, networks })
    }

    /// Writes the model file of networks on CPU. Fills in the card's test vector, drawn with the weights as rounded to f16; a
    /// card that comes from a file keeps the one it has, if it still holds. Returns the file and the card.
    pub fn write(mut card: Card, networks: &N) -> Result<(Vec<u8>, Card), ModelError> {
        networks.check_card(&card)?;
        let mut tensors = Vec::new();
        (card.discriminator, card.networks) = (false, Vec::new());
        for (network, parts) in networks.tensors() {
            card.discriminator |= network == DISCRIMINATOR;
            card.networks.push(network.to_owned());
            tensors.extend(parts.into_iter().map(|part| pack(network, part)).collect::<Result<Vec<_>, _>>()?);
        }
        card.schema = CARD_SCHEMA;
        if card.test_vector.shape.is_empty() {
            card.test_vector.shape = networks.test_shape();
        }
        let model = Self::read(&serialize(&card, &tensors)?, &Device::flex())?;
        let output = model.test_output()?.into_data();
        let output = output.try_into_vec().unwrap_or_default();
        if card.test_vector.output.is_empty() {
            remember(&mut card.test_vector, output);
        } else {
            model.check(&output)?;
        }
        Ok((serialize(&card, &tensors)?, card))
    }

    /// What the networks make of the input of the test vector, not read back.
    pub fn test_output(&self) -> Result<Tensor<4>, ModelError> {
        let (kept, usual) = (&self.card.test_vector.shape, self.networks.test_shape());
        let shape = if kept.is_empty() { &usual } else { kept };
        let bad = || ModelError::BadCard { detail: format!("a test vector of shape {shape:?}") };
        if *shape != usual && !is_small(shape, self.networks.multiple(), self.networks.effort()) {
            return Err(bad());
        }
        self.networks.test(shape, &mut Random::new(self.card.seed, Stream::Metrics)).ok_or_else(bad)
    }

    /// Compares [`Model::test_output`], read back, with the card.
    pub fn check(&self, output: &[f32]) -> Result<(), ModelError> {
        compare(&self.card.test_vector, output)
    }

    /// See [`Networks::prepared`].
    pub fn prepared(self) -> Self {
        Self { card: self.card, networks: self.networks.prepared() }
    }
}

/// A file whose networks are still to be read.
pub struct File<'a> {
    /// As the file has it, or what is known of the checkpoint.
    pub card: Card,
    tensors: Tensors<'a>,
}

enum Tensors<'a> {
    Model(SafeTensors<'a>),
    Checkpoint(Reader<'a>),
}

impl<'a> File<'a> {
    /// A model file of any system.
    pub fn of_model(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let malformed = |error: safetensors::SafeTensorError| ModelError::Malformed { detail: error.to_string() };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(malformed)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(malformed)?;
        let text = metadata.metadata().as_ref().and_then(|map| map.get(METADATA)).ok_or(ModelError::NoCard)?;
        let bad = |detail: String| ModelError::BadCard { detail };
        let card: Card = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        if !(OLDEST_SCHEMA..=CARD_SCHEMA).contains(&card.schema) {
            return Err(bad(format!("schema {} where this version reads {CARD_SCHEMA}", card.schema)));
        }
        Ok(Self { card, tensors: Tensors::Model(tensors) })
    }

    /// Whether there is a network of this name.
    pub fn has(&self, network: &str) -> bool {
        match &self.tensors {
            Tensors::Model(_) => self.card.has(network),
            Tensors::Checkpoint(reader) => reader.progress(network).is_ok(),
        }
    }

    /// What a network of it goes back to: the model that this is, or the one that the run of the checkpoint began with.
    pub fn origin(&self, network: &str) -> Option<Origin> {
        match &self.tensors {
            Tensors::Model(_) => Some(Origin { name: self.card.name.clone(), licence: self.card.licence.clone() }),
            Tensors::Checkpoint(reader) => reader.progress(network).ok()?.origin,
        }
    }

    /// A checkpoint of any system.
    pub fn of_checkpoint(bytes: &'a [u8]) -> Result<Self, CheckpointError> {
        let reader = Reader::new(bytes)?;
        Ok(Self { card: card_of(&reader)?, tensors: Tensors::Checkpoint(reader) })
    }

    /// Whether there are the tensors of a network, in its shapes.
    pub fn fits<M: Module>(&self, network: &str, module: &M) -> bool {
        match &self.tensors {
            Tensors::Model(tensors) => packed::check(tensors, network, module).is_ok(),
            Tensors::Checkpoint(reader) => reader.check(network, module).is_ok(),
        }
    }

    /// Fills a network, or the part of one that a path as `generator.mapping` names.
    pub fn network<M: Module>(&self, path: &str, unfilled: M, device: &Device) -> Result<M, ModelError> {
        match &self.tensors {
            Tensors::Model(tensors) => unpack(tensors, path, unfilled, device),
            Tensors::Checkpoint(reader) => {
                let (network, part) = path.split_once('.').unwrap_or((path, ""));
                // What draws has an average, and draws with it.
                let of_average = [average_of(network), part.to_owned()].join(".");
                let of_average = of_average.trim_end_matches('.');
                let prefix = if reader.check(of_average, &unfilled).is_ok() { of_average } else { path };
                let failed = |error: CheckpointError| ModelError::Malformed { detail: error.to_string() };
                reader.network(prefix, unfilled, device).map_err(failed)
            }
        }
    }
}

/// The card of a model file of any system.
pub fn card(bytes: &[u8]) -> Result<Card, ModelError> {
    File::of_model(bytes).map(|file| file.card)
}

/// The settings of a model file, and its system.
pub fn system(bytes: &[u8]) -> Result<SystemConfig, ModelError> {
    card(bytes).map(|card| card.system)
}

/// Settings that no network can have.
fn bad_config(error: OutOfRange) -> ModelError {
    ModelError::BadCard { detail: error.to_string() }
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

/// The manifest's entry of a file that [`Model::write`] made.
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
