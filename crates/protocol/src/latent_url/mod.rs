//! The latent page in a link: all that it takes to see the same pictures again.

mod code;
pub mod expression;
mod query;

pub use code::{Code, MOST_SAMPLES, NoCode, WHOLE};
pub use query::{from_query, to_query};

use crate::latent;

/// The version of links. A newer one is said to be newer.
pub const VERSION: u32 = 1;
/// Characters of a link: what chats and mail programs leave whole.
pub const LONGEST: usize = 2000;
/// Half the range of a slider of a direction, in standard deviations of z.
pub const REACH: f32 = 5.0;

/// What names a file in links and in its own name: the first eight digits of its SHA-256.
pub fn short_hash(sha256: &str) -> &str {
    sha256.get(..8).unwrap_or(sha256)
}

/// Which model a link was made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelRef {
    /// Name on the card of the model.
    pub name: String,
    /// The first eight digits of the SHA-256 of its file; empty in links from before there was one.
    pub hash: String,
}

impl ModelRef {
    /// A model by the name on its card and the SHA-256 of its file. A name alone may be that of two files.
    pub fn of(name: &str, sha256: &str) -> Self {
        Self { name: name.to_owned(), hash: short_hash(sha256).to_owned() }
    }

    /// `NAME` or `NAME-SHA8`, as the file of the model is called.
    pub fn parse(text: &str) -> Self {
        let is_hash =
            |hash: &str| hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match text.rsplit_once('-') {
            Some((name, hash)) if is_hash(hash) => Self { name: name.into(), hash: hash.into() },
            _ => Self { name: text.into(), hash: String::new() },
        }
    }

    /// Whether a model is the one that the link means, as far as the link says.
    pub fn matches(&self, name: &str, hash: &str) -> bool {
        self.name == name && (self.hash.is_empty() || self.hash == hash)
    }
}

impl std::fmt::Display for ModelRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let separator = if self.hash.is_empty() { "" } else { "-" };
        write!(f, "{}{separator}{}", self.name, self.hash)
    }
}

/// A part of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Sums of terms, each the mean of exemplars.
    #[default]
    Arithmetic,
    /// One code, moved along directions.
    Edit,
    /// A film from code to code.
    Walk,
    /// The code of a picture of the user's.
    Photo,
}

impl Tab {
    /// Every tab, in the order in which the page shows them.
    pub const ALL: [Self; 4] = [Self::Arithmetic, Self::Edit, Self::Walk, Self::Photo];

    /// Its name in a link.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic",
            Self::Edit => "edit",
            Self::Walk => "walk",
            Self::Photo => "photo",
        }
    }
}

/// Exemplars under a name, of which the arithmetic takes the mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// What an expression calls it, at most [`expression::LONGEST_NAME`] characters. No two terms of a link share one.
    pub name: String,
    /// The exemplars, in the order in which they were added.
    pub codes: Vec<Code>,
}

/// A move along a direction, in tenths of a standard deviation of z.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The name of a direction of the model, or of the user's own.
    pub name: String,
    /// The direction itself where it is the user's own.
    pub own: Option<Code>,
    /// How far: negative is the other way, 0 nowhere. At most ten times [`REACH`] either way.
    pub tenths: i16,
}

/// All that a link holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatentState {
    /// `None` for the first model of the site.
    pub model: Option<ModelRef>,
    /// Whose samples the page shows.
    pub seed: u32,
    /// Percent.
    pub truncation: u8,
    /// The one that is open.
    pub tab: Tab,
    /// In the order in which the page shows them.
    pub terms: Vec<Term>,
    /// What the arithmetic is to draw, as [`expression::parse`] reads it. Empty for nothing yet.
    pub expression: String,
    /// The code that is edited.
    pub base: Option<Code>,
    /// All are added to `base`, each along its own direction.
    pub moves: Vec<Move>,
    /// The stops, in the order in which [`walk()`] passes them.
    pub walk: Vec<Code>,
    /// lerp in place of slerp.
    pub straight: bool,
    /// The walk returns to where it began.
    pub closed: bool,
}

impl Default for LatentState {
    fn default() -> Self {
        Self {
            model: None,
            seed: 1,
            truncation: WHOLE,
            tab: Tab::default(),
            terms: Vec::new(),
            expression: String::new(),
            base: None,
            moves: Vec::new(),
            walk: Vec::new(),
            straight: false,
            closed: false,
        }
    }
}

/// The codes of a walk through `stops`, `frames` from each stop to the next; the last stop is part of it unless the walk
/// is closed, where it would be the first once more.
pub fn walk(stops: &[Vec<f32>], frames: usize, straight: bool, closed: bool) -> Vec<Vec<f32>> {
    let mut codes = Vec::new();
    let legs = if closed { stops.len() } else { stops.len().saturating_sub(1) };
    for leg in 0..legs {
        let (from, to) = (&stops[leg], &stops[(leg + 1) % stops.len()]);
        codes.extend((0..frames).map(|frame| {
            let t = frame as f32 / frames as f32;
            if straight { latent::lerp(from, to, t) } else { latent::slerp(from, to, t) }
        }));
    }
    if !closed {
        codes.extend(stops.last().cloned());
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_a_name_and_a_hash() {
        let full = ModelRef::parse("my-faces-0123abcd");
        assert_eq!((full.name.as_str(), full.hash.as_str()), ("my-faces", "0123abcd"));
        assert_eq!(full.to_string(), "my-faces-0123abcd");
        assert!(full.matches("my-faces", "0123abcd") && !full.matches("my-faces", "99999999"));
        let old = ModelRef::parse("digits");
        assert_eq!(old.to_string(), "digits");
        assert!(old.matches("digits", "0123abcd") && !old.matches("faces", "0123abcd"));
    }

    #[test]
    fn a_closed_walk_goes_on_where_it_began() {
        let stops = [vec![0.0, 1.0], vec![1.0, 0.0], vec![0.0, -1.0]];
        let open = walk(&stops, 4, false, false);
        assert_eq!((open.len(), &open[0], &open[8]), (9, &stops[0], &stops[2]));
        let closed = walk(&stops, 4, true, true);
        assert_eq!((closed.len(), &closed[8]), (12, &stops[2]));
        assert_eq!(closed[10], [0.0, 0.0], "half the way back, straight through the middle");
        assert!(walk(&[], 4, false, true).is_empty());
        assert_eq!(walk(&stops[..1], 4, false, false), stops[..1]);
    }
}
