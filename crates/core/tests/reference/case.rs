//! Reads the fixtures of `tests/reference`.

use std::{collections::HashMap, path::Path};

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use forger_core::parameters::{self, NamedTensor};
use safetensors::SafeTensors;

/// The tensors of one case, by name.
pub struct Case(HashMap<String, NamedTensor>);

/// The file of a fixture.
pub fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Case {
    /// The case of a file that has one.
    pub fn only(file: &[u8]) -> Self {
        let names = SafeTensors::deserialize(file).unwrap();
        let case = names.names().first().and_then(|name| name.split_once('/')).unwrap().0.to_owned();
        Self::read(file, &case)
    }

    pub fn read(file: &[u8], case: &str) -> Self {
        let tensors = SafeTensors::deserialize(file).unwrap();
        let prefix = format!("{case}/");
        let named = tensors.tensors().into_iter().filter_map(|(name, view)| {
            let name = name.strip_prefix(&prefix)?.to_owned();
            let values = view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
            Some((name.clone(), NamedTensor { name, shape: view.shape().to_vec(), values }))
        });
        let case = Self(named.collect());
        assert!(!case.0.is_empty(), "no case {prefix}");
        case
    }

    pub fn values(&self, name: &str) -> &[f32] {
        &self.0.get(name).unwrap_or_else(|| panic!("no tensor {name}")).values
    }

    pub fn tensor<const D: usize>(&self, name: &str, device: &Device) -> Tensor<D> {
        let tensor = self.0.get(name).unwrap_or_else(|| panic!("no tensor {name}"));
        Tensor::from_data(TensorData::new(tensor.values.clone(), tensor.shape.clone()), device)
    }

    /// The module with the weights `PREFIX.NAME`.
    pub fn fill<M: Module>(&self, prefix: &str, module: M, device: &Device) -> M {
        parameters::fill(module, device, |name, shape| {
            let tensor = &self.0[&join(prefix, name)];
            assert_eq!(tensor.shape, shape, "{name}");
            tensor.values.clone()
        })
    }

    /// Fails unless every tensor of the module is close to `PREFIX.NAME`; at least one must be there.
    pub fn assert_module<M: Module>(&self, prefix: &str, module: &M, tolerance: f32) {
        for tensor in parameters::collect(module) {
            self.assert_close(&join(prefix, &tensor.name), &tensor.values, tolerance);
        }
    }

    pub fn assert_close(&self, name: &str, found: &[f32], tolerance: f32) {
        assert_close(name, found, self.values(name), tolerance);
    }

    /// The tensors `PREFIX.NAME`, without the prefix.
    pub fn under(&self, prefix: &str) -> Vec<NamedTensor> {
        let prefix = format!("{prefix}.");
        let named = self.0.iter().filter_map(|(name, tensor)| {
            let name = name.strip_prefix(&prefix)?.to_owned();
            Some(NamedTensor { name, ..tensor.clone() })
        });
        named.collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// Absolute for small values, relative for large ones.
pub fn assert_close(name: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = tolerance * expected.abs().max(1.0);
        assert!((found - expected).abs() <= allowed, "{name}[{index}]: {found}, but PyTorch has {expected}");
    }
}
