//! `forger export`: the model file and its entry in the manifest.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::weights::{self, Drawer, Kind, Model, Networks, Translator, Upscaler};
use forger_protocol::card::DirectionKind;

use super::publish::CardArgs;
use crate::{
    measures::{classified::Classified, directions},
    models,
    run::Run,
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
    #[command(flatten)]
    pub card: CardArgs,
    /// Find a direction of z for each attribute that this classifier knows (`forger train classifier`)
    #[arg(long)]
    pub classifier: Option<PathBuf>,
    /// Find so many principal directions of z, 10 if the card has none yet
    #[arg(long, value_parser = clap::value_parser!(u64).range(0..=100))]
    pub principal: Option<u64>,
    /// Leave out the direction of this name; may be given several times
    #[arg(long, num_args = 1)]
    pub without: Vec<String>,
    /// Put the discriminators of the run into the file, too: a search for the z of a picture can then compare features, and a model
    /// that translates can show what they think of its pictures
    #[arg(long)]
    pub discriminator: bool,
}

/// Writes the model file of a run, or of another model file.
pub fn export(args: &ExportArgs) -> Result<()> {
    let system = models::system_of(&args.from)?;
    let kind = weights::kind(&system).with_context(|| args.from.display().to_string())?;
    if kind != Kind::Translator {
        args.card.refuse_translation(&args.from)?;
    }
    match kind {
        Kind::Translator => translator(args),
        Kind::Drawer => args.card.publish(with_directions(args)?),
        Kind::Upscaler => args.card.publish(plain::<Upscaler>(args)?),
    }
}

/// A model that has neither directions nor a discriminator in its file.
fn plain<N: Networks>(args: &ExportArgs) -> Result<Model<N>> {
    if args.discriminator {
        bail!("--discriminator is for what has one, and {} is super-resolution", args.from.display());
    }
    without_directions(args)
}

fn without_directions<N: Networks>(args: &ExportArgs) -> Result<Model<N>> {
    if args.classifier.is_some() || args.principal.is_some() || !args.without.is_empty() {
        bail!("--classifier, --principal and --without are for a DCGAN, and {} is none", args.from.display());
    }
    open(args)
}

/// Writes what translates, with those that judged it where that is asked for.
fn translator(args: &ExportArgs) -> Result<()> {
    check_discriminator(args)?;
    let Model { card, networks } = without_directions::<Translator>(args)?;
    let keeps = args.discriminator || !args.from.is_dir();
    args.card.publish(Model { card, networks: if keeps { networks } else { networks.without_judges() } })
}

/// A model file keeps the discriminators that it has.
fn check_discriminator(args: &ExportArgs) -> Result<()> {
    if args.discriminator && !args.from.is_dir() {
        bail!("--discriminator is for the folder of a run, and {} is none", args.from.display());
    }
    Ok(())
}

/// The DCGAN with the directions that the flags ask for.
fn with_directions(args: &ExportArgs) -> Result<Model<Drawer>> {
    let mut model = open::<Drawer>(args)?;
    args.card.check(&model.card)?;
    check_discriminator(args)?;
    if args.from.is_dir() && !args.discriminator {
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
