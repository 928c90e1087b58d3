//! `forger eval directions`: do the directions of a card change what they are called after?

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::weights::{self, Drawer};
use forger_protocol::{
    Random, Stream,
    card::{Direction, DirectionKind},
};
use serde_json::{Value, json};

use crate::{measures::classified::Classified, models, sheet, ui};

/// How far a code is moved, in units of what a component of z varies by.
const REACH: f32 = 3.0;
/// Pictures of a strip, from `-REACH` to `REACH`.
const STRIP: usize = 7;

/// The share of samples that get an attribute when they are moved along its direction
#[derive(Args)]
pub struct DirectionsArgs {
    /// A model file whose card has directions
    #[arg(long)]
    pub model: PathBuf,
    /// The classifier of the model, from `forger train classifier`
    #[arg(long)]
    pub classifier: PathBuf,
    /// Samples that are moved
    #[arg(long, default_value_t = 500)]
    pub samples: usize,
    /// Seed of the samples
    #[arg(long, default_value_t = 2)]
    pub seed: u32,
    /// Write a sheet with a strip of the first two samples for each direction, -3 to the left and 3 to the right
    #[arg(long)]
    pub sheet: Option<PathBuf>,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// Measures each direction.
pub fn directions(args: &DirectionsArgs) -> Result<()> {
    sheet::check(args.sheet.as_deref())?;
    let drawer = models::open::<Drawer>(&args.model, &Device::flex())?;
    let (config, directions) = (&drawer.config, &drawer.card.directions);
    if directions.is_empty() {
        bail!("the card of {} has no directions: export it with --classifier", args.model.display());
    }
    let classified = Classified::open(&args.classifier, config)?;
    let z = drawer.codes.draw(&mut Random::new(args.seed, Stream::Metrics), args.samples);
    let before = classified.logits(&models::draw(&drawer, &z)?)?;
    let names = classified.judge.config.attributes.len();
    let mut figures = BTreeMap::<String, Value>::new();
    for direction in directions.iter().filter(|direction| direction.kind == DirectionKind::Attribute) {
        let Some(place) = classified.judge.attribute(&direction.name) else {
            ui::warn(format_args!("the classifier knows no attribute {}", direction.name));
            continue;
        };
        let after = classified.logits(&models::draw(&drawer, &moved(&z, direction, REACH))?)?;
        let pairs = before.iter().skip(place).step_by(names).zip(after.iter().skip(place).step_by(names));
        let lacking = pairs.filter(|(before, _)| **before < 0.0).map(|(_, after)| *after > 0.0).collect::<Vec<_>>();
        let share = lacking.iter().filter(|has| **has).count() as f64 / lacking.len().max(1) as f64;
        ui::result(format_args!(
            "{:<20} strength {:.2}; of {} samples without it, {:.1} % have it after +{REACH}",
            direction.name,
            direction.strength,
            lacking.len(),
            100.0 * share
        ));
        figures.insert(format!("flip_{}", direction.name.to_lowercase()), share.into());
    }
    if args.json {
        let command = format!(
            "forger eval directions --model MODEL --classifier CLASSIFIER --samples {} --seed {} --json",
            args.samples, args.seed
        );
        figures.insert("command".into(), command.into());
        ui::result(json!(figures));
    }
    if let Some(path) = &args.sheet {
        let mut codes = Vec::new();
        for direction in directions {
            for code in z.chunks_exact(config.latent_dim).take(2) {
                for step in 0..STRIP {
                    let way = REACH * (2.0 * step as f32 / (STRIP - 1) as f32 - 1.0);
                    codes.extend(moved(code, direction, way));
                }
            }
        }
        let pictures = weights::to_bytes(&models::draw(&drawer, &codes)?);
        sheet::write_rows(path, &pictures, config.shape(), 2 * STRIP)?;
        let names = directions.iter().map(|direction| direction.name.as_str()).collect::<Vec<_>>();
        ui::note(format_args!("from above in {}: {}", path.display(), names.join(", ")));
    }
    Ok(())
}

/// Codes `[count, dim]`, each moved along a direction.
fn moved(z: &[f32], direction: &Direction, way: f32) -> Vec<f32> {
    z.iter().zip(direction.vector.iter().cycle()).map(|(value, step)| value + way * step).collect()
}
