//! The card that travels inside a model file, and the manifest that lists the model files of a site.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::DcganConfig;

/// The version of [`Card`] and of the tensor names. A reader refuses a newer one.
pub const CARD_SCHEMA: u32 = 1;

/// Which system a model belongs to, with its full configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name", content = "config")]
pub enum System {
    Dcgan(DcganConfig),
}

/// A data set and the terms it came with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    pub name: String,
    pub licence: String,
    /// How many pictures were trained on.
    pub images: u64,
}

/// A seeded input and what the model makes of it. Checked on every load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestVector {
    /// z, `[latent_dim]`.
    pub input: Vec<f32>,
    /// SHA-256 of the output after rounding each value to the nearest 1/255 step, in hex. Exact for one device only, so
    /// it is a fingerprint for people and not what a load is judged by.
    pub sha256: String,
    /// The output, every `stride`-th value in `[channels, height, width]` order, each in `[-1, 1]`.
    pub output: Vec<f32>,
    pub stride: usize,
}

/// A measured figure and the command that measured it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub value: f64,
    pub command: String,
}

/// What a model is, where it came from, and how to tell that it works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub schema: u32,
    /// Short name, `[a-z0-9-]+`.
    pub name: String,
    pub system: System,
    pub data: DataSource,
    /// Licence of the weights.
    pub licence: String,
    pub metrics: BTreeMap<String, Metric>,
    pub steps: u64,
    pub seed: u32,
    /// Version of the trainer, with the commit where it is known.
    pub trainer: String,
    /// What the model is not good at, and other things a user should know.
    #[serde(default)]
    pub notes: String,
    pub test_vector: TestVector,
}

/// One model file of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// File name beside the manifest, `NAME-SHA8.safetensors`.
    pub file: String,
    pub bytes: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    pub card: Card,
}

/// `manifest.json`: every model file of a site. Written by `forger export`, never by hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub models: Vec<ManifestEntry>,
}

impl Manifest {
    /// The entry whose card has this name.
    pub fn find(&self, name: &str) -> Option<&ManifestEntry> {
        self.models.iter().find(|entry| entry.card.name == name)
    }

    /// Adds an entry, or replaces the one of the same name; returns the file it replaced.
    pub fn insert(&mut self, entry: ManifestEntry) -> Option<String> {
        match self.models.iter_mut().find(|old| old.card.name == entry.card.name) {
            Some(old) => Some(std::mem::replace(old, entry).file),
            None => {
                self.models.push(entry);
                None
            }
        }
    }
}
