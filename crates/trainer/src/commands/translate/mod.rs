//! `forger translate`: pictures of one kind become those of another.

mod whole;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_core::weights::{Model, Translator};
use forger_protocol::Way;

use super::upscale::{
    plan::{Job, Plan, plan},
    write::{Laid, write},
};
use crate::{
    data::{
        Background,
        decode::{Beside, decode},
        fit::laid_on,
        pairs,
        photos::photo,
    },
    device::DeviceArgs,
    models,
    progress::Task,
    ui,
    upscaling::Whole,
};

/// Parts of the work on a picture, as a bar counts them.
const PARTS: u64 = 1000;

#[derive(Args)]
pub struct TranslateArgs {
    /// A picture (PNG, JPEG or WebP), or a folder of pictures
    pub from: PathBuf,
    /// The picture to write (.png, .jpg, or .webp without loss), or the folder for those of a folder: a.jpg becomes a.png
    /// there, and a.jpg.png where there is an a.png, too
    pub out: PathBuf,
    /// A model file, or the folder of a run, of pix2pix or CycleGAN
    #[arg(long)]
    pub model: PathBuf,
    /// The other way: from the second domain of the model to the first, where it has learned that
    #[arg(long)]
    pub back: bool,
    /// Make pictures larger or smaller first, so that their shorter side is that of the pictures that the model learned from
    #[arg(long)]
    pub fit: bool,
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
pub fn translate(args: &TranslateArgs) -> Result<()> {
    let Plan { jobs, made } = plan(&args.from, &args.out, args.overwrite)?;
    if jobs.is_empty() {
        ui::note(format_args!("nothing to do: all pictures are in {} already", args.out.display()));
        return Ok(());
    }
    let model = models::open::<Translator>(&args.model, &args.device.open_single()?)?;
    let way = if args.back { Way::Backward } else { Way::Forward };
    if !model.knows(way) {
        bail!("{} knows no way back: leave --back out", args.model.display());
    }
    if let [from, to] = model.card.domains.as_slice() {
        let (from, to) = if args.back { (to, from) } else { (from, to) };
        ui::note(format_args!("from {from} to {to}"));
    }
    let task = Task::new(PARTS * jobs.len() as u64, "translating", &args.from.display().to_string());
    let one = |job: &Job| one(job, &model, way, args, &task);
    if !args.from.is_dir() {
        let done = jobs.iter().try_for_each(one);
        task.finish();
        return done;
    }
    let mut failed = 0;
    for job in &jobs {
        if let Err(error) = one(job) {
            failed += 1;
            ui::warn(format_args!("{error:#}; left out"));
        }
    }
    task.finish();
    // Of a folder that is gone over again, only what failed before may be left.
    if failed == jobs.len() && made == 0 {
        bail!("no picture of {} was translated", args.from.display());
    }
    if failed > 0 {
        ui::warn(format_args!("{failed} pictures left out"));
    }
    Ok(())
}

fn one(
    Job { from, out, kind }: &Job,
    model: &Model<Translator>,
    way: Way,
    args: &TranslateArgs,
    task: &Task,
) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    let decoded = decode(&bytes, from)?;
    drop(bytes);
    // Colours are those of what the network learned from, whatever the profile of the original says.
    let beside = Beside { profile: None, ..decoded.beside.clone() };
    if decoded.was_deep {
        ui::note(format_args!("{} has 16 bits a value; 8 are written", from.display()));
    }
    let opaque = match decoded.has_alpha {
        true => laid_on(args.background.unwrap_or_default(), &decoded.image),
        false => decoded.image,
    };
    let mut input = photo(&opaque);
    drop(opaque);
    if args.fit {
        input = pairs::fitted(&input, model.image_size()).with_context(|| from.display().to_string())?;
    }
    let shape = [input.height, input.width, 3];
    whole::check(model.config.generator(), [input.height, input.width], args.fit)
        .with_context(|| from.display().to_string())?;
    // As bytes and as numbers, before and after.
    kind.check(out, shape, 10 * input.pixels.len() as u64)?;
    let made = whole::make(model, way, &input, &|part, parts| {
        task.done(PARTS * part as u64 / parts as u64 - PARTS * (part - 1) as u64 / parts as u64);
    })?;
    let laid = Laid { source: rows(made, shape, model.config.channels()), is_grey: false, background: None };
    write(out, *kind, laid, &beside).with_context(|| format!("cannot write {}", out.display()))?;
    ui::result(format_args!("{}: {} x {}", out.display(), input.width, input.height));
    Ok(())
}

/// Pixels of three values; of one, where a model makes grey pictures, of which all channels are the same.
fn rows(pixels: Vec<u8>, [height, width, of]: [usize; 3], channels: usize) -> Box<Whole> {
    match channels {
        1 => Box::new(Whole::new([height, width, 1], pixels.into_iter().step_by(of).collect())),
        _ => Box::new(Whole::new([height, width, of], pixels)),
    }
}
