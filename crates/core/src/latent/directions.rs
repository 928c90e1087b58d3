//! Ways through latent space that change what a classifier sees, by least squares: the hyperplane of Shen et al. 2020 (arXiv
//! 1907.10786), section 3.1, fitted to how sure the classifier is instead of to which side it chose.

use forger_protocol::card::{Direction, DirectionKind};
use nalgebra::{Cholesky, DMatrix, DVector};

use crate::metrics::features::{FeatureError, Features};

/// An attribute that a smaller share of samples has, or lacks, is left out: what the classifier sees is then noise.
const RARE: f64 = 0.005;
/// A direction that tells less of the attribute is left out.
const WEAKEST: f64 = 0.2;
/// Samples of each half for each dimension of z, at least.
const SAMPLES: usize = 4;

/// A direction for each attribute that follows z well enough, strongest first. `z` is `[samples, dim]`, `logits` is
/// `[samples, names]`: what the classifier says of the pictures. The even samples find the directions, the odd ones measure
/// their strength.
pub fn attribute_directions(
    z: &[f32],
    dim: usize,
    logits: &[f32],
    names: &[String],
) -> Result<Vec<Direction>, FeatureError> {
    let (z, logits) = (Features::new(z, dim)?, Features::new(logits, names.len())?);
    if z.count() != logits.count() {
        return Err(FeatureError::DimensionsDiffer { real: z.count(), fake: logits.count() });
    }
    z.at_least(2 * SAMPLES * dim)?;
    let (found, held) = (centred(&z, 0), centred(&z, 1));
    let (found_logits, held_logits) = (centred(&logits, 0), centred(&logits, 1));
    // Least squares: (Z^T Z) w = Z^T y. The covariance of samples is not quite that of the prior.
    let covariance = Cholesky::new(found.tr_mul(&found)).ok_or(FeatureError::NoConvergence)?;
    let weights = covariance.solve(&found.tr_mul(&found_logits));
    let mut directions = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let having = logits.rows().filter(|row| row[index] > 0.0).count() as f64 / logits.count() as f64;
        let Some(vector) = weights.column(index).into_owned().try_normalize(f64::EPSILON) else { continue };
        let strength = correlation(&(&held * &vector), &held_logits.column(index).into_owned());
        if having.min(1.0 - having) >= RARE && strength >= WEAKEST {
            let vector = vector.iter().map(|value| *value as f32).collect();
            let kind = DirectionKind::Attribute;
            directions.push(Direction { name: name.clone(), kind, strength: strength as f32, vector });
        }
    }
    directions.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    Ok(directions)
}

/// Every other row from `first` on, less their mean.
fn centred(features: &Features<'_>, first: usize) -> DMatrix<f64> {
    let rows = features.rows().skip(first).step_by(2).collect::<Vec<_>>();
    let mut matrix = DMatrix::from_fn(rows.len(), features.dim(), |row, column| f64::from(rows[row][column]));
    for mut column in matrix.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    matrix
}

/// 0 where one of them does not vary.
fn correlation(a: &DVector<f64>, b: &DVector<f64>) -> f64 {
    let lengths = a.norm() * b.norm();
    if lengths > 0.0 { a.dot(b) / lengths } else { 0.0 }
}
