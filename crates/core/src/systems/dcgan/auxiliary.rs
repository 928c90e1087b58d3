//! An auxiliary classifier: Odena et al. 2017 (arXiv 1610.09585), section 3.
//!
//! A classifier that was trained on real pictures tells G whether its pictures show what their codes ask for. A code asks for
//! an attribute by how far it lies along an axis, past a border that as many codes are beyond as pictures of the set have the
//! attribute. So attributes lie straight, sums of codes mean what they say, and what is rare is not lost. In the paper it is
//! labels, apart from z, that ask, and D itself is the classifier.

use burn::{
    module::Module as _,
    tensor::{Device, Int, Tensor, TensorData},
};
use nalgebra::{DMatrix, DVector, DVectorView, SymmetricEigen};
use serde_json::{Value, json};

use crate::{
    CheckpointError,
    checkpoint::Reader,
    classifier::Judge,
    latent::attribute_directions,
    losses::auxiliary::auxiliary,
    metrics::features::{FeatureError, Features},
    nets::{classifier::Classifier, fold},
    parameters::{self, NamedTensor},
    systems::gan::{TERM, Term},
};

/// Eigenvalues of correlations are taken to be as large, so that attributes that are nearly the same can be told apart.
const LEAST: f64 = 1e-3;

/// A classifier and what codes ask of it.
#[derive(Clone, Debug)]
pub struct Auxiliary {
    judge: Judge,
    /// The attributes that have an axis: their places among the classifier's.
    places: Vec<usize>,
    /// `[latent_dim, attributes]`, flat.
    axes: Vec<f32>,
    /// `[attributes]`.
    borders: Vec<f32>,
}

impl Auxiliary {
    /// An axis for each attribute that is wanted (all, if none is) and follows codes at all ([`attribute_directions`]); `None`
    /// where there is no such attribute. `codes` `[samples, dim]`, `logits` `[samples, attributes]`: what the classifier says of the pictures drawn
    /// from them, and `set` `[pictures, attributes]`, of the set's.
    pub fn find(
        judge: Judge,
        wanted: &[String],
        (codes, dim): (&[f32], usize),
        logits: &[f32],
        set: &[f32],
    ) -> Result<Option<Self>, FeatureError> {
        let names = &judge.config.attributes;
        let known = Features::new(set, names.len())?;
        let is_wanted = |name: &String| wanted.is_empty() || wanted.iter().any(|wish| wish.eq_ignore_ascii_case(name));
        let directions = attribute_directions(codes, dim, logits, names)?;
        let directions = directions.iter().filter(|direction| is_wanted(&direction.name));
        let placed = directions.filter_map(|direction| Some((judge.attribute(&direction.name)?, &direction.vector)));
        let (places, vectors): (Vec<usize>, Vec<_>) = placed.unzip();
        let vectors = DMatrix::from_fn(dim, places.len(), |row, column| f64::from(vectors[column][row]));
        let codes = DMatrix::from_row_slice(codes.len() / dim, dim, codes).cast::<f64>();
        let pictures = known.rows().flat_map(|row| places.iter().map(|place| f64::from(row[*place])));
        let pictures = DMatrix::from_row_iterator(known.count(), places.len(), pictures);
        let (axes, borders) = ask(&codes, vectors, &pictures);
        Ok((!places.is_empty()).then(|| Self { judge, places, axes: rows(&axes), borders }))
    }

    /// The attributes that have an axis, those first that follow codes best.
    pub fn attributes(&self) -> Vec<&str> {
        self.places.iter().map(|place| self.judge.config.attributes[*place].as_str()).collect()
    }

    /// What [`Term::save`] kept.
    pub(super) fn read(reader: &Reader<'_>, dim: usize) -> Result<Self, CheckpointError> {
        let kept = &reader.state[TERM];
        let config = serde_json::from_value(kept["classifier"].clone()).map_err(|_| CheckpointError::Version)?;
        let places = serde_json::from_value(kept["places"].clone()).map_err(|_| CheckpointError::Version)?;
        let values = |name: &str| {
            let name = format!("{TERM}.{name}");
            reader.floats(&name).ok_or(CheckpointError::Tensor(name))
        };
        let read = Self {
            judge: Judge::of(config, reader, &format!("{TERM}.classifier"), &Device::flex())?,
            places,
            axes: values("axes")?,
            borders: values("borders")?,
        };
        let (found, known) = (read.borders.len(), read.judge.config.attributes.len());
        let fits = read.places.len() == found && read.places.iter().all(|place| *place < known);
        if fits && found > 0 && read.axes.len() == dim * found {
            Ok(read)
        } else {
            Err(CheckpointError::Tensor(format!("{TERM}.axes")))
        }
    }

    /// At work, on the device that trains.
    pub(super) fn at_work(self, weight: f64, device: &Device) -> AtWork {
        let network = fold::classifier(self.judge.network());
        let network = parameters::copy(&network, &device.clone().autodiff()).no_grad();
        AtWork { auxiliary: self, network, weight }
    }
}

/// An auxiliary classifier with its weight, ready for gradients in pictures and codes.
pub(super) struct AtWork {
    auxiliary: Auxiliary,
    network: Classifier,
    weight: f64,
}

impl Term<4> for AtWork {
    fn loss(&self, codes: Tensor<2>, samples: Tensor<4>) -> Tensor<1> {
        let device = samples.device();
        let home = self.network.devices();
        // Where several devices share a batch.
        let network = if home.contains(&device) {
            self.network.clone()
        } else {
            parameters::copy(&self.network, &device).no_grad()
        };
        let Auxiliary { places, axes, borders, .. } = &self.auxiliary;
        let (found, dim) = (places.len(), codes.dims()[1]);
        let chosen = places.iter().map(|place| *place as i32).collect::<Vec<_>>();
        let chosen = Tensor::<1, Int>::from_data(TensorData::new(chosen, [found]), &device);
        let axes = Tensor::from_data(TensorData::new(axes.clone(), [dim, found]), &device);
        let borders = Tensor::from_data(TensorData::new(borders.clone(), [found]), &device);
        auxiliary(network.forward(samples).select(1, chosen), codes, axes, borders) * self.weight
    }

    fn save(&self) -> (Vec<NamedTensor>, Value) {
        let Auxiliary { judge, places, axes, borders } = &self.auxiliary;
        let mut tensors = judge.tensors();
        tensors.iter_mut().for_each(|tensor| tensor.name.insert_str(0, "classifier."));
        let found = borders.len();
        tensors.push(NamedTensor {
            name: "axes".into(),
            shape: vec![axes.len() / found.max(1), found],
            values: axes.clone(),
        });
        tensors.push(NamedTensor { name: "borders".into(), shape: vec![found], values: borders.clone() });
        (tensors, json!({ "classifier": judge.config, "places": places }))
    }
}

/// Axes, one a column, and borders, so that codes ask for attributes as often and as surely as pictures of the set have them,
/// and together where they are had together. `codes` `[samples, dim]`, `vectors` `[dim, attributes]`, where axes lie now; `pictures`, logits
/// of the set, `[pictures, attributes]`.
fn ask(codes: &DMatrix<f64>, vectors: DMatrix<f64>, pictures: &DMatrix<f64>) -> (DMatrix<f64>, Vec<f32>) {
    let (now, deviations) = correlations(&(codes * &vectors));
    let unit = vectors * DMatrix::from_diagonal(&deviations.map(|deviation| 1.0 / deviation.max(f64::EPSILON)));
    // The least change of what is asked for that gives it the correlations of the set: optimal transport of normal ones.
    let (root, inverse) = (power(&now, 0.5), power(&now, -0.5));
    let (wanted, spreads) = correlations(pictures);
    let change = &inverse * power(&(&root * wanted * &root), 0.5) * &inverse;
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
    (axes, borders)
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

/// A power of a symmetric matrix that has no negative eigenvalue.
fn power(matrix: &DMatrix<f64>, exponent: f64) -> DMatrix<f64> {
    let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(matrix.clone());
    let powers = eigenvalues.map(|value| value.max(LEAST).powf(exponent));
    &eigenvectors * DMatrix::from_diagonal(&powers) * eigenvectors.transpose()
}

fn rows(matrix: &DMatrix<f64>) -> Vec<f32> {
    matrix.row_iter().flat_map(|row| row.iter().map(|value| *value as f32).collect::<Vec<_>>()).collect()
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
        let (axes, borders) = ask(&codes, vectors, &pictures);
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
