//! Tensors in f16, as a model file has them.

use std::collections::HashMap;

use burn::{module::Module, tensor::Device};
use forger_protocol::{Card, error::ModelError};
use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::METADATA;
use crate::parameters::{self, NamedTensor};

/// The network whose tensors bear no name of a network.
const MAIN: &str = "generator";

/// What the names of the tensors of a network, or of a part of one, begin with.
fn prefix(path: &str) -> String {
    match path.split_once('.') {
        None if path == MAIN => String::new(),
        Some((MAIN, part)) => format!("{part}."),
        _ => format!("{path}."),
    }
}

/// A tensor's name, shape and values in f16.
pub type Packed = (String, Vec<usize>, Vec<u8>);

pub fn pack(network: &str, tensor: NamedTensor) -> Result<Packed, ModelError> {
    let name = format!("{}{}", prefix(network), tensor.name);
    if !tensor.values.iter().all(|value| value.is_finite()) {
        return Err(ModelError::NotFinite { tensor: name });
    }
    let halves = tensor.values.iter().map(|value| f16::from_f32(*value)).collect::<Vec<_>>();
    if !halves.iter().all(|value| value.is_finite()) {
        return Err(ModelError::TooLarge { tensor: name });
    }
    Ok((name, tensor.shape, halves.iter().flat_map(|value| value.to_le_bytes()).collect()))
}

/// Whether a file has all tensors of a network, in its shapes; looks at no value.
pub fn check<M: Module>(tensors: &SafeTensors<'_>, path: &str, module: &M) -> Result<(), ModelError> {
    let prefix = prefix(path);
    for (name, shape) in &parameters::shapes(module) {
        let tensor = format!("{prefix}{name}");
        let found = tensors.tensor(&tensor).ok();
        if found.as_ref().is_none_or(|view| view.shape() != shape || view.dtype() != Dtype::F16) {
            let (expected, found) = (shape.clone(), found.map(|view| view.shape().to_vec()));
            return Err(ModelError::Tensor { tensor, expected, found });
        }
    }
    Ok(())
}

pub fn unpack<M: Module>(tensors: &SafeTensors<'_>, path: &str, empty: M, device: &Device) -> Result<M, ModelError> {
    // All of the header first: what a card claims takes no memory until the file agrees.
    check(tensors, path, &empty)?;
    let prefix = prefix(path);
    let mut values = HashMap::new();
    for (name, _) in parameters::shapes(&empty) {
        let tensor = format!("{prefix}{name}");
        let view = tensors.tensor(&tensor).map_err(|error| ModelError::Malformed { detail: error.to_string() })?;
        let halves = view.data().chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32());
        let halves = halves.collect::<Vec<_>>();
        if !halves.iter().all(|value| value.is_finite()) {
            return Err(ModelError::NotFinite { tensor });
        }
        values.insert(name, halves);
    }
    Ok(parameters::fill(empty, device, |name, _| values.remove(name).unwrap_or_default()))
}

pub fn serialize(card: &Card, tensors: &[Packed]) -> Result<Vec<u8>, ModelError> {
    let views = tensors.iter().filter_map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F16, shape.clone(), bytes).ok().map(|view| (name.as_str(), view))
    });
    let text = serde_json::to_string(card).map_err(|error| ModelError::BadCard { detail: error.to_string() })?;
    safetensors::serialize(views, Some(HashMap::from([(METADATA.to_owned(), text)])))
        .map_err(|error| ModelError::Malformed { detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_and_what_is_too_large_for_a_file_are_told_apart() {
        let packed = |value| {
            let values = vec![1.0, value];
            pack("generator", NamedTensor { name: "out.bias".into(), shape: vec![2], values })
                .map(|(_, _, bytes)| bytes)
        };
        assert_eq!(packed(65_504.0).unwrap().len(), 4);
        assert_eq!(packed(-70_000.0), Err(ModelError::TooLarge { tensor: "out.bias".into() }));
        for value in [f32::NAN, f32::INFINITY] {
            assert_eq!(packed(value), Err(ModelError::NotFinite { tensor: "out.bias".into() }));
        }
    }
}
