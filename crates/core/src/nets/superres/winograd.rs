//! The convolution that keeps the size (3 x 3 kernel, stride 1, padding 1) in 4 products for each output where it has 9:
//! Winograd's F(2 x 2, 3 x 3), Lavin and Gray 2016 (arXiv 1509.09308), section 4.1.
//!
//! A tile is 2 x 2 outputs, and the 4 x 4 inputs that they see. Tiles and kernels are transformed, so that 16 products of
//! matrices, tiles by channels, do the work.

use crate::nets::painter::{maps::Maps, product::Packed};

/// Values of a transformed tile.
const SAMPLES: usize = 16;
/// Tiles that are worth the fetching of the weights.
const TILES: usize = 64;

/// A kernel, transformed, and its bias.
#[derive(Clone, Debug)]
pub struct Conv {
    inner: usize,
    kernels: Vec<Packed>,
    bias: Vec<f32>,
}

/// `G g` of section 4.1.
fn transformed([a, b, c]: [f32; 3]) -> [f32; 4] {
    [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c]
}

/// `B^T d`.
#[inline(always)]
fn samples([a, b, c, d]: [f32; 4]) -> [f32; 4] {
    [a - c, b + c, c - b, b - d]
}

/// `A^T m`.
#[inline(always)]
fn outputs([a, b, c, d]: [f32; 4]) -> [f32; 2] {
    [a + b + c, b - c - d]
}

/// `G g G^T`, row by row.
fn kernel(weight: &[f32]) -> [f32; SAMPLES] {
    let rows: [[f32; 4]; 3] = std::array::from_fn(|y| transformed(std::array::from_fn(|x| weight[3 * y + x])));
    let columns: [[f32; 4]; 4] = std::array::from_fn(|x| transformed([rows[0][x], rows[1][x], rows[2][x]]));
    std::array::from_fn(|at| columns[at % 4][at / 4])
}

impl Conv {
    /// `weight` is `[outer, inner, 3, 3]` and `bias` `[outer]`.
    pub fn new(weight: &[f32], bias: Vec<f32>) -> Self {
        let outer = bias.len();
        let inner = weight.len() / (outer * 9).max(1);
        let kernels = weight.chunks_exact(9).map(kernel).collect::<Vec<_>>();
        let pack = |sample| Packed::new(inner, outer, |from, to| kernels[to * inner + from][sample]);
        Self { inner, kernels: (0..SAMPLES).map(pack).collect(), bias }
    }

    pub fn channels(&self) -> usize {
        self.bias.len()
    }

    /// The convolution of one picture and its bias; with ReLU, or with `add` added, where asked for.
    pub fn apply(&self, x: &Maps, relu: bool, add: Option<&Maps>) -> Maps {
        let outer = self.channels();
        let mut y = Maps::new(1, x.size, outer);
        let [down, across] = x.size.map(|side| side.div_ceil(2));
        let mut seen = vec![0.0; SAMPLES * TILES * self.inner];
        let mut made = vec![0.0; SAMPLES * TILES * outer];
        let count = down * across;
        for first in (0..count).step_by(TILES) {
            let tiles = TILES.min(count - first);
            for index in 0..tiles {
                let [row, column] = [(first + index) / across, (first + index) % across];
                self.look(x, [2 * row, 2 * column], &mut seen, index);
            }
            for (sample, kernel) in self.kernels.iter().enumerate() {
                let from = &seen[sample * TILES * self.inner..][..tiles * self.inner];
                kernel.multiply(from, &mut made[sample * TILES * outer..][..tiles * outer]);
            }
            for index in 0..tiles {
                let [row, column] = [(first + index) / across, (first + index) % across];
                self.put(&mut y, [2 * row, 2 * column], &made, index, relu);
            }
        }
        if let Some(add) = add {
            y.values.iter_mut().zip(&add.values).for_each(|(y, x)| *y += x);
        }
        y
    }

    /// A tile whose first output is at `row`, `column`, transformed, as number `index` of `seen`.
    fn look(&self, x: &Maps, [row, column]: [usize; 2], seen: &mut [f32], index: usize) {
        let channels = self.inner;
        let line = 4 * channels;
        let start = |y: usize| ((row + y) * x.stored[1] + column) * channels;
        let lines: [&[f32]; 4] = std::array::from_fn(|y| &x.values[start(y)..start(y) + line]);
        for channel in 0..channels {
            let rows: [[f32; 4]; 4] =
                std::array::from_fn(|y| samples(std::array::from_fn(|x| lines[y][x * channels + channel])));
            for x in 0..4 {
                let column = samples([rows[0][x], rows[1][x], rows[2][x], rows[3][x]]);
                for (y, value) in column.into_iter().enumerate() {
                    seen[((4 * y + x) * TILES + index) * channels + channel] = value;
                }
            }
        }
    }

    /// The outputs of a tile where they belong; beyond an odd side there are none.
    #[expect(clippy::needless_range_loop, reason = "sixteen planes are read at one channel")]
    fn put(&self, y: &mut Maps, [row, column]: [usize; 2], made: &[f32], index: usize, relu: bool) {
        let outer = self.channels();
        let least = if relu { 0.0 } else { f32::NEG_INFINITY };
        let planes: [&[f32]; SAMPLES] =
            std::array::from_fn(|sample| &made[(sample * TILES + index) * outer..][..outer]);
        for channel in 0..outer {
            let rows: [[f32; 2]; 4] =
                std::array::from_fn(|y| outputs(std::array::from_fn(|x| planes[4 * y + x][channel])));
            for x in 0..2 {
                let pair = outputs([rows[0][x], rows[1][x], rows[2][x], rows[3][x]]);
                for (down, value) in pair.into_iter().enumerate() {
                    if row + down < y.size[0] && column + x < y.size[1] {
                        let place = y.place(row + down, column + x);
                        let value = value + self.bias[channel];
                        // Not `f32::max`, which drops NaN: a broken model must be noticed.
                        y.values[place + channel] = if value < least { least } else { value };
                    }
                }
            }
        }
    }
}
