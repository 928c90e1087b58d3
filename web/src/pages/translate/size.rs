//! In which size a photo is translated.

use forger_protocol::{MOST_AT_ONCE, MOST_FILLED};

use super::model::Model;
use crate::{i18n::*, pages::image_to_image::limits};

/// The size in which a photo is translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// The shorter side is that of the pictures that the model learned from.
    #[default]
    Learned,
    Twice,
    FourTimes,
    /// As it was opened.
    Own,
}

impl Size {
    /// Every size, in the order in which the page shows them.
    pub const ALL: [Self; 4] = [Self::Learned, Self::Twice, Self::FourTimes, Self::Own];

    /// How many times the side that the model learned from, if it goes by that.
    pub const fn times(self) -> Option<usize> {
        match self {
            Self::Learned => Some(1),
            Self::Twice => Some(2),
            Self::FourTimes => Some(4),
            Self::Own => None,
        }
    }

    /// The value of an option.
    pub fn key(self) -> String {
        self.times().unwrap_or_default().to_string()
    }

    /// The size of a picture for a model that learned from this side.
    pub fn of(self, size: [u32; 2], side: usize) -> [u32; 2] {
        self.times().map_or(size, |times| fit(size, times * side))
    }
}

/// The same form with a shorter side of this length.
pub fn fit(size: [u32; 2], shorter: usize) -> [u32; 2] {
    let [width, height] = size.map(f64::from);
    let scale = shorter as f64 / width.min(height).max(1.0);
    size.map(|side| (f64::from(side) * scale).round().max(1.0) as u32)
}

/// What stands against a picture of this size.
pub fn refusal(locale: Locale, size: [u32; 2], model: Option<&Model>) -> Option<String> {
    let [width, height] = size;
    let sides = [height as usize, width as usize];
    if let Some(Model { generator, .. }) = model.filter(|model| !model.generator.takes(sides)) {
        let n = generator.multiple();
        let [high, wide] = sides.map(|side| side.next_multiple_of(n));
        let [most, filled] = [MOST_AT_ONCE, MOST_FILLED].map(|pixels| pixels as f64 / 1e6);
        let (w, h) = (width, height);
        return Some(
            td_string!(
                locale,
                tr_too_large,
                most = most,
                filled = filled,
                n = n,
                w = w,
                h = h,
                wide = wide,
                high = high
            )
            .to_string(),
        );
    }
    limits::refusal(locale, size, 1)
}

#[cfg(test)]
mod tests {
    use forger_protocol::{Card, Pix2pixConfig, SystemConfig};

    use super::*;

    #[test]
    fn what_is_too_large_is_told_as_it_is_and_filled_up() {
        let card = Card::new("facades", SystemConfig::of(&Pix2pixConfig::default()), 1);
        let model = Model::of(card, "").unwrap();
        let said = |size| refusal(Locale::en, size, Some(&model));
        assert_eq!(said([1000, 1000]), None);
        // The one has too many pixels, the other only once its sides are filled up.
        for (size, filled) in [([2000, 1000], "2048 × 1024"), ([8000, 20], "8192 × 256")] {
            let said = said(size).unwrap();
            let own = format!("{} × {}", size[0], size[1]);
            let parts = [own.as_str(), filled, "1.5 megapixels", " 2 "];
            assert!(parts.into_iter().all(|part| said.contains(part)), "{said}");
        }
    }

    #[test]
    fn the_form_stays_and_the_shorter_side_is_as_was_wanted() {
        assert_eq!(Size::Learned.of([8000, 6000], 256), [341, 256]);
        assert_eq!(Size::FourTimes.of([600, 800], 128), [512, 683]);
        assert_eq!(Size::Twice.of([1, 1], 128), [256, 256]);
        assert_eq!(Size::Own.of([33, 17], 128), [33, 17]);
        assert_eq!(Size::Learned.of([60_000, 10], 128), [768_000, 128]);
    }
}
