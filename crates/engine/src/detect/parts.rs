//! A picture in parts, each of which is judged by itself, and what is found for them together.

use forger_core::{detect::Finding, weights};
use forger_protocol::detect::Grid;

use crate::latent::rgba::to_rgba;

/// A picture, and the parts of it that are judged. One that is not divided has one part, which is the whole.
pub struct Parts {
    grid: Grid,
    channels: usize,
    /// The whole, `[channels, height, width]` in `[-1, 1]`.
    picture: Vec<f32>,
    /// In the order of the grid.
    judged: Vec<Finding>,
}

impl Parts {
    /// Of planes `[channels, height, width]` of the size that the grid has.
    pub fn new(grid: Grid, channels: usize, picture: Vec<f32>) -> Self {
        Self { grid, channels, picture, judged: Vec::new() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.grid.count()
    }

    /// How many of them are judged.
    pub fn judged(&self) -> usize {
        self.judged.len()
    }

    /// Whether all of them are.
    pub fn are_judged(&self) -> bool {
        self.judged() >= self.count()
    }

    /// The part that comes next, `[channels, side, side]`; not once all are judged.
    pub fn next(&self) -> Vec<f32> {
        self.grid.cut(&self.picture, self.judged())
    }

    /// Takes what was found for it.
    pub fn add(&mut self, found: Finding) {
        self.judged.push(found);
    }

    /// The highest so far.
    pub fn score(&self) -> f32 {
        self.judged.iter().map(|found| found.score).fold(f32::NEG_INFINITY, f32::max)
    }

    /// Those of the starts, where there is one part.
    pub fn losses(&self) -> Vec<f32> {
        if let [one] = self.judged.as_slice() { one.losses.clone() } else { Vec::new() }
    }

    /// Where the picture differs from what is drawn, `[height, width]`.
    pub fn residual(&self) -> Vec<f32> {
        self.grid.joined(self.judged.iter().map(|found| found.residual.as_slice()))
    }

    /// What is drawn so far, RGBA `[height, width, 4]`: clear where no part is judged.
    pub fn drawn(&self) -> Vec<u8> {
        let drawn = self.grid.joined(self.judged.iter().map(|found| found.reconstruction.as_slice()));
        let mut pixels = self.rgba(&drawn);
        if !self.are_judged() {
            let full = vec![1.0; self.judged.first().map_or(0, |found| found.residual.len())];
            let covered = self.grid.joined(self.judged.iter().map(|_| full.as_slice()));
            let clear = pixels.chunks_exact_mut(4).zip(covered).filter(|(_, covered)| *covered < 1.0);
            clear.for_each(|(pixel, _)| pixel[3] = 0);
        }
        pixels
    }

    /// Planes as the page has them.
    pub fn rgba(&self, planes: &[f32]) -> Vec<u8> {
        let area = planes.len() / self.channels;
        let mut pixels = Vec::with_capacity(area * 4);
        to_rgba(&weights::to_bytes(planes), self.channels, area, &mut pixels);
        pixels
    }
}
