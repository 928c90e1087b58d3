//! `forger sample`.

use anyhow::Result;
use forger_core::weights;

use super::Drawer;
use crate::{cli::SampleArgs, sheet, ui};

/// Draws a sheet of the same pictures that the page shows for this seed.
pub fn sample(args: &SampleArgs) -> Result<()> {
    let drawer = Drawer::open(&args.model)?;
    let config = drawer.config();
    let z = drawer.model.codes.samples(args.seed, args.count);
    let pictures = weights::to_bytes(&drawer.draw(&z)?);
    match args.columns {
        Some(columns) => sheet::write_rows(&args.out, &pictures, config.channels, config.image_size, columns.into())?,
        None => sheet::write(&args.out, &pictures, config.channels, config.image_size)?,
    }
    ui::result(format_args!("{} pictures in {}", args.count, args.out.display()));
    Ok(())
}
