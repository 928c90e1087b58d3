//! The codes that a generator draws from: z of the prior, or what a mapping network makes of it.

use std::sync::Arc;

use crate::{DcganConfig, LatentPrior, Random, Stream};

/// Two layers in plain loops, their normalisation in their weights: small enough to live with the page, so that a sample
/// that a link names has the same code on every device.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    hidden: Layer,
    out: Layer,
}

/// A matrix `[inputs, outputs]` and a bias for each output.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// `[inputs, outputs]`, row by row.
    pub weight: Vec<f32>,
    /// `[outputs]`; its length says how many outputs there are.
    pub bias: Vec<f32>,
}

impl Layer {
    /// Whether the matrix has the shape that it must have.
    fn is_of(&self, inputs: usize) -> bool {
        !self.bias.is_empty() && self.weight.len() == inputs * self.bias.len()
    }

    fn apply(&self, input: &[f32]) -> Vec<f32> {
        let mut sums = self.bias.clone();
        for (value, row) in input.iter().zip(self.weight.chunks_exact(self.bias.len())) {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
        }
        sums
    }
}

impl Mapping {
    /// `None` for layers that do not follow on each other, or that change the length of a code.
    pub fn new(hidden: Layer, out: Layer) -> Option<Self> {
        (hidden.is_of(out.bias.len()) && out.is_of(hidden.bias.len())).then_some(Self { hidden, out })
    }

    /// Reads what [`Mapping::values`] wrote, for codes of `dim` values.
    pub fn from_values(values: &[f32], dim: usize) -> Option<Self> {
        // dim * hidden + hidden + hidden * dim + dim values.
        let hidden = values.len().checked_sub(dim)? / (2 * dim + 1);
        let (first, second) = values.split_at_checked(dim * hidden + hidden)?;
        let layer = |values: &[f32], outputs: usize| {
            let (weight, bias) = values.split_at_checked(values.len().checked_sub(outputs)?)?;
            Some(Layer { weight: weight.to_vec(), bias: bias.to_vec() })
        };
        Self::new(layer(first, hidden)?, layer(second, dim)?)
    }

    /// Weights and bias of the first layer, then of the second.
    pub fn values(&self) -> Vec<f32> {
        [&self.hidden.weight, &self.hidden.bias, &self.out.weight, &self.out.bias]
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }

    /// z `[dim]` to w `[dim]`.
    pub fn apply(&self, z: &[f32]) -> Vec<f32> {
        let mut hidden = self.hidden.apply(z);
        // Not `f32::max`, which drops NaN: a broken network must not go unnoticed.
        hidden.iter_mut().filter(|value| **value < 0.0).for_each(|value| *value = 0.0);
        self.out.apply(&hidden)
    }
}

/// Where the codes of a generator come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Codes {
    prior: LatentPrior,
    dim: usize,
    mapping: Option<Arc<Mapping>>,
}

impl Codes {
    /// `None` where the settings ask for a mapping network and there is none of their length.
    pub fn new(config: &DcganConfig, mapping: Option<Mapping>) -> Option<Self> {
        let mapping = mapping.filter(|mapping| mapping.out.bias.len() == config.latent_dim);
        let is_whole = mapping.is_some() == (config.mapping > 0);
        is_whole.then(|| Self { prior: config.prior, dim: config.latent_dim, mapping: mapping.map(Arc::new) })
    }

    /// Values of a code.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The mapping network, if there is one.
    pub fn mapping(&self) -> Option<&Mapping> {
        self.mapping.as_deref()
    }

    /// What single values of codes are like: those of a mapping network are as good as normal.
    pub fn prior(&self) -> LatentPrior {
        if self.mapping.is_some() { LatentPrior::Gaussian } else { self.prior }
    }

    /// Codes of z `[count, dim]`, as many.
    pub fn mapped(&self, z: Vec<f32>) -> Vec<f32> {
        match &self.mapping {
            Some(mapping) => z.chunks_exact(self.dim).flat_map(|z| mapping.apply(z)).collect(),
            None => z,
        }
    }

    /// `[count, dim]`.
    pub fn draw(&self, random: &mut Random, count: usize) -> Vec<f32> {
        self.mapped(random.latent(self.prior, count, self.dim))
    }

    /// The first samples of a seed, `[count, dim]`.
    pub fn samples(&self, seed: u32, count: usize) -> Vec<f32> {
        self.draw(&mut Random::new(seed, Stream::Latent), count)
    }

    /// The last of as many samples of a seed, `[dim]`.
    pub fn sample(&self, seed: u32, index: usize) -> Vec<f32> {
        let mut z = Random::new(seed, Stream::Latent).latent(self.prior, index + 1, self.dim);
        self.mapped(z.split_off(index * self.dim))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> DcganConfig {
        DcganConfig { latent_dim: 2, mapping: 3, ..DcganConfig::default() }
    }

    fn mapping() -> Mapping {
        let hidden = Layer { weight: vec![1.0, -1.0, 0.0, 0.0, 2.0, 1.0], bias: vec![0.0, 0.0, 0.5] };
        let out = Layer { weight: vec![1.0, 0.0, 0.0, 1.0, 1.0, -1.0], bias: vec![0.0, 0.25] };
        Mapping::new(hidden, out).unwrap()
    }

    #[test]
    fn a_mapping_is_two_layers_with_relu() {
        // Hidden sums are 1, 3 and 2.5.
        assert_eq!(mapping().apply(&[1.0, 2.0]), [3.5, 0.75]);
        // -1, 1 and 0.5: ReLU takes the first away.
        assert_eq!(mapping().apply(&[-1.0, 0.0]), [0.5, 0.75]);
        assert!(mapping().apply(&[f32::NAN, 0.0]).iter().all(|value| value.is_nan()));
    }

    #[test]
    fn a_mapping_comes_back_from_its_values() {
        assert_eq!(Mapping::from_values(&mapping().values(), 2), Some(mapping()));
        assert_eq!(Mapping::from_values(&mapping().values()[1..], 2), None);
        assert_eq!(Mapping::from_values(&[], 2), None);
    }

    #[test]
    fn settings_and_mapping_must_agree() {
        assert!(Codes::new(&config(), None).is_none());
        assert!(Codes::new(&DcganConfig { mapping: 0, ..config() }, Some(mapping())).is_none());
        assert!(Codes::new(&DcganConfig { latent_dim: 5, ..config() }, Some(mapping())).is_none());
        assert!(Codes::new(&config(), Some(mapping())).is_some());
    }

    #[test]
    fn a_sample_is_the_same_however_many_are_drawn() {
        let codes = Codes::new(&config(), Some(mapping())).unwrap();
        assert_eq!(codes.samples(11, 9)[10..12], codes.sample(11, 5));
    }
}
