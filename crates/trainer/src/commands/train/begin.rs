//! Where a run begins: with networks of chance, with those of a model, or where it was.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::System;

use crate::{models, run::DataNote, ui};

/// Of systems that leave model files.
#[derive(Args, Default)]
pub struct FromArgs {
    /// Begin with the networks of this model or run, of the same system and shape; optimizers are new. What the file does not hold, such
    /// as a discriminator that was not exported, begins by chance
    #[arg(long, value_name = "MODEL")]
    from: Option<PathBuf>,
}

impl FromArgs {
    pub fn path(&self) -> Option<&Path> {
        self.from.as_deref()
    }
}

/// Where a run begins.
pub struct Begin {
    /// The state to go on from.
    pub checkpoint: Option<Vec<u8>>,
    /// The model or run to begin with, or with which the run began.
    pub from: Option<PathBuf>,
    /// What the run learned from so far.
    pub note: DataNote,
    pub device: Device,
    /// Devices that share its batches.
    pub helpers: Vec<Device>,
}

impl Begin {
    /// Brings a new system to where the run begins, and notes with what.
    pub fn enter(&self, system: &mut dyn System, note: &mut DataNote) -> Result<()> {
        match (&self.checkpoint, &self.from) {
            (Some(checkpoint), _) => system.load(checkpoint)?,
            (None, Some(from)) => note.from = begin_with(system, from)?,
            (None, None) => {}
        }
        Ok(())
    }

    /// Refuses a model that is not the one the run began with.
    pub fn check(&self) -> Result<()> {
        let Some(given) = self.from.as_ref().filter(|_| self.checkpoint.is_some()) else { return Ok(()) };
        let begun = &self.note.from;
        if *begun == given.display().to_string()
            || (!begun.is_empty() && *begun == models::Weights::of(given)?.name()?)
        {
            return Ok(());
        }
        let began = if begun.is_empty() { "began without one".into() } else { format!("began with {begun}") };
        bail!(
            "--from {}: the run {began}, and goes on. Leave --from out, or begin another run in a new --out",
            given.display()
        )
    }
}

/// Takes the networks of a model or run; its name.
fn begin_with(system: &mut dyn System, path: &Path) -> Result<String> {
    let weights = models::Weights::of(path)?;
    let by_chance = weights.begin(system).with_context(|| {
        format!(
            "--from {}: choose the recipe that it was trained with, or --set what its networks have",
            path.display()
        )
    })?;
    if !by_chance.is_empty() {
        let (names, path) = (by_chance.join(", "), path.display());
        ui::warn(format_args!("{path} does not hold what these settings ask for of {names}, which begins by chance"));
    }
    weights.name()
}
