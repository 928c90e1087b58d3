//! Weights of files that other programs wrote: PyTorch's (.pth and .pt, of today and of before 2020) and safetensors.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use forger_core::parameters::NamedTensor;
use half::{bf16, f16};
use pytorch_reader::{DType, PytorchReader};
use safetensors::{Dtype, SafeTensors};

use super::kind;

/// Under what checkpoints keep the weights beside other things.
const KEYS: [&str; 4] = ["state_dict", "model_state_dict", "params_ema", "params"];

/// How a number lies in a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    F64,
    F32,
    F16,
    Bf16,
}

impl Kind {
    const fn of_torch(kind: DType) -> Option<Self> {
        match kind {
            DType::F64 => Some(Self::F64),
            DType::F32 => Some(Self::F32),
            DType::F16 => Some(Self::F16),
            DType::BF16 => Some(Self::Bf16),
            _ => None,
        }
    }

    const fn of_safetensors(kind: Dtype) -> Option<Self> {
        match kind {
            Dtype::F64 => Some(Self::F64),
            Dtype::F32 => Some(Self::F32),
            Dtype::F16 => Some(Self::F16),
            Dtype::BF16 => Some(Self::Bf16),
            _ => None,
        }
    }

    fn values(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
            Self::F32 => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            Self::F16 => bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
            Self::Bf16 => bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
        }
    }
}

/// Whether a file begins as safetensors do: with the length of its header, and the brace that opens it.
pub fn is_safetensors(path: &Path) -> Result<bool> {
    let start = start(path)?;
    Ok(start.get(8) == Some(&b'{') && start.get(6..8) == Some(&[0, 0]))
}

fn start(path: &Path) -> Result<Vec<u8>> {
    let context = || format!("cannot read {}", path.display());
    let mut start = Vec::new();
    File::open(path).with_context(context)?.take(kind::START as u64).read_to_end(&mut start).with_context(context)?;
    Ok(start)
}

/// The tensors whose names are wanted, by name, whatever the end of the file's name says. What is not made of numbers with a
/// point is passed over: counters, masks.
pub fn read(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<NamedTensor>> {
    let name = path.display();
    let start = start(path)?;
    if start.is_empty() {
        bail!("{name} is empty: get it again");
    }
    if kind::is_html(&start) {
        bail!("{name} is a web page (HTML), and no weights: what should have been downloaded was not; get it again");
    }
    if start.starts_with(b"version https://git-lfs") {
        bail!("{name} is a pointer of Git LFS, and no weights: git lfs pull gets the file itself");
    }
    let mut tensors = if is_safetensors(path)? { of_safetensors(path, wanted)? } else { of_torch(path, wanted)? };
    if tensors.is_empty() {
        bail!("{name} holds none of the weights that are looked for");
    }
    tensors.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(tensors)
}

/// What stands before the names of a checkpoint that holds more than weights: `state_dict.`.
fn prefix<'a>(mut names: impl Iterator<Item = &'a str> + Clone) -> String {
    let holds = |key: &&&str| names.any(|name| name.strip_prefix(**key).is_some_and(|rest| rest.starts_with('.')));
    KEYS.iter().find(holds).map(|key| format!("{key}.")).unwrap_or_default()
}

fn of_safetensors(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<NamedTensor>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let damaged = || format!("{} is damaged or cut off: get it again", path.display());
    let file = SafeTensors::deserialize(&bytes).with_context(damaged)?;
    let prefix = prefix(file.names().into_iter());
    let tensors = file.tensors().into_iter().filter_map(|(name, view)| {
        let name = name.strip_prefix(&prefix).filter(|name| wanted(name))?.to_owned();
        let values = Kind::of_safetensors(view.dtype())?.values(view.data());
        Some(NamedTensor { name, shape: view.shape().to_vec(), values })
    });
    Ok(tensors.collect())
}

fn of_torch(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<NamedTensor>> {
    let damaged = |error: String| {
        anyhow!("{} is damaged or cut off, or no weights of PyTorch ({error}): get it again", path.display())
    };
    let reader = PytorchReader::new(path).map_err(|error| damaged(error.to_string()))?;
    let prefix = prefix(reader.tensors().keys().map(String::as_str));
    let mut tensors = Vec::new();
    for (name, tensor) in reader.tensors() {
        let Some(name) = name.strip_prefix(&prefix).filter(|name| wanted(name)) else { continue };
        let Some(kind) = Kind::of_torch(tensor.dtype()) else { continue };
        let bytes = tensor.read().map_err(|error| damaged(error.to_string()))?;
        tensors.push(NamedTensor {
            name: name.to_owned(),
            shape: tensor.shape().to_vec(),
            values: kind.values(&bytes),
        });
    }
    Ok(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::{TensorView, serialize_to_file};

    const SHAPE: [usize; 1] = [2];

    fn write(path: &Path, tensors: &[(&str, Dtype, Vec<u8>)]) {
        let views = tensors.iter().map(|(name, kind, bytes)| {
            let view = TensorView::new(*kind, SHAPE.to_vec(), bytes).unwrap();
            (name.to_string(), view)
        });
        serialize_to_file(views, None, path).unwrap();
    }

    #[test]
    fn numbers_of_every_kind_read_and_counters_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let values = [0.5_f32, -2.0];
        let all = [
            ("a", Dtype::F64, values.iter().flat_map(|v| f64::from(*v).to_le_bytes()).collect()),
            ("b", Dtype::F32, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
            ("c", Dtype::F16, values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect()),
            ("d", Dtype::BF16, values.iter().flat_map(|v| bf16::from_f32(*v).to_le_bytes()).collect()),
            ("e", Dtype::I64, vec![0; 16]),
        ];
        write(&path, &all);
        let found = read(&path, |name| name != "b").unwrap();
        assert_eq!(found.iter().map(|tensor| tensor.name.as_str()).collect::<Vec<_>>(), ["a", "c", "d"]);
        assert!(found.iter().all(|tensor| tensor.values == values && tensor.shape == SHAPE));
        assert!(read(&path, |_| false).unwrap_err().to_string().contains("a.bin"));
    }

    #[test]
    fn weights_are_found_beside_other_things() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let bytes = || vec![0; 8];
        write(&path, &[("state_dict.x", Dtype::F32, bytes()), ("optimizer.x", Dtype::F32, bytes())]);
        let names = read(&path, |_| true).unwrap().into_iter().map(|tensor| tensor.name).collect::<Vec<_>>();
        assert_eq!(names, ["x"]);
    }

    #[test]
    fn what_is_no_file_of_weights_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pth");
        for (bytes, expected) in [
            (b"<!DOCTYPE html>".as_slice(), "a.pth is a web page (HTML)"),
            (b"", "a.pth is empty"),
            (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"),
            (b"PK\x03\x04 and no more", "a.pth is damaged or cut off"),
            (b"\x80\x02}q\x00.", "none of the weights"),
            (b"some text", "no weights of PyTorch"),
            (b"\x40\0\0\0\0\0\0\0{\"a\"", "a.pth is damaged or cut off"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            let error = format!("{:#}", read(&path, |_| true).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
        assert!(read(&folder.path().join("none"), |_| true).unwrap_err().to_string().contains("none"));
    }
}
