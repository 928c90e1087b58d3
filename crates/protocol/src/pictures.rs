//! Work on pictures that takes a while: what is asked for and what comes of it.

use serde::{Deserialize, Serialize};

use crate::message::DeviceKind;

/// How a film is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Film {
    /// How many times as large as the model draws.
    pub scale: usize,
    /// Hundredths of a second a picture.
    pub delay: u16,
}

/// How z is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InvertSettings {
    /// Codes to begin from, of which the worse half is given up again and again.
    pub starts: usize,
    /// Updates of the codes, 1 or more.
    pub steps: usize,
    /// Weight of the distance between the features that D sees, beside that between pixels; without a D in the file there
    /// is no such distance.
    pub features: f32,
    /// Whose samples the first codes are.
    pub seed: u32,
}

impl Default for InvertSettings {
    fn default() -> Self {
        // Features of D were measured to double the time and to bring no picture nearer.
        Self { starts: 8, steps: 200, features: 0.0, seed: 1 }
    }
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inverted {
    /// Peak signal-to-noise ratio between the picture and what z draws, in decibels.
    pub psnr: f32,
    /// Time at work, without what other requests took in between.
    pub milliseconds: f64,
    /// Where the search ran.
    pub device: DeviceKind,
}

/// What it took to make a picture of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// Time at work, without what other requests took in between.
    pub milliseconds: f64,
    /// What made the last part.
    pub device: DeviceKind,
}

/// A finished part of a picture, in pixels of what is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TilePlace {
    /// From the upper edge.
    pub top: usize,
    /// From the left edge.
    pub left: usize,
    /// Of the part.
    pub height: usize,
    /// Of the part.
    pub width: usize,
    /// Tiles so far, of so many.
    pub done: usize,
    /// Tiles in all.
    pub total: usize,
}

/// Which way a model translates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// From the first domain to the second: G.
    #[default]
    Forward,
    /// From the second to the first: F, where a model has learned it.
    Backward,
}
