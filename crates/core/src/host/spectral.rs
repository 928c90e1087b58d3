//! Spectral normalisation: Miyato et al. 2018 (arXiv 1802.05957), algorithm 1 and equation 12.
//!
//! Weights are `[inputs, outputs]`, so u has the length of the outputs and v that of the inputs.

use super::mlp::{HostMlp, Layer};

/// The first pair of singular vectors of each layer, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectral {
    /// Unit vectors over the outputs, one a layer.
    pub us: Vec<Vec<f32>>,
    /// Unit vectors over the inputs.
    pub vs: Vec<Vec<f32>>,
}

/// What normalising a network found: its weights divided by sigma, and the sigmas.
pub struct Normalised {
    /// Each matrix divided by its sigma, the biases as they were.
    pub network: HostMlp,
    sigmas: Vec<f32>,
}

fn normalise(mut vector: Vec<f32>) -> Vec<f32> {
    let norm = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|value| *value /= norm + 1e-12);
    vector
}

/// `matrix u`, one value an input.
fn times(layer: Layer, weights: &[f32], u: &[f32]) -> Vec<f32> {
    let rows = layer.matrix(weights).values.chunks_exact(layer.outputs);
    rows.map(|row| row.iter().zip(u).map(|(weight, u)| weight * u).sum()).collect()
}

/// Power iterations before the first step, as many as PyTorch's `parametrizations.spectral_norm` does.
const AT_THE_START: usize = 15;

impl Spectral {
    /// For the layers of a network, from vectors of equal values. D is looked at, and may teach G, before its own first
    /// update, and vectors that know nothing of the weights give a sigma near zero, of either sign.
    pub fn new(network: &HostMlp) -> Self {
        let equal = |length: usize| vec![1.0 / (length as f32).sqrt(); length];
        let mut new = Self {
            us: network.layers().map(|layer| equal(layer.outputs)).collect(),
            vs: network.layers().map(|layer| equal(layer.inputs)).collect(),
        };
        for _ in 0..AT_THE_START {
            new.iterate(network);
        }
        new
    }

    /// One power iteration.
    pub fn iterate(&mut self, network: &HostMlp) {
        for ((layer, u), v) in network.layers().zip(&mut self.us).zip(&mut self.vs) {
            *v = normalise(times(layer, &network.values, u));
            let mut next = vec![0.0; layer.outputs];
            for (row, v) in layer.matrix(&network.values).values.chunks_exact(layer.outputs).zip(v) {
                next.iter_mut().zip(row).for_each(|(next, weight)| *next += *v * weight);
            }
            *u = normalise(next);
        }
    }

    /// The network with each matrix divided by `sigma = v W u`.
    pub fn normalised(&self, network: &HostMlp) -> Normalised {
        let mut out = Normalised { network: network.clone(), sigmas: Vec::new() };
        for ((layer, u), v) in network.layers().zip(&self.us).zip(&self.vs) {
            let sigma: f32 = times(layer, &network.values, u).iter().zip(v).map(|(p, v)| p * v).sum();
            let (matrix, _) = layer.parts_mut(&mut out.network.values);
            matrix.iter_mut().for_each(|weight| *weight /= sigma);
            out.sigmas.push(sigma);
        }
        out
    }

    /// Turns slopes in the normalised weights into slopes in the weights themselves (equation 12).
    pub fn pull_back(&self, normalised: &Normalised, gradient: &mut [f32]) {
        let Normalised { network, sigmas } = normalised;
        for (((layer, u), v), sigma) in network.layers().zip(&self.us).zip(&self.vs).zip(sigmas) {
            let (slopes, _) = layer.parts_mut(gradient);
            let along: f32 = slopes.iter().zip(layer.matrix(&network.values).values).map(|(g, w)| g * w).sum();
            for (row, v) in slopes.chunks_exact_mut(layer.outputs).zip(v) {
                row.iter_mut().zip(u).for_each(|(slope, u)| *slope = (*slope - along * v * u) / sigma);
            }
        }
    }
}
