//! The card that travels inside a model file, and the manifest that lists the model files of a site.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{config::EncoderConfig, detect::Normal, runs::Origin, system::SystemConfig};

/// The version of [`Card`] and of the tensor names. A reader refuses a newer one. Since 2 a test vector has a seed in place of
/// its input.
pub const CARD_SCHEMA: u32 = 2;

/// The longest name of a model.
pub const LONGEST_NAME: usize = 64;

/// Whether a model may be called so: of `a-z`, `0-9` and `-`. It becomes part of links and of the names of files.
pub fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_plain)
}

/// A data set and the terms it came with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    /// What it is called, with a word on parts that were shown more often. Empty where nothing is known.
    pub name: String,
    /// The terms of the pictures, in words. Empty where nothing is known.
    pub licence: String,
    /// How many pictures were trained on.
    pub images: u64,
}

/// What a model makes of an input that a seed gives. Checked on every load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestVector {
    /// The input: so many values of [`crate::Stream::Metrics`] of the card's seed as `shape` has, a code of the prior or a
    /// picture of any values in `[-1, 1]`. Cards of schema 1 do not say it: the system knows what it was. A picture of another size than
    /// the networks usually get is refused where it is more than any device has memory and time for: beyond 512 pixels a side, 256 x 256
    /// in all with its sides filled up as the networks ask, or some 2^33 multiplications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shape: Vec<usize>,
    /// SHA-256 of the output after rounding each value to the nearest 1/255 step, in hex. Exact for one device only, so
    /// it is a fingerprint for people and not what a load is judged by.
    pub sha256: String,
    /// The output, every `stride`-th value in `[channels, height, width]` order, each in `[-1, 1]`.
    pub output: Vec<f32>,
    /// How far apart the kept values lie in the output: 1 where all are kept. 0 counts as 1.
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
    /// The attribute as the classifier calls it, or `pc1`, `pc2` and so on for principal ones. Links name it.
    pub name: String,
    /// Says what `strength` means.
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
    /// In the unit that the name of the figure implies.
    pub value: f64,
    /// The whole command line, to measure it again.
    pub command: String,
}

/// What a model is, where it came from, and how to tell that it works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// [`CARD_SCHEMA`] of the program that wrote the file.
    pub schema: u32,
    /// Short name: see [`is_name`].
    pub name: String,
    /// With its full configuration.
    pub system: SystemConfig,
    /// What the networks learned from.
    pub data: DataSource,
    /// Licence of the weights.
    pub licence: String,
    /// What `forger eval --json` measured, by its names.
    pub metrics: BTreeMap<String, Metric>,
    /// Steps of the run when the weights were taken; 0 where that is not known.
    pub steps: u64,
    /// That of the run. The input of the test vector is drawn from it as well.
    pub seed: u32,
    /// Version of the trainer, with the commit where it is known.
    pub trainer: String,
    /// What the model is not good at, and other things a user should know.
    #[serde(default)]
    pub notes: String,
    /// Ways through latent space, the strongest of each kind first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directions: Vec<Direction>,
    /// Whether the file holds D, too: its features tell how like two pictures are. Not said of CycleGAN, which has two: `networks` has
    /// all that there is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discriminator: bool,
    /// Of the encoder that the file holds, if it does: the settings that its shape is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<Box<EncoderConfig>>,
    /// The networks that the file holds, by their names in [`crate::system::Declaration::networks`]; empty in files of before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// Of a model that translates: what its pictures show, of what it is given and of what it makes, such as `label` and `photo`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// The colours that pictures of the first domain are painted with, where they are drawn and not photographed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub palette: Vec<Swatch>,
    /// Of a model that tells strange pictures: what is normal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<Box<Normal>>,
    /// Compared with what the networks make, on every load.
    pub test_vector: TestVector,
}

/// A colour that means something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swatch {
    /// What it means, in English: `window`.
    pub name: String,
    /// Red, green and blue.
    pub color: [u8; 3],
}

impl Card {
    /// Whether the file holds a network of this name. Of files of before the name of a generator is not known.
    pub fn has(&self, network: &str) -> bool {
        self.networks.iter().any(|held| held == network)
    }

    /// Says what its weights began with: the terms of that hold on.
    pub fn began_with(&mut self, origin: &Origin) {
        let Origin { name, licence } = origin;
        self.notes = format!("{} Began with the weights of {name}.", self.notes).trim_start().to_owned();
        if !self.licence.contains(licence) {
            self.licence += &format!("; of the weights it began with: {licence}");
        }
    }

    /// Of a model of which nothing more is known.
    pub fn new(name: &str, system: SystemConfig, seed: u32) -> Self {
        Self {
            schema: CARD_SCHEMA,
            name: name.to_owned(),
            system,
            data: DataSource::default(),
            licence: "MIT OR Apache-2.0".into(),
            metrics: BTreeMap::new(),
            steps: 0,
            seed,
            trainer: String::new(),
            notes: String::new(),
            directions: Vec::new(),
            discriminator: false,
            encoder: None,
            networks: Vec::new(),
            domains: Vec::new(),
            palette: Vec::new(),
            normal: None,
            test_vector: TestVector::default(),
        }
    }
}

/// One model file of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// File name beside the manifest, `NAME-SHA8.safetensors`.
    pub file: String,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// The same as in the file, so that a page can show it before it fetches the weights.
    pub card: Card,
}

/// `manifest.json`: every model file of a site. Written by `forger export`, never by hand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// At most one of each name, in the order in which they were first added.
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
    fn a_name_is_part_of_a_link_and_of_a_file() {
        assert!(is_name("maps-aerial-to-map-2") && is_name(&"a".repeat(LONGEST_NAME)));
        for wrong in ["", "Digits", "a b", "../a", "=original", "a.b", "고양이", &"a".repeat(LONGEST_NAME + 1)] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }

    #[test]
    fn terms_of_what_it_began_with_hold_on() {
        let mut card = Card::new("mine", SystemConfig { name: "dcgan".into(), config: serde_json::Value::Null }, 1);
        let origin = |licence: &str| Origin { name: "faces".into(), licence: licence.into() };
        card.began_with(&origin("MIT OR Apache-2.0"));
        assert_eq!(
            (card.licence.as_str(), card.notes.as_str()),
            ("MIT OR Apache-2.0", "Began with the weights of faces.")
        );
        card.began_with(&origin("for research"));
        assert_eq!(card.licence, "MIT OR Apache-2.0; of the weights it began with: for research");
    }

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
