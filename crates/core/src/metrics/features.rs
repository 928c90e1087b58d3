//! Features of pictures as the measures take them, and the distances between them.

/// Larger values would leave the range of f32 when they are squared and summed.
const LARGEST: f32 = 1e15;
/// Rows whose distances to one other row are taken in turn, so that they stay in the cache.
const BLOCK: usize = 64;
/// Dimensions that are summed at once.
const LANES: usize = 8;

/// Why a measure has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeatureError {
    /// The values are not whole rows.
    #[error("{values} values are not rows of {dim}")]
    Shape {
        /// How many there are.
        values: usize,
        /// How many make a row.
        dim: usize,
    },
    /// Infinite, not a number, or beyond 1e15.
    #[error("feature {column} of picture {row} is not a number that can be measured with")]
    NotFinite {
        /// The picture, from 0.
        row: usize,
        /// The feature of it, from 0.
        column: usize,
    },
    /// The measure is not defined for so few.
    #[error("{count} pictures are too few: at least {needed} are needed")]
    TooFew {
        /// Pictures that there are.
        count: usize,
        /// Pictures that it takes at least.
        needed: usize,
    },
    /// Two sets can only be compared in the same space.
    #[error("the real pictures have {real} features each, the others {fake}")]
    DimensionsDiffer {
        /// Features of each real picture.
        real: usize,
        /// Features of each other picture.
        fake: usize,
    },
    /// The eigenvalues of a covariance were not found.
    #[error("the eigenvalues of the covariance were not found")]
    NoConvergence,
}

/// One row for each picture, `[count, dim]` flat and row-major; all values are finite.
#[derive(Clone, Copy, Debug)]
pub struct Features<'a> {
    values: &'a [f32],
    dim: usize,
}

impl<'a> Features<'a> {
    /// `values` is `[count, dim]` flat.
    pub fn new(values: &'a [f32], dim: usize) -> Result<Self, FeatureError> {
        if dim == 0 || !values.len().is_multiple_of(dim) {
            return Err(FeatureError::Shape { values: values.len(), dim });
        }
        match values.iter().position(|value| value.is_nan() || value.abs() > LARGEST) {
            Some(index) => Err(FeatureError::NotFinite { row: index / dim, column: index % dim }),
            None => Ok(Self { values, dim }),
        }
    }

    /// Number of pictures.
    pub fn count(&self) -> usize {
        self.values.len() / self.dim
    }

    /// Number of features of each.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The features, picture by picture.
    pub fn rows(&self) -> impl Iterator<Item = &'a [f32]> {
        self.values.chunks_exact(self.dim)
    }

    /// Fails for a set of fewer.
    pub(crate) fn at_least(&self, needed: usize) -> Result<(), FeatureError> {
        let count = self.count();
        if count < needed { Err(FeatureError::TooFew { count, needed }) } else { Ok(()) }
    }

    /// Fails for sets that do not lie in the same space; `self` is the real one.
    pub(super) fn comparable(&self, fake: &Features<'_>) -> Result<(), FeatureError> {
        if self.dim == fake.dim {
            Ok(())
        } else {
            Err(FeatureError::DimensionsDiffer { real: self.dim, fake: fake.dim })
        }
    }

    /// Calls `visit(i, j, |a_i - b_j|^2)` for all pairs of `self` and `other`. Memory does not grow with their number.
    pub(super) fn pairs(&self, other: &Features<'_>, mut visit: impl FnMut(usize, usize, f32)) {
        for (block, rows) in self.values.chunks(BLOCK * self.dim).enumerate() {
            for (j, b) in other.rows().enumerate() {
                for (i, a) in rows.chunks_exact(self.dim).enumerate() {
                    visit(block * BLOCK + i, j, squared_distance(a, b));
                }
            }
        }
    }

    /// Calls `visit(i, j, |a_i - a_j|^2)` for each pair `i < j` once.
    pub(super) fn pairs_within(&self, mut visit: impl FnMut(usize, usize, f32)) {
        for (block, rows) in self.values.chunks(BLOCK * self.dim).enumerate() {
            let first = block * BLOCK;
            for (j, b) in self.rows().enumerate().skip(first + 1) {
                for (i, a) in rows.chunks_exact(self.dim).enumerate().take(j - first) {
                    visit(first + i, j, squared_distance(a, b));
                }
            }
        }
    }
}

/// The same to the last bit whichever of the two comes first, so that a point on the edge of a ball is in it.
fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let (a, rest_a) = a.as_chunks::<LANES>();
    let (b, rest_b) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += (a - b) * (a - b);
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(a, b)| (a - b) * (a - b)).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_measured_is_named() {
        assert_eq!(Features::new(&[1.0; 5], 2).err(), Some(FeatureError::Shape { values: 5, dim: 2 }));
        assert_eq!(Features::new(&[], 0).err(), Some(FeatureError::Shape { values: 0, dim: 0 }));
        for bad in [f32::NAN, f32::INFINITY, -1e30] {
            let error = Features::new(&[0.0, 1.0, 2.0, bad], 2).err();
            assert_eq!(error, Some(FeatureError::NotFinite { row: 1, column: 1 }));
        }
        // The largest there may be do not overflow.
        let far = [LARGEST, -LARGEST].map(|value| [value; 1024]).concat();
        Features::new(&far, 1024).unwrap().pairs_within(|_, _, square| assert!(square.is_finite()));
    }

    #[test]
    fn every_pair_comes_once_whatever_the_blocks() {
        for count in [0, 1, 2, BLOCK, BLOCK + 1, 2 * BLOCK + 7] {
            let values = (0..count * 11).map(|i| (i as f32 * 0.7).sin()).collect::<Vec<_>>();
            let features = Features::new(&values, 11).unwrap();
            let distance = |i: usize, j: usize| -> f32 {
                (0..11).map(|k| (values[i * 11 + k] - values[j * 11 + k]).powi(2)).sum()
            };
            let mut seen = vec![0; count * count];
            features.pairs(&features, |i, j, square| {
                seen[i * count + j] += 1;
                assert!((square - distance(i, j)).abs() < 1e-4);
            });
            assert!(seen.iter().all(|times| *times == 1));
            features.pairs_within(|i, j, square| {
                assert!(i < j && (square - distance(i, j)).abs() < 1e-4);
                seen[i * count + j] += 1;
            });
            assert_eq!(seen.iter().sum::<usize>(), count * count + count * count.saturating_sub(1) / 2);
        }
    }
}
