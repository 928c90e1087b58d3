//! What the page knows of a model: what it learned from, and what it can do.

use forger_protocol::{
    Card, CycleganConfig, ManifestEntry, Pix2pixConfig, SystemConfig, TranslatorConfig,
    card::Swatch,
    error::ModelError,
    latent_url::{ModelRef, short_hash},
    runs::DrawnSet,
    translate_url::Drawing,
};

use crate::pages::image_to_image::ask::Picture;

/// What the name of a model ends in that learned from the one of the name before, and is smaller.
pub const LIGHT: &str = "-light";

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
        let hash = short_hash(sha256).to_owned();
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
    pub fn key(&self) -> ModelRef {
        ModelRef { name: self.card.name.clone(), hash: self.hash.clone() }
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

/// A drawing in the colours that a model learned from.
pub fn coloured(drawing: &Drawing, palette: &[Swatch]) -> Picture {
    let rgba = |pixel: &u8| {
        let [r, g, b] = palette.get(usize::from(*pixel)).map(|swatch| swatch.color).unwrap_or_default();
        [r, g, b, u8::MAX]
    };
    let side = drawing.side();
    Picture { size: [side, side], values: drawing.pixels().iter().flat_map(rgba).collect() }
}

/// What is taken where nobody asks for another: the first that is drawn for, and of that the light one where little is to be loaded.
pub fn first(models: &[ManifestEntry], is_light: bool) -> Option<&ManifestEntry> {
    let first = models.iter().find(|entry| !entry.card.palette.is_empty()).or(models.first())?;
    let light = models.iter().find(|entry| entry.card.name.strip_suffix(LIGHT) == Some(first.card.name.as_str()));
    light.filter(|_| is_light).or(Some(first))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, is_drawn_for: bool) -> ManifestEntry {
        let mut card = Card::new(name, SystemConfig::of(&Pix2pixConfig::default()), 1);
        card.palette.extend(is_drawn_for.then(|| Swatch { name: "wall".into(), color: [0; 3] }));
        ManifestEntry { file: String::new(), bytes: 0, sha256: String::new(), card }
    }

    #[test]
    fn the_first_is_one_that_is_drawn_for_and_a_light_one_where_that_is_wanted() {
        let models =
            [entry("maps", false), entry("facades", true), entry("maps-light", false), entry("facades-light", true)];
        let taken = |models: &[ManifestEntry], is_light| first(models, is_light).map(|entry| entry.card.name.clone());
        assert_eq!(taken(&models, false).as_deref(), Some("facades"));
        assert_eq!(taken(&models, true).as_deref(), Some("facades-light"));
        assert_eq!(taken(&models[..2], true).as_deref(), Some("facades"));
        assert_eq!(taken(&models[..1], false).as_deref(), Some("maps"));
        assert_eq!(taken(&[], true), None);
    }
}
