//! The Fréchet distance between Gaussians that are fitted to features.
//!
//! Dowson and Landau 1982, "The Fréchet distance between multivariate normal distributions" (doi
//! 10.1016/0047-259X(82)90077-X), equation 4; as a measure of GANs: Heusel et al. 2017 (arXiv 1706.08500), equation 6. Only
//! with the features of the Inception network of that paper is it the "FID".

use nalgebra::{DMatrix, DVector};

use super::features::{FeatureError, Features};
use crate::matrix::{eigen, power};

/// Mean and unbiased covariance of a set of features: of real pictures it is made once.
#[derive(Clone, Debug)]
pub struct Gaussian {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Gaussian {
    /// Needs two pictures. With fewer pictures than features the covariance is singular, which does no harm here; but the
    /// distance falls with the number of pictures, so that only distances of equally many compare.
    pub fn fit(features: &Features<'_>) -> Result<Self, FeatureError> {
        features.at_least(2)?;
        let (count, dim) = (features.count(), features.dim());
        let values = features.rows().flatten().map(|value| f64::from(*value));
        // A column a picture.
        let mut columns = DMatrix::from_iterator(dim, count, values);
        let mean = columns.column_mean();
        columns.column_iter_mut().for_each(|mut column| column -= &mean);
        let covariance = &columns * columns.transpose() / (count - 1) as f64;
        Ok(Self { mean, covariance })
    }

    /// `|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))`: 0 for equal Gaussians, in squared units of the features. (Dowson and
    /// Landau call this the square of the distance; the measure of GANs has no root.)
    pub fn distance(&self, other: &Self) -> Result<f64, FeatureError> {
        if self.mean.len() != other.mean.len() {
            return Err(FeatureError::DimensionsDiffer { real: self.mean.len(), fake: other.mean.len() });
        }
        // C1 C2 has the eigenvalues of S C2 S with S = C1^(1/2), which is symmetric: they are real and not below 0.
        // Of a singular covariance one may be rounded to less.
        let half = power(self.covariance.clone(), 0.5, 0.0)?;
        let product = &half * &other.covariance * &half;
        let product = (&product + product.transpose()) * 0.5;
        let trace_of_root: f64 = eigen(product)?.eigenvalues.iter().map(|value| value.max(0.0).sqrt()).sum();
        let means = (&self.mean - &other.mean).norm_squared();
        let traces = self.covariance.trace() + other.covariance.trace();
        // Rounding may lead below 0.
        Ok((means + traces - 2.0 * trace_of_root).max(0.0))
    }
}

/// [`Gaussian::distance`] of the Gaussians fitted to both.
pub fn frechet_distance(real: &Features<'_>, fake: &Features<'_>) -> Result<f64, FeatureError> {
    Gaussian::fit(real)?.distance(&Gaussian::fit(fake)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(real: &[f32], fake: &[f32], dim: usize) -> f64 {
        frechet_distance(&Features::new(real, dim).unwrap(), &Features::new(fake, dim).unwrap()).unwrap()
    }

    #[test]
    fn on_a_line_it_is_the_difference_of_means_and_of_deviations_squared() {
        // Means 0 and 3, unbiased variances 2 and 8.
        let (a, b) = ([-1.0, 1.0], [1.0, 5.0]);
        let expected = 9.0 + (8.0_f64.sqrt() - 2.0_f64.sqrt()).powi(2);
        assert!((distance(&a, &b, 1) - expected).abs() < 1e-12);
        assert!((distance(&b, &a, 1) - expected).abs() < 1e-12);
        assert_eq!(distance(&a, &a, 1), 0.0);
    }

    #[test]
    fn points_without_spread_leave_the_means_and_the_spread_of_the_others() {
        assert_eq!(distance(&[1.0; 8], &[3.0; 6], 2), 8.0);
        assert!((distance(&[0.0; 8], &[-1.0, 0.0, 1.0, 0.0], 2) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_and_other_spaces_are_refused() {
        let features = |count: usize, dim| Gaussian::fit(&Features::new(&[0.0; 12][..count * dim], dim).unwrap());
        assert_eq!(features(1, 3).err(), Some(FeatureError::TooFew { count: 1, needed: 2 }));
        let (two, three) = (features(4, 2).unwrap(), features(4, 3).unwrap());
        assert_eq!(two.distance(&three), Err(FeatureError::DimensionsDiffer { real: 2, fake: 3 }));
    }
}
