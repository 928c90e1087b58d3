//! Multilayer perceptron: linear layers with leaky ReLU (slope 0.2) between them and nothing after the last.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor, activation::leaky_relu},
};
use forger_protocol::{MlpConfig, Random};

use super::{Discriminator, Generator};
use crate::parameters;

/// Slope of leaky ReLU for negative values, as in DCGAN (arXiv 1511.06434, section 4).
pub const LEAK: f64 = 0.2;

/// A perceptron from `[batch, inputs]` to `[batch, outputs]`.
#[derive(Module, Debug)]
pub struct Mlp {
    pub layers: Vec<Linear>,
}

impl Mlp {
    /// Weights are normal with variance `2 / ((1 + LEAK^2) fan_in)` (He et al. 2015, arXiv 1502.01852, equation 14), of
    /// gain 1 in the last layer, which no ReLU follows; biases are zero.
    pub fn new(inputs: usize, config: MlpConfig, outputs: usize, random: &mut Random, device: &Device) -> Self {
        let widths = std::iter::once(inputs)
            .chain(std::iter::repeat_n(config.width, config.layers))
            .chain([outputs])
            .collect::<Vec<_>>();
        let layers = widths.windows(2).map(|pair| LinearConfig::new(pair[0], pair[1]).init(device)).collect();
        let last = format!("layers.{}.weight", config.layers);
        parameters::fill(Self { layers }, device, |name, shape| {
            let mut values = vec![0.0; shape.iter().product()];
            if name.ends_with("weight") {
                let gain = if name == last { 1.0 } else { 2.0 / (1.0 + LEAK * LEAK) };
                let deviation = (gain / shape[0] as f64).sqrt() as f32;
                random.fill_normal(&mut values);
                values.iter_mut().for_each(|value| *value *= deviation);
            }
            values
        })
    }

    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                x = leaky_relu(x, LEAK);
            }
            x = layer.forward(x);
        }
        x
    }
}

impl Generator<2> for Mlp {
    fn forge(&self, z: Tensor<2>) -> Tensor<2> {
        self.forward(z)
    }
}

impl Discriminator<2> for Mlp {
    fn judge(&self, samples: Tensor<2>) -> Tensor<2> {
        self.forward(samples)
    }
}
