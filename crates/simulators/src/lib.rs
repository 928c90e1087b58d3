//! Pictures that a program draws, whose labels are exact because the drawing follows from them: the synthetic side of
//! SimGAN (Shrivastava et al. 2017), which learns to make them look real and to leave the labels as they are.
//!
//! A simulator's parameters are a plain structure ([`eyes::Eye`], [`digits::Digit`]), drawn at random or set one by
//! one. Only sums, products and square roots, which all machines round alike, and `libm` are used, so that a seed means
//! the same pictures everywhere.

mod canvas;
pub mod digits;
pub mod eyes;
pub mod shapes;

use std::{fmt, str::FromStr};

use forger_protocol::{Random, Stream, random::RandomState};

/// Words of a seed's sequence that belong to one sample: more than any simulator draws.
const WORDS: u64 = 64;

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Simulator {
    /// One eye, grey.
    Eyes,
    /// A written digit, white on black.
    Digits,
}

/// What is exactly true of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Labels {
    Eye {
        /// Where the eye looks, degrees: above 0 towards the picture's right.
        yaw: f32,
        /// Degrees: above 0 upwards.
        pitch: f32,
        /// The middle of the pupil as `(x, y)`, pixels from the picture's upper left corner (the middle of the first
        /// pixel is at 0.5).
        pupil: (f32, f32),
        /// How far the lids are apart: 0 for closed, 1 for wide open.
        openness: f32,
    },
    Digit {
        /// 0 to 9.
        class: u8,
    },
}

/// A picture and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Grey in `[0, 1]`, row by row, of [`Simulator::size`].
    pub pixels: Vec<f32>,
    pub labels: Labels,
}

impl Simulator {
    pub const ALL: [Self; 2] = [Self::Eyes, Self::Digits];

    /// The name on command lines, in model cards and in links.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eyes => "eyes",
            Self::Digits => "digits",
        }
    }

    /// Height and width of the pictures in pixels.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::Eyes => (eyes::HEIGHT, eyes::WIDTH),
            Self::Digits => (digits::SIDE, digits::SIDE),
        }
    }

    /// Draws a picture at random.
    pub fn draw(self, random: &mut Random) -> Sample {
        match self {
            Self::Eyes => eyes::Eye::random(random).sample(),
            Self::Digits => digits::Digit::random(random).sample(),
        }
    }

    /// A picture of the endless row that a seed means; the same for ever.
    pub fn nth(self, seed: u32, index: u64) -> Sample {
        self.draw(&mut at(seed, index))
    }
}

/// Where the chances of a sample of a seed begin, for whoever wants its parameters: `Eye::random(&mut at(seed,
/// index))`.
pub fn at(seed: u32, index: u64) -> Random {
    let position = index.wrapping_mul(WORDS);
    Random::restore(RandomState { seed, stream: Stream::Simulators as u64, position })
}

impl fmt::Display for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Simulator {
    type Err = UnknownSimulator;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|simulator| simulator.name() == name).ok_or_else(|| UnknownSimulator(name.into()))
    }
}

/// No simulator has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSimulator(pub String);

impl fmt::Display for UnknownSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Simulator::ALL.map(Simulator::name).join(", ");
        write!(f, "there is no simulator {}: choose one of {names}", self.0)
    }
}

impl std::error::Error for UnknownSimulator {}

impl Sample {
    /// The picture as bytes, row by row.
    pub fn bytes(&self) -> Vec<u8> {
        self.pixels.iter().map(|value| (value * 255.0 + 0.5) as u8).collect()
    }
}

impl Labels {
    /// Names of the columns of a table of labels.
    pub fn names(simulator: Simulator) -> &'static [&'static str] {
        match simulator {
            Simulator::Eyes => &["yaw", "pitch", "pupil_x", "pupil_y", "openness"],
            Simulator::Digits => &["class"],
        }
    }

    /// The values of [`Labels::names`].
    pub fn values(&self) -> Vec<f32> {
        match *self {
            Self::Eye { yaw, pitch, pupil: (x, y), openness } => vec![yaw, pitch, x, y, openness],
            Self::Digit { class } => vec![f32::from(class)],
        }
    }
}
