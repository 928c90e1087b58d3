//! Multilayer perceptron: linear layers with an activation between them and nothing after the last.

use burn::{
    module::{Module, Param, ParamId},
    nn::{Linear, LinearConfig},
    tensor::{
        Device, Tensor, TensorData,
        activation::{leaky_relu, relu, sigmoid, silu},
    },
};
use forger_protocol::{Activation, MlpConfig, Random};

use super::{
    Discriminator, Generator,
    product::{linear, product},
};
use crate::{
    host::{mlp::HostMlp, spectral::Spectral},
    parameters,
};

/// Slope of leaky ReLU for negative values, as in DCGAN (arXiv 1511.06434, section 4).
pub const LEAK: f64 = 0.2;

/// A perceptron from `[batch, inputs]` to `[batch, outputs]`.
#[derive(Module, Debug)]
pub struct Mlp {
    /// From the inputs to the outputs: one more than there are hidden layers.
    pub layers: Vec<Linear>,
    /// For spectral normalisation, the singular vectors u and v of each layer in one: `[outputs + inputs]`. Empty without.
    pub spectral: Vec<Param<Tensor<1>>>,
    /// After each layer but the last.
    #[module(skip)]
    pub activation: Activation,
}

fn activate(activation: Activation, x: Tensor<2>) -> Tensor<2> {
    match activation {
        Activation::Relu => relu(x),
        Activation::LeakyRelu => leaky_relu(x, LEAK),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => sigmoid(x),
        Activation::Silu => silu(x),
    }
}

/// The slope of the activation at its sums x.
fn slope(activation: Activation, x: Tensor<2>) -> Tensor<2> {
    match activation {
        Activation::Relu => x.greater_elem(0.0).float(),
        Activation::LeakyRelu => x.greater_elem(0.0).float() * (1.0 - LEAK) + LEAK,
        Activation::Tanh => x.tanh().square().neg() + 1.0,
        Activation::Sigmoid => {
            let y = sigmoid(x);
            y.clone() * (y.neg() + 1.0)
        }
        Activation::Silu => {
            let s = sigmoid(x.clone());
            s.clone() * (x * (s.neg() + 1.0) + 1.0)
        }
    }
}

fn normalise(vector: Tensor<2>) -> Tensor<2> {
    let norm = vector.clone().square().sum().sqrt() + 1e-12;
    vector / norm.unsqueeze()
}

impl Mlp {
    /// Weights are normal with variance `gain / fan_in` (He et al. 2015, arXiv 1502.01852, equations 10 and 15):
    /// `2 / (1 + LEAK^2)` for ReLU and its kin, 1 for the other activations and in the last layer, which none follows;
    /// biases are zero.
    pub fn new(inputs: usize, config: MlpConfig, outputs: usize, random: &mut Random, device: &Device) -> Self {
        let widths = std::iter::once(inputs)
            .chain(std::iter::repeat_n(config.width, config.layers))
            .chain([outputs])
            .collect::<Vec<_>>();
        let layers = widths.windows(2).map(|pair| LinearConfig::new(pair[0], pair[1]).init(device)).collect();
        let hidden_gain = match config.activation {
            Activation::LeakyRelu | Activation::Relu | Activation::Silu => 2.0 / (1.0 + LEAK * LEAK),
            Activation::Tanh | Activation::Sigmoid => 1.0,
        };
        let last = format!("layers.{}.weight", config.layers);
        let module = Self { layers, spectral: Vec::new(), activation: config.activation };
        parameters::fill(module, device, |name, shape| {
            let mut values = vec![0.0; shape.iter().product()];
            if name.ends_with("weight") {
                let gain = if name == last { 1.0 } else { hidden_gain };
                let deviation = (gain / shape[0] as f64).sqrt() as f32;
                random.fill_normal(&mut values);
                values.iter_mut().for_each(|value| *value *= deviation);
            }
            values
        })
    }

    /// The same network with spectral normalisation (arXiv 1802.05957, algorithm 1). Its vectors are those that the host
    /// begins with, to the last bit, so this waits for the device.
    pub fn with_spectral_norm(mut self) -> Self {
        let device = self.layers[0].weight.device();
        let host = HostMlp::from_tensors(&parameters::collect(&self), self.activation);
        let Spectral { us, vs } = Spectral::new(&host);
        let param = |vector: Vec<f32>| {
            let length = vector.len();
            Param::initialized(ParamId::new(), Tensor::from_data(TensorData::new(vector, [length]), &device))
        };
        self.spectral = us.into_iter().zip(vs).map(|(u, v)| param([u, v].concat())).collect();
        // For the fixed ids that a walk gives.
        let tensors = parameters::collect(&self);
        let mut values = tensors.into_iter().map(|tensor| tensor.values);
        parameters::fill(self, &device, |_, _| values.next().unwrap_or_default())
    }

    /// u `[outputs, 1]` and v `[1, inputs]` of a layer, as constants.
    fn vectors(&self, index: usize) -> Option<(Tensor<2>, Tensor<2>)> {
        let both = self.spectral.get(index)?.val().detach();
        let [inputs, outputs] = self.layers[index].weight.dims();
        let (u, v) = (both.clone().slice(0..outputs), both.slice(outputs..outputs + inputs));
        Some((u.reshape([outputs, 1]), v.reshape([1, inputs])))
    }

    /// A layer's matrix, `[inputs, outputs]`, divided by `sigma = v W u` where it is to be.
    fn matrix(&self, index: usize) -> Tensor<2> {
        let weight = self.layers[index].weight.val();
        match self.vectors(index) {
            Some((u, v)) => {
                let sigma = product(product(v, weight.clone()), u);
                weight / sigma
            }
            None => weight,
        }
    }

    fn linear(&self, index: usize, x: Tensor<2>) -> Tensor<2> {
        if self.spectral.is_empty() {
            return linear(&self.layers[index], x);
        }
        let y = product(x, self.matrix(index));
        match &self.layers[index].bias {
            Some(bias) => y + bias.val().unsqueeze(),
            None => y,
        }
    }

    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for index in 0..self.layers.len() {
            if index > 0 {
                x = activate(self.activation, x);
            }
            x = self.linear(index, x);
        }
        x
    }

    /// Slopes of the only output in the inputs, `[batch, inputs]`: the backward pass, written out as a forward one.
    pub fn input_slopes(&self, mut x: Tensor<2>) -> Tensor<2> {
        let mut slopes = Vec::new();
        for index in 0..self.layers.len() - 1 {
            let sums = self.linear(index, x);
            slopes.push(slope(self.activation, sums.clone()));
            x = activate(self.activation, sums);
        }
        let last = self.layers.len() - 1;
        let mut d = self.matrix(last).transpose().expand([x.dims()[0] as i64, -1]);
        for index in (0..last).rev() {
            let through = slopes.pop().map_or(d.clone(), |slope| d.clone() * slope);
            d = product(through, self.matrix(index).transpose());
        }
        d
    }
}

impl Generator<2> for Mlp {
    fn draw(&self, codes: Tensor<2>) -> Tensor<2> {
        self.forward(codes)
    }
}

impl Discriminator<2> for Mlp {
    fn judge(&self, samples: Tensor<2>) -> Tensor<2> {
        self.forward(samples)
    }

    fn slopes(&self, samples: Tensor<2>) -> Option<Tensor<2>> {
        Some(self.input_slopes(samples))
    }

    /// One power iteration for each layer.
    fn prepare(mut self) -> Self {
        let vectors = (0..self.spectral.len()).filter_map(|index| {
            let (u, _) = self.vectors(index)?;
            let weight = self.layers[index].weight.val().detach();
            let v = normalise(product(weight.clone(), u));
            let u = normalise(product(weight.transpose(), v.clone()));
            Some(Tensor::cat(vec![u.flatten(0, 1), v.flatten(0, 1)], 0))
        });
        let vectors = vectors.collect::<Vec<_>>();
        for (param, vector) in self.spectral.iter_mut().zip(vectors) {
            *param = Param::initialized(param.id, vector.detach().set_require_grad(false));
        }
        self
    }
}
