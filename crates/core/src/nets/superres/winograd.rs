//! The convolution that keeps the size (3 x 3 kernel, stride 1, padding 1) in 2.25 products for each output where it has 9:
//! Winograd's F(4 x 4, 3 x 3), Lavin and Gray 2016 (arXiv 1509.09308), section 4.3.
//!
//! A tile is 4 x 4 outputs, and the 6 x 6 inputs that they see. Tiles and kernels are transformed, so that 36 products of
//! matrices, tiles by channels, do the work. Channels are filled up with zeros to whole vectors, so that no loop has a tail.

use wide::f32x4;

use crate::nets::{
    painter::{maps::Maps, product::Packed},
    winograd::{SEEN, TILE, kernel, outputs, samples},
};

/// Tiles that are worth the fetching of the weights.
const TILES: usize = 32;
/// Channels of a vector.
const LANES: usize = 4;

type Lanes = [f32; LANES];

/// A kernel, transformed, and its bias.
#[derive(Clone, Debug)]
pub struct Conv {
    inner: usize,
    /// One for each value of a transformed tile, row by row.
    kernels: Vec<Packed>,
    bias: Vec<Lanes>,
}

/// Channels, filled up to whole vectors.
pub fn filled(channels: usize) -> usize {
    channels.next_multiple_of(LANES)
}

impl Conv {
    /// `weight` is `[outer, inner, 3, 3]` and `bias` `[outer]`.
    pub fn new(weight: &[f32], bias: &[f32]) -> Self {
        let inner = weight.len() / (bias.len() * 9).max(1);
        let kernels = weight.as_chunks().0.iter().map(kernel).collect::<Vec<_>>();
        let pack = |sample| {
            Packed::new(filled(inner), filled(bias.len()), |from, to| {
                let is_real = from < inner && to < bias.len();
                if is_real { kernels[to * inner + from][sample] } else { 0.0 }
            })
        };
        let lanes = |bias: &[f32]| std::array::from_fn(|lane| bias.get(lane).copied().unwrap_or_default());
        Self {
            inner: filled(inner),
            kernels: (0..SEEN * SEEN).map(pack).collect(),
            bias: bias.chunks(LANES).map(lanes).collect(),
        }
    }

    /// The convolution of one picture with [`filled`] channels and its bias; with ReLU, or with `add` added, where asked for.
    pub fn apply(&self, x: &Maps, relu: bool, add: Option<&Maps>) -> Maps {
        let outer = self.bias.len() * LANES;
        let mut y = Maps::new(1, x.size, outer, TILE);
        let [down, across] = x.size.map(|side| side.div_ceil(TILE));
        let mut seen = vec![[0.0; LANES]; SEEN * SEEN * TILES * self.inner / LANES];
        let mut made = vec![[0.0; LANES]; SEEN * SEEN * TILES * self.bias.len()];
        let count = down * across;
        for first in (0..count).step_by(TILES) {
            let tiles = TILES.min(count - first);
            let corner = |index| [(first + index) / across * TILE, (first + index) % across * TILE];
            for index in 0..tiles {
                self.look(x, corner(index), &mut seen, index);
            }
            let planes = made.as_flattened_mut().chunks_exact_mut(TILES * outer);
            let seen = seen.as_flattened().chunks_exact(TILES * self.inner);
            for ((kernel, from), to) in self.kernels.iter().zip(seen).zip(planes) {
                kernel.multiply(&from[..tiles * self.inner], &mut to[..tiles * outer]);
            }
            for index in 0..tiles {
                self.put(&mut y, corner(index), &made, index, relu);
            }
        }
        if let Some(add) = add {
            y.values.iter_mut().zip(&add.values).for_each(|(y, x)| *y += x);
        }
        y
    }

    /// A tile whose first output is at `row`, `column`, transformed, as number `index` of `seen`.
    fn look(&self, x: &Maps, [row, column]: [usize; 2], seen: &mut [Lanes], index: usize) {
        let vectors = self.inner / LANES;
        let (values, _) = x.values.as_chunks::<LANES>();
        let lines: [&[Lanes]; SEEN] = std::array::from_fn(|y| {
            let start = ((row + y) * x.stored[1] + column) * vectors;
            &values[start..start + SEEN * vectors]
        });
        for vector in 0..vectors {
            let columns: [[f32x4; SEEN]; SEEN] =
                std::array::from_fn(|x| samples(std::array::from_fn(|y| f32x4::from(lines[y][x * vectors + vector]))));
            for y in 0..SEEN {
                let row = samples(std::array::from_fn(|x| columns[x][y]));
                for (x, value) in row.into_iter().enumerate() {
                    seen[((SEEN * y + x) * TILES + index) * vectors + vector] = value.to_array();
                }
            }
        }
    }

    /// The outputs of a tile where they belong; beyond the picture there are none.
    fn put(&self, y: &mut Maps, [row, column]: [usize; 2], made: &[Lanes], index: usize, relu: bool) {
        let vectors = self.bias.len();
        let planes: [&[Lanes]; SEEN * SEEN] =
            std::array::from_fn(|sample| &made[(sample * TILES + index) * vectors..][..vectors]);
        let [rows, columns] = [y.size[0] - row, y.size[1] - column].map(|left| left.min(TILE));
        let places: [usize; TILE] = std::array::from_fn(|down| y.place(row + down, column) / LANES);
        let (values, _) = y.values.as_chunks_mut::<LANES>();
        for (vector, bias) in self.bias.iter().enumerate() {
            let halves: [[f32x4; TILE]; SEEN] =
                std::array::from_fn(|x| outputs(std::array::from_fn(|y| f32x4::from(planes[SEEN * y + x][vector]))));
            for (down, place) in places.into_iter().enumerate().take(rows) {
                let line = outputs(std::array::from_fn(|x| halves[x][down]));
                for (right, value) in line.into_iter().enumerate().take(columns) {
                    let value = (value + f32x4::from(*bias)).to_array();
                    // Not `f32::max`, which drops NaN: a broken model must be noticed.
                    values[place + right * vectors + vector] =
                        value.map(|value| if relu && value < 0.0 { 0.0 } else { value });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the sum that a convolution is, with small whole numbers.
    #[test]
    fn is_the_convolution() {
        for ([height, width], inner, outer) in [([1, 1], 1, 1), ([5, 7], 3, 6), ([12, 33], 8, 4)] {
            let value = |a: usize, b: usize, c: usize| ((a * 31 + b * 17 + c * 7) % 11) as f32 - 5.0;
            let weight = (0..outer * inner * 9).map(|at| value(at, 1, 2)).collect::<Vec<_>>();
            let bias = (0..outer).map(|at| value(at, 3, 1)).collect::<Vec<_>>();
            let mut x = Maps::new(1, [height, width], filled(inner), TILE);
            for row in 0..height {
                for column in 0..width {
                    let place = x.place(row, column);
                    (0..inner).for_each(|channel| x.values[place + channel] = value(row, column, channel));
                }
            }
            let y = Conv::new(&weight, &bias).apply(&x, false, None);
            for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
                for to in 0..outer {
                    let mut sum = bias[to];
                    for (from, down, right) in (0..inner * 9).map(|at| (at / 9, at / 3 % 3, at % 3)) {
                        let (row, column) = ((row + down).wrapping_sub(1), (column + right).wrapping_sub(1));
                        if row < height && column < width {
                            sum += weight[((to * inner + from) * 3 + down) * 3 + right] * value(row, column, from);
                        }
                    }
                    let found = y.values[y.place(row, column) + to];
                    assert!((found - sum).abs() < 2e-2, "{height} x {width}: {row}, {column}, {to}: {found} {sum}");
                }
            }
            // What lies beyond the picture is zero, as the next layer expects.
            let inside = (0..height).map(|row| y.place(row, 0)..y.place(row, width - 1) + y.channels);
            let inside = inside.flatten().collect::<std::collections::HashSet<_>>();
            assert!((0..y.values.len()).all(|at| inside.contains(&at) || y.values[at] == 0.0));
        }
    }
}
