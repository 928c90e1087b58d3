//! `forger train dcgan`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use burn::tensor::{DType, Device, Tensor, TensorData};
use forger_core::{Dcgan, Images, System, nets::Generator, weights};
use forger_protocol::{DcganConfig, Random, Stream};

use super::{auxiliary, open, rate, set, train};
use crate::{
    cli::DcganArgs,
    commands::{Drawer, values},
    data::{self, Pictures, oversample::Oversampled},
    measures::watch::Watch,
    recipes,
    run::{DataNote, Run, write_whole},
    sheet, ui,
};

/// Epochs of a run that says nothing of its length.
const EPOCHS: u64 = 20;
/// Pictures that are drawn at a time.
const DRAWN: usize = 64;

/// `forger train dcgan`.
pub fn dcgan(args: &DcganArgs) -> Result<()> {
    let (device, helpers) = args.run.device.open()?;
    let run = &args.run;
    let checkpoint = if run.resume { Some(Run::open(&run.out)?.newest()?) } else { None };
    let mut config = match &checkpoint {
        Some(bytes) => Dcgan::config_of(bytes).with_context(|| run.out.display().to_string())?,
        None => recipes::find(args.recipe.as_deref().unwrap_or_else(|| data::recipe(&args.data.data)))?,
    };
    if checkpoint.is_none() {
        apply(&mut config, args);
    }
    config.validate()?;
    if checkpoint.is_none() && config.auxiliary > 0.0 && args.auxiliary_classifier.is_none() {
        bail!(
            "the recipe asks for an auxiliary classifier: name it with --auxiliary-classifier, or say --auxiliary-weight 0"
        );
    }
    // Devices that only store such numbers make nonsense of them.
    if config.mixed_precision
        && std::iter::once(&device).chain(&helpers).any(|device| !device.supports_dtype(DType::BF16))
    {
        bail!("--device {} does not compute in bf16: train without --mixed-precision", run.device.device);
    }
    let pictures = data::load(&args.data, config.channels, config.image_size)?;
    let note = DataNote {
        name: pictures.name.clone(),
        licence: pictures.licence.clone(),
        images: pictures.len() as u64,
        oversampled: args.oversample.iter().map(|wish| (wish.attributes.clone(), wish.times)).collect(),
        ..DataNote::default()
    };
    let pictures = shown(pictures, args)?;
    let per_epoch = (pictures.len() as u64).div_ceil((config.batch * config.d_steps) as u64);
    let total = run.steps.unwrap_or_else(|| args.epochs.unwrap_or(EPOCHS) * per_epoch);
    ui::note(format_args!(
        "{} pictures of {}x{} from {}; {total} steps of {}",
        note.images, config.image_size, config.image_size, note.name, config.batch
    ));
    let teacher = match &args.auxiliary_classifier {
        Some(path) => Some(auxiliary::Teacher::look(path, &args.auxiliary_attributes, &config, pictures.as_ref())?),
        None => None,
    };
    let mut system = match &checkpoint {
        Some(bytes) => Dcgan::resume(bytes, pictures, &device)?,
        None => Dcgan::new(config.clone(), pictures, &device)?,
    };
    let from = args.from.as_ref().map(|file| begin(&mut system, file)).transpose()?;
    if let Some(teacher) = teacher {
        teacher.assist(&mut system, &device)?;
    }
    if !helpers.is_empty() {
        system.share(&helpers)?;
    }
    let folder = open(run)?;
    folder.write_note(&DataNote { from: from.unwrap_or_else(|| folder.read_note().from), ..note.clone() })?;
    write_whole(&folder.path("recipe.toml"), recipes::write(&config, &note.name)?.as_bytes())?;
    let mut watch = args.classifier.as_ref().map(|file| Watch::start(args, file, &config)).transpose()?;
    let z = Random::new(1, Stream::Latent).latent(config.prior, 64, config.latent_dim);
    let result = train(system, &folder, (total, run.checkpoint_every, config.batch), |dcgan: &Dcgan, state| {
        if let Some(watch) = &mut watch {
            watch.look(dcgan, state, &folder, &device)?;
        }
        let pictures = draw(dcgan, &z, &device)?;
        let path = folder.path(&format!("samples/{:010}.png", dcgan.steps()));
        sheet::write(&path, &weights::to_bytes(&pictures), config.channels, config.image_size)
    });
    match watch {
        Some(watch) => result.and(watch.finish(&folder)),
        None => result,
    }
}

/// Takes the networks of a model or run; its name.
fn begin(system: &mut Dcgan, path: &Path) -> Result<String> {
    let drawer = Drawer::open(path)?;
    let model = &drawer.model;
    let Some(discriminator) = &model.discriminator else {
        bail!(
            "{} holds no discriminator: only what was exported with --discriminator can be trained on",
            path.display()
        )
    };
    if !system.begin_with(&model.config, model.generator(), discriminator) {
        if model.config.mapping == 0 && system.config().mapping > 0 {
            bail!(
                "{} has no mapping network, and none can be made for it with --mapping {}: choose the recipe it was trained \
                 with, with batch normalisation, and from --latent-dim to as many hidden neurons as its first feature map has \
                 values",
                path.display(),
                system.config().mapping
            );
        }
        bail!(
            "{} has other networks than those of the recipe: choose the recipe it was trained with, or --image-size, \
             --channels, --latent-dim, --mapping, --width, --normalization and --spectral-norm",
            path.display()
        );
    }
    Ok(drawer.name().unwrap_or_else(|| path.display().to_string()))
}

/// The set as an epoch shows it.
fn shown(pictures: Pictures, args: &DcganArgs) -> Result<Box<dyn Images>> {
    if args.oversample.is_empty() {
        return Ok(Box::new(pictures));
    }
    let labels = data::labels(&args.data, &pictures)?;
    Ok(Box::new(Oversampled::new(pictures, &labels, &args.oversample)?))
}

/// What the moving average of G makes of `z`, `[count, latent_dim]` flat, on the device that trains.
pub fn draw(dcgan: &Dcgan, z: &[f32], device: &Device) -> Result<Vec<f32>> {
    let (dim, generator) = (dcgan.config().latent_dim, dcgan.ema_generator());
    let mut pictures = Vec::new();
    for z in z.chunks(DRAWN * dim) {
        let z = TensorData::new(z.to_vec(), [z.len() / dim, dim]);
        pictures.extend(values(generator.forge(Tensor::from_data(z, device)))?);
    }
    Ok(pictures)
}

fn apply(config: &mut DcganConfig, args: &DcganArgs) {
    set(&mut config.image_size, args.image_size);
    set(&mut config.channels, args.channels);
    set(&mut config.latent_dim, args.latent_dim);
    set(&mut config.mapping, args.mapping);
    // A weight of its own where the recipe has none.
    let weight = args.auxiliary_classifier.as_ref().filter(|_| config.auxiliary == 0.0).map(|_| auxiliary::WEIGHT);
    set(&mut config.auxiliary, args.auxiliary_weight.or(weight));
    set(&mut config.width, args.width);
    set(&mut config.normalization, args.normalization.map(Into::into));
    set(&mut config.spectral_norm, args.spectral_norm);
    set(&mut config.augment, args.augment.map(|list| list.0));
    set(&mut config.mirror, args.mirror);
    set(&mut config.mixed_precision, args.mixed_precision);
    set(&mut config.ema_decay, args.ema_decay);
    set(&mut config.d_steps, args.d_steps);
    set(&mut config.batch, args.run.batch);
    set(&mut config.seed, args.run.seed);
    set(&mut config.loss, args.run.loss.map(Into::into));
    rate(&mut config.generator_optimizer, args.run.g_lr);
    rate(&mut config.discriminator_optimizer, args.run.d_lr);
}
