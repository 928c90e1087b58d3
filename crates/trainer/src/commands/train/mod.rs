//! `forger train`: one procedure for all systems. What a system has of its own, a file each says: its flags, and how it is
//! made of what they name.

mod auxiliary;
pub mod begin;
mod check;
pub mod cyclegan;
pub mod dcgan;
pub mod encoder;
mod guarded;
pub mod pix2pix;
mod resume;
mod semantic;
pub mod simgan;
mod steps;
pub mod superres;
pub mod toy;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use forger_core::System;
use forger_protocol::Settings;

pub use self::begin::Begin;
use self::{
    cyclegan::CycleganArgs, dcgan::DcganArgs, encoder::EncoderArgs, pix2pix::Pix2pixArgs, resume::Resumed,
    simgan::SimganArgs, superres::SuperresArgs, toy::ToyArgs,
};
use super::classifier::{self, ClassifierArgs};
use crate::{
    device::{self, DeviceArgs},
    measures::watch::Watch,
    recipes,
    run::{DataNote, Run, write_whole},
    ui,
};

/// What can be trained.
#[derive(Subcommand)]
pub enum TrainCommand {
    /// DCGAN on pictures
    #[command(after_help = "Example: forger train dcgan --data mnist --out runs/digits --epochs 20 --set seed=3")]
    Dcgan(Box<DcganArgs>),
    /// Super-resolution on photos
    #[command(after_help = "Example: forger train superres --data sr-photos --out runs/light --set losses.pixel=0.5")]
    Superres(Box<SuperresArgs>),
    /// pix2pix: a picture of a picture, learned from pairs
    #[command(
        after_help = "Example: forger train pix2pix --data facades --input label --target photo --test facades --out runs/facades"
    )]
    Pix2pix(Box<Pix2pixArgs>),
    /// CycleGAN: pictures of one kind as those of another and back, learned without pairs
    #[command(
        after_help = "Example: forger train cyclegan --x weather.tar:cloudy,shine --y weather.tar:sunrise --out runs/sunset"
    )]
    Cyclegan(Box<CycleganArgs>),
    /// SimGAN: drawn pictures made to look real, their labels kept
    #[command(after_help = "Example: forger train simgan --data mnist --simulator digits --out runs/refine-digits")]
    Simgan(Box<SimganArgs>),
    /// An encoder for a DCGAN: pictures as the codes of which it draws them (f-AnoGAN)
    #[command(
        after_help = "Example: forger train encoder --model runs/threes --data mnist --normal 3 --out runs/threes/encoder"
    )]
    Encoder(Box<EncoderArgs>),
    /// A classifier of attributes, which `forger eval` measures generators with
    #[command(after_help = "Example: forger train classifier --data avatars --out runs/avatars-classifier.safetensors")]
    Classifier(ClassifierArgs),
    /// The toy GAN on a two-dimensional distribution
    #[command(after_help = "Example: forger train toy --set distribution=moons --out runs/ring --steps 3000")]
    Toy(ToyArgs),
}

impl TrainCommand {
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Dcgan(args) => train(&**args),
            Self::Superres(args) => train(&**args),
            Self::Pix2pix(args) => train(&**args),
            Self::Cyclegan(args) => train(&**args),
            Self::Simgan(args) => train(&**args),
            Self::Encoder(args) => train(&**args),
            Self::Toy(args) => train(args),
            Self::Classifier(args) => device::guard(|| classifier::train(args)),
        }
    }
}

/// What every run has.
#[derive(Args)]
pub struct RunArgs {
    /// Folder of the run: checkpoints, losses.csv and sample sheets
    #[arg(long)]
    pub out: PathBuf,
    #[command(flatten)]
    pub device: DeviceArgs,
    /// Go on from the newest checkpoint of --out, with its settings and up to the step that was asked for before; --set may change
    /// learning rates for the rest of the run, and its end where constant_steps and decay_steps say it. With a file, go on from that
    /// checkpoint, of another run or of a browser's, in a new --out
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub resume: Option<Option<PathBuf>>,
    /// A preset (see `forger recipes`) or a TOML file
    #[arg(long)]
    pub recipe: Option<String>,
    /// Change any setting of the recipe, as recipe.toml of a run names it: width=32, seed=3, normalization=instance,
    /// generator_optimizer.learning_rate=1e-4; may be given several times
    #[arg(long, value_name = "KEY=VALUE", num_args = 1)]
    pub set: Vec<String>,
    /// Stop at this step, counted from the beginning of the run
    #[arg(long)]
    pub steps: Option<u64>,
    /// Steps between checkpoints
    #[arg(long, default_value_t = 1000)]
    pub checkpoint_every: u64,
    /// Of another command that trains, and goes on by itself when it is repeated: its flag that says how long.
    #[arg(skip)]
    pub length: Option<&'static str>,
}

impl RunArgs {
    /// What goes on with the run.
    fn again(&self) -> &'static str {
        if self.length.is_some() { "the same command" } else { "--resume" }
    }
}

/// What the training of a system has of its own.
pub trait Course {
    type Config: Settings;
    /// Whether several devices can share its batches.
    const SHARES: bool = false;

    fn run(&self) -> &RunArgs;

    /// The preset where none is named; none where the defaults are one.
    fn recipe(&self) -> Option<&str> {
        None
    }

    /// Whether a flag of its own says, as --steps does, how long it trains.
    fn says_length(&self) -> bool {
        false
    }

    /// The model or run with whose networks it begins.
    fn from(&self) -> Option<&Path> {
        None
    }

    /// What follows from the flags for the settings of a new run, where --set says nothing else.
    fn adjust(&self, _config: &mut Self::Config) {}

    /// Reads what the flags name, and makes the system of it.
    fn prepare(&self, config: &Self::Config, begin: &Begin) -> Result<Prepared>;
}

/// Has a learning rate that falls at all fall in the second half of as many steps as are asked for.
fn falling(asked: Option<u64>, constant: &mut u64, decay: &mut u64) {
    if let Some(steps) = asked.filter(|_| *decay > 0) {
        (*constant, *decay) = (steps / 2, steps - steps / 2);
    }
}

/// A run that can begin.
pub struct Prepared {
    pub system: Box<dyn System>,
    /// What it learns from, in a few words.
    pub lead: String,
    pub note: DataNote,
    /// Steps, where neither --steps nor what the run was asked for before says it.
    pub steps: u64,
    /// Measures every checkpoint.
    pub watch: Option<Watch>,
}

impl Prepared {
    /// The step at which it ends.
    fn end(&self, args: &RunArgs) -> u64 {
        args.steps.unwrap_or(self.steps)
    }

    /// Whether it has come to its end before, so that nothing is done.
    fn is_over(&self, args: &RunArgs) -> bool {
        let done = self.system.steps();
        done > 0 && done >= self.end(args)
    }
}

/// Trains. Where the device fails, the error says how to go on.
fn train<C: Course>(course: &C) -> Result<()> {
    guarded::guarded(course.run(), || run(course))
}

fn run<C: Course>(course: &C) -> Result<()> {
    let args = course.run();
    let (device, helpers) = if C::SHARES { args.device.open()? } else { (args.device.open_single()?, Vec::new()) };
    let from = course.from().map(Path::to_owned);
    let begin = Begin { checkpoint: None, from, note: DataNote::default(), device, helpers };
    match &args.resume {
        Some(file) => go_on(course, begin, file.as_deref()),
        None => start(course, begin),
    }
}

fn start<C: Course>(course: &C, begin: Begin) -> Result<()> {
    let name = course.run().recipe.as_deref().or(course.recipe());
    let recipe: C::Config = name.map(recipes::find).transpose()?.unwrap_or_default();
    let mut config = recipe.clone();
    course.adjust(&mut config);
    let config = course.run().set.iter().try_fold(config, |config, change| recipes::set(&config, change))?;
    check::check(&config)?;
    let prepared = course.prepare(&config, &begin)?;
    let folder = Run::create(&course.run().out)?;
    folder.write_begun(&recipe)?;
    advance(course.run(), &folder, &config, prepared, None)
}

/// Goes on with the run of --out, or in a new --out from a checkpoint of wherever.
fn go_on<C: Course>(course: &C, begin: Begin, file: Option<&Path>) -> Result<()> {
    let out = &course.run().out;
    let run = if file.is_none() { Some(Run::open(out)?) } else { None };
    let checkpoint = match (file, &run) {
        (Some(folder), _) if folder.is_dir() => bail!(
            "--resume {}: this is a folder. --resume alone goes on with the run of --out; in a new --out, name a checkpoint file",
            folder.display()
        ),
        (Some(file), _) => std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?,
        (None, Some(run)) if run.newest_step().is_none() => {
            bail!("there is no checkpoint to go on from in {}: leave --resume out to begin the run", out.display())
        }
        (None, Some(run)) => run.newest()?,
        (None, None) => bail!("there is no run in {}", out.display()),
    };
    let Resumed { config, has_other_end, changes } = resume::settings(course, run.as_ref(), &checkpoint)
        .with_context(|| file.unwrap_or(out).display().to_string())?;
    check::check(&config)?;
    let note = run.as_ref().map(Run::read_note).unwrap_or_default();
    let begin = Begin { checkpoint: Some(checkpoint), note, ..begin };
    begin.check()?;
    let mut prepared = course.prepare(&config, &begin)?;
    if let Some(steps) = begin.note.steps.filter(|_| !course.says_length() && !has_other_end) {
        prepared.steps = steps;
    }
    if !prepared.is_over(course.run()) {
        changes.iter().for_each(ui::note);
    }
    match run {
        Some(run) => advance(course.run(), &run, &config, prepared, Some(begin.note)),
        None => {
            let folder = Run::create(out)?;
            folder.write_begun(&config)?;
            begin.checkpoint.iter().try_for_each(|checkpoint| folder.save(prepared.system.steps(), checkpoint))?;
            advance(course.run(), &folder, &config, prepared, None)
        }
    }
}

/// `before` is what the run of the folder learned from so far, where there is one.
fn advance(
    args: &RunArgs,
    folder: &Run,
    config: &impl Settings,
    prepared: Prepared,
    before: Option<DataNote>,
) -> Result<()> {
    let (total, is_over) = (prepared.end(args), prepared.is_over(args));
    let Prepared { system, lead, note, watch, .. } = prepared;
    let done = system.steps();
    let examples = system.declaration().examples(&system.config());
    ui::note(format_args!("{lead}; {total} steps of {examples}"));
    if is_over {
        let length = args.length.unwrap_or("--steps");
        ui::note(format_args!("the run is at step {done} already: {length} says how far it goes on"));
        // What is asked for does not happen, and the folder must not say that it did.
        if let Some(before) = &before {
            before.warn_of_other(&note, done);
            return Ok(());
        }
    }
    let mut note = before.unwrap_or_default().followed_by(note, done);
    if !is_over {
        note.steps = Some(total);
    }
    folder.write_note(&note)?;
    write_whole(&folder.path("recipe.toml"), recipes::write(config, &note.name)?.as_bytes())?;
    if is_over {
        return Ok(());
    }
    steps::advance(system, folder, args, (total, examples), watch)
}
