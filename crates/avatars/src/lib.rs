//! Faces that nobody has a right to but everybody: drawn by a program, with attributes that are exact because the drawing
//! follows from them.
//!
//! An [`Avatar`] is its [`Attributes`] (what a label can say) and its [`Look`] (everything else, as chances in `[0, 1)`).
//! The two are drawn apart, and a look means something with any attributes: change one, and the same person puts on
//! glasses, or is drawn as a woman instead of a man. Eyes stay at about the same place, so that a small GAN can learn
//! the set.

mod attributes;
mod draw;
mod look;

use forger_protocol::{Random, Stream, random::RandomState};

pub use attributes::{Attributes, Hair};
pub use look::Look;

/// Words of a seed's sequence that belong to one avatar. Far more than are drawn, so that a face that needs another
/// chance leaves all other faces as they are.
const WORDS: u64 = 256;

/// One face.
#[derive(Clone, Debug, PartialEq)]
pub struct Avatar {
    pub attributes: Attributes,
    pub look: Look,
}

impl Avatar {
    /// Draws a face at random.
    pub fn draw(random: &mut Random) -> Self {
        Self { attributes: Attributes::draw(random), look: Look::draw(random) }
    }

    /// A face of the endless row that a seed means; the same for ever.
    pub fn nth(seed: u32, index: u64) -> Self {
        let position = index.wrapping_mul(WORDS);
        Self::draw(&mut Random::restore(RandomState { seed, stream: Stream::Avatars as u64, position }))
    }

    /// The picture: `side` rows of `side` pixels, three bytes each (red, green, blue). Empty for a side of 0.
    pub fn render(&self, side: usize) -> Vec<u8> {
        draw::render(self, side)
    }
}
