//! Written digits: strokes of a pen, framed as those of MNIST are (LeCun et al. 1998), but clean.
//!
//! A class has the shapes in which people write it (`shapes`). What a hand adds is a wobble of every point, a slant,
//! a turn, a width and a thickness. The writing fits a box of 20 pixels, and its centre of mass is the middle of the
//! picture, as in MNIST.

mod draw;
mod shapes;
pub mod worn;

use forger_protocol::Random;

use crate::{Labels, Sample};

/// Side of the pictures in pixels.
pub const SIDE: usize = 28;

/// One digit.
#[derive(Clone, Debug, PartialEq)]
pub struct Digit {
    /// 0 to 9; what is above counts as 9.
    pub class: u8,
    /// Which of the shapes of the class, a chance in `[0, 1)`.
    pub style: f32,
    /// How far the top leans to the right, per height: 0.2 is usual.
    pub slant: f32,
    /// Turn against the clock in degrees.
    pub turn: f32,
    /// Width, of the usual one.
    pub width: f32,
    /// Thickness of the pen in pixels.
    pub thickness: f32,
    /// How far points are from where they should be, per height.
    pub wobble: f32,
    /// Which hand: another one, another wobble.
    pub hand: u32,
}

impl Digit {
    /// Draws the parameters at random.
    pub fn random(random: &mut Random) -> Self {
        let class = random.below(10) as u8;
        let style = random.uniform();
        let mut within = |low: f32, high: f32| low + (high - low) * random.uniform();
        Self {
            class,
            style,
            // Sums of two chances: the middle of a range is more frequent than its ends.
            slant: within(-0.15, 0.2) + within(-0.05, 0.35),
            turn: within(-8.0, 8.0),
            width: within(0.7, 1.0) * within(0.85, 1.25),
            thickness: within(0.7, 1.5) + within(0.7, 1.9),
            wobble: within(0.01, 0.055),
            hand: random.below(1 << 24) as u32,
        }
    }

    /// Grey in `[0, 1]`, row by row: white on black.
    pub fn draw(&self) -> Vec<f32> {
        draw::draw(self)
    }

    pub fn labels(&self) -> Labels {
        Labels::Digit { class: self.class.min(9) }
    }

    /// The picture with its label.
    pub fn sample(&self) -> Sample {
        Sample { pixels: self.draw(), labels: self.labels() }
    }
}
