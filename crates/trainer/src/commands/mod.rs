//! One file a command.

pub mod bench;
pub mod calibrate;
pub mod classifier;
pub mod compare;
pub mod detect;
pub mod doctor;
pub mod eval;
pub mod eval_defects;
pub mod eval_detect;
pub mod eval_directions;
pub mod eval_invert;
pub mod eval_latent;
pub mod eval_refine;
pub mod eval_superres;
pub mod eval_translate;
pub mod export;
pub mod import;
pub mod publish;
pub mod refine;
pub mod report;
pub mod sample;
pub mod train;
pub mod translate;
pub mod upscale;
pub mod worker;

#[cfg(test)]
mod tests;

use anyhow::Result;

use crate::{recipes, ui};

/// `forger recipes`.
pub fn recipes() -> Result<()> {
    for (name, description) in recipes::list()? {
        ui::result(format_args!("{name:<18} {description}"));
    }
    Ok(())
}
