//! `forger refine`: pictures of a simulator become such as look real.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use forger_protocol::SimganConfig;

use super::translate::{TranslateArgs, translate};
use crate::{data::Background, device::DeviceArgs, models};

#[derive(Args)]
pub struct RefineArgs {
    /// A picture (PNG, JPEG or WebP), or a folder of pictures, as `forger data make eyes|digits` draws them
    pub from: PathBuf,
    /// The picture to write (.png, .jpg, or .webp without loss), or the folder for those of a folder. Their labels are those of
    /// the originals of the same name
    pub out: PathBuf,
    /// A model file, or the folder of a run, of SimGAN
    #[arg(long)]
    pub model: PathBuf,
    /// Make pictures again that are there already; else those of a folder are passed over. Originals are never overwritten
    #[arg(long)]
    pub overwrite: bool,
    /// What lies behind pictures that are transparent: white if not given
    #[arg(long, value_name = "RRGGBB")]
    pub background: Option<Background>,
    #[command(flatten)]
    pub device: DeviceArgs,
}

/// One picture, or all of a folder.
pub fn refine(args: RefineArgs) -> Result<()> {
    let RefineArgs { from, out, model, overwrite, background, device } = args;
    let system = models::system_of(&model)?;
    if !system.is::<SimganConfig>() {
        bail!(
            "{} is a model of {} and refines nothing: `forger train simgan` makes one that does",
            model.display(),
            system.name
        );
    }
    translate(&TranslateArgs { from, out, model, back: false, fit: false, overwrite, background, device })
}
