//! Plain scores to compare with: how far a picture is from the nearest normal ones, and from the plane that normal pictures lie
//! near. Of pixels or of any features, `[count, dim]` flat.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::{
    matrix::eigen,
    metrics::features::{FeatureError, Features},
};

/// Components that are followed beyond those asked for, so that the last ones settle, too.
const SPARE: usize = 10;
/// Rounds of subspace iteration. An error shrinks by the ratio of two eigenvalues in each.
const ROUNDS: usize = 8;

/// The distance to normal pictures: Ramaswamy et al. 2000 (doi 10.1145/342009.335437) with the mean over the neighbours in
/// place of the last of them, as Angiulli and Pizzuti 2002 have it.
#[derive(Clone, Copy, Debug)]
pub struct Neighbours<'a> {
    normal: Features<'a>,
    count: usize,
}

impl<'a> Neighbours<'a> {
    /// Normal pictures, `[count, dim]`, and how many neighbours count. Fails where there are fewer pictures, or not whole ones.
    pub fn new(normal: &'a [f32], dim: usize, count: usize) -> Result<Self, FeatureError> {
        let normal = Features::new(normal, dim)?;
        match normal.count() {
            found if found < count.max(1) => Err(FeatureError::TooFew { count: found, needed: count.max(1) }),
            _ => Ok(Self { normal, count: count.max(1) }),
        }
    }

    /// The mean Euclidean distance of a picture, `[dim]`, from the nearest normal ones.
    pub fn score(&self, picture: &[f32]) -> f32 {
        // The nearest first, as squares.
        let mut nearest = vec![f32::INFINITY; self.count];
        for normal in self.normal.rows() {
            let square = square(picture, normal);
            let place = nearest.partition_point(|near| *near <= square);
            if place < self.count {
                nearest[place..].rotate_right(1);
                nearest[place] = square;
            }
        }
        nearest.iter().map(|square| square.sqrt()).sum::<f32>() / self.count as f32
    }
}

/// In lanes, which a compiler makes vectors of.
fn square(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a.remainder().iter().zip(b.remainder()).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    for (a, b) in a.zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += (a - b) * (a - b);
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// What principal components of normal pictures leave over: a linear generator, with as many values in a code as components.
#[derive(Clone, Debug)]
pub struct Pca {
    mean: DVector<f32>,
    /// Orthonormal columns.
    components: DMatrix<f32>,
}

impl Pca {
    /// The strongest components of normal pictures, `[count, dim]`; fewer where there are fewer pictures. Fails for less than two.
    pub fn new(normal: &[f32], dim: usize, components: usize) -> Result<Self, FeatureError> {
        let normal = Features::new(normal, dim)?;
        let count = normal.count();
        if count < 2 {
            return Err(FeatureError::TooFew { count, needed: 2 });
        }
        // A column a picture, less the mean.
        let mut a = DMatrix::from_iterator(dim, count, normal.rows().flatten().copied());
        let mean = a.column_mean();
        a.column_iter_mut().for_each(|mut column| column -= &mean);
        let kept = components.max(1).min(dim).min(count - 1);
        let followed = (kept + SPARE).min(dim).min(count);
        // Any start that is not at right angles to a component will do; these are pictures from all over the set.
        let picked = (0..followed).map(|index| a.column(index * count / followed)).collect::<Vec<_>>();
        let mut basis = DMatrix::from_columns(&picked).qr().q();
        for _ in 0..ROUNDS {
            basis = (&a * a.tr_mul(&basis)).qr().q();
        }
        // Within the subspace the components are exact, in f64 because eigenvalues are squares.
        let coordinates = a.tr_mul(&basis).cast::<f64>();
        let SymmetricEigen { eigenvectors, eigenvalues } = eigen(coordinates.tr_mul(&coordinates))?;
        let mut order = (0..basis.ncols()).collect::<Vec<_>>();
        order.sort_by(|a, b| eigenvalues[*b].total_cmp(&eigenvalues[*a]));
        let strongest = order.iter().take(kept).map(|index| eigenvectors.column(*index)).collect::<Vec<_>>();
        let components = basis * DMatrix::from_columns(&strongest).cast::<f32>();
        Ok(Self { mean, components })
    }

    /// How many components there are.
    pub fn count(&self) -> usize {
        self.components.ncols()
    }

    /// What the components make of a picture, `[dim]`.
    pub fn reconstruction(&self, picture: &[f32]) -> Vec<f32> {
        let code = self.components.tr_mul(&(DVector::from_column_slice(picture) - &self.mean));
        (&self.components * code + &self.mean).iter().copied().collect()
    }

    /// The mean squared difference of a picture, `[dim]`, from what the components make of it.
    pub fn score(&self, picture: &[f32]) -> f32 {
        square(picture, &self.reconstruction(picture)) / picture.len().max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_count() {
        let normal = [0.0, 0.0, 3.0, 4.0, 0.0, 1.0, 100.0, 0.0];
        let of = |count| Neighbours::new(&normal, 2, count).unwrap().score(&[0.0, 0.0]);
        assert_eq!((of(1), of(2), of(3)), (0.0, 0.5, 2.0));
        assert_eq!(Neighbours::new(&normal, 2, 5).err(), Some(FeatureError::TooFew { count: 4, needed: 5 }));
        // Longer than a lane.
        assert_eq!(square(&[1.0; 19], &[3.0; 19]), 76.0);
    }

    #[test]
    fn what_lies_in_the_plane_is_normal() {
        // A plane in five dimensions, away from 0.
        let point = |s: f32, t: f32| [1.0 + s, 2.0 - s + t, 3.0 * t, 4.0 + 2.0 * s, 5.0 - t];
        let grid = (-4..=4).flat_map(|s| (-4..=4).map(move |t| (s as f32, t as f32 / 2.0)));
        let normal = grid.flat_map(|(s, t)| point(s, t)).collect::<Vec<_>>();
        let pca = Pca::new(&normal, 5, 2).unwrap();
        assert_eq!(pca.count(), 2);
        assert!(pca.score(&point(9.0, -7.0)) < 1e-6, "{}", pca.score(&point(9.0, -7.0)));
        let mut beside = point(1.0, 1.0);
        beside[0] += 1.0;
        assert!(pca.score(&beside) > 0.05);
        // One component cannot hold the weaker direction.
        let line = Pca::new(&normal, 5, 1).unwrap();
        assert!(line.score(&point(0.0, 2.0)) > 0.1);
        assert_eq!(Pca::new(&normal, 5, 99).unwrap().count(), 5);
        assert!(Pca::new(&normal[..5], 5, 1).is_err());
    }
}
