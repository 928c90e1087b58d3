//! GANSpace: Härkönen et al. 2020 (arXiv 2004.02546), section 3.2. The principal components of what an early layer makes of
//! random z are where the network varies most; the ways through z that follow them are found by regression.

use forger_protocol::card::{Direction, DirectionKind};
use nalgebra::{DMatrix, SymmetricEigen};

use crate::{
    matrix::eigen,
    metrics::features::{FeatureError, Features},
};

/// Directions that are followed beyond those asked for, so that the last ones settle, too.
const SPARE: usize = 10;
/// Rounds of subspace iteration. An error shrinks by the ratio of two eigenvalues in each.
const ROUNDS: usize = 12;

/// The `count` strongest directions, `pc1` first. `z` is `[samples, dim]` and `activations` is `[samples, features]`: what a
/// layer makes of them. The largest component of each is positive.
pub fn principal_directions(
    z: &[f32],
    dim: usize,
    activations: &[f32],
    count: usize,
) -> Result<Vec<Direction>, FeatureError> {
    let z = Features::new(z, dim)?;
    z.at_least(2)?;
    let samples = z.count();
    if activations.is_empty() || !activations.len().is_multiple_of(samples) {
        return Err(FeatureError::Shape { values: activations.len(), dim: samples });
    }
    let activations = Features::new(activations, activations.len() / samples)?;
    // A column a sample, less the mean.
    let centred = |features: &Features<'_>| {
        let values = features.rows().flatten().copied();
        let mut matrix = DMatrix::from_iterator(features.dim(), samples, values);
        let mean = matrix.column_mean();
        matrix.column_iter_mut().for_each(|mut column| column -= &mean);
        matrix
    };
    let (z, a) = (centred(&z), centred(&activations));
    let variance = f64::from(a.norm_squared());
    let followed = (count + SPARE).min(a.nrows()).min(samples);
    // Any start that is not at right angles to a component will do; these are rows of what is looked for.
    let mut basis = orthonormal(a.columns(0, followed).into_owned());
    for _ in 0..ROUNDS {
        basis = orthonormal(&a * a.tr_mul(&basis));
    }
    // Within the subspace the components are exact: A^T B = U S V^T, in f64 because eigenvalues are squares.
    let coordinates = a.tr_mul(&basis).cast::<f64>();
    let SymmetricEigen { eigenvectors, eigenvalues } = eigen(coordinates.tr_mul(&coordinates))?;
    let mut order = (0..followed).collect::<Vec<_>>();
    order.sort_by(|a, b| eigenvalues[*b].total_cmp(&eigenvalues[*a]));
    let z = z.cast::<f64>();
    let mut directions = Vec::new();
    for index in order.into_iter().take(count) {
        // The coordinates of different components do not correlate, so that the regression of z on all of them is one on
        // each.
        let along = &coordinates * eigenvectors.column(index);
        let Some(vector) = (&z * along).try_normalize(1e-9) else { break };
        let sign = vector[vector.icamax()].signum();
        directions.push(Direction {
            name: format!("pc{}", directions.len() + 1),
            kind: DirectionKind::Principal,
            strength: (eigenvalues[index] / variance) as f32,
            vector: vector.iter().map(|value| (sign * value) as f32).collect(),
        });
    }
    Ok(directions)
}

fn orthonormal(matrix: DMatrix<f32>) -> DMatrix<f32> {
    matrix.qr().q()
}
