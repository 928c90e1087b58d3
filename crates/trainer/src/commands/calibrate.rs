//! `forger calibrate`: a model file that says how strange normal pictures are, so that a page can judge others, and how strange
//! known strange ones are, so that it can say what a threshold misses.

use std::path::PathBuf;

use anyhow::{Context, Result};
use burn::tensor::Device;
use clap::Args;
use forger_core::{detect::as_filed, metrics::roc::auroc, weights::Drawer};
use forger_protocol::detect::{Calibration, DetectSettings, KnownStrange, Normal};

use super::{
    detect::{
        Search,
        normal::{self, Chosen, NormalArgs},
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
    /// Pictures that are known to be strange: their scores go onto the card, too, so that a page can say what a threshold misses.
    /// --normal itself for all its classes but --class, evenly
    #[arg(long, value_name = "DATA", requires = "strange_what")]
    pub strange: Option<String>,
    /// What strange pictures show, as in "the other digits"
    #[arg(long, requires = "strange")]
    pub strange_what: Option<String>,
    /// Strange pictures whose scores go onto the card, at most
    #[arg(long, default_value_t = 200, requires = "strange")]
    pub strange_count: usize,
    /// How to search
    #[arg(long, value_enum, default_value_t = Search::Adgan)]
    pub method: Search,
    /// The run of `forger train encoder` for this model, which goes into the file: for --method encoder
    #[arg(long, value_name = "RUN", required_if_eq("method", "encoder"))]
    pub encoder: Option<PathBuf>,
    #[command(flatten)]
    pub detect: DetectArgs,
    #[command(flatten)]
    pub card: CardArgs,
}

/// Searches for normal pictures on the CPU, and for strange ones, as the page does, and writes the model file with their scores.
pub fn calibrate(args: &CalibrateArgs) -> Result<()> {
    args.card.refuse_translation(&args.from)?;
    let settings = normal::search(args.method, &args.detect)?;
    let mut trained = models::open::<Drawer>(&args.from, &Device::flex())?;
    args.card.check(&trained.card)?;
    if let Some(encoder) = &args.encoder {
        models::add_encoder(&mut trained, encoder)?;
    }
    if !settings.way.asks_for_d() {
        // It would only make the file larger.
        trained.networks.discriminator = None;
    }
    let mut model = as_filed(trained)?;
    let (seed, shape) = (args.detect.seed(), (model.config.channels, model.config.image_size));
    let chosen = args.chosen.load(&args.normal, seed, None, shape).context("--normal")?;
    let others = |strange: &String| {
        args.chosen.others(&args.normal, strange, (args.strange_count, seed), shape).context("--strange")
    };
    let strange = args.strange.as_ref().map(others).transpose()?;
    let scores = |chosen: &Chosen, kind: &str| {
        scores(&model, settings, chosen, kind).with_context(|| args.from.display().to_string())
    };
    let normal_scores = scores(&chosen, "normal")?;
    let known = |(strange, what): (Chosen, String)| -> Result<KnownStrange> {
        let scores = scores(&strange, "strange")?;
        let area = auroc(normal_scores.scores(), scores.scores())?;
        ui::note(format_args!("{what} against {}: AUROC {area:.4}", args.what));
        Ok(KnownStrange { what, data: strange.name, scores })
    };
    let strange = strange.zip(args.strange_what.clone()).map(known).transpose()?;
    model.card.normal = Some(Box::new(Normal {
        what: args.what.clone(),
        data: chosen.name,
        strokes: args.strokes,
        patches: args.chosen.patches(),
        search: settings,
        scores: normal_scores,
        strange,
    }));
    args.card.publish(model)
}

/// The scores of pictures, and a word on them.
fn scores(model: &Drawer, settings: DetectSettings, chosen: &Chosen, kind: &str) -> Result<Calibration> {
    let task = Task::new(chosen.pictures.len() as u64, "searching", &chosen.name);
    let found = detection::judge(model, &chosen.pictures, settings, &|count| task.done(count as u64))?;
    task.finish();
    let scores = Calibration::new(found.into_iter().map(|found| found.score).collect())?;
    if let (Some(least), Some(most)) = (scores.scores().first(), scores.scores().last()) {
        let count = scores.scores().len();
        ui::note(format_args!("{count} {kind} pictures of {}: scores {least:.5} to {most:.5}", chosen.name));
    }
    Ok(scores)
}
