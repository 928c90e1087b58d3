//! The whole state of a training run in one safetensors file: networks, moving average, optimizers, chance and step.
//!
//! Tensors are f32, so that a run that goes on from here ends as if it had never stopped.

use std::collections::HashMap;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    parameters::{self, NamedTensor},
    weights::hex,
};

/// Raised with every change that an older reader would misread.
const VERSION: u64 = 1;
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
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
}

impl Writer {
    /// Adds the tensors of a network under `prefix`, as [`parameters::collect`] read them.
    pub fn network(&mut self, prefix: &str, tensors: Vec<NamedTensor>) {
        for NamedTensor { name, shape, values } in tensors {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            self.tensors.push((format!("{prefix}.{name}"), Dtype::F32, shape, bytes));
        }
    }

    /// The file. `state` is everything that is not a tensor.
    pub fn finish(self, state: Value) -> Vec<u8> {
        let sum = checksum(self.tensors.iter().map(|(name, _, _, bytes)| (name.as_str(), bytes.as_slice())));
        let metadata = serde_json::json!({ "version": VERSION, "state": state, "sha256": sum }).to_string();
        let views = self.tensors.iter().filter_map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.clone(), bytes).ok().map(|view| (name.as_str(), view))
        });
        let metadata = HashMap::from([(METADATA.to_owned(), metadata)]);
        safetensors::serialize(views, Some(metadata)).unwrap_or_default()
    }
}

/// Reads what [`Writer`] wrote.
pub struct Reader<'a> {
    tensors: SafeTensors<'a>,
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
        if value["version"] != VERSION {
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
        Ok(Self { tensors, state: value["state"].take() })
    }

    /// Fails for the checkpoint of another system. Those of toy and DCGAN do not name theirs.
    pub fn check_system(&self, system: &str) -> Result<(), CheckpointError> {
        match self.state["system"].as_str() {
            found if found == Some(system) => Ok(()),
            None if system == "dcgan" => Ok(()),
            found => {
                let found = found.unwrap_or("a toy GAN or DCGAN");
                Err(CheckpointError::OtherRun(format!("they are of {found}, not of {system}")))
            }
        }
    }

    /// Fills a network of the right shapes.
    pub fn network<M: Module>(&self, prefix: &str, module: M, device: &Device) -> Result<M, CheckpointError> {
        for (name, shape) in parameters::shapes(&module) {
            let name = format!("{prefix}.{name}");
            match self.tensors.tensor(&name) {
                Ok(view) if view.shape() == shape && view.dtype() == Dtype::F32 => {}
                _ => return Err(CheckpointError::Tensor(name)),
            }
        }
        Ok(parameters::fill(module, device, |name, _| {
            let view = self.tensors.tensor(&format!("{prefix}.{name}"));
            floats(view.as_ref().map(TensorView::data).unwrap_or_default())
        }))
    }

    /// The tensors under `prefix` that have the names and shapes of the `expected` ones.
    pub fn tensors(&self, prefix: &str, expected: &[NamedTensor]) -> Result<Vec<NamedTensor>, CheckpointError> {
        let read = |NamedTensor { name, shape, .. }: &NamedTensor| {
            let path = format!("{prefix}.{name}");
            let view = self.tensors.tensor(&path).ok().filter(|view| view.shape() == shape);
            let values = view.and_then(|_| self.floats(&path)).ok_or(CheckpointError::Tensor(path))?;
            Ok(NamedTensor { name: name.clone(), shape: shape.clone(), values })
        };
        expected.iter().map(read).collect()
    }

    /// The values of a tensor, or `None` when there is none of this name.
    pub fn floats(&self, name: &str) -> Option<Vec<f32>> {
        let view = self.tensors.tensor(name).ok().filter(|view| view.dtype() == Dtype::F32)?;
        Some(floats(view.data()))
    }

    /// A vector, or `None` when there is none of this name.
    pub fn vector(&self, name: &str, device: &Device) -> Option<Tensor<1>> {
        let values = self.floats(name)?;
        let length = values.len();
        Some(Tensor::from_data(TensorData::new(values, [length]), device))
    }
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
