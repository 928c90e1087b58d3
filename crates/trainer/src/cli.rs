//! The command line. Defaults are those of `forger_protocol`: a flag that is not given changes nothing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use forger_protocol::{AdversarialLoss, Distribution, Normalization};

use crate::commands::{compare::CompareArgs, report::ReportArgs};

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
    /// Draw a sheet of samples
    #[command(
        after_help = "Example: forger sample --model public/models/digits-*.safetensors --seed 1 --out sheet.png"
    )]
    Sample(SampleArgs),
    /// Write a run's generator as a model file, and its entry in manifest.json
    #[command(after_help = "Example: forger export runs/digits --name digits --out public/models")]
    Export(ExportArgs),
    /// Measure a model against held-out pictures
    #[command(
        after_help = "Example: forger eval --model public/models/digits-*.safetensors --data mnist --split test --json"
    )]
    Eval(EvalArgs),
    /// Write what a run has come to as one HTML page: settings, curves, measures and samples
    #[command(after_help = "Example: forger report runs/digits --out digits.html")]
    Report(ReportArgs),
    /// Say what differs between runs: settings, examples seen and measures
    #[command(after_help = "Example: forger compare runs/digits runs/digits-hinge --out comparison.html")]
    Compare(CompareArgs),
    /// Get data sets
    #[command(subcommand)]
    Data(DataCommand),
}

#[derive(Subcommand)]
pub enum TrainCommand {
    /// DCGAN on pictures
    #[command(after_help = "Example: forger train dcgan --data mnist --out runs/digits --epochs 20")]
    Dcgan(DcganArgs),
    /// The toy GAN on a two-dimensional distribution
    #[command(after_help = "Example: forger train toy --distribution ring --out runs/ring --steps 3000")]
    Toy(ToyArgs),
}

#[derive(Subcommand)]
pub enum DataCommand {
    /// Download a data set and check its sha256; goes on where a download was cut
    #[command(after_help = "Example: forger data fetch mnist")]
    Fetch(FetchArgs),
}

#[derive(Args)]
pub struct FetchArgs {
    /// Name of the set: mnist
    pub name: String,
    /// Folder to put it in, instead of the user's cache
    #[arg(long)]
    pub to: Option<PathBuf>,
}

/// What every run has.
#[derive(Args)]
pub struct RunArgs {
    /// Folder of the run: checkpoints, losses.csv and sample sheets
    #[arg(long)]
    pub out: PathBuf,
    /// cpu, vulkan, cuda or cuda:INDEX
    #[arg(long, default_value = "cpu")]
    pub device: String,
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

#[derive(Args)]
pub struct DataArgs {
    /// mnist, a folder of pictures, a tar or tar.gz of them, or IDX files (a file, or a folder that holds them)
    #[arg(long)]
    pub data: String,
    /// Which part, for sets that have parts
    #[arg(long, value_enum, default_value_t = Split::Train)]
    pub split: Split,
    /// Cut this out of every picture first, in pixels: left,top,right,bottom
    #[arg(long, value_delimiter = ',', num_args = 4)]
    pub crop: Option<Vec<u32>>,
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
    /// Channels of the widest picture-sized layer
    #[arg(long)]
    pub width: Option<usize>,
    /// Normalisation between layers
    #[arg(long, value_enum)]
    pub normalization: Option<Norm>,
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
    /// PNG to write
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Args)]
pub struct ExportArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// Short name of the model: a-z, 0-9 and -
    #[arg(long)]
    pub name: String,
    /// Folder of the manifest
    #[arg(long)]
    pub out: PathBuf,
    /// Licence of the weights
    #[arg(long, default_value = "MIT OR Apache-2.0")]
    pub licence: String,
    /// Terms of the data, when they differ from what is known of the set
    #[arg(long)]
    pub data_licence: Option<String>,
    /// What a user should know of the model
    #[arg(long, default_value = "")]
    pub notes: String,
    /// Figures to put on the card: the JSON line that `forger eval --json` prints
    #[arg(long)]
    pub metrics: Option<PathBuf>,
}

#[derive(Args)]
pub struct EvalArgs {
    /// A .safetensors model file, or the folder of a run
    #[arg(long)]
    pub model: PathBuf,
    #[command(flatten)]
    pub data: DataArgs,
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
