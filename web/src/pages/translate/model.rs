//! What the page knows of a model: what it learned from, and what it can do.

use forger_protocol::{
    Card, CycleganConfig, Pix2pixConfig, SystemConfig, TranslatorConfig, error::ModelError, runs::DrawnSet,
};

/// A model, and what the page has to know of it.
#[derive(Clone, PartialEq)]
pub struct Model {
    pub card: Card,
    /// What names its file in links.
    pub hash: String,
    /// Side of the square pictures that it learned from.
    pub side: usize,
    pub generator: TranslatorConfig,
    /// Whether it is a CycleGAN, which has two generators and two discriminators.
    pub is_cycle: bool,
}

impl Model {
    pub fn of(card: Card, sha256: &str) -> Option<Self> {
        let hash = sha256.get(..8).unwrap_or(sha256).to_owned();
        let (side, generator, is_cycle) = match card.system.settings::<CycleganConfig>() {
            Ok(config) => (config.image_size, config.generator, true),
            Err(_) => {
                let config = card.system.settings::<Pix2pixConfig>().ok()?;
                (config.image_size, config.generator, false)
            }
        };
        Some(Self { card, hash, side, generator, is_cycle })
    }

    /// What tells models apart: a name may be that of two files.
    pub fn key(&self) -> (String, String) {
        (self.card.name.clone(), self.hash.clone())
    }

    /// Whether pictures for it are drawn.
    pub fn is_drawn_for(&self) -> bool {
        !self.card.palette.is_empty()
    }

    /// Whether pictures of a domain, the first or the second, show faces from chin to crown, as the sets of faces do.
    pub fn is_of_faces(&self, first: bool) -> bool {
        self.card.domains.get(usize::from(!first)).is_some_and(|domain| domain == "face")
    }

    /// The pictures of a domain, the first or the second, where the program draws such.
    pub fn drawn(&self, first: bool) -> Option<DrawnSet> {
        let domain = self.card.domains.get(usize::from(!first))?;
        (domain == "avatar").then_some(DrawnSet::Avatars)
    }

    /// Whether it knows the way back.
    pub fn goes_back(&self) -> bool {
        self.is_cycle && self.card.has("f")
    }

    /// Whether it can judge pictures: of the first domain, or of the second.
    pub fn judges(&self, first: bool) -> bool {
        match (self.is_cycle, first) {
            (true, true) => self.card.has("d_x"),
            (true, false) => self.card.has("d_y"),
            (false, first) => !first && self.card.has("discriminator"),
        }
    }
}

/// Whether a model is of a system of this page.
pub fn is_of_page(system: &SystemConfig) -> bool {
    system.is::<Pix2pixConfig>() || system.is::<CycleganConfig>()
}

/// What is wrong with the settings of such a model.
pub fn check(system: &SystemConfig) -> Result<(), ModelError> {
    if system.is::<CycleganConfig>() {
        return system.settings::<CycleganConfig>().map(drop);
    }
    system.settings::<Pix2pixConfig>().map(drop)
}
