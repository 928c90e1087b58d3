//! A mapping network for a generator that was trained without one.
//!
//! The first feature map of a generator is z, bent by ReLU, and attributes lie straighter in it than in z: Härkönen et al.
//! 2020 (arXiv 2004.02546), section 2.2, look for directions there. Some of its units become the hidden layer of the mapping
//! network; w is what of them says most of the whole map, found by reduced-rank regression (Izenman 1975, doi
//! 10.1016/0047-259X(75)90042-1). The pictures are nearly those of before, and training makes good the rest.

use std::collections::HashMap;

use burn::tensor::{Device, Int, Tensor, TensorData};
use forger_protocol::{DcganConfig, Random, Stream};
use nalgebra::{Cholesky, DMatrix, SymmetricEigen};

use crate::{
    matrix::{eigen, rows},
    nets::{dcgan::Generator, norm::Norm},
    parameters::{self, values},
};

/// Samples that the regression sees.
const SAMPLES: usize = 8_000;
/// Share of the mean variance of a hidden unit that is added to each, so that units that say the same do no harm.
const RIDGE: f64 = 1e-4;
/// The generator of `config`, which has a mapping network, that draws nearly what `generator` draws of the same z, which has
/// none. On the CPU. `None` where the hidden layer would be narrower than w or wider than the first feature map, or where
/// that is not under batch normalisation.
pub fn unbend(generator: &Generator, config: &DcganConfig) -> Option<Generator> {
    let device = Device::flex();
    let old = parameters::copy(generator, &device);
    let Some(Norm::Batch(norm)) = &old.project_norm else { return None };
    let (dim, hidden) = (config.latent_dim, config.mapping);
    let [inputs, features] = old.project.weight.dims();
    if old.mapping.is_some() || old.project.bias.is_some() || inputs != dim || !(dim..=features).contains(&hidden) {
        return None;
    }
    let random = &mut Random::new(config.seed, Stream::Weights);
    let mut units = (0..features).collect::<Vec<_>>();
    random.shuffle(&mut units);
    units.truncate(hidden);
    let chosen = units.iter().map(|unit| i32::try_from(*unit)).collect::<Result<Vec<_>, _>>().ok()?;
    let chosen = Tensor::<1, Int>::from_data(TensorData::new(chosen, [hidden]), &device);

    let z = Random::new(config.seed, Stream::Metrics).latent(config.prior, SAMPLES, dim);
    let map: Tensor<2> = old.features(Tensor::from_data(TensorData::new(z, [SAMPLES, dim]), &device), 0).flatten(1, 3);
    let map_mean = map.clone().mean_dim(0);
    let map = map - map_mean.clone();
    let (to_code, to_map) = regress(map.clone().select(1, chosen.clone()), map, dim)?;

    let area = old.base * old.base;
    let place = |values: Vec<f32>| units.iter().map(|unit| values[unit / area]).collect::<Vec<_>>();
    let bias = values(map_mean.clone())?;
    let (mean, spread) = statistics(&to_map, &bias, area);
    let unit_mean = values(map_mean.select(1, chosen))?;
    let unit_mean = DMatrix::from_row_slice(1, hidden, &unit_mean).cast::<f64>();
    let project = values(old.project.weight.val())?;
    let columns = project.chunks_exact(features).flat_map(|row| units.iter().map(|unit| row[*unit]));
    let mut tensors = HashMap::from(
        [
            ("mapping.hidden.weight", columns.collect()),
            ("mapping.hidden_norm.gamma", place(values(norm.gamma.val())?)),
            ("mapping.hidden_norm.beta", place(values(norm.beta.val())?)),
            ("mapping.hidden_norm.running_mean", place(values(norm.running_mean.value())?)),
            ("mapping.hidden_norm.running_var", place(values(norm.running_var.value())?)),
            ("mapping.out.weight", rows(&to_code)),
            ("mapping.out_norm.gamma", vec![1.0; dim]),
            ("mapping.out_norm.beta", vec![0.0; dim]),
            ("mapping.out_norm.running_mean", rows(&(unit_mean * &to_code))),
            ("mapping.out_norm.running_var", vec![1.0; dim]),
            ("project.weight", rows(&to_map)),
            ("project.bias", bias),
            // As it stands it changes nothing.
            ("project_norm.gamma", spread.iter().map(|variance| (variance + norm.epsilon as f32).sqrt()).collect()),
            ("project_norm.beta", mean.clone()),
            ("project_norm.running_mean", mean),
            ("project_norm.running_var", spread),
        ]
        .map(|(name, values)| (name.to_owned(), values)),
    );
    for tensor in parameters::collect(&old) {
        tensors.entry(tensor.name).or_insert(tensor.values);
    }
    let empty = Generator::new(config, random, &device).ok()?;
    let fits = parameters::shapes(&empty)
        .iter()
        .all(|(name, shape)| tensors.get(name).is_some_and(|values| values.len() == shape.iter().product::<usize>()));
    fits.then(|| parameters::fill(empty, &device, |name, _| tensors.remove(name).unwrap_or_default()))
}

/// From units `[samples, hidden]` to a code `[samples, dim]` whose values have a variance of one and do not correlate, and on
/// to the map `[samples, features]`: the matrices of the best such way. Units and map have means of zero.
fn regress(unit: Tensor<2>, map: Tensor<2>, dim: usize) -> Option<(DMatrix<f64>, DMatrix<f64>)> {
    let [samples, hidden] = unit.dims();
    let scaled = unit.clone().transpose() / samples as f64;
    let variance = matrix(scaled.clone().matmul(unit))?;
    let ridge = RIDGE * variance.trace() / hidden as f64;
    let root = Cholesky::new(variance + DMatrix::identity(hidden, hidden) * ridge)?.l();
    // Covariances of the map with units that have been made independent of each other, of variance one.
    let independent = root.solve_lower_triangular(&matrix(scaled.matmul(map))?)?;
    let SymmetricEigen { eigenvectors, eigenvalues } = eigen(&independent * independent.transpose()).ok()?;
    let mut order = (0..hidden).collect::<Vec<_>>();
    order.sort_by(|a, b| eigenvalues[*b].total_cmp(&eigenvalues[*a]));
    let strongest = eigenvectors.select_columns(&order[..dim]);
    Some((root.transpose().solve_upper_triangular(&strongest)?, strongest.tr_mul(&independent)))
}

/// Mean and variance of each channel of the map, of `area` places each, that such a code comes to.
fn statistics(to_map: &DMatrix<f64>, bias: &[f32], area: usize) -> (Vec<f32>, Vec<f32>) {
    let of_channel = |(places, columns): (&[f32], usize)| {
        let (mut mean, mut square) = (0.0, 0.0);
        for (place, bias) in places.iter().enumerate() {
            mean += f64::from(*bias) / area as f64;
            square += (to_map.column(columns + place).norm_squared() + f64::from(*bias).powi(2)) / area as f64;
        }
        (mean as f32, (square - mean * mean).max(0.0) as f32)
    };
    bias.chunks_exact(area).zip((0..).step_by(area)).map(of_channel).unzip()
}

fn matrix(tensor: Tensor<2>) -> Option<DMatrix<f64>> {
    let [rows, columns] = tensor.dims();
    Some(DMatrix::from_row_slice(rows, columns, &values(tensor)?).cast())
}
