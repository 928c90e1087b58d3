//! The command line: which commands there are. What each takes is said beside it.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use crate::{
    commands::{
        bench::BenchArgs, calibrate::CalibrateArgs, compare::CompareArgs, detect::DetectFolderArgs, doctor,
        eval::EvalArgs, eval_defects::EvalDefectsArgs, eval_detect::EvalDetectArgs, eval_directions::DirectionsArgs,
        eval_invert::InvertArgs, eval_latent::LatentArgs, eval_refine::EvalRefineArgs, eval_superres::EvalSuperresArgs,
        eval_translate::EvalTranslateArgs, export::ExportArgs, import::ImportArgs, refine::RefineArgs,
        report::ReportArgs, sample::SampleArgs, train::TrainCommand, translate::TranslateArgs, upscale::UpscaleArgs,
        worker,
    },
    data::{fetch::FetchArgs, make::MakeArgs, pair::PairArgs},
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
    /// Make a model file of weights that pytorch-CycleGAN-and-pix2pix trained
    #[command(
        after_help = "Example: forger import latest_net_G.pth --arch pix2pix --name facades --domains label,photo --out public/models"
    )]
    Import(ImportArgs),
    /// Measure a model
    #[command(subcommand)]
    Eval(EvalCommand),
    /// Make pictures larger: a file, or every picture of a folder
    #[command(
        after_help = "Example: forger upscale photo.jpg large.png --model public/models/superres-light-*.safetensors"
    )]
    Upscale(UpscaleArgs),
    /// Make pictures of pictures with pix2pix or CycleGAN: a file, or every picture of a folder
    #[command(
        after_help = "Example: forger translate aerial.jpg map.png --model public/models/maps-aerial-to-map-[0-9a-f]*.safetensors"
    )]
    Translate(TranslateArgs),
    /// Make drawn pictures look real with SimGAN: a file, or every picture of a folder
    #[command(
        after_help = "Example: forger refine eyes/images refined --model public/models/refine-eyes-[0-9a-f][0-9a-f]*.safetensors"
    )]
    Refine(RefineArgs),
    /// Find the pictures of a folder that a model of normal ones cannot draw: scores.csv, and report.html with heat maps
    #[command(after_help = "Exit status: 0 when nothing is strange, 3 when something is, 1 on errors.\n\n\
        Example: forger detect photos --model runs/threes --normal mnist --class 3 --split test --out report")]
    Detect(Box<DetectFolderArgs>),
    /// Write a model file that says how strange normal pictures are: `forger detect` and the page measure others by them
    #[command(
        after_help = "Example: forger calibrate runs/zeros --normal mnist --class 0 --split test --count 1000 --what \"the digit 0\" \\\n         \
        --strokes --name zeros --out public/models"
    )]
    Calibrate(Box<CalibrateArgs>),
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
    /// How near translated pictures come to the truth, or back to where they began
    #[command(
        after_help = "Example: forger eval translate --model public/models/facades-[0-9a-f]*.safetensors --test pix2pix-facades --json"
    )]
    Translate(Box<EvalTranslateArgs>),
    /// What refined pictures are worth: classifiers that learn from them, whether labels are kept, and whether they look real
    #[command(
        after_help = "Example: forger eval refine --model public/models/refine-digits-*.safetensors --data mnist --json"
    )]
    Refine(EvalRefineArgs),
    /// Anomalies: how well models of one class each tell its pictures from those of all others, beside plain ways
    #[command(
        after_help = "Example: forger eval detect --data mnist --runs runs/digits --train --epochs 10 --prefix mnist --out results --json"
    )]
    Detect(Box<EvalDetectArgs>),
    /// Defects of surfaces: how well a model of good patches tells pictures with defects, and where these are
    #[command(
        after_help = "Example: forger eval defects --model runs/tiles --encoder runs/tiles/encoder --data tiles/train --normal tiles/good --strange tiles/defects --masks tiles/masks --patches 16 --json"
    )]
    Defects(Box<EvalDefectsArgs>),
    /// What the directions of a model's card do
    #[command(
        after_help = "Example: forger eval directions --model public/models/avatars-*.safetensors --classifier avatars-classifier.safetensors --sheet strips.png"
    )]
    Directions(DirectionsArgs),
}

/// The arguments of the program. A card of a model may name `forger eval --split test`, from when there was one measure only.
pub fn arguments(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let is_option = |argument: &OsString| argument != "--help" && argument.to_string_lossy().starts_with("--");
    if arguments.get(1).is_some_and(|command| command == "eval") && arguments.get(2).is_some_and(is_option) {
        arguments.insert(2, "samples".into());
    }
    arguments
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
    /// Draw a data set: avatars, eyes or digits, and a table that says what is in the pictures
    #[command(after_help = "Example: forger data make avatars --count 20000 --out avatars")]
    Make(MakeArgs),
    /// Find an avatar for each photo of a face: pairs to learn from where nobody made any
    #[command(
        after_help = "Example: forger data pair --data images.tar.gz --crop 8,22,80,94 --holdout 500 --out pairs"
    )]
    Pair(PairArgs),
}
