//! The multilayer perceptron of [`crate::nets::mlp::Mlp`], with the same weights under the same names.

use forger_protocol::Activation;

use super::kernels::{LANES, Matrix, affine, outer, sums};
use crate::{nets::mlp::LEAK, parameters::NamedTensor};

/// All weights in one vector: for each layer `[inputs, outputs]` row by row, then `[outputs]` biases.
#[derive(Clone, Debug)]
pub struct HostMlp {
    /// Inputs, each hidden layer, outputs.
    pub widths: Vec<usize>,
    /// After each hidden layer.
    pub activation: Activation,
    /// What the optimizer changes.
    pub values: Vec<f32>,
}

/// Where the parts of a layer lie in the weights, and its size.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    /// Place of the first weight of its matrix; biases follow the matrix.
    pub start: usize,
    /// Rows of the matrix.
    pub inputs: usize,
    /// Columns of the matrix, and biases.
    pub outputs: usize,
}

impl Layer {
    /// The part of `weights` that holds the matrix.
    pub fn matrix<'a>(&self, weights: &'a [f32]) -> Matrix<'a> {
        Matrix::new(&weights[self.start..self.start + self.inputs * self.outputs], self.inputs, self.outputs)
    }

    /// The part of `weights` that holds the biases.
    pub fn bias<'a>(&self, weights: &'a [f32]) -> &'a [f32] {
        let start = self.start + self.inputs * self.outputs;
        &weights[start..start + self.outputs]
    }

    /// Matrix and biases, for gradients.
    pub fn parts_mut<'a>(&self, weights: &'a mut [f32]) -> (&'a mut [f32], &'a mut [f32]) {
        let size = self.inputs * self.outputs;
        weights[self.start..self.start + size + self.outputs].split_at_mut(size)
    }
}

/// What a forward pass leaves for the backward pass: sums and outputs of each hidden layer, and the input.
#[derive(Clone, Debug, Default)]
pub struct Pass {
    /// Samples, those that fill it up to whole lanes included.
    pub batch: usize,
    /// Inputs of each layer, `[inputs, batch]`; the last is the output of the network.
    pub inputs: Vec<Vec<f32>>,
    /// Sums of each hidden layer before its activation, `[width, batch]`.
    pub sums: Vec<Vec<f32>>,
}

impl Pass {
    /// What the network gave, `[outputs, batch]`.
    pub fn output(&self) -> &[f32] {
        self.inputs.last().map(Vec::as_slice).unwrap_or_default()
    }
}

/// A batch that the loops can take: filled up to whole lanes.
pub const fn padded(batch: usize) -> usize {
    batch.next_multiple_of(LANES)
}

/// `[batch, features]` to `[features, padded(batch)]`, the rest 0.
pub fn columns(rows: &[f32], features: usize) -> Vec<f32> {
    let batch = padded(rows.len() / features);
    let mut out = vec![0.0; features * batch];
    for (sample, row) in rows.chunks_exact(features).enumerate() {
        for (feature, value) in row.iter().enumerate() {
            out[feature * batch + sample] = *value;
        }
    }
    out
}

/// `[features, batch]` to the first `count` of `[batch, features]`.
pub fn rows(columns: &[f32], features: usize, count: usize) -> Vec<f32> {
    let batch = columns.len() / features;
    (0..count).flat_map(|sample| (0..features).map(move |feature| columns[feature * batch + sample])).collect()
}

impl HostMlp {
    /// The network of these named tensors, `layers.N.weight` and `layers.N.bias` in order.
    pub fn from_tensors(tensors: &[NamedTensor], activation: Activation) -> Self {
        let layers = tensors.iter().filter(|tensor| tensor.name.starts_with("layers."));
        let mut network = Self { widths: Vec::new(), activation, values: Vec::new() };
        for tensor in layers {
            if let [inputs, outputs] = tensor.shape[..] {
                if network.widths.is_empty() {
                    network.widths.push(inputs);
                }
                network.widths.push(outputs);
            }
            network.values.extend(&tensor.values);
        }
        network
    }

    /// The named tensors of `values`, which may also be another network's of the same shape.
    pub fn to_tensors(&self, values: &[f32]) -> Vec<NamedTensor> {
        let layers = self.layers().enumerate().flat_map(|(index, layer)| {
            let weight = NamedTensor {
                name: format!("layers.{index}.weight"),
                shape: vec![layer.inputs, layer.outputs],
                values: layer.matrix(values).values.to_vec(),
            };
            let name = format!("layers.{index}.bias");
            let bias = NamedTensor { name, shape: vec![layer.outputs], values: layer.bias(values).to_vec() };
            [weight, bias]
        });
        layers.collect()
    }

    /// The layers, first to last.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = Layer> + ExactSizeIterator {
        let mut start = 0;
        let layers = self.widths.windows(2).map(|pair| {
            let layer = Layer { start, inputs: pair[0], outputs: pair[1] };
            start += (pair[0] + 1) * pair[1];
            layer
        });
        layers.collect::<Vec<_>>().into_iter()
    }

    /// `x` `[inputs, batch]` forward.
    pub fn forward(&self, x: Vec<f32>) -> Pass {
        let mut pass = Pass::default();
        self.forward_into(x, &mut pass);
        pass
    }

    /// [`HostMlp::forward`] into the buffers of an earlier pass.
    pub fn forward_into(&self, x: Vec<f32>, pass: &mut Pass) {
        let layers = self.layers();
        let (count, hidden) = (layers.len(), layers.len() - 1);
        pass.batch = x.len() / self.widths[0];
        pass.inputs.resize(count + 1, Vec::new());
        pass.sums.resize(hidden, Vec::new());
        pass.inputs[0] = x;
        for (index, layer) in layers.enumerate() {
            let (before, after) = pass.inputs.split_at_mut(index + 1);
            let (matrix, bias) = (layer.matrix(&self.values), layer.bias(&self.values));
            if index < hidden {
                affine(matrix, Some(bias), &before[index], pass.batch, &mut pass.sums[index]);
                activate(self.activation, &pass.sums[index], &mut after[0]);
            } else {
                affine(matrix, Some(bias), &before[index], pass.batch, &mut after[0]);
            }
        }
    }

    /// Backward: `d` `[outputs, batch]` is the slope of a loss in the output. Adds the slopes of the weights to `gradient`
    /// if given, and returns those of the input, `[inputs, batch]`.
    pub fn backward(&self, pass: &Pass, mut d: Vec<f32>, mut gradient: Option<&mut [f32]>) -> Vec<f32> {
        let mut below = Vec::new();
        for (index, layer) in self.layers().enumerate().rev() {
            if let Some(gradient) = gradient.as_deref_mut() {
                let (matrix, bias) = layer.parts_mut(gradient);
                outer(&pass.inputs[index], layer.inputs, &d, layer.outputs, pass.batch, matrix);
                sums(&d, layer.outputs, pass.batch, bias);
            }
            affine(layer.matrix(&self.values).transposed(), None, &d, pass.batch, &mut below);
            if index > 0 {
                times_slope(self.activation, &pass.sums[index - 1], &pass.inputs[index], &mut below);
            }
            std::mem::swap(&mut d, &mut below);
        }
        d
    }
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}

fn activate(activation: Activation, sums: &[f32], out: &mut Vec<f32>) {
    out.clear();
    match activation {
        Activation::Relu => out.extend(sums.iter().map(|x| x.max(0.0))),
        Activation::LeakyRelu => out.extend(sums.iter().map(|x| x.max(LEAK as f32 * x))),
        Activation::Tanh => out.extend(sums.iter().map(|x| libm::tanhf(*x))),
        Activation::Sigmoid => out.extend(sums.iter().map(|x| sigmoid(*x))),
        Activation::Silu => out.extend(sums.iter().map(|x| x * sigmoid(*x))),
    }
}

/// Multiplies by the slope of the activation, given its sums `x` and outputs `y`.
pub fn times_slope(activation: Activation, x: &[f32], y: &[f32], d: &mut [f32]) {
    let all = d.iter_mut().zip(x.iter().zip(y));
    match activation {
        Activation::Relu => all.for_each(|(d, (x, _))| *d = if *x > 0.0 { *d } else { 0.0 }),
        Activation::LeakyRelu => all.for_each(|(d, (x, _))| *d = if *x > 0.0 { *d } else { LEAK as f32 * *d }),
        Activation::Tanh => all.for_each(|(d, (_, y))| *d *= 1.0 - y * y),
        Activation::Sigmoid => all.for_each(|(d, (_, y))| *d *= y * (1.0 - y)),
        Activation::Silu => all.for_each(|(d, (x, _))| {
            let s = sigmoid(*x);
            *d *= s * (1.0 + x * (1.0 - s));
        }),
    }
}

/// Multiplies by the curvature (second derivative) of the activation; false for those that have none.
pub fn times_curvature(activation: Activation, x: &[f32], y: &[f32], d: &mut [f32]) -> bool {
    let all = d.iter_mut().zip(x.iter().zip(y));
    match activation {
        Activation::Relu | Activation::LeakyRelu => return false,
        Activation::Tanh => all.for_each(|(d, (_, y))| *d *= -2.0 * y * (1.0 - y * y)),
        Activation::Sigmoid => all.for_each(|(d, (_, y))| *d *= y * (1.0 - y) * (1.0 - 2.0 * y)),
        Activation::Silu => all.for_each(|(d, (x, _))| {
            let s = sigmoid(*x);
            *d *= s * (1.0 - s) * (2.0 + x * (1.0 - 2.0 * s));
        }),
    }
    true
}
