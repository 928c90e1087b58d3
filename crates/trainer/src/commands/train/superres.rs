//! What `forger train superres` has of its own.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{Superres, data::photos::Photo, weights::Upscaler};
use forger_protocol::SuperresConfig;

use super::{Begin, Course, Prepared, RunArgs, begin::FromArgs, resume};
use crate::{
    data::{
        lens,
        photos::{self, Pair},
    },
    measures::{fidelity, watch::Watch},
    models,
    run::DataNote,
    ui,
};

/// Steps of a run whose recipe does not say when its learning rate ends.
const STEPS: u64 = 100_000;

#[derive(Args)]
pub struct SuperresArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// A folder or archive of photos, or a folder with archives named train...
    #[arg(long)]
    pub data: String,
    /// Test sets to measure every checkpoint on (the first of them): SET/hr/NAME.png in a folder or in archives named test...
    #[arg(long)]
    pub test: Option<String>,
    /// What perceptual and texture loss look through: weights of VGG-19 from PyTorch (.pth or .safetensors), or a classifier
    /// of `forger train classifier`
    #[arg(long)]
    pub features: Option<PathBuf>,
    /// Realism is learned after fidelity.
    #[command(flatten)]
    pub from: FromArgs,
}

impl Course for SuperresArgs {
    type Config = SuperresConfig;

    fn run(&self) -> &RunArgs {
        &self.run
    }

    fn recipe(&self) -> Option<&str> {
        Some("superres-light")
    }

    /// The learning rate falls over as many steps as are asked for.
    fn adjust(&self, config: &mut SuperresConfig) {
        if let Some(steps) = self.run.steps {
            config.decay_steps = steps;
        }
    }

    fn from(&self) -> Option<&Path> {
        self.from.path()
    }

    fn prepare(&self, config: &SuperresConfig, begin: &Begin) -> Result<Prepared> {
        let photos = photos::load(&self.data)?;
        let lens = self.features.as_ref().map(|file| lens::open(file)).transpose()?;
        if config.losses.need_features() && lens.is_none() {
            bail!("the perceptual and the texture loss need --features: weights of VGG-19, or a classifier");
        }
        let test = match &self.test {
            Some(data) => photos::test_sets(data, config.scale)?.into_iter().next(),
            None => None,
        };
        let (features, lens) = lens.unzip();
        if let Some(features) = features.as_ref().filter(|_| config.losses.need_features()) {
            resume::check_features("--features", &begin.note.features, features)?;
        }
        let mut note = DataNote {
            name: photos.name,
            licence: photos.licence,
            features: features.filter(|_| config.losses.need_features()).unwrap_or_default(),
            ..DataNote::default()
        };
        check_sizes(&photos.photos, config)?;
        let mut system = Superres::new(config.clone(), photos.photos, lens, &begin.device)?;
        begin.enter(&mut system, &mut note)?;
        note.images = system.photos() as u64;
        Ok(Prepared {
            system: Box::new(system),
            lead: format!("{} photos from {}", note.images, note.name),
            note,
            steps: if config.decay_steps > 0 { config.decay_steps } else { STEPS },
            watch: test.map(|(set, pairs)| watch(&set, pairs, begin.device.clone())),
        })
    }
}

/// Tells of photos that are smaller than a patch, of which nothing is learned; an error where all are.
fn check_sizes(photos: &[Photo], config: &SuperresConfig) -> Result<()> {
    let side = config.patch * config.scale;
    let small = photos.iter().filter(|photo| photo.height.min(photo.width) < side).count();
    let found = format!("{small} of {} photos are smaller than {side} pixels, a patch times the scale", photos.len());
    if small == photos.len() {
        bail!("{found}: --set patch=... takes smaller ones");
    }
    if small > 0 {
        ui::warn(format_args!("{found}, and left out: --set patch=... takes smaller ones"));
    }
    Ok(())
}

/// Measures PSNR and SSIM on a test set.
fn watch(set: &str, pairs: Vec<Pair>, device: Device) -> Watch {
    Watch::new(set, "psnr", move |state| {
        let upscaler = models::of_checkpoint::<Upscaler>(DataNote::default(), state, &device)?;
        let found = fidelity::measure(&pairs, &upscaler)?;
        Ok(Box::new(move || Ok(vec![("psnr", found.psnr), ("ssim", found.ssim)])))
    })
}
