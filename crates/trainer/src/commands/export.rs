//! `forger export`: the model file and its entry in the manifest.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::weights::{self, Drawer, Model, Networks, Upscaler};
use forger_protocol::{
    Card, DcganConfig, Manifest, Settings as _, SuperresConfig,
    card::{DirectionKind, Metric},
};

use crate::{
    measures::{classified::Classified, directions},
    models,
    run::{Run, write_whole},
    ui,
};

/// Principal directions of a card that has none yet.
const PRINCIPAL: usize = 10;

#[derive(Args)]
pub struct ExportArgs {
    /// Folder of the run, or a model file: its weights and its card stay, but for what the flags say
    pub from: PathBuf,
    /// Take the checkpoint that measured best, not the newest
    #[arg(long)]
    pub best: bool,
    /// Short name of the model: a-z, 0-9 and -; that of the file if not given
    #[arg(long)]
    pub name: Option<String>,
    /// Folder of the manifest
    #[arg(long)]
    pub out: PathBuf,
    /// Licence of the weights, MIT OR Apache-2.0 for those of a run if not given
    #[arg(long)]
    pub licence: Option<String>,
    /// Name of the data set, when the file it came from does not say it
    #[arg(long)]
    pub data_name: Option<String>,
    /// Terms of the data, when they differ from what is known of the set
    #[arg(long)]
    pub data_licence: Option<String>,
    /// What a user should know of the model
    #[arg(long)]
    pub notes: Option<String>,
    /// Figures to put on the card: the JSON line that `forger eval --json` prints; may be given several times
    #[arg(long, num_args = 1)]
    pub metrics: Vec<PathBuf>,
    /// Find a direction of z for each attribute that this classifier knows (`forger train classifier`)
    #[arg(long)]
    pub classifier: Option<PathBuf>,
    /// Find so many principal directions of z, 10 if the card has none yet
    #[arg(long, value_parser = clap::value_parser!(u64).range(0..=100))]
    pub principal: Option<u64>,
    /// Leave out the direction of this name; may be given several times
    #[arg(long, num_args = 1)]
    pub without: Vec<String>,
    /// Put the discriminator of the run into the file, too: a search for the z of a picture can then compare features
    #[arg(long)]
    pub discriminator: bool,
}

/// Writes `NAME-SHA8.safetensors` and `manifest.json`, in this order, so that the manifest never names a file that is
/// not there.
pub fn export(args: &ExportArgs) -> Result<()> {
    let (bytes, card) = match models::system_of(&args.from)? {
        system if system == DcganConfig::SYSTEM.name => write(with_directions(args)?, args)?,
        system if system == SuperresConfig::SYSTEM.name => write(plain::<Upscaler>(args)?, args)?,
        system => bail!("{}: a model of {system} is not exported", args.from.display()),
    };
    let entry = weights::entry(&bytes, card);
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make folder {}", args.out.display()))?;
    let path = args.out.join("manifest.json");
    let mut manifest = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} does not read", path.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Manifest::default(),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    write_whole(&args.out.join(&entry.file), &bytes)?;
    let file = entry.file.clone();
    let replaced = manifest.insert(entry);
    write_whole(&path, (serde_json::to_string_pretty(&manifest)? + "\n").as_bytes())?;
    if let Some(old) = replaced.filter(|old| *old != file) {
        // Left behind, it would only take space.
        let _ = fs::remove_file(args.out.join(old));
    }
    ui::result(format_args!("{} ({} bytes)", args.out.join(file).display(), bytes.len()));
    Ok(())
}

/// The model file, with what the flags say on its card.
fn write<N: Networks>(Model { mut card, networks }: Model<N>, args: &ExportArgs) -> Result<(Vec<u8>, Card)> {
    tell(&mut card, args)?;
    Ok(Model::write(card, &networks)?)
}

/// Puts what the flags say on a card.
fn tell(card: &mut Card, args: &ExportArgs) -> Result<()> {
    for (field, flag) in [
        (&mut card.name, &args.name),
        (&mut card.licence, &args.licence),
        (&mut card.data.name, &args.data_name),
        (&mut card.data.licence, &args.data_licence),
        (&mut card.notes, &args.notes),
    ] {
        if let Some(flag) = flag {
            field.clone_from(flag);
        }
    }
    if card.name.is_empty() || !card.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        bail!("--name {:?}: use a-z, 0-9 and - only", card.name);
    }
    for path in &args.metrics {
        card.metrics.extend(metrics(path)?);
    }
    Ok(())
}

/// A model that has neither directions nor a discriminator in its file.
fn plain<N: Networks>(args: &ExportArgs) -> Result<Model<N>> {
    if args.classifier.is_some() || args.principal.is_some() || args.discriminator || !args.without.is_empty() {
        bail!(
            "--classifier, --principal, --without and --discriminator are for a DCGAN, and {} is none",
            args.from.display()
        );
    }
    open(args)
}

/// The DCGAN with the directions that the flags ask for.
fn with_directions(args: &ExportArgs) -> Result<Model<Drawer>> {
    let mut model = open::<Drawer>(args)?;
    let is_run = args.from.is_dir();
    if args.discriminator && !is_run {
        bail!("--discriminator is for the folder of a run, and {} is none", args.from.display());
    }
    if is_run && !args.discriminator {
        model.networks.discriminator = None;
    }
    let is = |kind| move |direction: &forger_protocol::card::Direction| direction.kind == kind;
    let (mut attributes, mut principal): (Vec<_>, Vec<_>) =
        std::mem::take(&mut model.card.directions).into_iter().partition(is(DirectionKind::Attribute));
    if let Some(path) = &args.classifier {
        attributes = directions::attributes(&model, &Classified::open(path, &model.config)?)?;
    }
    let wanted = args.principal.map_or(PRINCIPAL, |count| count as usize);
    if args.principal.is_some() || principal.is_empty() {
        principal = directions::principal(&model, wanted)?;
    }
    for name in &args.without {
        let before = attributes.len() + principal.len();
        for list in [&mut attributes, &mut principal] {
            list.retain(|direction| direction.name != *name);
        }
        if attributes.len() + principal.len() == before {
            bail!("--without {name}: the model has no such direction");
        }
    }
    for direction in attributes.iter().chain(&principal) {
        ui::note(format_args!("direction {:<20} {:.3}", direction.name, direction.strength));
    }
    attributes.append(&mut principal);
    model.card.directions = attributes;
    Ok(model)
}

fn open<N: Networks>(args: &ExportArgs) -> Result<Model<N>> {
    if !args.best {
        return models::open(&args.from, &Device::flex());
    }
    if !args.from.is_dir() {
        bail!("--best is for the folder of a run, and {} is none", args.from.display());
    }
    let run = Run::open(&args.from)?;
    models::of_run(&run, &run.best()?, &Device::flex())
}

/// The figures of `forger eval --json`, each with the command that measured it.
fn metrics(path: &Path) -> Result<BTreeMap<String, Metric>> {
    let context = || format!("{} is not what forger eval --json printed", path.display());
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = text.lines().last().unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(line).with_context(context)?;
    let command = value["command"].as_str().with_context(context)?.to_owned();
    let figures = value.as_object().with_context(context)?;
    let figure = |(name, value): (&String, &serde_json::Value)| {
        Some((name.clone(), Metric { value: value.as_f64()?, command: command.clone() }))
    };
    Ok(figures.iter().filter_map(figure).collect())
}
