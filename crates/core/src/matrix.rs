//! What measures and latent space need of matrices.

use nalgebra::{DMatrix, Dyn, SymmetricEigen};

use crate::metrics::features::FeatureError;

/// Sweeps of the QR algorithm; a few for each eigenvalue suffice.
const SWEEPS: usize = 100_000;

/// Eigenvalues and eigenvectors of a symmetric matrix, which must not be empty.
pub fn eigen(matrix: DMatrix<f64>) -> Result<SymmetricEigen<f64, Dyn>, FeatureError> {
    SymmetricEigen::try_new(matrix, f64::EPSILON, SWEEPS).ok_or(FeatureError::NoConvergence)
}

/// A power of a symmetric matrix, whose eigenvalues are taken to be at least `least`.
pub fn power(matrix: DMatrix<f64>, exponent: f64, least: f64) -> Result<DMatrix<f64>, FeatureError> {
    let SymmetricEigen { eigenvectors, eigenvalues } = eigen(matrix)?;
    let powers = eigenvalues.map(|value| value.max(least).powf(exponent));
    Ok(&eigenvectors * DMatrix::from_diagonal(&powers) * eigenvectors.transpose())
}

/// Its values, row by row.
pub fn rows(matrix: &DMatrix<f64>) -> Vec<f32> {
    matrix.transpose().iter().map(|value| *value as f32).collect()
}
