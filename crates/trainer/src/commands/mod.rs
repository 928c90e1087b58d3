//! One file a command.

pub mod bench;
pub mod classifier;
pub mod compare;
pub mod doctor;
pub mod eval;
pub mod eval_directions;
pub mod eval_invert;
pub mod eval_latent;
pub mod eval_superres;
pub mod export;
pub mod report;
pub mod sample;
pub mod train;
pub mod upscale;
pub mod worker;

#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{Dcgan, weights};
use forger_protocol::{DcganConfig, Random, card::System};

use crate::{card, device::Failed, recipes, run::Run, ui};

/// `forger recipes`.
pub fn recipes() -> Result<()> {
    for (name, description) in recipes::list()? {
        ui::result(format_args!("{name:<18} {description}"));
    }
    Ok(())
}

/// A model from a file or a run.
pub struct Drawer {
    pub model: weights::Model,
    /// Whether its card has a name: that of a file has.
    is_file: bool,
}

impl Drawer {
    pub fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            let run = Run::open(path)?;
            return Ok(of_run(&run, &run.newest()?)?.into());
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let model = weights::read(&bytes, &Device::flex()).with_context(|| path.display().to_string())?;
        model.check(&values(model.test_output())?).with_context(|| path.display().to_string())?;
        Ok(Self { model, is_file: true })
    }

    /// The name on the card, if there is one.
    pub fn name(&self) -> Option<String> {
        self.is_file.then(|| self.model.card.name.clone())
    }

    pub fn config(&self) -> &DcganConfig {
        &self.model.config
    }

    /// Codes of `count` random samples, `[count, latent_dim]`.
    pub fn codes(&self, random: &mut Random, count: usize) -> Vec<f32> {
        self.model.codes.draw(random, count)
    }

    /// `[count, channels, height, width]` in `[-1, 1]`, flat, of codes `[count, latent_dim]`.
    pub fn draw(&self, codes: &[f32]) -> Result<Vec<f32>> {
        let dim = self.config().latent_dim;
        let mut pictures = Vec::new();
        for codes in codes.chunks(64 * dim) {
            let codes = TensorData::new(codes.to_vec(), [codes.len() / dim, dim]);
            pictures.extend(values(self.model.forge(Tensor::from_data(codes, &self.model.device())))?);
        }
        Ok(pictures)
    }
}

impl From<weights::Model> for Drawer {
    fn from(model: weights::Model) -> Self {
        Self { model, is_file: false }
    }
}

/// A checkpoint of a run with its discriminator, and a card of what is known of it.
pub fn of_run(run: &Run, checkpoint: &[u8]) -> Result<weights::Model> {
    let device = Device::flex();
    let (config, generator, steps) = Dcgan::generator_of(checkpoint, &device)?;
    let card = card::of_run(run.read_note(), System::Dcgan(config.clone()), (config.seed, steps), true);
    let discriminator = Dcgan::discriminator_of(checkpoint, &device)?;
    weights::Model::new(card, config, generator, Some(discriminator)).context("networks of other settings")
}

/// Reads a tensor back.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.try_into_data().map_err(Failed::new)?;
    data.convert::<f32>().try_into_vec::<f32>().map_err(|error| anyhow!("the device gave no numbers: {error:?}"))
}
