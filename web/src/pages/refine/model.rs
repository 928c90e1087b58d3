//! What the page knows of a model.

use forger_protocol::{Card, SimganConfig};
use forger_simulators::Simulator;

/// A refiner, and what the page has to know of it.
#[derive(Clone, PartialEq)]
pub struct Model {
    pub card: Card,
    /// What names its file in links.
    pub hash: String,
    /// Height and width of the pictures that it learned from.
    pub size: (usize, usize),
    pub lambda: f64,
    /// Side of the patches that its discriminator judges.
    pub patch: usize,
}

impl Model {
    pub fn of(card: Card, sha256: &str) -> Option<Self> {
        let config = card.system.settings::<SimganConfig>().ok()?;
        let hash = sha256.get(..8).unwrap_or(sha256).to_owned();
        let size = (config.image_height, config.image_width);
        Some(Self { card, hash, size, lambda: config.lambda, patch: config.patch })
    }

    /// Whose pictures it refines.
    pub fn simulator(&self) -> Option<Simulator> {
        Simulator::ALL.into_iter().find(|simulator| simulator.size() == self.size)
    }

    /// Whether it can judge pictures.
    pub fn judges(&self) -> bool {
        self.card.has("discriminator")
    }
}
