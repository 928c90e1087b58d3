//! `forger calibrate`: a model file that says how strange normal pictures are, so that a page can judge others.

use std::path::PathBuf;

use anyhow::{Context, Result};
use burn::tensor::Device;
use clap::Args;
use forger_core::{detect::as_filed, weights::Drawer};
use forger_protocol::detect::{Calibration, Normal, Way};

use super::{
    detect::{
        Search,
        normal::{self, NormalArgs},
    },
    publish::CardArgs,
};
use crate::{
    measures::detection::{self, DetectArgs},
    models,
    progress::Task,
    ui,
};

#[derive(Args)]
pub struct CalibrateArgs {
    /// Folder of the run, or a model file, of `forger train dcgan`
    pub from: PathBuf,
    /// Normal pictures that the model has not learned from: their scores go onto its card
    #[arg(long, value_name = "DATA")]
    pub normal: String,
    #[command(flatten)]
    pub chosen: NormalArgs,
    /// What normal pictures show, as in "the digit 0"
    #[arg(long)]
    pub what: String,
    /// They are strokes on a black sheet, centred by their mass and 20 of 28 pixels long, as MNIST's are: a page fits drawings to that
    #[arg(long)]
    pub strokes: bool,
    /// How to search
    #[arg(long, value_enum, default_value_t = Search::Adgan)]
    pub method: Search,
    #[command(flatten)]
    pub detect: DetectArgs,
    #[command(flatten)]
    pub card: CardArgs,
}

/// Searches for normal pictures on the CPU, as the page does, and writes the model file with their scores.
pub fn calibrate(args: &CalibrateArgs) -> Result<()> {
    args.card.refuse_translation(&args.from)?;
    let settings = normal::search(args.method, &args.detect)?;
    let mut trained = models::open::<Drawer>(&args.from, &Device::flex())?;
    if !matches!(settings.way, Way::Anogan { lambda } if lambda > 0.0) {
        // It would only make the file larger.
        trained.networks.discriminator = None;
    }
    let mut model = as_filed(trained)?;
    let config = &model.config;
    let chosen = args
        .chosen
        .load(&args.normal, args.detect.seed, None, (config.channels, config.image_size))
        .context("--normal")?;
    let task = Task::new(chosen.count as u64, "searching", &chosen.name);
    let found = detection::search(&model, &chosen.pixels, settings, &|count| task.done(count as u64))
        .with_context(|| args.from.display().to_string())?;
    task.finish();
    let scores = Calibration::new(found.into_iter().map(|finding| finding.score).collect())?;
    if let (Some(least), Some(most)) = (scores.scores().first(), scores.scores().last()) {
        let count = scores.scores().len();
        ui::note(format_args!("{count} normal pictures of {}: scores {least:.5} to {most:.5}", chosen.name));
    }
    let what = args.what.clone();
    model.card.normal =
        Some(Box::new(Normal { what, data: chosen.name, strokes: args.strokes, search: settings, scores }));
    args.card.publish(model)
}
