//! Ways through latent space, found in samples.

use anyhow::{Context, Result};
use burn::tensor::{Tensor, TensorData};
use forger_core::{
    latent::{attribute_directions, principal_directions},
    weights::Drawer,
};
use forger_protocol::{Random, Stream, card::Direction};

use super::classified::Classified;
use crate::{device::values, models, progress, ui};

/// Samples that a classifier looks at.
const SAMPLES: usize = 10_000;
/// Samples whose components are taken.
const PRINCIPAL_SAMPLES: usize = 4_000;
/// Blocks of the generator after which components are taken.
const BLOCKS: usize = 1;
/// Samples that are drawn at a time.
const CHUNK: usize = 100;
const SEED: u32 = 1;

/// A direction for each attribute of the classifier that the samples have and that follows z.
pub fn attributes(drawer: &Drawer, classified: &Classified) -> Result<Vec<Direction>> {
    let config = &drawer.config;
    let z = drawer.codes.draw(&mut Random::new(SEED, Stream::Metrics), SAMPLES);
    let bar = progress::bar(SAMPLES as u64, "judging samples");
    let mut logits = Vec::new();
    for chunk in z.chunks(CHUNK * config.latent_dim) {
        logits.extend(classified.logits(&models::draw(drawer, chunk)?)?);
        bar.inc(CHUNK as u64);
    }
    bar.finish_and_clear();
    let names = &classified.judge.config.attributes;
    let found = attribute_directions(&z, config.latent_dim, &logits, names)?;
    let lost = names.iter().filter(|name| found.iter().all(|direction| direction.name != **name));
    let lost = lost.cloned().collect::<Vec<_>>();
    if !lost.is_empty() {
        ui::note(format_args!("no direction for {}: too rare, or not told by z", lost.join(", ")));
    }
    Ok(found)
}

/// The `count` strongest principal directions.
pub fn principal(drawer: &Drawer, count: usize) -> Result<Vec<Direction>> {
    let (config, generator) = (&drawer.config, drawer.generator().context("no generator")?);
    let dim = config.latent_dim;
    let z = drawer.codes.draw(&mut Random::new(SEED, Stream::Metrics), PRINCIPAL_SAMPLES);
    let mut activations = Vec::new();
    for chunk in z.chunks(CHUNK * dim) {
        let chunk = TensorData::new(chunk.to_vec(), [chunk.len() / dim, dim]);
        activations.extend(values(generator.features(Tensor::from_data(chunk, &drawer.device()), BLOCKS))?);
    }
    principal_directions(&z, dim, &activations, count).context("no principal directions")
}
