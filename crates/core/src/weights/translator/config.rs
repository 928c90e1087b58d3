//! What a model that translates was trained with, whichever its system.

use forger_protocol::{AdversarialLoss, CycleganConfig, Pix2pixConfig, SimganConfig, TranslatorConfig};

use crate::{
    nets::patch::PatchShape,
    systems::{cyclegan, pix2pix, simgan},
};

/// The settings of a model that translates, of any system.
#[derive(Clone, Debug, PartialEq)]
pub enum TranslationConfig {
    /// Learned from pairs.
    Pix2pix(Pix2pixConfig),
    /// Learned without pairs.
    Cyclegan(CycleganConfig),
    /// Learned from a simulator and real pictures: the way is from the one to the other.
    Simgan(SimganConfig),
}

impl TranslationConfig {
    /// The network of each generator; none of SimGAN, which has a refiner.
    pub fn generator(&self) -> Option<&TranslatorConfig> {
        match self {
            Self::Pix2pix(config) => Some(&config.generator),
            Self::Cyclegan(config) => Some(&config.generator),
            Self::Simgan(_) => None,
        }
    }

    /// Height and width of the pictures that it learned from, in pixels.
    pub fn size(&self) -> [usize; 2] {
        match self {
            Self::Pix2pix(config) => [config.image_size; 2],
            Self::Cyclegan(config) => [config.image_size; 2],
            Self::Simgan(config) => [config.image_height, config.image_width],
        }
    }

    /// Sides must be multiples of this; others are padded, and cut again afterwards.
    pub fn multiple(&self) -> usize {
        match self {
            Self::Pix2pix(config) => config.generator.multiple(),
            Self::Cyclegan(config) => config.generator.multiple(),
            Self::Simgan(config) => config.multiple(),
        }
    }

    /// How far it sees around a pixel; `None` for a network that sees all of a picture.
    pub fn reach(&self) -> Option<usize> {
        match self {
            Self::Pix2pix(config) => config.generator.reach(),
            Self::Cyclegan(config) => config.generator.reach(),
            Self::Simgan(config) => Some(config.reach()),
        }
    }

    /// About how many multiplications a generator takes for each pixel of a picture.
    pub fn effort(&self) -> u64 {
        match self {
            Self::Pix2pix(config) => config.generator.effort(),
            Self::Cyclegan(config) => config.generator.effort(),
            // Of a block two convolutions of 3 x 3; what moves a picture works at a quarter of its size.
            Self::Simgan(config) => {
                let moving = if config.displacement > 0.0 { 12 } else { 0 };
                ((18 * config.blocks + moving) * config.refiner_width * config.refiner_width) as u64
            }
        }
    }

    /// Channels of the pictures that it makes.
    pub fn channels(&self) -> usize {
        match self {
            Self::Pix2pix(_) | Self::Cyclegan(_) => 3,
            Self::Simgan(config) => config.channels,
        }
    }

    /// What its discriminators are like.
    pub(super) fn judge(&self) -> PatchShape {
        match self {
            Self::Pix2pix(config) => pix2pix::shape(config),
            Self::Cyclegan(config) => cyclegan::shape(config),
            Self::Simgan(config) => simgan::shape(config),
        }
    }

    pub(super) fn loss(&self) -> AdversarialLoss {
        match self {
            Self::Pix2pix(config) => config.loss,
            Self::Cyclegan(config) => config.loss,
            Self::Simgan(config) => config.loss,
        }
    }
}
