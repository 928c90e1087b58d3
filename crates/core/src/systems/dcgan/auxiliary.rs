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
use nalgebra::DMatrix;
use serde_json::{Value, json};

use crate::{
    CheckpointError,
    checkpoint::Reader,
    classifier::Judge,
    latent::{attribute_directions, axes::ask},
    losses::auxiliary::auxiliary,
    matrix,
    metrics::features::{FeatureError, Features},
    nets::{classifier::Classifier, fold},
    parameters::{self, NamedTensor},
    systems::{TERM, gan::Term},
};

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
    /// where there is no such attribute. `codes` `[samples, dim]`; `logits` `[samples, attributes]`: what the classifier says of
    /// the pictures drawn from them, and `set` `[pictures, attributes]`, of the set's.
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
        if places.is_empty() {
            return Ok(None);
        }
        let vectors = DMatrix::from_fn(dim, places.len(), |row, column| f64::from(vectors[column][row]));
        let codes = DMatrix::from_row_slice(codes.len() / dim, dim, codes).cast::<f64>();
        let pictures = known.rows().flat_map(|row| places.iter().map(|place| f64::from(row[*place])));
        let pictures = DMatrix::from_row_iterator(known.count(), places.len(), pictures);
        let (axes, borders) = ask(&codes, vectors, &pictures)?;
        Ok(Some(Self { judge, places, axes: matrix::rows(&axes), borders }))
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
