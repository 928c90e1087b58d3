//! A model that knows what is normal.

use forger_protocol::{Card, DcganConfig, detect::Normal, latent_url::short_hash};

/// A model, and what the page has to know of it.
#[derive(Clone, PartialEq)]
pub struct Model {
    pub card: Card,
    pub config: DcganConfig,
    /// What names its file in links.
    pub hash: String,
    pub normal: Box<Normal>,
}

impl Model {
    /// `None` for one that does not know what is normal.
    pub(super) fn of(card: Card, sha256: &str) -> Option<Self> {
        let hash = short_hash(sha256).to_owned();
        let (config, normal) = (card.system.settings::<DcganConfig>().ok()?, card.normal.clone()?);
        Some(Self { card, config, hash, normal })
    }

    /// Side of its pictures, in pixels.
    pub fn side(&self) -> usize {
        self.config.image_size
    }
}
