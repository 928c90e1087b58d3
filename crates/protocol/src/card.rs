//! The card that travels inside a model file, and the manifest that lists the model files of a site.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{DcganConfig, SuperresConfig};

/// The version of [`Card`] and of the tensor names. A reader refuses a newer one.
pub const CARD_SCHEMA: u32 = 1;

/// Which system a model belongs to, with its full configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name", content = "config")]
pub enum System {
    Dcgan(DcganConfig),
    Superres(SuperresConfig),
}

impl System {
    /// The settings, if it is a DCGAN.
    pub const fn dcgan(&self) -> Option<&DcganConfig> {
        match self {
            Self::Dcgan(config) => Some(config),
            Self::Superres(_) => None,
        }
    }

    /// The settings, if it is super-resolution.
    pub const fn superres(&self) -> Option<&SuperresConfig> {
        match self {
            Self::Superres(config) => Some(config),
            Self::Dcgan(_) => None,
        }
    }

    /// What it is called on the command line and in a manifest.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Dcgan(_) => "dcgan",
            Self::Superres(_) => "superres",
        }
    }
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
    /// z, `[latent_dim]`; of super-resolution a picture, `[3, 8, 8]` in `[-1, 1]`.
    pub input: Vec<f32>,
    /// SHA-256 of the output after rounding each value to the nearest 1/255 step, in hex. Exact for one device only, so
    /// it is a fingerprint for people and not what a load is judged by.
    pub sha256: String,
    /// The output, every `stride`-th value in `[channels, height, width]` order, each in `[-1, 1]`.
    pub output: Vec<f32>,
    pub stride: usize,
}

/// What a direction was found from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectionKind {
    /// What a classifier sees in the pictures, by least squares.
    Attribute,
    /// The largest changes of what the network draws: Härkönen et al. 2020 (arXiv 2004.02546), section 3.2.
    Principal,
}

/// A way through latent space that changes one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    pub name: String,
    pub kind: DirectionKind,
    /// Of an attribute: the correlation of what the classifier sees with the way along the direction, on samples that were
    /// not used to find it, in `[-1, 1]`. Of a principal one: its share of the variance, in `[0, 1]`.
    pub strength: f32,
    /// `[latent_dim]`, of length 1.
    #[serde(with = "vector")]
    pub vector: Vec<f32>,
}

/// Values in `[-1, 1]` as base64 of i16: a list of numbers would make the manifest ten times as long.
mod vector {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    const STEPS: f32 = 32767.0;

    pub fn serialize<S: Serializer>(values: &[f32], serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = values.iter().flat_map(|value| ((value * STEPS).round() as i16).to_le_bytes()).collect::<Vec<_>>();
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        Ok(bytes.chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / STEPS).collect())
    }
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
    /// Ways through latent space, the strongest of each kind first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directions: Vec<Direction>,
    /// Whether the file holds D, too: its features tell how like two pictures are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discriminator: bool,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_survives_its_card() {
        let vector = vec![0.6, -0.8, 0.0, 1.0, -1.0];
        let direction = Direction { name: "Male".into(), kind: DirectionKind::Attribute, strength: 0.9, vector };
        let text = serde_json::to_string(&direction).unwrap();
        let back: Direction = serde_json::from_str(&text).unwrap();
        assert!(back.vector.iter().zip(&direction.vector).all(|(a, b)| (a - b).abs() < 1e-4), "{text}");
        assert_eq!(serde_json::to_string(&back).unwrap(), text, "stable");
    }
}
