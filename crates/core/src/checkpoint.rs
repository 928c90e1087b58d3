//! The whole state of a training run in one safetensors file: networks, moving average, optimizers, chance and step.
//!
//! Tensors are f32, so that a run that goes on from here ends as if it had never stopped.

use std::collections::HashMap;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use forger_protocol::{Settings, runs::Origin};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::Deserialize as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    parameters::{self, NamedTensor},
    player::{Progress, average_of},
    weights::hex,
};

/// Raised with every change that an older reader would misread. Since 2 it names its system, its players and its sources of
/// chance.
const VERSION: u64 = 2;
const METADATA: &str = "forger.checkpoint";

/// Why a checkpoint was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a safetensors file, or cut short.
    #[error("the checkpoint is damaged: {0}")]
    Malformed(String),
    /// A whole file, but not a checkpoint of this version.
    #[error("this is not a checkpoint of this version of Forger")]
    Version,
    /// Of another system or other settings.
    #[error("the checkpoint belongs to other settings: {0}")]
    OtherRun(String),
    /// Of another system.
    #[error("the checkpoint is of {found}, not of {expected}")]
    OtherSystem {
        /// Name of the system that is asked for.
        expected: String,
        /// Name of the system that the checkpoint has.
        found: String,
    },
    /// A tensor is missing or has another shape.
    #[error("the checkpoint lacks tensor {0}, or has it in another shape")]
    Tensor(String),
    /// The state could not be read back from the device that has it.
    #[error("the device failed: {0}")]
    Device(String),
    /// The settings in it are out of range.
    #[error(transparent)]
    Config(#[from] forger_protocol::OutOfRange),
}

/// Collects the parts of a checkpoint.
#[derive(Default)]
pub struct Writer {
    /// Name, shape and values.
    tensors: Vec<(String, Vec<usize>, Vec<u8>)>,
}

impl Writer {
    /// Adds the tensors of a network under `prefix`, as [`parameters::collect`] read them.
    pub fn network(&mut self, prefix: &str, tensors: Vec<NamedTensor>) {
        for NamedTensor { name, shape, values } in tensors {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            self.tensors.push((full_name(prefix, &name), shape, bytes));
        }
    }

    /// The file. `state` is everything that is not a tensor.
    pub fn finish(self, state: Value) -> Vec<u8> {
        let sum = checksum(self.tensors.iter().map(|(name, _, bytes)| (name.as_str(), bytes.as_slice())));
        let metadata = serde_json::json!({ "version": VERSION, "state": state, "sha256": sum }).to_string();
        let views = self.tensors.iter().filter_map(|(name, shape, bytes)| {
            TensorView::new(Dtype::F32, shape.clone(), bytes).ok().map(|view| (name.as_str(), view))
        });
        let metadata = HashMap::from([(METADATA.to_owned(), metadata)]);
        safetensors::serialize(views, Some(metadata)).unwrap_or_default()
    }
}

/// Reads what [`Writer`] wrote.
pub struct Reader<'a> {
    tensors: SafeTensors<'a>,
    /// Whether it is of version 1, which knew one generator.
    is_old: bool,
    /// What was given to [`Writer::finish`].
    pub state: Value,
}

impl<'a> Reader<'a> {
    /// Checks the file as a whole; the parts are checked as they are taken.
    pub fn new(bytes: &'a [u8]) -> Result<Self, CheckpointError> {
        let malformed = |error: safetensors::SafeTensorError| CheckpointError::Malformed(error.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(malformed)?;
        let text = metadata.metadata().as_ref().and_then(|map| map.get(METADATA)).ok_or(CheckpointError::Version)?;
        let mut value: Value = serde_json::from_str(text).map_err(|_| CheckpointError::Version)?;
        let is_old = value["version"] == 1;
        if !is_old && value["version"] != VERSION {
            return Err(CheckpointError::Version);
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(malformed)?;
        // Checkpoints from before there was one have no sum.
        if let Some(expected) = value["sha256"].as_str() {
            let tensors = tensors.tensors();
            if checksum(tensors.iter().map(|(name, view)| (name.as_str(), view.data()))) != expected {
                return Err(CheckpointError::Malformed("a value in it has changed".into()));
            }
        }
        let mut state = value["state"].take();
        if is_old {
            upgrade(&mut state);
        }
        Ok(Self { tensors, is_old, state })
    }

    /// The settings of the run; fails for a checkpoint of another system.
    pub fn settings<C: Settings>(&self) -> Result<C, CheckpointError> {
        let found = self.state["system"].as_str().unwrap_or("no system");
        let expected = C::SYSTEM.name;
        if found != expected {
            return Err(CheckpointError::OtherSystem { expected: expected.into(), found: found.into() });
        }
        C::deserialize(&self.state["config"]).map_err(|_| CheckpointError::Version)
    }

    /// The step of the run.
    pub fn steps(&self) -> Result<u64, CheckpointError> {
        self.state["steps"].as_u64().ok_or(CheckpointError::Version)
    }

    /// How far a player is.
    pub fn progress(&self, player: &str) -> Result<Progress, CheckpointError> {
        Progress::deserialize(&self.state["players"][player]).map_err(|_| CheckpointError::Version)
    }

    /// The model that networks of the run began with, if there was one.
    pub fn origin(&self) -> Option<Origin> {
        let players = self.state["players"].as_object()?;
        players.keys().find_map(|player| self.progress(player).ok()?.origin)
    }

    fn tensor(&self, prefix: &str, name: &str) -> Option<TensorView<'_>> {
        let prefix = if self.is_old && prefix == average_of("generator") { "average" } else { prefix };
        self.tensors.tensor(&full_name(prefix, name)).ok().filter(|view| view.dtype() == Dtype::F32)
    }

    /// Whether there are all tensors of a network, in its shapes.
    pub fn check<M: Module>(&self, prefix: &str, module: &M) -> Result<(), CheckpointError> {
        for (name, shape) in parameters::shapes(module) {
            if self.tensor(prefix, &name).is_none_or(|view| view.shape() != shape) {
                return Err(CheckpointError::Tensor(full_name(prefix, &name)));
            }
        }
        Ok(())
    }

    /// A network of these shapes, on the device of `module`, with the values of a file that [`Reader::check`] has seen.
    pub(crate) fn fill<M: Module>(&self, prefix: &str, module: &M) -> M {
        let device = module.devices().into_iter().next().unwrap_or_default();
        // A network that has run holds statistics that are not settled yet, and a clone would share them.
        let empty = module.valid();
        let empty = if device.is_autodiff() { empty.train() } else { empty };
        self.filled(prefix, empty, &device)
    }

    /// Fills a network of the right shapes, which may have no values yet.
    pub fn network<M: Module>(&self, prefix: &str, module: M, device: &Device) -> Result<M, CheckpointError> {
        self.check(prefix, &module)?;
        Ok(self.filled(prefix, module, device))
    }

    fn filled<M: Module>(&self, prefix: &str, module: M, device: &Device) -> M {
        parameters::fill(module, device, |name, _| {
            let view = self.tensor(prefix, name);
            floats(view.as_ref().map(TensorView::data).unwrap_or_default())
        })
    }

    /// The tensors under `prefix` that have the names and shapes of the `expected` ones.
    pub fn tensors(&self, prefix: &str, expected: &[NamedTensor]) -> Result<Vec<NamedTensor>, CheckpointError> {
        let read = |NamedTensor { name, shape, .. }: &NamedTensor| {
            let view = self.tensor(prefix, name).filter(|view| view.shape() == shape);
            let values = view.map(|view| floats(view.data()));
            let values = values.ok_or_else(|| CheckpointError::Tensor(full_name(prefix, name)))?;
            Ok(NamedTensor { name: name.clone(), shape: shape.clone(), values })
        };
        expected.iter().map(read).collect()
    }

    /// The values of a tensor, or `None` when there is none of this name.
    pub fn floats(&self, name: &str) -> Option<Vec<f32>> {
        self.tensor("", name).map(|view| floats(view.data()))
    }

    /// A vector, or `None` when there is none of this name.
    pub fn vector(&self, name: &str, device: &Device) -> Option<Tensor<1>> {
        let values = self.floats(name)?;
        let length = values.len();
        Some(Tensor::from_data(TensorData::new(values, [length]), device))
    }
}

/// `prefix.name`.
fn full_name(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// From version 1, which was of a game of two and named no system but super-resolution.
fn upgrade(state: &mut Value) {
    if state["updates"].is_null() {
        // No run, but a classifier.
        return;
    }
    let updates = |index: usize| json!({ "updates": state["updates"][index] });
    let players = json!({ "generator": updates(0), "discriminator": updates(1) });
    let chance = json!({ "noise": state["noise"], "data": state["data"] });
    if state["system"].is_null() {
        let is_toy = !state["config"]["distribution"].is_null();
        state["system"] = if is_toy { "toy" } else { "dcgan" }.into();
    }
    (state["players"], state["chance"]) = (players, chance);
}

/// SHA-256 of all tensors in the order of their names, in hex.
fn checksum<'a>(tensors: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut tensors = tensors.collect::<Vec<_>>();
    tensors.sort_unstable();
    let mut hasher = Sha256::new();
    for (name, bytes) in tensors {
        hasher.update(name);
        hasher.update(bytes);
    }
    hex(&hasher.finalize())
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
