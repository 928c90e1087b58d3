//! `forger train superres`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{Superres, System, data::photos::Photo, nets::superres::Generator};
use forger_protocol::SuperresConfig;

use super::{open, rate, set, train};
use crate::{
    cli::RunArgs,
    data::{
        lens,
        photos::{self, Pair},
    },
    measures::{fidelity, log},
    recipes,
    run::{DataNote, Run, write_whole},
    sheet, ui,
    upscaling::{self, enlarge},
};

/// Steps of a run whose recipe does not say when its learning rate ends.
const STEPS: u64 = 100_000;
/// What decides which checkpoint is the best: of the first test set.
const DECIDES: &str = "psnr";
/// Side of the pictures on a sheet of samples, in pixels, and how many rows there are of them.
const SHOWN: usize = 128;
const ROWS: usize = 4;

#[derive(Args)]
pub struct SuperresArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// A folder or archive of photos, or a folder with archives named train...
    #[arg(long)]
    pub data: String,
    /// A preset (see `forger recipes`) or a TOML file; the flags below override it
    #[arg(long, default_value = "superres-light")]
    pub recipe: String,
    /// Test sets to measure every checkpoint on (the first of them): SET/hr/NAME.png in a folder or in archives named test...
    #[arg(long)]
    pub test: Option<String>,
    /// What perceptual and texture loss look through: weights of VGG-19 from PyTorch (.pth or .safetensors), or a classifier
    /// of `forger train classifier`
    #[arg(long)]
    pub features: Option<PathBuf>,
    /// Begin with the weights of this model or run, of the same network: realism is learned after fidelity
    #[arg(long, conflicts_with = "resume")]
    pub from: Option<PathBuf>,
    /// How many times larger: 2 or 4
    #[arg(long)]
    pub scale: Option<usize>,
    /// Channels of the layers
    #[arg(long)]
    pub width: Option<usize>,
    /// Residual blocks
    #[arg(long)]
    pub blocks: Option<usize>,
    /// Side of the small patches of a step, in pixels
    #[arg(long)]
    pub patch: Option<usize>,
    /// Steps in which the learning rate falls; --steps if that is given, else as the recipe has it
    #[arg(long)]
    pub decay_steps: Option<u64>,
    /// Decay of the moving average of the generator, a step
    #[arg(long)]
    pub ema_decay: Option<f64>,
    /// Weight of the distance of pixels
    #[arg(long)]
    pub pixel: Option<f64>,
    /// Weight of the perceptual loss
    #[arg(long)]
    pub perceptual: Option<f64>,
    /// Weight of the texture loss
    #[arg(long)]
    pub texture: Option<f64>,
    /// Weight of the adversarial loss
    #[arg(long)]
    pub adversarial: Option<f64>,
}

/// `forger train superres`.
pub fn superres(args: &SuperresArgs) -> Result<()> {
    let run = &args.run;
    if run.loss.is_some() {
        bail!("--loss is for other systems: use --pixel, --perceptual, --texture and --adversarial");
    }
    let device = run.device.open_single()?;
    let checkpoint = if run.resume { Some(Run::open(&run.out)?.newest()?) } else { None };
    let config = match &checkpoint {
        Some(bytes) => Superres::config_of(bytes).with_context(|| run.out.display().to_string())?,
        None => configured(args)?,
    };
    config.validate()?;
    let photos = photos::load(&args.data)?;
    let lens = args.features.as_ref().map(|file| lens::open(file)).transpose()?;
    if config.losses.need_features() && lens.is_none() {
        bail!("the perceptual and the texture loss need --features: weights of VGG-19, or a classifier");
    }
    let test = match &args.test {
        Some(data) => photos::test_sets(data, config.scale)?.into_iter().next(),
        None => None,
    };
    let features = lens.as_ref().map(|(name, _)| name.clone()).filter(|_| config.losses.need_features());
    let samples = samples(&photos.photos, config.scale);
    let (name, licence) = (photos.name, photos.licence);
    let lens = lens.map(|(_, lens)| lens);
    let mut system = match &checkpoint {
        Some(bytes) => Superres::resume(bytes, photos.photos, lens, &device)?,
        None => Superres::new(config.clone(), photos.photos, lens, &device)?,
    };
    let from = args.from.as_ref().map(|file| begin(&mut system, file)).transpose()?;
    let images = system.photos() as u64;
    let total = run.steps.unwrap_or(if config.decay_steps > 0 { config.decay_steps } else { STEPS });
    ui::note(format_args!("{images} photos from {name}; {total} steps of {} patches", config.batch));
    let folder = open(run)?;
    folder.write_note(&DataNote {
        name: name.clone(),
        licence,
        images,
        features: features.unwrap_or_default(),
        from: from.unwrap_or_else(|| folder.read_note().from),
        ..DataNote::default()
    })?;
    write_whole(&folder.path("recipe.toml"), recipes::write(&config, &name)?.as_bytes())?;
    train(system, &folder, (total, run.checkpoint_every, config.batch), |superres: &Superres, state| {
        if let Some(test) = &test {
            look(superres, state, test, &folder, &device)?;
        }
        draw(superres, &samples, &folder, &device)
    })
}

/// Takes the weights of a model or run; its name.
fn begin(system: &mut Superres, path: &Path) -> Result<String> {
    // The run copies the weights to its device.
    let model = upscaling::open(path, &Device::flex())?;
    if !system.begin_with(&model.config, &model.generator) {
        bail!(
            "{} is another network than that of the recipe: choose the recipe it was trained with, or --width, --blocks and \
             --scale",
            path.display()
        );
    }
    Ok(match model.card.name {
        name if name.is_empty() => path.display().to_string(),
        name => name,
    })
}

/// The settings of a new run.
fn configured(args: &SuperresArgs) -> Result<SuperresConfig> {
    let mut config: SuperresConfig = recipes::find(&args.recipe)?;
    set(&mut config.scale, args.scale);
    set(&mut config.width, args.width);
    set(&mut config.blocks, args.blocks);
    set(&mut config.patch, args.patch);
    set(&mut config.decay_steps, args.decay_steps.or(args.run.steps));
    set(&mut config.ema_decay, args.ema_decay);
    set(&mut config.losses.pixel, args.pixel);
    set(&mut config.losses.perceptual, args.perceptual);
    set(&mut config.losses.texture, args.texture);
    set(&mut config.losses.adversarial, args.adversarial);
    set(&mut config.batch, args.run.batch);
    set(&mut config.seed, args.run.seed);
    rate(&mut config.generator_optimizer, args.run.g_lr);
    rate(&mut config.discriminator_optimizer, args.run.d_lr);
    Ok(config)
}

/// Measures a checkpoint and keeps the best one.
fn look(
    superres: &Superres,
    state: &[u8],
    (name, set): &(String, Vec<Pair>),
    run: &Run,
    device: &Device,
) -> Result<()> {
    let (config, step) = (superres.config(), superres.steps());
    let found =
        fidelity::measure(set, config.scale, |small| enlarge(superres.average(), config, small, device, |_| {}))?;
    let best = log::read(run)?.best(DECIDES).map(|best| best.value);
    log::append(run, step, step * config.batch as u64, &[("psnr", found.psnr), ("ssim", found.ssim)])?;
    let is_best = best.is_none_or(|best| log::is_better(DECIDES, found.psnr, best));
    if is_best {
        run.save_best(state)?;
    }
    let end = if is_best { "; the best so far" } else { "" };
    ui::note(format_args!("step {step}: {name} {:.2} dB, SSIM {:.4}{end}", found.psnr, found.ssim));
    Ok(())
}

/// The middles of some photos.
fn samples(photos: &[Photo], scale: usize) -> Vec<Photo> {
    let side = SHOWN / scale * scale;
    let is_large = |photo: &&Photo| photo.height >= side && photo.width >= side;
    let middle = |photo: &Photo| photo.cut((photo.height - side) / 2, (photo.width - side) / 2, side, side);
    photos.iter().filter(is_large).take(ROWS).map(middle).collect()
}

/// A row a photo: bicubic, the network, the photo itself.
fn draw(superres: &Superres, samples: &[Photo], run: &Run, device: &Device) -> Result<()> {
    let (config, generator): (_, &Generator) = (superres.config(), superres.average());
    let Some(side) = samples.first().map(|photo| photo.height) else { return Ok(()) };
    let mut pictures = Vec::new();
    for large in samples {
        let small = large.resized(side / config.scale, side / config.scale);
        pictures.extend(fidelity::bicubic(&small, config.scale).pixels);
        pictures.extend(enlarge(generator, config, &small, device, |_| {})?.pixels);
        pictures.extend(&large.pixels);
    }
    sheet::write_rows(&run.path(&format!("samples/{:010}.png", superres.steps())), &pictures, 3, side, 3)
}
