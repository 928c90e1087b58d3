//! A drawing: squares of a few colours, and its text in a link.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::coder::{Chance, Decoder, Encoder};

/// The longest side of a drawing that a link can hold, in pixels.
pub const LONGEST_SIDE: usize = 1024;

/// A square of pixels, each the number of a colour of a palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    side: usize,
    pixels: Vec<u8>,
}

impl Drawing {
    /// An empty sheet: all of the first colour, which is the background.
    pub fn new(side: usize) -> Self {
        Self { side, pixels: vec![0; side * side] }
    }

    /// In pixels.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// `[side, side]`, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// To be drawn on.
    pub fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// Whether a palette of so many colours has all of its own.
    pub fn fits(&self, colours: usize) -> bool {
        self.pixels.iter().all(|pixel| usize::from(*pixel) < colours)
    }

    /// Tells two drawings apart: FNV-1a, folded to 16 bits.
    fn check(&self) -> u16 {
        let hash = |hash: u32, pixel: &u8| (hash ^ u32::from(*pixel)).wrapping_mul(0x0100_0193);
        let hash = self.pixels.iter().fold(0x811c_9dc5, hash);
        ((hash >> 16) ^ hash) as u16
    }
}

/// What is known of a pixel before it comes: its neighbours that were before it, and how they go together.
struct Neighbours {
    above: u8,
    left: u8,
    /// Which of six neighbours are alike.
    likeness: usize,
}

impl Neighbours {
    fn new(pixels: &[u8], side: usize, index: usize) -> Self {
        let (x, y) = (index % side, index / side);
        // Beyond the edge there is background.
        let at = |dx: isize, dy: usize| {
            let x = x.checked_add_signed(dx).filter(|x| *x < side)?;
            pixels.get(y.checked_sub(dy)? * side + x).copied()
        };
        let at = |dx, dy| at(dx, dy).unwrap_or_default();
        let (above, left, corner) = (at(0, 1), at(-1, 0), at(-1, 1));
        let pairs =
            [(above, left), (above, corner), (left, corner), (above, at(1, 1)), (above, at(0, 2)), (left, at(-2, 0))];
        let likeness = pairs.into_iter().fold(0, |bits, (a, b)| (bits << 1) | usize::from(a == b));
        Self { above, left, likeness }
    }
}

/// Chances of all that is said of a pixel.
struct Chances {
    /// That it is not as the one above, by [`Neighbours::likeness`].
    above: [Chance; 64],
    /// That it is not as the one on the left either.
    left: [Chance; 64],
    /// The bits of another colour, each by those before it.
    colour: [Chance; 256],
}

impl Chances {
    const fn new() -> Self {
        Self { above: [Chance::EVEN; 64], left: [Chance::EVEN; 64], colour: [Chance::EVEN; 256] }
    }

    /// Goes through what is said of a pixel, with what says or reads a bit: it is given what the bit is, where that is known.
    fn pixel(&mut self, near: &Neighbours, known: Option<u8>, mut bit: impl FnMut(bool, &mut Chance) -> bool) -> u8 {
        let is = |colour: u8| known != Some(colour);
        if !bit(is(near.above), &mut self.above[near.likeness]) {
            return near.above;
        }
        if near.left != near.above && !bit(is(near.left), &mut self.left[near.likeness]) {
            return near.left;
        }
        let mut node = 1_usize;
        for place in (0..8).rev() {
            let one = bit((known.unwrap_or_default() >> place) & 1 == 1, &mut self.colour[node]);
            node = (node << 1) | usize::from(one);
        }
        node as u8
    }
}

/// base64url of the side, two bytes to tell damage, and the pixels.
impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut encoder, mut chances) = (Encoder::new(), Chances::new());
        for (index, pixel) in self.pixels.iter().enumerate() {
            chances.pixel(&Neighbours::new(&self.pixels, self.side, index), Some(*pixel), |bit, chance| {
                encoder.put(bit, chance);
                bit
            });
        }
        let mut bytes = (self.side as u16).to_be_bytes().to_vec();
        bytes.extend(self.check().to_be_bytes());
        bytes.extend(encoder.finish());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Why a text is no drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDrawing {
    /// Characters that no link holds, or too few of them.
    #[error("this is no drawing")]
    Unreadable,
    /// A side of 0, or of more than [`LONGEST_SIDE`].
    #[error("a drawing cannot have a side of {0} pixels")]
    Side(usize),
    /// It was cut or changed on its way.
    #[error("the drawing is damaged")]
    Damaged,
}

impl FromStr for Drawing {
    type Err = NoDrawing;

    fn from_str(text: &str) -> Result<Self, NoDrawing> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoDrawing::Unreadable)?;
        let Some(([a, b, c, d], coded)) = bytes.split_first_chunk() else { return Err(NoDrawing::Unreadable) };
        let side = usize::from(u16::from_be_bytes([*a, *b]));
        if !(1..=LONGEST_SIDE).contains(&side) {
            return Err(NoDrawing::Side(side));
        }
        let (mut decoder, mut chances, mut drawing) = (Decoder::new(coded), Chances::new(), Self::new(side));
        for index in 0..drawing.pixels.len() {
            let near = Neighbours::new(&drawing.pixels, side, index);
            drawing.pixels[index] = chances.pixel(&near, None, |_, chance| decoder.take(chance));
        }
        if drawing.check() == u16::from_be_bytes([*c, *d]) { Ok(drawing) } else { Err(NoDrawing::Damaged) }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{Random, Stream};

    /// Rectangles of a few colours, and now and then single pixels of any.
    pub fn any(random: &mut Random, side: usize) -> Drawing {
        let (mut drawing, colours) = (Drawing::new(side), 1 + random.below(20));
        for _ in 0..random.below(60) {
            let [x, y, width, height] = [side, side, side / 2 + 1, side / 2 + 1].map(|most| random.below(most));
            let colour = random.below(colours) as u8;
            for row in y..(y + height).min(side) {
                drawing.pixels[row * side + x..row * side + (x + width).min(side)].fill(colour);
            }
        }
        for _ in 0..random.below(2) * random.below(side * side / 4 + 1) {
            let at = random.below(side * side);
            drawing.pixels[at] = random.below(256) as u8;
        }
        drawing
    }

    #[test]
    fn every_drawing_comes_back() {
        for seed in 0..300 {
            let random = &mut Random::new(seed, Stream::Data);
            let side = 1 + random.below(90);
            let drawing = any(random, side);
            assert_eq!(drawing.to_string().parse(), Ok(drawing), "{seed}");
        }
        let noise = Drawing { side: 64, pixels: (0..64 * 64_usize).map(|at| (at * at % 251) as u8).collect() };
        assert_eq!(noise.to_string().parse(), Ok(noise));
    }

    #[test]
    fn a_front_of_a_house_is_short() {
        let mut house = Drawing::new(256);
        for (index, pixel) in house.pixels.iter_mut().enumerate() {
            let (x, y) = (index % 256, index / 256);
            let is_window = (x % 32) < 18 && (y % 48) < 30;
            *pixel = if (20..236).contains(&x) && y > 30 { 1 + u8::from(is_window) } else { 0 };
        }
        assert!(house.to_string().len() < 300, "{}", house.to_string().len());
        assert!(Drawing::new(256).to_string().len() < 40);
    }

    /// A shared link must mean the same for ever: this was printed once and must never change.
    #[test]
    fn a_link_means_the_same_for_ever() {
        let drawing = Drawing { side: 4, pixels: vec![0, 0, 1, 1, 0, 2, 2, 1, 0, 2, 2, 1, 3, 3, 3, 3] };
        assert_eq!(drawing.to_string(), "AAQTxSZMhdJCNQ");
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        let whole = any(&mut Random::new(9, Stream::Data), 64).to_string();
        assert_eq!("".parse::<Drawing>(), Err(NoDrawing::Unreadable));
        assert_eq!("한글".parse::<Drawing>(), Err(NoDrawing::Unreadable));
        assert_eq!("AAAAAAAA".parse::<Drawing>(), Err(NoDrawing::Side(0)));
        assert_eq!("__8AAAAA".parse::<Drawing>(), Err(NoDrawing::Side(65535)));
        assert_eq!(whole[..whole.len() / 2 / 4 * 4].parse::<Drawing>(), Err(NoDrawing::Damaged));
        let mut changed = whole.into_bytes();
        changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
        assert_eq!(String::from_utf8(changed).unwrap().parse::<Drawing>(), Err(NoDrawing::Damaged));
    }

    #[test]
    fn a_palette_has_all_colours_or_not() {
        let drawing = Drawing { side: 2, pixels: vec![0, 5, 1, 0] };
        assert!(drawing.fits(6) && !drawing.fits(5));
    }
}
