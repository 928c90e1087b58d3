//! Axes along which codes ask for attributes, as an auxiliary classifier has them (`systems/dcgan/auxiliary.rs`).
//!
//! The directions of a model lean towards each other, so that a code that asks for one attribute asks for others, too. The axes
//! are the directions, turned apart.

use nalgebra::{DMatrix, DVector, DVectorView};

use crate::{matrix::power, metrics::features::FeatureError};

/// Eigenvalues of correlations are taken to be as large, so that attributes that are nearly the same can be told apart.
const LEAST: f64 = 1e-3;

/// Axes, one a column, and borders, so that codes ask for attributes as often and as surely as pictures of the set have them,
/// and together where they are had together. `codes` `[samples, dim]`; `vectors` `[dim, attributes]`: where axes lie now, of one
/// attribute at least; `pictures` `[pictures, attributes]`: what a classifier says of the set, as logits.
pub fn ask(
    codes: &DMatrix<f64>,
    vectors: DMatrix<f64>,
    pictures: &DMatrix<f64>,
) -> Result<(DMatrix<f64>, Vec<f32>), FeatureError> {
    let (now, deviations) = correlations(&(codes * &vectors));
    let unit = vectors * DMatrix::from_diagonal(&deviations.map(|deviation| 1.0 / deviation.max(f64::EPSILON)));
    // The least change of what is asked for that gives it the correlations of the set: optimal transport of normal ones.
    let (root, inverse) = (power(now.clone(), 0.5, LEAST)?, power(now, -0.5, LEAST)?);
    let (wanted, spreads) = correlations(pictures);
    let change = &inverse * power(&root * wanted * &root, 0.5, LEAST)? * &inverse;
    let axes = unit * change * DMatrix::from_diagonal(&spreads);
    let asked = codes * &axes;
    let border = |(asked, seen): (DVectorView<'_, f64>, DVectorView<'_, f64>)| {
        let share = seen.iter().filter(|logit| **logit > 0.0).count() as f64 / seen.len().max(1) as f64;
        let mut asked = asked.iter().copied().collect::<Vec<_>>();
        asked.sort_by(f64::total_cmp);
        let place = ((1.0 - share) * asked.len() as f64) as usize;
        -asked.get(place).or(asked.last()).copied().unwrap_or_default() as f32
    };
    let borders = asked.column_iter().zip(pictures.column_iter()).map(border).collect();
    Ok((axes, borders))
}

/// How columns correlate, and their standard deviations; one that does not vary correlates with none.
fn correlations(values: &DMatrix<f64>) -> (DMatrix<f64>, DVector<f64>) {
    let means = values.row_mean();
    let centred = DMatrix::from_fn(values.nrows(), values.ncols(), |row, column| values[(row, column)] - means[column]);
    let covariance = centred.tr_mul(&centred) / values.nrows().max(1) as f64;
    let deviations = covariance.diagonal().map(f64::sqrt);
    let correlation = |row: usize, column: usize| match deviations[row] * deviations[column] {
        product if product > 0.0 => covariance[(row, column)] / product,
        _ => f64::from(u8::from(row == column)),
    };
    (DMatrix::from_fn(values.ncols(), values.ncols(), correlation), deviations)
}

#[cfg(test)]
mod tests {
    use forger_protocol::{LatentPrior, Random, Stream};

    use super::*;

    #[test]
    fn codes_ask_for_what_the_set_has_as_often_and_as_jointly() {
        let mut random = Random::new(1, Stream::Latent);
        let mut normal = |rows: usize, columns: usize| {
            DMatrix::from_row_slice(rows, columns, &random.latent(LatentPrior::Gaussian, rows, columns)).cast::<f64>()
        };
        let codes = normal(1000, 5);
        // Axes that lie close together.
        let vectors = DMatrix::from_fn(5, 2, |row, column| if row == 0 { 1.0 } else { 0.2 * (row + column) as f64 });
        // Of the pictures a fifth has the second attribute, mostly those that lack the first.
        let mut pictures = normal(500, 2);
        for mut row in pictures.row_iter_mut() {
            row[1] = 0.8 * row[1] - 0.6 * row[0] - 0.84;
        }
        let (axes, borders) = ask(&codes, vectors, &pictures).unwrap();
        let asked = &codes * &axes;
        let (found, deviations) = correlations(&asked);
        let (wanted, spreads) = correlations(&pictures);
        assert!(
            (wanted[(0, 1)] + 0.6).abs() < 0.1 && (found[(0, 1)] - wanted[(0, 1)]).abs() < 1e-6,
            "{found} {wanted}"
        );
        assert!((deviations - spreads).amax() < 1e-6);
        for (column, border) in borders.iter().enumerate() {
            let share = |values: &DMatrix<f64>, border: f64| {
                values.column(column).iter().filter(|value| **value + border > 0.0).count() as f64
                    / values.nrows() as f64
            };
            let (asked, seen) = (share(&asked, f64::from(*border)), share(&pictures, 0.0));
            assert!((asked - seen).abs() < 0.005, "{asked} {seen}");
        }
    }
}
