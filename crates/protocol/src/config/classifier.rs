//! The classifier of attributes, which measures what generators draw.

use serde::{Deserialize, Serialize};

use super::{
    Augment, OptimizerConfig, OutOfRange,
    dcgan::{channels, other_size},
    within,
};

/// A small convolutional network that says which attributes a picture has. Its last features are a space to compare
/// pictures in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClassifierConfig {
    /// Side of the square picture in pixels: 28, 32, 64 or 128.
    pub image_size: usize,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Channels of the first layer; each further one doubles them.
    pub width: usize,
    /// Length of the vector of features.
    pub features: usize,
    /// Names of the attributes, in the order of the outputs.
    pub attributes: Vec<String>,
    /// Its learning rate is that of the first epoch; it falls to 0 along half a cosine.
    pub optimizer: OptimizerConfig,
    /// Pictures in a step, 2 to 4096.
    pub batch: usize,
    /// Shows every other picture that it learns from, by chance, in a mirror.
    pub mirror: bool,
    /// How the pictures that it learns from are changed, besides a mirror: the more, the later it knows them by heart.
    pub augment: Augment,
    /// Gives the initial weights, the order of the pictures and how each is changed.
    pub seed: u32,
}

impl Default for ClassifierConfig {
    fn default() -> Self {
        Self {
            image_size: 64,
            channels: 3,
            width: 16,
            features: 128,
            attributes: Vec::new(),
            optimizer: OptimizerConfig::Adam { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999 },
            batch: 64,
            mirror: true,
            augment: Augment { translation: true, ..Augment::default() },
            seed: 1,
        }
    }
}

impl ClassifierConfig {
    /// Says which setting is out of range, if any.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        if self.halvings().is_none() {
            return Err(other_size(self.image_size));
        }
        channels(self.channels)?;
        within("width", self.width as f64, 1.0, 512.0)?;
        within("features", self.features as f64, 2.0, 4096.0)?;
        within("attributes", self.attributes.len() as f64, 1.0, 1000.0)?;
        self.optimizer.validate("optimizer")?;
        within("batch", self.batch as f64, 2.0, 4096.0)
    }

    /// How often the side is halved, and the side that is left; `None` for a size that is not offered.
    pub const fn halvings(&self) -> Option<(usize, usize)> {
        match self.image_size {
            28 => Some((2, 7)),
            32 => Some((3, 4)),
            64 => Some((4, 4)),
            128 => Some((5, 4)),
            _ => None,
        }
    }

    /// Values of the last feature map.
    pub const fn last_map(&self) -> usize {
        match self.halvings() {
            Some((halvings, side)) => (self.width << (halvings - 1)) * side * side,
            None => 0,
        }
    }
}
