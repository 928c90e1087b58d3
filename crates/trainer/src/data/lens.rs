//! The networks that perceptual losses look through, from files.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use burn::tensor::Device;
use forger_core::{
    classifier::Judge,
    nets::{lens::Lens, vgg::Vgg},
    parameters::NamedTensor,
};
use half::f16;
use pytorch_reader::{DType, PytorchReader};
use safetensors::{Dtype, SafeTensors};

/// A name for the card, and the network: VGG-19 with the weights of PyTorch, or a classifier of `forger train classifier`.
pub fn open(path: &Path) -> Result<(String, Lens)> {
    let context = || path.display().to_string();
    let device = Device::flex();
    let is_torch = path.extension().is_some_and(|end| end == "pth" || end == "pt");
    if is_torch {
        return Ok(("VGG-19".into(), Lens::Vgg(Vgg::new(&torch(path).with_context(context)?, &device)?)));
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if let Ok(judge) = Judge::load(&bytes, &device) {
        if judge.config.channels != 3 {
            bail!("{} judges grey pictures: train a classifier with --channels 3", path.display());
        }
        let data = judge.note["data"].as_str().unwrap_or("unknown data");
        return Ok((format!("a classifier of {data}"), judge.lens()));
    }
    let tensors = SafeTensors::deserialize(&bytes).with_context(context)?;
    let tensors = tensors.tensors().into_iter().filter_map(|(name, view)| {
        let values = floats(view.dtype(), view.data())?;
        Some(NamedTensor { name, shape: view.shape().to_vec(), values })
    });
    let vgg = Vgg::new(&tensors.collect::<Vec<_>>(), &device).with_context(context)?;
    Ok(("VGG-19".into(), Lens::Vgg(vgg)))
}

fn torch(path: &Path) -> Result<Vec<NamedTensor>> {
    let reader = PytorchReader::new(path).map_err(|error| anyhow!("{error}"))?;
    let mut tensors = Vec::new();
    for (name, tensor) in reader.tensors() {
        if !name.starts_with("features.") || tensor.dtype() != DType::F32 {
            continue;
        }
        let values = floats(Dtype::F32, &tensor.read()?).unwrap_or_default();
        tensors.push(NamedTensor { name: name.clone(), shape: tensor.shape().to_vec(), values });
    }
    Ok(tensors)
}

fn floats(kind: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    match kind {
        Dtype::F32 => Some(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        Dtype::F16 => Some(bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()),
        _ => None,
    }
}
