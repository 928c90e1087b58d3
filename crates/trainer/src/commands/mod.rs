//! One file a command.

pub mod bench;
pub mod classifier;
pub mod compare;
pub mod doctor;
pub mod eval;
pub mod eval_latent;
pub mod export;
pub mod report;
pub mod sample;
pub mod train;
pub mod worker;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{Dcgan, nets::dcgan::Generator, weights};
use forger_protocol::{DcganConfig, card::System};

use crate::{device::Failed, recipes, run::Run, ui};

/// `forger recipes`.
pub fn recipes() -> Result<()> {
    for (name, description) in recipes::list()? {
        ui::result(format_args!("{name:<14} {description}"));
    }
    Ok(())
}

/// A generator from a model file or a run.
pub enum Drawer {
    Model(Box<weights::Model>),
    Run(Box<(DcganConfig, Generator)>),
}

impl Drawer {
    pub fn open(path: &Path) -> Result<Self> {
        let device = Device::flex();
        if path.is_dir() {
            let (config, generator, _) = Dcgan::generator_of(&Run::open(path)?.newest()?, &device)?;
            return Ok(Self::Run(Box::new((config, generator))));
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let model = weights::read(&bytes, &device).with_context(|| path.display().to_string())?;
        model.check(&values(model.test_output())?).with_context(|| path.display().to_string())?;
        Ok(Self::Model(Box::new(model)))
    }

    /// The name on the card, if there is one.
    pub fn name(&self) -> Option<String> {
        match self {
            Self::Model(model) => Some(model.card.name.clone()),
            Self::Run(_) => None,
        }
    }

    pub fn config(&self) -> &DcganConfig {
        match self {
            Self::Model(model) => {
                let System::Dcgan(config) = &model.card.system;
                config
            }
            Self::Run(run) => &run.0,
        }
    }

    /// `[count, channels, height, width]` in `[-1, 1]`, flat.
    pub fn draw(&self, z: &[f32]) -> Result<Vec<f32>> {
        let dim = self.config().latent_dim;
        let mut pictures = Vec::new();
        for z in z.chunks(64 * dim) {
            let z = Tensor::from_data(TensorData::new(z.to_vec(), [z.len() / dim, dim]), &Device::flex());
            pictures.extend(values(match self {
                Self::Model(model) => model.forge(z),
                Self::Run(run) => run.1.forward(z),
            })?);
        }
        Ok(pictures)
    }
}

/// Reads a tensor back.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.try_into_data().map_err(Failed::new)?;
    data.convert::<f32>().try_into_vec::<f32>().map_err(|error| anyhow!("the device gave no numbers: {error:?}"))
}
