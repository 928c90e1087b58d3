//! What the page knows of a model.

use forger_protocol::{Card, SimganConfig, latent_url::ModelRef};
use forger_simulators::Simulator;

/// A refiner, and what the page has to know of it.
#[derive(Clone, PartialEq)]
pub struct Model {
    pub card: Card,
    /// What tells models apart, here and in links: a name may be that of two files.
    pub key: ModelRef,
    /// Height and width of the pictures that it learned from.
    pub size: (usize, usize),
    pub lambda: f64,
    /// Whether it moves what is drawn before it refines it.
    pub moves: bool,
    /// Side of the patches that its discriminator judges.
    pub patch: usize,
}

impl Model {
    pub fn of(card: Card, sha256: &str) -> Option<Self> {
        let config = card.system.settings::<SimganConfig>().ok()?;
        let key = ModelRef::of(&card.name, sha256);
        let size = (config.image_height, config.image_width);
        Some(Self { card, key, size, lambda: config.lambda, moves: config.displacement > 0.0, patch: config.patch })
    }

    /// Whose pictures it refines.
    pub fn simulator(&self) -> Option<Simulator> {
        Simulator::ALL.into_iter().find(|simulator| simulator.size() == self.size)
    }

    /// Whether it can judge pictures.
    pub fn judges(&self) -> bool {
        self.card.has("discriminator")
    }

    /// Whether a judge of patches of such a side sees all of a picture.
    pub fn is_seen_whole(&self, patch: usize) -> bool {
        patch >= self.size.0.min(self.size.1)
    }
}
