//! `forger sample`.

use std::path::PathBuf;

use anyhow::Result;
use burn::tensor::Device;
use clap::Args;
use forger_core::weights::{self, Drawer};

use crate::{models, sheet, ui};

#[derive(Args)]
pub struct SampleArgs {
    /// A .safetensors model file, or the folder of a run
    #[arg(long)]
    pub model: PathBuf,
    /// Seed of z: the same as on the page
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// How many pictures
    #[arg(long, default_value_t = 64)]
    pub count: usize,
    /// Pictures in a row; as many as there are rows if not given
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub columns: Option<u16>,
    /// PNG to write
    #[arg(long)]
    pub out: PathBuf,
}

/// Draws a sheet of the same pictures that the page shows for this seed.
pub fn sample(args: &SampleArgs) -> Result<()> {
    sheet::check(Some(&args.out))?;
    let model = models::open::<Drawer>(&args.model, &Device::flex())?;
    let config = &model.config;
    let z = model.codes.samples(args.seed, args.count);
    let pictures = weights::to_bytes(&models::draw(&model, &z)?);
    match args.columns {
        Some(columns) => sheet::write_rows(&args.out, &pictures, config.shape(), columns.into())?,
        None => sheet::write(&args.out, &pictures, config.shape())?,
    }
    ui::result(format_args!("{} pictures in {}", args.count, args.out.display()));
    Ok(())
}
