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

use super::{maps::Maps, product::Packed, relu};

/// Places of a tile, in one dimension.
pub const TILE: usize = 2;
const SAMPLES: usize = 5;
/// Tiles that are worth the fetching of the weights.
const TILES: usize = 64;
/// Channels that are summed together.
const LANES: usize = 8;

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
        // DCGAN's pictures are square.
        let [side, _] = x.size;
        let across = side.div_ceil(2);
        let group = TILES.div_ceil(across * across);
        let tiles = group.min(count) * across * across;
        let mut samples = vec![0.0; tiles * self.inner];
        let mut products = vec![0.0; tiles * self.kernels.iter().map(Packed::columns).sum::<usize>()];
        let picture = y.picture();
        for (x_of, y_of) in x.values.chunks(group * x.picture()).zip(y.values.chunks_mut(group * picture)) {
            let tiles = x_of.len() / x.picture() * across * across;
            let mut rest = products.as_mut_slice();
            for (index, kernel) in self.kernels.iter().enumerate() {
                let samples = &mut samples[..tiles * self.inner];
                sample(x, x_of, [index / SAMPLES, index % SAMPLES], samples);
                let (out, others) = rest.split_at_mut(tiles * kernel.columns());
                kernel.multiply(samples, out);
                rest = others;
            }
            self.gather(side, &products, y_of);
        }
        y
    }

    /// The sums of the products where they belong, with bias and ReLU.
    fn gather(&self, side: usize, products: &[f32], y: &mut [f32]) {
        let (across, stored) = (side.div_ceil(2), 2 * side + 2);
        let tiles = y.len() / (stored * stored * self.outer).max(1) * across * across;
        let planes = self.planes(tiles, products);
        for tile in 0..tiles {
            let (picture, row, column) = (tile / (across * across), tile / across % across, tile % across);
            for phases in [[0, 0], [0, 1], [1, 0], [1, 1]] {
                let terms = self.terms(&planes, phases, tile);
                // Of the tile's four places, those that are in the picture; after an odd side there are others.
                let places = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[down, right]| {
                    let (row, column) = (2 * row + down, 2 * column + right);
                    let place = (picture * stored + 2 * row + phases[0] + 1) * stored + 2 * column + phases[1] + 1;
                    (row < side && column < side).then_some(place * self.outer)
                });
                let mut channel = 0;
                while channel + LANES <= self.outer {
                    combine::<LANES>(&terms, &self.bias, channel, places, y);
                    channel += LANES;
                }
                for channel in channel..self.outer {
                    combine::<1>(&terms, &self.bias, channel, places, y);
                }
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

/// The four outputs of nine products, for `N` channels.
#[inline(always)]
fn combine<const N: usize>(
    terms: &[&[f32]; 9],
    bias: &[f32],
    channel: usize,
    places: [Option<usize>; 4],
    y: &mut [f32],
) {
    let load = |values: &[f32]| -> [f32; N] {
        let values = &values[channel..channel + N];
        std::array::from_fn(|lane| values[lane])
    };
    let terms: [[f32; N]; 9] = std::array::from_fn(|term| load(terms[term]));
    let bias = load(bias);
    let upper: [[f32; N]; 3] = std::array::from_fn(|x| std::array::from_fn(|n| terms[x][n] + terms[3 + x][n]));
    let lower: [[f32; N]; 3] = std::array::from_fn(|x| std::array::from_fn(|n| terms[3 + x][n] - terms[6 + x][n]));
    for (half, places) in [upper, lower].iter().zip(places.chunks_exact(2)) {
        let left: [f32; N] = std::array::from_fn(|n| relu(half[0][n] + half[1][n] + bias[n]));
        let right: [f32; N] = std::array::from_fn(|n| relu(half[1][n] - half[2][n] + bias[n]));
        for (values, place) in [left, right].iter().zip(places) {
            if let Some(place) = place {
                y[place + channel..place + channel + N].copy_from_slice(values);
            }
        }
    }
}

/// One sample of every tile of some pictures of `x`, `[tiles, inner]`.
fn sample(x: &Maps, pictures: &[f32], [down, right]: [usize; 2], out: &mut [f32]) {
    let channels = x.channels;
    let across = x.size[1].div_ceil(2);
    let (next_row, next) = (x.stored[1] * channels, channels);
    let mut out = out.chunks_exact_mut(channels);
    for picture in pictures.chunks_exact(x.picture()) {
        for row in 0..across {
            for (column, out) in (0..across).zip(&mut out) {
                let at = (2 * row + down.div_ceil(2)) * next_row + (2 * column + right.div_ceil(2)) * next;
                let here = |offset: usize| &picture[at + offset..][..channels];
                match (down % 2, right % 2) {
                    (1, 1) => out.copy_from_slice(here(0)),
                    (1, _) => difference(here(0), here(next), out),
                    (_, 1) => difference(here(0), here(next_row), out),
                    _ => {
                        let pairs =
                            here(0).iter().zip(here(next)).zip(here(next_row).iter().zip(here(next_row + next)));
                        for (out, ((a, b), (c, d))) in out.iter_mut().zip(pairs) {
                            *out = (a - b) - (c - d);
                        }
                    }
                }
            }
        }
    }
}

fn difference(a: &[f32], b: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a - b);
}
