//! The convolution that halves the side (4 x 4 kernel, stride 2, padding 1) in 9 products where it has 16.
//!
//! In one dimension, `y[i] = w0 x[2i-1] + w2 x[2i+1] + w1 x[2i] + w3 x[2i+2]`: an ordinary convolution of two taps for the odd
//! places and one for the even ones. Two neighbours of one, `g s + h s'` and `g s' + h s''`, share a product as in
//! [`super::doubling`], and since both convolutions end in the same two outputs, the channels of odd and even places are summed
//! in one product. In two dimensions nine products of matrices, tiles by four times the channels, make 2 x 2 outputs.

use super::{combine::combine, maps::Maps, product::Packed};

/// Places of `x` that a tile begins at multiples of, in one dimension.
pub const TILE: usize = 4;
const PRODUCTS: usize = 3;
/// Tiles that are worth the fetching of the weights.
const TILES: usize = 64;

/// A kernel, transformed.
#[derive(Clone, Debug)]
pub struct Halving {
    inner: usize,
    outer: usize,
    /// One for each product, row by row. Rows are phases (odd and even, down and right), then channels.
    kernels: Vec<Packed>,
    bias: Vec<f32>,
}

/// What the three products of the taps of a phase multiply samples with.
fn factors(taps: [f32; 4], phase: usize) -> [f32; PRODUCTS] {
    let (g, h) = (taps[phase], taps[phase + 2]);
    [g, g + h, h]
}

impl Halving {
    /// `weight` is `[outer, inner, 4, 4]` and `bias` `[outer]`.
    pub fn new(weight: &[f32], bias: Vec<f32>) -> Self {
        let outer = bias.len();
        let inner = weight.len() / (outer * 16).max(1);
        let at = |from: usize, to: usize, [down, right]: [usize; 2], product: usize| {
            let kernel = &weight[(to * inner + from) * 16..][..16];
            let row = |y: usize| factors(std::array::from_fn(|x| kernel[4 * y + x]), right)[product % PRODUCTS];
            factors(std::array::from_fn(row), down)[product / PRODUCTS]
        };
        let pack = |product| {
            Packed::new(4 * inner, outer, |row, to| at(row % inner, to, [row / inner / 2, row / inner % 2], product))
        };
        Self { inner, outer, kernels: (0..PRODUCTS * PRODUCTS).map(pack).collect(), bias }
    }

    pub fn outer(&self) -> usize {
        self.outer
    }

    /// The convolution of one picture and its bias, given to `put`: a place of the output and values of channels from one on.
    pub fn draw(&self, x: &Maps, mut put: impl FnMut([usize; 2], usize, &[f32])) {
        let size = x.size.map(|side| side / 2);
        let across = size.map(|side| side.div_ceil(2));
        let tiles = across[0] * across[1];
        let mut samples = vec![0.0; TILES.min(tiles) * 4 * self.inner];
        let mut products = vec![0.0; TILES.min(tiles) * self.outer * self.kernels.len()];
        for first in (0..tiles).step_by(TILES) {
            let count = TILES.min(tiles - first);
            let planes = products.chunks_exact_mut(count * self.outer);
            for ((product, kernel), plane) in self.kernels.iter().enumerate().zip(planes) {
                let samples = &mut samples[..count * 4 * self.inner];
                for (tile, samples) in samples.chunks_exact_mut(4 * self.inner).enumerate() {
                    let place = [(first + tile) / across[1], (first + tile) % across[1]];
                    sample(x, place, [product / PRODUCTS, product % PRODUCTS], samples);
                }
                kernel.multiply(samples, plane);
            }
            for tile in 0..count {
                let place = [(first + tile) / across[1], (first + tile) % across[1]];
                let start = tile * self.outer;
                let term = |term: usize| &products[term * count * self.outer + start..][..self.outer];
                combine(&std::array::from_fn(term), &self.bias, |[down, right], channel, values| {
                    let place = [2 * place[0] + down, 2 * place[1] + right];
                    if place[0] < size[0] && place[1] < size[1] {
                        put(place, channel, values);
                    }
                });
            }
        }
    }
}

/// What a product of a tile multiplies, phase by phase, `[2, 2, inner]`.
fn sample(x: &Maps, [row, column]: [usize; 2], [down, right]: [usize; 2], out: &mut [f32]) {
    let channels = x.channels;
    let (line, next) = (2 * x.stored[1] * channels, 2 * channels);
    for (phase, out) in out.chunks_exact_mut(channels).enumerate() {
        // Odd places begin in the border, one before the tile.
        let place = |at: usize, phase: usize, product: usize| 4 * at + phase + 2 * product.div_ceil(2);
        let (top, left) = (place(row, phase / 2, down), place(column, phase % 2, right));
        let at = (top * x.stored[1] + left) * channels;
        let here = |offset: usize| &x.values[at + offset..][..channels];
        match (down, right) {
            (1, 1) => out.copy_from_slice(here(0)),
            (1, _) => difference(here(0), here(next), out),
            (_, 1) => difference(here(0), here(line), out),
            _ => {
                let pairs = here(0).iter().zip(here(next)).zip(here(line).iter().zip(here(line + next)));
                out.iter_mut().zip(pairs).for_each(|(out, ((a, b), (c, d)))| *out = (a - b) - (c - d));
            }
        }
    }
}

fn difference(a: &[f32], b: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a - b);
}
