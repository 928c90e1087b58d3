//! The transposed convolution that doubles the side (4 x 4 kernel, stride 2, padding 1) in 9 products where it has 16.
//!
//! In one dimension, `y[2i] = w3 x[i-1] + w1 x[i]` and `y[2i+1] = w2 x[i] + w0 x[i+1]`: an ordinary convolution of two taps
//! for even and one for odd places. Two neighbours of one, `g x + h x'` and `g x' + h x''`, share a product
//! (Winograd 1980): with `m1 = g (x - x')`, `m2 = (g + h) x'` and `m3 = h (x' - x'')` they are `m1 + m2` and
//! `m2 - m3`. In two dimensions three products for two outputs become nine for four, of each pair of channels.
//!
//! A tile is 2 x 2 places of the picture. What its products need of it, in one dimension, are five samples: `x[-1] - x[0]`,
//! `x[0]`, `x[0] - x[1]`, `x[1]`, `x[1] - x[2]`. Even places take the first three and odd ones the last three; the one in the
//! middle serves both, so that 25 products of matrices, tiles by channels, do the work of 36.

use std::ops::Range;

use super::{combine::combine, maps::Maps, product::Packed, relu};

/// Places of a tile, in one dimension.
pub const TILE: usize = 2;
const SAMPLES: usize = 5;
/// Tiles that are worth the fetching of the weights.
const TILES: usize = 256;

/// A kernel, transformed.
#[derive(Clone, Debug)]
pub struct Doubling {
    inner: usize,
    outer: usize,
    /// For each sample of a tile, row by row, the kernels of its [`uses`], side by side.
    kernels: Vec<Packed>,
    bias: Vec<f32>,
}

/// Which of the six products of [`factors`] a sample is used for.
fn uses(sample: usize) -> impl Iterator<Item = usize> + Clone {
    let even = (sample < 3).then_some(sample);
    let odd = (sample >= 2).then_some(sample + 1);
    even.into_iter().chain(odd)
}

/// What the three products of even and then of odd places multiply samples with, in one dimension.
fn factors([w0, w1, w2, w3]: [f32; 4]) -> [f32; 6] {
    [w3, w3 + w1, w1, w2, w2 + w0, w0]
}

/// The same in two dimensions, row by row.
fn transform(kernel: &[f32; 16]) -> [[f32; 6]; 6] {
    let [a, b, c, d] = std::array::from_fn(|y| factors(std::array::from_fn(|x| kernel[4 * y + x])));
    let columns: [[f32; 6]; 6] = std::array::from_fn(|x| factors([a[x], b[x], c[x], d[x]]));
    std::array::from_fn(|y| std::array::from_fn(|x| columns[x][y]))
}

impl Doubling {
    /// `weight` is `[inner, outer, 4, 4]` and `bias` `[outer]`.
    pub fn new(weight: &[f32], bias: Vec<f32>) -> Self {
        let outer = bias.len();
        let inner = weight.len() / (outer * 16).max(1);
        let samples = (0..SAMPLES).flat_map(|down| (0..SAMPLES).map(move |right| (down, right)));
        let kernels = weight.as_chunks().0.iter().map(transform).collect::<Vec<_>>();
        let pack = |(down, right): (usize, usize)| {
            let places = uses(down).flat_map(|y| uses(right).map(move |x| (y, x))).collect::<Vec<_>>();
            Packed::new(inner, places.len() * outer, |from, column| {
                let (y, x) = places[column / outer];
                kernels[from * outer + column % outer][y][x]
            })
        };
        Self { inner, outer, kernels: samples.map(pack).collect(), bias }
    }

    /// The convolution, its bias and ReLU.
    pub fn relu(&self, x: &Maps) -> Maps {
        let count = x.values.len() / x.picture().max(1);
        let mut y = Maps::new(count, x.size.map(|side| 2 * side), self.outer, TILE);
        self.relu_into(x, &mut y, 0);
        y
    }

    /// The same into the channels of `y` from `first` on.
    pub fn relu_into(&self, x: &Maps, y: &mut Maps, first: usize) {
        let grid = Grid::of(x);
        let all = x.values.len() / x.picture().max(1) * grid.tiles();
        let room = TILES.min(all);
        let mut samples = vec![0.0; room * self.inner];
        let mut products = vec![0.0; room * self.kernels.iter().map(Packed::columns).sum::<usize>()];
        for start in (0..all).step_by(TILES) {
            let tiles = start..all.min(start + TILES);
            let mut rest = products.as_mut_slice();
            for (index, kernel) in self.kernels.iter().enumerate() {
                let samples = &mut samples[..tiles.len() * self.inner];
                for (tile, out) in tiles.clone().zip(samples.chunks_exact_mut(self.inner)) {
                    sample(x, grid.place(tile), [index / SAMPLES, index % SAMPLES], out);
                }
                let (out, others) = rest.split_at_mut(tiles.len() * kernel.columns());
                kernel.multiply(samples, out);
                rest = others;
            }
            self.gather(grid, tiles, &products, y, first);
        }
    }

    /// The sums of the products where they belong, with bias and ReLU.
    fn gather(&self, grid: Grid, tiles: Range<usize>, products: &[f32], y: &mut Maps, first: usize) {
        let (picture_size, line, channels) = (y.picture(), y.stored[1], y.channels);
        let planes = self.planes(tiles.len(), products);
        for (index, tile) in tiles.enumerate() {
            let [picture, row, column] = grid.place(tile);
            for phases in [[0, 0], [0, 1], [1, 0], [1, 1]] {
                combine(&self.terms(&planes, phases, index), &self.bias, |[down, right], channel, values| {
                    let (row, column) = (2 * row + down, 2 * column + right);
                    // After an odd side a tile has places that the picture does not have.
                    if row >= grid.size[0] || column >= grid.size[1] {
                        return;
                    }
                    let place = (2 * row + phases[0] + 1) * line + 2 * column + phases[1] + 1;
                    let at = picture * picture_size + place * channels + first + channel;
                    y.values[at..at + values.len()].iter_mut().zip(values).for_each(|(to, value)| *to = relu(*value));
                });
            }
        }
    }

    /// The products of each sample.
    fn planes<'a>(&self, tiles: usize, mut products: &'a [f32]) -> Vec<&'a [f32]> {
        let split = |kernel: &Packed| {
            let (plane, rest) = products.split_at(tiles * kernel.columns());
            products = rest;
            plane
        };
        self.kernels.iter().map(split).collect()
    }

    /// The nine products that a tile's places of some phases are made of, row by row.
    fn terms<'a>(&self, planes: &[&'a [f32]], [down, right]: [usize; 2], tile: usize) -> [&'a [f32]; 9] {
        std::array::from_fn(|term| {
            let (sample_down, sample_right) = (2 * down + term / 3, 2 * right + term % 3);
            let (uses_down, uses_right) = (uses(sample_down).count(), uses(sample_right).count());
            // Even places come first among the uses of the sample in the middle.
            let index = if uses_down == 2 { down } else { 0 } * uses_right + if uses_right == 2 { right } else { 0 };
            let start = (tile * uses_down * uses_right + index) * self.outer;
            &planes[sample_down * SAMPLES + sample_right][start..start + self.outer]
        })
    }
}

/// The tiles of pictures of one size, one after the other.
#[derive(Clone, Copy)]
struct Grid {
    /// Places of a picture, down and right.
    size: [usize; 2],
    /// Tiles of a picture, down and right.
    across: [usize; 2],
}

impl Grid {
    fn of(x: &Maps) -> Self {
        Self { size: x.size, across: x.size.map(|side| side.div_ceil(TILE)) }
    }

    fn tiles(self) -> usize {
        self.across[0] * self.across[1]
    }

    /// Picture, row and column of a tile.
    fn place(self, tile: usize) -> [usize; 3] {
        [tile / self.tiles(), tile / self.across[1] % self.across[0], tile % self.across[1]]
    }
}

/// One sample of a tile, `[inner]`.
fn sample(x: &Maps, [picture, row, column]: [usize; 3], [down, right]: [usize; 2], out: &mut [f32]) {
    let channels = x.channels;
    let (next_row, next) = (x.stored[1] * channels, channels);
    let at = picture * x.picture() + (2 * row + down.div_ceil(2)) * next_row + (2 * column + right.div_ceil(2)) * next;
    let here = |offset: usize| &x.values[at + offset..][..channels];
    match (down % 2, right % 2) {
        (1, 1) => out.copy_from_slice(here(0)),
        (1, _) => difference(here(0), here(next), out),
        (_, 1) => difference(here(0), here(next_row), out),
        _ => {
            let pairs = here(0).iter().zip(here(next)).zip(here(next_row).iter().zip(here(next_row + next)));
            out.iter_mut().zip(pairs).for_each(|(out, ((a, b), (c, d)))| *out = (a - b) - (c - d));
        }
    }
}

fn difference(a: &[f32], b: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a - b);
}
