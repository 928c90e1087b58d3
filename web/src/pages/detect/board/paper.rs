//! What is on the sheet, and what of it a model is shown.

use forger_protocol::translate_url::Drawing;

use super::super::prepare::{composed, fitted, framed, inked, reduced};
use crate::pages::image_to_image::ask::Picture;

/// What ink lies on.
#[derive(Clone, PartialEq)]
pub enum Under {
    /// Nothing: black.
    Empty,
    /// A sample of the model, by its seed.
    Sample(u32, Picture),
    /// A picture of the user's, of the model's size. Never in a link.
    Own(String, Picture),
    /// One that is judged in parts, of any size: pixel for pixel in the middle of a sheet of its longer side. Never in a link.
    Whole(String, Picture),
}

impl Under {
    fn picture(&self) -> Option<&Picture> {
        match self {
            Self::Empty => None,
            Self::Sample(_, picture) | Self::Own(_, picture) | Self::Whole(_, picture) => Some(picture),
        }
    }

    /// Whether it is the user's.
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Own(..) | Self::Whole(..))
    }
}

/// All that is on the sheet.
#[derive(Clone, PartialEq)]
pub struct Paper {
    pub under: Under,
    pub drawing: Drawing,
}

impl Paper {
    /// A clean sheet, of this side unless what lies under the ink says another.
    pub fn clean(under: Under, side: usize) -> Self {
        let side = match &under {
            Under::Whole(_, picture) => picture.size[0].max(picture.size[1]),
            _ => side,
        };
        Self { under, drawing: Drawing::new(side) }
    }

    /// What there is to see, a square.
    pub fn shown(&self) -> Picture {
        match &self.under {
            Under::Whole(_, picture) => framed(&self.drawing, picture),
            under => composed(&self.drawing, under.picture()),
        }
    }

    /// What a model of this side is shown; nothing where nothing is there. Strokes on an empty sheet may be fitted to the frame.
    pub fn input(&self, side: usize, is_fitted: bool) -> Option<Picture> {
        let is_bare = self.drawing.pixels().iter().all(|ink| *ink == 0);
        match &self.under {
            Under::Empty if is_bare => None,
            // As it came: what is made larger and smaller again is the same, but costs.
            Under::Sample(_, picture) | Under::Own(_, picture) | Under::Whole(_, picture) if is_bare => {
                Some(picture.clone())
            }
            Under::Whole(_, picture) => Some(inked(&self.drawing, picture)),
            Under::Empty if is_fitted => Some(fitted(&self.shown(), side)),
            _ => Some(reduced(&self.shown(), side)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(size: [usize; 2]) -> Picture {
        Picture { size, values: [100, 100, 100, 255].repeat(size[0] * size[1]).into() }
    }

    #[test]
    fn a_whole_picture_has_a_sheet_of_its_longer_side_and_others_that_of_the_model() {
        let whole = Paper::clean(Under::Whole("a".into(), grey([6, 4])), 128);
        assert_eq!((whole.drawing.side(), whole.shown().size), (6, [6, 6]));
        assert!(whole.under.is_own() && whole.input(2, false) == Some(grey([6, 4])));
        let sample = Paper::clean(Under::Sample(1, grey([2, 2])), 8);
        assert_eq!((sample.drawing.side(), sample.shown().size), (8, [8, 8]));
        assert!(Paper::clean(Under::Empty, 8).input(2, true).is_none());
    }

    #[test]
    fn ink_beside_a_whole_picture_changes_nothing_and_on_it_what_is_judged() {
        let mut paper = Paper::clean(Under::Whole("a".into(), grey([6, 4])), 128);
        let before = paper.shown();
        paper.drawing.pixels_mut()[..6].fill(1);
        assert!(paper.shown() == before && paper.input(2, false) == Some(grey([6, 4])));
        paper.drawing.pixels_mut()[6] = 1;
        let given = paper.input(2, false).unwrap();
        assert_eq!((given.size, &given.values[..8]), ([6, 4], &[255, 255, 255, 255, 100, 100, 100, 255][..]));
    }
}
