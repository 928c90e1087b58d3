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
use serde_json::{Value, json};

use crate::{
    CheckpointError,
    checkpoint::Reader,
    classifier::Judge,
    latent::attribute_directions,
    losses::auxiliary::auxiliary,
    metrics::features::FeatureError,
    nets::{classifier::Classifier, fold},
    parameters::{self, NamedTensor},
    systems::gan::{TERM, Term},
};

/// Logits that are asked for, a standard deviation past the border: 99 %.
const SHARPNESS: f64 = 5.0;

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
    /// An axis for each attribute that is wanted (all, if none is) and follows codes at all ([`attribute_directions`]); there
    /// may be none. `codes` `[samples,
    /// dim]`, `logits` `[samples, attributes]`: what the classifier says of the pictures drawn from them. `shares`: how many of
    /// the set's pictures have each attribute, in `[0, 1]`.
    pub fn find(
        judge: Judge,
        wanted: &[String],
        (codes, dim): (&[f32], usize),
        logits: &[f32],
        shares: &[f64],
    ) -> Result<Self, FeatureError> {
        let directions = attribute_directions(codes, dim, logits, &judge.config.attributes)?;
        let mut found = Self { places: Vec::new(), axes: Vec::new(), borders: Vec::new(), judge };
        let mut columns = Vec::new();
        for direction in directions {
            let Some(place) = found.judge.attribute(&direction.name) else { continue };
            if !wanted.is_empty() && !wanted.iter().any(|name| name.eq_ignore_ascii_case(&direction.name)) {
                continue;
            }
            let Some(share) = shares.get(place) else { continue };
            let along = |code: &[f32]| code.iter().zip(&direction.vector).map(|(a, b)| a * b).sum::<f32>();
            let mut along = codes.chunks_exact(dim).map(along).collect::<Vec<_>>();
            along.sort_by(f32::total_cmp);
            let count = along.len();
            let mean = along.iter().sum::<f32>() / count as f32;
            let deviation = (along.iter().map(|a| (a - mean).powi(2)).sum::<f32>() / count as f32).sqrt();
            let border = along[(((1.0 - share) * count as f64) as usize).min(count - 1)];
            let scale = SHARPNESS as f32 / deviation.max(f32::EPSILON);
            columns.push(direction.vector.iter().map(|value| value * scale).collect::<Vec<_>>());
            found.borders.push(-border * scale);
            found.places.push(place);
        }
        found.axes = (0..dim).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
        Ok(found)
    }

    /// The attributes that have an axis, those first that follow codes best.
    pub fn attributes(&self) -> Vec<&str> {
        self.places.iter().map(|place| self.judge.config.attributes[*place].as_str()).collect()
    }

    /// What [`Term::save`] kept.
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, CheckpointError> {
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
        if fits && found > 0 && read.axes.len().is_multiple_of(found) {
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
        tensors.push(NamedTensor { name: "axes".into(), shape: vec![axes.len() / found.max(1), found], values: axes.clone() });
        tensors.push(NamedTensor { name: "borders".into(), shape: vec![found], values: borders.clone() });
        (tensors, json!({ "classifier": judge.config, "places": places }))
    }
}
