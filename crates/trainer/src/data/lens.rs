//! The networks that perceptual losses look through, from files.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use forger_core::{
    classifier::Judge,
    nets::{lens::Lens, vgg::Vgg},
    weights::sha256,
};

use super::tensors;

/// A name for the card of what a file holds: there may be several classifiers of the same data.
pub fn named(classifier: &Judge, bytes: &[u8]) -> String {
    let data = classifier.note["data"].as_str().unwrap_or("unknown data");
    format!("a classifier of {data} ({})", &sha256(bytes)[..8])
}

/// A name for the card, and the network: VGG-19 with the weights of PyTorch, or a classifier of `forger train classifier`.
pub fn open(path: &Path) -> Result<(String, Lens)> {
    let device = Device::flex();
    if tensors::is_safetensors(path)? {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        if let Ok(judge) = Judge::load(&bytes, &device) {
            if judge.config.channels != 3 {
                bail!("{} judges grey pictures: train a classifier with --channels 3", path.display());
            }
            return Ok((named(&judge, &bytes), judge.lens()));
        }
    }
    // The last layers, which losses do not look through, are most of the file.
    let weights = tensors::read(path, |name| name.starts_with("features."))?;
    let vgg = Vgg::new(&weights, &device).with_context(|| path.display().to_string())?;
    Ok(("VGG-19".into(), Lens::Vgg(vgg)))
}
