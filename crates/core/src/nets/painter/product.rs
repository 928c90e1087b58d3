//! A product of matrices for which one side, the weights, is packed once and used for every picture.
//!
//! Eight columns of the weights lie side by side, so that a step of the inner loop is two vectors of weights, a number of
//! each of four rows, and sums that stay in registers: eight of the sixteen that WebAssembly's SIMD can count on.

/// Columns that are summed together.
const COLUMNS: usize = 8;
/// Rows that are summed together.
const ROWS: usize = 4;

type Lane = [f32; COLUMNS];

/// A matrix `[depth, columns]`, packed.
#[derive(Clone, Debug)]
pub struct Packed {
    depth: usize,
    columns: usize,
    /// `[columns / COLUMNS, depth]` of [`Lane`], with zeros after the last column.
    values: Vec<Lane>,
}

impl Packed {
    /// `at(row, column)` is the value there.
    pub fn new(depth: usize, columns: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let value = |row, column| if column < columns { at(row, column) } else { 0.0 };
        let lane = |first, row| std::array::from_fn(|offset| value(row, first + offset));
        let blocks = (0..columns).step_by(COLUMNS);
        let values = blocks.flat_map(|first| (0..depth).map(move |row| (first, row)));
        Self { depth, columns, values: values.map(|(first, row)| lane(first, row)).collect() }
    }

    pub fn depth(&self) -> usize {
        self.depth
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The product of `rows`, `[count, depth]`, with this: `[count, columns]` into `out`, of which `count` is taken.
    pub fn multiply(&self, rows: &[f32], out: &mut [f32]) {
        let count = out.len() / self.columns.max(1);
        for (index, block) in self.values.chunks_exact(self.depth.max(1)).enumerate() {
            let first = index * COLUMNS;
            let width = COLUMNS.min(self.columns - first);
            let mut row = 0;
            while row + ROWS <= count {
                let sums = sums(&rows[row * self.depth..(row + ROWS) * self.depth], block);
                for (offset, sums) in sums.iter().enumerate() {
                    store(&mut out[(row + offset) * self.columns + first..], sums, width);
                }
                row += ROWS;
            }
            for row in row..count {
                let sums = sums_of_one(&rows[row * self.depth..(row + 1) * self.depth], block);
                store(&mut out[row * self.columns + first..], &sums, width);
            }
        }
    }
}

#[inline(always)]
fn store(out: &mut [f32], sums: &Lane, width: usize) {
    // A copy of a known length is two stores; any other is a call.
    match out.first_chunk_mut() {
        Some(out) if width == COLUMNS => *out = *sums,
        _ => out[..width].copy_from_slice(&sums[..width]),
    }
}

#[inline(always)]
fn add(sums: &mut Lane, factor: f32, weights: &Lane) {
    sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += factor * weight);
}

/// Of [`ROWS`] rows, which follow one another.
#[inline(always)]
fn sums(rows: &[f32], block: &[Lane]) -> [Lane; ROWS] {
    let (a, rest) = rows.split_at(block.len());
    let (b, rest) = rest.split_at(block.len());
    let (c, d) = rest.split_at(block.len());
    let [mut of_a, mut of_b, mut of_c, mut of_d] = [[0.0; COLUMNS]; ROWS];
    for ((((weights, a), b), c), d) in block.iter().zip(a).zip(b).zip(c).zip(d) {
        add(&mut of_a, *a, weights);
        add(&mut of_b, *b, weights);
        add(&mut of_c, *c, weights);
        add(&mut of_d, *d, weights);
    }
    [of_a, of_b, of_c, of_d]
}

#[inline(always)]
fn sums_of_one(row: &[f32], block: &[Lane]) -> Lane {
    let mut sums = [0.0; COLUMNS];
    for (weights, value) in block.iter().zip(row) {
        add(&mut sums, *value, weights);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_product() {
        // Rows, depth, columns: more and fewer than are taken together.
        for [count, depth, columns] in [[1, 1, 1], [4, 3, 8], [9, 5, 19], [3, 7, 12], [8, 2, 3]] {
            let value = |a: usize, b: usize| ((a * 31 + b * 17) % 23) as f32 - 11.0;
            let rows = (0..count * depth).map(|index| value(index, 3)).collect::<Vec<_>>();
            let packed = Packed::new(depth, columns, value);
            let mut out = vec![f32::NAN; count * columns];
            packed.multiply(&rows, &mut out);
            for (index, found) in out.iter().enumerate() {
                let (row, column) = (index / columns, index % columns);
                let terms = (0..depth).map(|k| rows[row * depth + k] * value(k, column));
                // Small whole numbers: exact.
                assert_eq!(*found, terms.sum::<f32>(), "{count}, {depth}, {columns}: {row}, {column}");
            }
        }
    }
}
