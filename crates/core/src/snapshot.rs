//! The whole state of a run at one moment. Its tensors are read back when they are asked for, by waiting or, in a browser,
//! without.

use burn::{module::Module, tensor::Tensor};
use serde_json::Value;

use crate::{
    checkpoint::{CheckpointError, Writer},
    parameters::{self, NamedTensor},
};

/// Tensors under one prefix.
pub struct Part {
    prefix: String,
    /// Names and shapes.
    shapes: Vec<(String, Vec<usize>)>,
    values: Values,
}

/// The values of a part, one tensor after the other.
pub enum Values {
    /// Read back, or never anywhere else.
    Host(Vec<f32>),
    /// Not read back.
    Device(Box<Tensor<1>>),
}

impl Part {
    /// A network.
    pub fn of<M: Module>(prefix: &str, network: &M) -> Self {
        let (shapes, flat) = parameters::flatten(network);
        Self {
            prefix: prefix.to_owned(),
            shapes,
            values: flat.map_or(Values::Host(Vec::new()), |flat| Values::Device(Box::new(flat))),
        }
    }

    /// One vector, of this whole name.
    pub fn vector(name: String, values: Values) -> Self {
        let length = match &values {
            Values::Host(values) => values.len(),
            Values::Device(values) => values.dims()[0],
        };
        Self { prefix: String::new(), shapes: vec![(name, vec![length])], values }
    }

    /// Tensors on the host.
    pub fn host(prefix: &str, tensors: Vec<NamedTensor>) -> Self {
        let values = tensors.iter().flat_map(|tensor| tensor.values.iter().copied()).collect();
        let shapes = tensors.into_iter().map(|tensor| (tensor.name, tensor.shape)).collect();
        Self { prefix: prefix.to_owned(), shapes, values: Values::Host(values) }
    }

    /// Values in all of its tensors.
    pub fn len(&self) -> usize {
        self.shapes.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read(self) -> Result<(String, Vec<NamedTensor>), CheckpointError> {
        let values = match self.values {
            Values::Host(values) => values,
            Values::Device(values) => parameters::floats(parameters::try_read(*values)?),
        };
        Ok((self.prefix, parameters::split(self.shapes, &values)))
    }

    async fn read_async(self) -> Result<(String, Vec<NamedTensor>), CheckpointError> {
        let values = match self.values {
            Values::Host(values) => values,
            Values::Device(values) => parameters::floats(parameters::read_async(*values).await?),
        };
        Ok((self.prefix, parameters::split(self.shapes, &values)))
    }
}

/// What [`crate::System::snapshot`] gives. Later steps do not change it.
pub struct Snapshot {
    pub(crate) parts: Vec<Part>,
    /// Everything that is not a tensor.
    pub(crate) state: Value,
}

impl Snapshot {
    /// The checkpoint. Waits for the device, and fails when it is lost.
    pub fn write(self) -> Result<Vec<u8>, CheckpointError> {
        let parts = self.parts.into_iter().map(Part::read).collect::<Result<Vec<_>, _>>()?;
        Ok(write(parts, self.state))
    }

    /// [`Snapshot::write`] where waiting is not allowed.
    pub async fn write_async(self) -> Result<Vec<u8>, CheckpointError> {
        let mut parts = Vec::new();
        for part in self.parts {
            parts.push(part.read_async().await?);
        }
        Ok(write(parts, self.state))
    }
}

/// The tensors of these parts, read back, waiting for the device.
pub fn read(parts: Vec<Part>) -> Result<Vec<Vec<NamedTensor>>, CheckpointError> {
    parts.into_iter().map(|part| part.read().map(|(_, tensors)| tensors)).collect()
}

/// [`read`] where waiting is not allowed.
pub async fn read_async(parts: Vec<Part>) -> Result<Vec<Vec<NamedTensor>>, CheckpointError> {
    let mut tensors = Vec::new();
    for part in parts {
        tensors.push(part.read_async().await?.1);
    }
    Ok(tensors)
}

fn write(parts: Vec<(String, Vec<NamedTensor>)>, state: Value) -> Vec<u8> {
    let mut writer = Writer::default();
    for (prefix, tensors) in parts {
        writer.network(&prefix, tensors);
    }
    writer.finish(state)
}
