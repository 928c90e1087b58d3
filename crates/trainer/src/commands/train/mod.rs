//! `forger train`: one procedure for all systems. What a system has of its own, a file each says: its flags, and how it is
//! made of what they name.

mod auxiliary;
pub mod dcgan;
mod steps;
pub mod superres;
pub mod toy;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::{Args, Subcommand};
use forger_core::{System, checkpoint::Reader};
use forger_protocol::Settings;

use self::{dcgan::DcganArgs, superres::SuperresArgs, toy::ToyArgs};
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
    /// Go on from the newest checkpoint of --out, with its settings
    #[arg(long)]
    pub resume: bool,
    /// A preset (see `forger recipes`) or a TOML file
    #[arg(long)]
    pub recipe: Option<String>,
    /// Change any setting of the recipe, as recipe.toml of a run names it: width=32, seed=3, normalization=instance,
    /// generator_optimizer.learning_rate=1e-4; may be given several times
    #[arg(long, value_name = "KEY=VALUE", num_args = 1)]
    pub set: Vec<String>,
    /// Stop after this many steps
    #[arg(long)]
    pub steps: Option<u64>,
    /// Steps between checkpoints
    #[arg(long, default_value_t = 1000)]
    pub checkpoint_every: u64,
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

    /// What follows from the flags for the settings of a new run, where --set says nothing else.
    fn adjust(&self, _config: &mut Self::Config) {}

    /// Reads what the flags name, and makes the system of it.
    fn prepare(&self, config: &Self::Config, begin: &Begin) -> Result<Prepared>;
}

/// Where a run begins.
pub struct Begin {
    /// The state to go on from.
    pub checkpoint: Option<Vec<u8>>,
    pub device: Device,
    /// Devices that share its batches.
    pub helpers: Vec<Device>,
}

/// A run that can begin.
pub struct Prepared {
    pub system: Box<dyn System>,
    /// What it learns from, in a few words.
    pub lead: String,
    pub note: DataNote,
    /// Steps, where --steps does not say it.
    pub steps: u64,
    /// Measures every checkpoint.
    pub watch: Option<Watch>,
}

/// Trains. Where the device fails, the error says how to go on.
fn train<C: Course>(course: &C) -> Result<()> {
    guarded(course.run(), || run(course))
}

fn run<C: Course>(course: &C) -> Result<()> {
    let args = course.run();
    let (device, helpers) = if C::SHARES { args.device.open()? } else { (args.device.open_single()?, Vec::new()) };
    let checkpoint = if args.resume { Some(Run::open(&args.out)?.newest()?) } else { None };
    let config = match &checkpoint {
        Some(bytes) => Reader::new(bytes)?.settings().with_context(|| args.out.display().to_string())?,
        None => settings(course)?,
    };
    config.validate()?;
    let Prepared { system, lead, note, steps, watch } =
        course.prepare(&config, &Begin { checkpoint, device, helpers })?;
    let total = args.steps.unwrap_or(steps);
    let examples = recipes::examples(&config);
    ui::note(format_args!("{lead}; {total} steps of {examples}"));
    let folder = if args.resume { Run::open(&args.out)? } else { Run::create(&args.out)? };
    let from = if note.from.is_empty() { folder.read_note().from } else { note.from.clone() };
    let recipe = recipes::write(&config, &note.name)?;
    folder.write_note(&DataNote { from, ..note })?;
    write_whole(&folder.path("recipe.toml"), recipe.as_bytes())?;
    steps::advance(system, &folder, (total, args.checkpoint_every.max(1), examples), watch)
}

/// The settings of a new run: the recipe, what follows from the flags, and what --set says.
fn settings<C: Course>(course: &C) -> Result<C::Config> {
    let name = course.run().recipe.as_deref().or(course.recipe());
    let mut config = name.map(recipes::find).transpose()?.unwrap_or_default();
    course.adjust(&mut config);
    course.run().set.iter().try_fold(config, |config, change| recipes::set(&config, change))
}

/// Runs a training command. Where its device fails, the error says how to go on.
fn guarded(args: &RunArgs, command: impl FnOnce() -> Result<()>) -> Result<()> {
    let result = device::guard(command);
    let Some(failed) = result.as_ref().err().and_then(|error| error.downcast_ref::<device::Failed>()) else {
        return result;
    };
    let device = &args.device.device;
    let reason = if device.starts_with("remote") {
        format!("a worker is gone, or the connection to it ({failed})")
    } else {
        failed.to_string()
    };
    let advice = match Run::open(&args.out).ok().and_then(|run| run.newest_step()) {
        Some(step) => format!(
            "The state of step {step} is saved: repeat the command with --resume, and with --device cpu or when the \
             device is back"
        ),
        None => "Nothing was saved yet: start again in a new --out; `forger doctor` says what works".into(),
    };
    bail!("device {device} failed: {reason}\n{advice}")
}
