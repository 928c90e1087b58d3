//! A model file and its entry in the manifest: what `forger export` and `forger import` share.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_core::weights::{self, Model, Networks};
use forger_protocol::{
    Card, Manifest, ManifestEntry,
    card::{LONGEST_NAME, Metric, Swatch, is_name},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Deserializer;

use crate::{
    run::{check_writable, write_whole},
    ui,
};

#[derive(Args)]
pub struct CardArgs {
    /// Short name of the model: a-z, 0-9 and -, 64 at most; that of a model file if not given
    #[arg(long)]
    pub name: Option<String>,
    /// Folder of the manifest
    #[arg(long)]
    pub out: PathBuf,
    /// Licence of the weights; if not given, for those of a run MIT OR Apache-2.0 and that of the model that it began with
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
    /// Of a model that translates pictures: what they show, before and after, as in label,photo
    #[arg(long, value_delimiter = ',')]
    pub domains: Vec<String>,
    /// Of a model that translates pictures: the colours that those which it is given are painted with, a TOML file of entries
    /// [[palette]] with name = "window" and color = [0, 128, 255]
    #[arg(long)]
    pub palette: Option<PathBuf>,
}

impl CardArgs {
    /// Writes `NAME-SHA8.safetensors` and `manifest.json`, in this order, so that the manifest never names a file that is
    /// not there.
    pub fn publish<N: Networks>(&self, Model { mut card, networks }: Model<N>) -> Result<()> {
        self.tell(&mut card)?;
        let (bytes, card) = Model::write(card, &networks)?;
        let entry = weights::entry(&bytes, card);
        let path = self.manifest();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => serde_json::to_string(&Manifest::default())?,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let (text, replaced) =
            with_entry(&text, &entry).with_context(|| format!("{} does not read", path.display()))?;
        write_whole(&self.out.join(&entry.file), &bytes)?;
        write_whole(&path, text.as_bytes())?;
        let file = entry.file;
        if let Some(old) = replaced.filter(|old| *old != file && is_model_file(old)) {
            // Left behind, it would only take space.
            let _ = fs::remove_file(self.out.join(old));
        }
        ui::result(format_args!("{} ({} bytes)", self.out.join(file).display(), bytes.len()));
        Ok(())
    }

    fn manifest(&self) -> PathBuf {
        self.out.join("manifest.json")
    }

    /// Refuses what [`Self::publish`] will not write, before there is long work for it.
    pub fn check(&self, card: &Card) -> Result<()> {
        self.tell(&mut card.clone())?;
        check_writable(&self.manifest())
    }

    /// Puts what the flags say on a card.
    fn tell(&self, card: &mut Card) -> Result<()> {
        for (field, flag) in [
            (&mut card.name, &self.name),
            (&mut card.licence, &self.licence),
            (&mut card.data.name, &self.data_name),
            (&mut card.data.licence, &self.data_licence),
            (&mut card.notes, &self.notes),
        ] {
            if let Some(flag) = flag {
                field.clone_from(flag);
            }
        }
        self.check_name(&card.name)?;
        for path in &self.metrics {
            card.metrics.extend(metrics(path)?);
        }
        if !self.domains.is_empty() {
            let said = self.domains.iter().map(|domain| domain.trim().to_owned()).collect::<Vec<_>>();
            if said.len() != 2 || said.iter().any(String::is_empty) || said[0] == said[1] {
                bail!("--domains {}: say what pictures show before and after, as in label,photo", said.join(","));
            }
            card.domains = said;
        }
        if let Some(path) = &self.palette {
            card.palette = palette(path)?;
        }
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<()> {
        if name.is_empty() {
            bail!("name the model with --name");
        }
        if !is_name(name) {
            bail!("--name {name:?}: use a-z, 0-9 and - only, {LONGEST_NAME} at most");
        }
        Ok(())
    }

    /// Refuses what only models that translate have on their cards.
    pub fn refuse_translation(&self, from: &Path) -> Result<()> {
        if !self.domains.is_empty() || self.palette.is_some() {
            bail!("--domains and --palette are for a model that translates pictures, and {} is none", from.display());
        }
        Ok(())
    }
}

/// Whether a manifest names a model file beside it: what else it may name is nobody's to delete.
fn is_model_file(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|file| file == name) && name.ends_with(".safetensors")
}

/// The text of a manifest with another entry, in the place of one of its name if there is one, whose file is told. All other
/// entries stay as they are to the last byte: what older versions wrote of published files, this one may not know.
fn with_entry(text: &str, entry: &ManifestEntry) -> Result<(String, Option<String>)> {
    let manifest: Manifest = serde_json::from_str(text)?;
    let mut entries = entries(text).context("its entries are not found")?;
    if entries.len() != manifest.models.len() {
        bail!("it has more in it than models");
    }
    let written = serde_json::to_string_pretty(entry)?.replace('\n', "\n    ");
    let place = manifest.models.iter().position(|old| old.card.name == entry.card.name);
    match place.and_then(|place| entries.get_mut(place)) {
        Some(old) => *old = &written,
        None => entries.push(&written),
    }
    let replaced = place.and_then(|place| manifest.models.get(place)).map(|old| old.file.clone());
    Ok((format!("{{\n  \"models\": [\n    {}\n  ]\n}}\n", entries.join(",\n    ")), replaced))
}

/// The texts of the entries of a manifest.
fn entries(text: &str) -> Option<Vec<&str>> {
    let (_, mut rest) = text.split_once('[')?;
    let mut entries = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.starts_with(']') {
            return Some(entries);
        }
        let mut values = Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (entry, after) = rest.split_at_checked(values.byte_offset())?;
        entries.push(entry);
        rest = after.trim_start().trim_start_matches(',');
    }
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

/// What a file of colours says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Palette {
    palette: Vec<Swatch>,
}

fn palette(path: &Path) -> Result<Vec<Swatch>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let context = || {
        format!(
            "{} is no palette: give each colour as [[palette]] with name = \"window\" and color = [0, 128, 255]",
            path.display()
        )
    };
    let Palette { palette } = toml::from_str(&text).with_context(context)?;
    if palette.is_empty() || palette.iter().any(|swatch| swatch.name.trim().is_empty()) {
        bail!("{}: each colour needs a name, and there must be one at least", path.display());
    }
    Ok(palette)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_entries_of_a_manifest_stay_as_they_are() {
        let system = forger_protocol::SystemConfig::of(&forger_protocol::ToyConfig::default());
        let entry = |name: &str, bytes| ManifestEntry {
            file: format!("{name}.safetensors"),
            bytes,
            sha256: String::new(),
            card: Card::new(name, system.clone(), 1),
        };
        let whole = |entries: &[ManifestEntry]| {
            serde_json::to_string_pretty(&Manifest { models: entries.to_vec() }).unwrap() + "\n"
        };
        let (text, replaced) = with_entry(&whole(&[]), &entry("a", 1)).unwrap();
        assert_eq!((text, replaced), (whole(&[entry("a", 1)]), None));
        // What this version would write otherwise, and a field that it does not know.
        let strange = |text: String| text.replace("\"bytes\": 1,", "\"bytes\":1 , \"more\": [{}, 1e-3],");
        let two = strange(whole(&[entry("a", 1), entry("b", 2)]));
        let (text, replaced) = with_entry(&two, &entry("b", 3)).unwrap();
        assert_eq!(replaced.as_deref(), Some("b.safetensors"));
        assert_eq!(text, strange(whole(&[entry("a", 1), entry("b", 3)])));
        let (text, _) = with_entry(&two, &entry("c", 4)).unwrap();
        assert_eq!(text, strange(whole(&[entry("a", 1), entry("b", 2), entry("c", 4)])));
        for wrong in ["", "[]", "{\"models\": [{}]}"] {
            assert!(with_entry(wrong, &entry("a", 1)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_model_files_beside_a_manifest_are_its_to_delete() {
        assert!(is_model_file("a-01234567.safetensors"));
        for other in ["", "..", "../a.safetensors", "/a.safetensors", "b/a.safetensors", "manifest.json", "notes.txt"] {
            assert!(!is_model_file(other), "{other}");
        }
    }

    #[test]
    fn a_palette_is_a_list_of_names_and_colours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "[[palette]]\nname = \"door\"\ncolor = [0, 208, 255]\n").unwrap();
        let found = palette(&path).unwrap();
        assert_eq!(found, [Swatch { name: "door".into(), color: [0, 208, 255] }]);
        for wrong in [
            "",
            "palette = []",
            "[[palette]]\nname = \"\"\ncolor = [1, 2, 3]",
            "[[palette]]\nname = \"a\"\ncolor = [0, 256, 0]",
        ] {
            fs::write(&path, wrong).unwrap();
            assert!(palette(&path).unwrap_err().to_string().contains("a.toml"), "{wrong}");
        }
    }
}
