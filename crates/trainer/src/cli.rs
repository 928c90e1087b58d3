//! The command line. Defaults are those of `forger_protocol`: a flag that is not given changes nothing.

use std::{ffi::OsString, path::PathBuf, str::FromStr};

use clap::{Args, Parser, Subcommand, ValueEnum};
use forger_protocol::{AdversarialLoss, Distribution, Normalization};

use crate::{
    commands::{
        bench::BenchArgs, classifier::ClassifierArgs, compare::CompareArgs, doctor, eval_directions::DirectionsArgs,
        eval_invert::InvertArgs, eval_latent::LatentArgs, eval_superres::EvalSuperresArgs, export::ExportArgs,
        report::ReportArgs, train::superres::SuperresArgs, upscale::UpscaleArgs, worker,
    },
    data::{augmentations::Augmentations, oversample::Oversample},
    device::DeviceArgs,
};

/// Train GANs, look at what they draw, and export their weights for the page.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Train a GAN
    #[command(subcommand)]
    Train(TrainCommand),
    /// List the presets of `train --recipe`
    Recipes,
    /// Draw a sheet of samples
    #[command(
        after_help = "Example: forger sample --model public/models/digits-*.safetensors --seed 1 --out sheet.png"
    )]
    Sample(SampleArgs),
    /// Write a run's generator as a model file, or such a file again with another card, and its entry in manifest.json
    #[command(after_help = "Example: forger export runs/digits --name digits --out public/models")]
    Export(ExportArgs),
    /// Measure a model
    #[command(subcommand)]
    Eval(EvalCommand),
    /// Make pictures larger: a file, or every picture of a folder
    #[command(
        after_help = "Example: forger upscale photo.jpg large.png --model public/models/superres-light-*.safetensors"
    )]
    Upscale(UpscaleArgs),
    /// Measure speed beside other programs
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Write what a run has come to as one HTML page: settings, curves, measures and samples
    #[command(after_help = "Example: forger report runs/digits --out digits.html")]
    Report(ReportArgs),
    /// Say what differs between runs: settings, examples seen and measures
    #[command(after_help = "Example: forger compare runs/digits runs/digits-hinge --out comparison.html")]
    Compare(CompareArgs),
    /// Get data sets
    #[command(subcommand)]
    Data(DataCommand),
    /// Say what this machine can train on, try it, and measure it
    #[command(after_help = "Example: forger doctor --device cuda:0 --json")]
    Doctor(doctor::Args),
    /// Lend a device of this machine to others who have the secret
    #[command(
        after_help = "Example: forger worker --device cuda --secret-file secret.txt, and on the other machine\n         \
        forger train dcgan --device remote:ws://HOST:7070 --secret-file secret.txt ..."
    )]
    Worker(worker::Args),
}

#[derive(Subcommand)]
pub enum EvalCommand {
    /// How far what a model draws is from held-out pictures; `forger eval --model` means this, too
    #[command(
        after_help = "Example: forger eval samples --model public/models/digits-*.safetensors --data mnist --split test --json"
    )]
    Samples(EvalArgs),
    /// Latent arithmetic: how often "man with glasses - man + woman" is a woman with glasses
    #[command(
        after_help = "Example: forger eval latent --model runs/avatars --classifier runs/avatars-classifier.safetensors"
    )]
    Latent(LatentArgs),
    /// How near a search for z comes to pictures that were not trained on
    #[command(
        after_help = "Example: forger eval invert --model public/models/digits-*.safetensors --data mnist --split test --json"
    )]
    Invert(InvertArgs),
    /// PSNR and SSIM of super-resolution on the usual test sets, beside bicubic and the papers
    #[command(
        after_help = "Example: forger eval superres --data sr-photos --model public/models/superres-light-*.safetensors --json"
    )]
    Superres(EvalSuperresArgs),
    /// What the directions of a model's card do
    #[command(
        after_help = "Example: forger eval directions --model public/models/avatars-*.safetensors --classifier avatars-classifier.safetensors --sheet strips.png"
    )]
    Directions(DirectionsArgs),
}

/// The arguments of the program. Cards of models name `forger eval --model`, from when there was one measure only.
pub fn arguments(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let is_measure = |argument: &OsString| argument.to_string_lossy().starts_with("--model");
    if arguments.get(1).is_some_and(|command| command == "eval") && arguments.get(2).is_some_and(is_measure) {
        arguments.insert(2, "samples".into());
    }
    arguments
}

#[derive(Subcommand)]
pub enum TrainCommand {
    /// DCGAN on pictures
    #[command(after_help = "Example: forger train dcgan --data mnist --out runs/digits --epochs 20")]
    Dcgan(Box<DcganArgs>),
    /// Super-resolution on photos
    #[command(after_help = "Example: forger train superres --data sr-photos --out runs/light")]
    Superres(SuperresArgs),
    /// A classifier of attributes, which `forger eval` measures generators with
    #[command(after_help = "Example: forger train classifier --data avatars --out runs/avatars-classifier.safetensors")]
    Classifier(ClassifierArgs),
    /// The toy GAN on a two-dimensional distribution
    #[command(after_help = "Example: forger train toy --distribution ring --out runs/ring --steps 3000")]
    Toy(ToyArgs),
}

#[derive(Subcommand)]
pub enum BenchCommand {
    #[command(after_help = "Example: forger bench train --python .venv/bin/python --json")]
    Train(BenchArgs),
}

#[derive(Subcommand)]
pub enum DataCommand {
    /// Download a data set and check its sha256; goes on where a download was cut
    #[command(after_help = "Example: forger data fetch mnist")]
    Fetch(FetchArgs),
    /// Draw a data set: pictures, and attributes.csv that says what is in them
    #[command(after_help = "Example: forger data make avatars --count 20000 --out avatars")]
    Make(MakeArgs),
}

#[derive(Args)]
pub struct FetchArgs {
    /// Name of the set: mnist
    pub name: String,
    /// Folder to put it in, instead of the user's cache
    #[arg(long)]
    pub to: Option<PathBuf>,
}

#[derive(Args)]
pub struct MakeArgs {
    /// Name of the set: avatars
    pub name: String,
    /// How many pictures
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub count: u64,
    /// Folder to put them in: new, or empty
    #[arg(long)]
    pub out: PathBuf,
    /// Side of the pictures in pixels
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(8..=2048))]
    pub side: u32,
    /// Another seed, other faces
    #[arg(long, default_value_t = crate::data::avatars::SEED)]
    pub seed: u32,
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
    /// Stop after this many steps
    #[arg(long)]
    pub steps: Option<u64>,
    /// Steps between checkpoints
    #[arg(long, default_value_t = 1000)]
    pub checkpoint_every: u64,
    /// Seed of everything that is random
    #[arg(long)]
    pub seed: Option<u32>,
    /// Examples in a step
    #[arg(long)]
    pub batch: Option<usize>,
    /// Learning rate of the generator
    #[arg(long)]
    pub g_lr: Option<f64>,
    /// Learning rate of the discriminator
    #[arg(long)]
    pub d_lr: Option<f64>,
    /// Adversarial loss
    #[arg(long, value_enum)]
    pub loss: Option<Loss>,
}

#[derive(Args, Clone)]
pub struct DataArgs {
    /// mnist, avatars or avatars:COUNT (faces that Forger draws), a folder of pictures, a tar or tar.gz of them, or IDX files (a file, or a folder that holds them)
    #[arg(long)]
    pub data: String,
    /// Which part, for sets that have parts
    #[arg(long, value_enum, default_value_t = Split::Train)]
    pub split: Split,
    /// For sets without parts: keep the last so many pictures back, as --split test
    #[arg(long, default_value_t = 0)]
    pub holdout: usize,
    /// Cut this out of every picture first, in pixels: left,top,right,bottom
    #[arg(long, value_name = "L,T,R,B")]
    pub crop: Option<Crop>,
    /// What is in the pictures: a CSV of file name and attributes, 1 or 0; attributes.csv in or beside the data if not given
    #[arg(long)]
    pub attributes: Option<PathBuf>,
}

impl DataArgs {
    /// What follows `--data` in the command of a measure, with the name of the set in place of where it lies.
    pub fn flags(&self, name: &str) -> String {
        let split = if self.split == Split::Test { " --split test" } else { "" };
        let crop = self.crop.map(|Crop(at)| format!(" --crop {}", at.map(|edge| edge.to_string()).join(",")));
        let holdout = if self.holdout > 0 { format!(" --holdout {}", self.holdout) } else { String::new() };
        format!("{name}{split}{}{holdout}", crop.unwrap_or_default())
    }
}

/// A part of a picture in pixels; right and bottom are the first that are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop(pub [u32; 4]);

impl FromStr for Crop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split(',').map(|part| part.trim().parse()).collect::<Result<Vec<u32>, _>>();
        match numbers.as_deref() {
            Ok(&[left, top, right, bottom]) if left < right && top < bottom => Ok(Self([left, top, right, bottom])),
            _ => Err("give four numbers as left,top,right,bottom with left < right and top < bottom".into()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Split {
    Train,
    Test,
}

#[derive(Args)]
pub struct DcganArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub data: DataArgs,
    /// A preset (see `forger recipes`) or a TOML file; the flags below override it
    #[arg(long)]
    pub recipe: Option<String>,
    /// Begin with the networks of this model or run, of the same shape; the file must hold the discriminator
    #[arg(long, conflicts_with = "resume")]
    pub from: Option<PathBuf>,
    /// Stop after this many looks at every picture
    #[arg(long, conflicts_with = "steps")]
    pub epochs: Option<u64>,
    /// Side of the pictures in pixels: 28, 32, 64 or 128; 28 for IDX data of that size
    #[arg(long)]
    pub image_size: Option<usize>,
    /// 1 for grey, 3 for colour
    #[arg(long)]
    pub channels: Option<usize>,
    /// Dimensions of z
    #[arg(long)]
    pub latent_dim: Option<usize>,
    /// Width of the hidden layer of a network from z to w, a code in which attributes lie straighter; 0 for none. With
    /// --from, a model that has none gets one
    #[arg(long)]
    pub mapping: Option<usize>,
    /// Channels of the widest picture-sized layer
    #[arg(long)]
    pub width: Option<usize>,
    /// Normalisation between layers
    #[arg(long, value_enum)]
    pub normalization: Option<Norm>,
    /// Spectral normalisation of the discriminator, in place of its normalisation
    #[arg(long)]
    pub spectral_norm: Option<bool>,
    /// Measure every checkpoint with this classifier (`forger train classifier`), and keep the best as best.safetensors
    #[arg(long)]
    pub classifier: Option<PathBuf>,
    /// How many pictures are drawn and compared with as many held-out ones
    #[arg(long, default_value_t = 1000)]
    pub measure_count: usize,
    /// Train with an auxiliary classifier (`forger train classifier`): G learns to draw the attributes that codes ask for, so that
    /// sums of codes mean what they say. What codes ask for is found in --from, a model that draws them at all
    #[arg(long, requires = "from")]
    pub auxiliary_classifier: Option<PathBuf>,
    /// Attributes that codes ask for: all that follow codes at all, if none are named
    #[arg(long, value_name = "ATTRIBUTE", value_delimiter = ',')]
    pub auxiliary_attributes: Vec<String>,
    /// Weight of the auxiliary classifier's loss
    #[arg(long)]
    pub auxiliary_weight: Option<f64>,
    /// Differentiable augmentation, any of color,translation,cutout, or none
    #[arg(long)]
    pub augment: Option<Augmentations>,
    /// Mirror every other picture
    #[arg(long)]
    pub mirror: Option<bool>,
    /// Convolutions in bf16, all else in f32: faster on GPUs that compute in bf16, such as NVIDIA's since Ampere; on the
    /// CPU the same numbers, slower
    #[arg(long)]
    pub mixed_precision: Option<bool>,
    /// Decay of the moving average of the generator, a step
    #[arg(long)]
    pub ema_decay: Option<f64>,
    /// Updates of the discriminator in a step
    #[arg(long)]
    pub d_steps: Option<usize>,
    /// Show pictures with an attribute several times an epoch, for what a set has few of; may be given several times.
    /// `Eyeglasses,-Male=5` means those with glasses that are no men
    #[arg(long, value_name = "ATTRIBUTE=TIMES", allow_hyphen_values = true)]
    pub oversample: Vec<Oversample>,
}

#[derive(Args)]
pub struct ToyArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// What to learn
    #[arg(long, value_enum)]
    pub distribution: Option<Shape>,
}

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

#[derive(Args)]
pub struct EvalArgs {
    /// A .safetensors model file, or the folder of a run
    #[arg(long)]
    pub model: PathBuf,
    #[command(flatten)]
    pub data: DataArgs,
    /// Measure in the features of this classifier, too (`forger train classifier`)
    #[arg(long)]
    pub classifier: Option<PathBuf>,
    /// Pictures of each kind
    #[arg(long, default_value_t = 2000)]
    pub count: usize,
    /// Seed of z and of the choice of pictures
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

macro_rules! mirror {
    ($name:ident => $of:ident { $($variant:ident),+ }) => {
        /// The values of the flag, which stand for those of the protocol: clap must not reach the page.
        #[derive(Clone, Copy, ValueEnum)]
        pub enum $name { $($variant),+ }
        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

mirror!(Loss => AdversarialLoss { Minimax, NonSaturating, LeastSquares, Hinge, Wasserstein });
mirror!(Norm => Normalization { Batch, Instance, None });
mirror!(Shape => Distribution {
    Ring, Grid, Pair, Line, Circle, Blobs, Moons, Spiral, Checkerboard, SwissRoll
});
