//! The three loops that training a perceptron is made of.
//!
//! A batch lies feature by feature: `x[feature * batch + sample]`, so that the innermost loop runs over samples, whatever
//! the width of a layer. `batch` is a multiple of [`LANES`]; samples that fill it up must have no gradient. Sums are taken
//! in a fixed order, without fused multiply-add, so that every machine rounds alike.

/// Samples that are worked on at once: two SIMD registers of four.
pub const LANES: usize = 8;
/// Rows of the result that are worked on at once.
const ROWS: usize = 4;

type Lanes = [f32; LANES];

/// A batch as whole lanes.
fn tiles(values: &[f32]) -> &[Lanes] {
    values.as_chunks().0
}

/// The tiles of a feature.
fn row(tiles: &[Lanes], index: usize, count: usize) -> &[Lanes] {
    &tiles[index * count..(index + 1) * count]
}

/// A matrix of weights, `[inputs, outputs]`, as it stands or transposed.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    /// In the order in which they were given, also where it is transposed.
    pub values: &'a [f32],
    /// As it is seen: where it is transposed, the outputs of the layer.
    pub rows: usize,
    /// As it is seen: where it is transposed, the inputs of the layer.
    pub columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `values` row by row.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { values, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// Rows for columns, without moving a value.
    pub fn transposed(self) -> Self {
        let Self { values, rows, columns, row_stride, column_stride } = self;
        Self { values, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }
}

/// `out[c] = bias[c] + sum over r of matrix[r, c] x[r]` for each sample: `x` is `[rows, batch]`, `out` `[columns, batch]`.
/// Without biases they are 0.
pub fn affine(matrix: Matrix<'_>, bias: Option<&[f32]>, x: &[f32], batch: usize, out: &mut Vec<f32>) {
    out.clear();
    out.resize(matrix.columns * batch, 0.0);
    let (x, count) = (tiles(x), batch / LANES);
    let out = out.as_chunks_mut::<LANES>().0;
    let mut weights = Vec::with_capacity(matrix.rows);
    for first in (0..matrix.columns).step_by(ROWS) {
        // Past the last column the last one is computed again: cheaper than a loop for the rest.
        let columns: [usize; ROWS] = std::array::from_fn(|k| (first + k).min(matrix.columns - 1));
        let biases = columns.map(|column| bias.map_or(0.0, |bias| bias[column]));
        // Side by side, so that the inner loop reads them in order.
        weights.clear();
        weights.extend(
            (0..matrix.rows).map(|row| {
                columns.map(|column| matrix.values[row * matrix.row_stride + column * matrix.column_stride])
            }),
        );
        for at in 0..count {
            let mut sums = biases.map(|bias| [bias; LANES]);
            for (weights, x) in weights.iter().zip(x[at..].iter().step_by(count)) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    for (sum, x) in sum.iter_mut().zip(x) {
                        *sum += weight * x;
                    }
                }
            }
            for (column, sum) in columns.into_iter().zip(sums) {
                out[column * count + at] = sum;
            }
        }
    }
}

/// `out[i, j] += sum over samples of x[i] d[j]`: `x` is `[rows, batch]`, `d` `[columns, batch]`, `out` row by row.
pub fn outer(x: &[f32], rows: usize, d: &[f32], columns: usize, batch: usize, out: &mut [f32]) {
    let (x, d, count) = (tiles(x), tiles(d), batch / LANES);
    for i in (0..rows).step_by(2) {
        let [x0, x1] = [i, (i + 1).min(rows - 1)].map(|i| row(x, i, count));
        for j in (0..columns).step_by(2) {
            let [d0, d1] = [j, (j + 1).min(columns - 1)].map(|j| row(d, j, count));
            let mut sums = [[[0.0; LANES]; 2]; 2];
            for ((x0, x1), (d0, d1)) in x0.iter().zip(x1).zip(d0.iter().zip(d1)) {
                for lane in 0..LANES {
                    sums[0][0][lane] += x0[lane] * d0[lane];
                    sums[0][1][lane] += x0[lane] * d1[lane];
                    sums[1][0][lane] += x1[lane] * d0[lane];
                    sums[1][1][lane] += x1[lane] * d1[lane];
                }
            }
            for (row, sums) in sums.iter().enumerate().take(rows - i) {
                for (column, sum) in sums.iter().enumerate().take(columns - j) {
                    out[(i + row) * columns + j + column] += total(sum);
                }
            }
        }
    }
}

/// `out[j] += sum over samples of d[j]`.
pub fn sums(d: &[f32], columns: usize, batch: usize, out: &mut [f32]) {
    for (out, d) in out.iter_mut().zip(d.chunks_exact(batch)).take(columns) {
        *out += sum(d);
    }
}

/// The sum of values whose number is a multiple of [`LANES`].
pub fn sum(values: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    for values in tiles(values) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    total(&sums)
}

/// In pairs, which rounds less than in a row.
fn total(sums: &Lanes) -> f32 {
    let four: [f32; 4] = std::array::from_fn(|k| sums[k] + sums[k + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|k| ((k * 37 % 19) as f32 - 9.0) / 8.0).collect()
    }

    #[test]
    fn the_loops_agree_with_their_definitions_at_every_odd_size() {
        let batch = 2 * LANES;
        for (rows, columns) in [(1, 1), (2, 5), (3, 4), (7, 6)] {
            let (w, x, bias) = (numbers(rows * columns), numbers(rows * batch), numbers(columns));
            let mut out = Vec::new();
            affine(Matrix::new(&w, rows, columns), Some(&bias), &x, batch, &mut out);
            let mut back = Vec::new();
            affine(Matrix::new(&w, rows, columns).transposed(), None, &out, batch, &mut back);
            let mut products = vec![1.0; rows * columns];
            outer(&x, rows, &out, columns, batch, &mut products);
            // The numbers are small multiples of 1/8: sums of their products are exact.
            for b in 0..batch {
                for c in 0..columns {
                    let dot: f32 = (0..rows).map(|r| w[r * columns + c] * x[r * batch + b]).sum();
                    assert_eq!(out[c * batch + b], bias[c] + dot);
                }
                for r in 0..rows {
                    let dot: f32 = (0..columns).map(|c| w[r * columns + c] * out[c * batch + b]).sum();
                    assert_eq!(back[r * batch + b], dot);
                }
            }
            for r in 0..rows {
                for c in 0..columns {
                    let dot: f32 = (0..batch).map(|b| x[r * batch + b] * out[c * batch + b]).sum();
                    assert_eq!(products[r * columns + c], 1.0 + dot);
                }
            }
        }
    }
}
