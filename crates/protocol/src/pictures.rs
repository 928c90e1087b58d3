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
    pub steps: usize,
    /// Weight of the distance between the features that D sees, beside that between pixels; without a D in the file there
    /// is no such distance.
    pub features: f32,
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
    pub milliseconds: f64,
    pub device: DeviceKind,
}

/// What it took to make a picture larger.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upscaled {
    pub milliseconds: f64,
    pub device: DeviceKind,
}

/// A finished part of a picture, in pixels of the large one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TilePlace {
    pub top: usize,
    pub left: usize,
    pub height: usize,
    pub width: usize,
    /// Tiles so far, of so many.
    pub done: usize,
    pub total: usize,
}
