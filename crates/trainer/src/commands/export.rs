//! `forger export`: the model file and its entry in the manifest.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use forger_core::{Dcgan, weights};
use forger_protocol::{
    Card, Manifest,
    card::{CARD_SCHEMA, DataSource, Metric, System},
};

use crate::{
    cli::ExportArgs,
    run::{Run, write_whole},
    ui,
};

/// Writes `NAME-SHA8.safetensors` and `manifest.json`, in this order, so that the manifest never names a file that is
/// not there.
pub fn export(args: &ExportArgs) -> Result<()> {
    if args.name.is_empty() || !args.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        bail!("--name {:?}: use a-z, 0-9 and - only", args.name);
    }
    let run = Run::open(&args.run)?;
    let (config, generator, steps) =
        Dcgan::generator_of(&if args.best { run.best() } else { run.newest() }?, &Device::flex())?;
    let note = run.read_note();
    let times = note.oversampled.iter().map(|(name, times)| format!("; {name} shown {times} times an epoch"));
    let oversampled = times.collect::<String>();
    let card = Card {
        schema: CARD_SCHEMA,
        name: args.name.clone(),
        seed: config.seed,
        system: System::Dcgan(config),
        data: DataSource {
            name: args.data_name.clone().unwrap_or(note.name) + &oversampled,
            licence: args.data_licence.clone().unwrap_or(note.licence),
            images: note.images,
        },
        licence: args.licence.clone(),
        metrics: metrics(args)?,
        steps,
        trainer: format!("forger {}", env!("CARGO_PKG_VERSION")),
        notes: args.notes.clone(),
        directions: Vec::new(),
        discriminator: false,
        test_vector: Default::default(),
    };
    let (bytes, card) = weights::write(card, &generator, None)?;
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

/// The figures of `forger eval --json`, each with the command that measured it.
fn metrics(args: &ExportArgs) -> Result<BTreeMap<String, Metric>> {
    let Some(path) = &args.metrics else { return Ok(BTreeMap::new()) };
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
