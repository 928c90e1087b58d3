//! SGD, RMSProp and Adam as the papers and PyTorch define them.
//!
//! All trained tensors of a network are updated as one flat vector: a dozen operations a step, whatever the number of
//! layers. For networks of a few thousand weights the number of operations is what training costs. It also makes the
//! state two vectors, which a browser can read back without waiting.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Gradients, Tensor},
};
use forger_protocol::OptimizerConfig;

use crate::{parameters, player::Progress};

/// PyTorch's `eps`.
pub const EPSILON: f64 = 1e-8;

/// An optimizer and its state for one network.
#[derive(Clone, Debug)]
pub struct Optimizer {
    config: OptimizerConfig,
    /// By what the learning rate is multiplied.
    pace: f64,
    /// Updates done.
    time: u32,
    /// Adam: first and second moment; RMSProp: mean square; SGD: velocity, if it has momentum. `[weights]` each.
    moments: Vec<Tensor<1>>,
}

/// The trained tensors of a network and their gradients, flat.
struct Flatten<'a> {
    gradients: &'a mut GradientsParams,
    values: Vec<Tensor<1>>,
    slopes: Vec<Tensor<1>>,
}

impl ModuleVisitor for Flatten<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // Running statistics have no gradient.
        if let Some(slope) = self.gradients.remove::<D>(param.id) {
            let size = slope.shape().num_elements();
            self.slopes.push(slope.reshape([size]));
            self.values.push(param.val().inner().reshape([size]));
        }
    }
}

/// The trained values of a network and the gradient of a loss by them, `[weights]` each; `None` where there is no gradient. Takes
/// those of this network only: others may share the loss.
pub fn flatten<M: Module>(module: &M, gradients: &mut Gradients) -> Option<(Tensor<1>, Tensor<1>)> {
    let mut gradients = GradientsParams::from_module(gradients, module);
    let mut flat = Flatten { gradients: &mut gradients, values: Vec::new(), slopes: Vec::new() };
    module.visit(&mut flat);
    (!flat.values.is_empty()).then(|| (Tensor::cat(flat.values, 0), Tensor::cat(flat.slopes, 0)))
}

/// The mean of one vector and others like it; the one itself, to the last bit, where there are no others.
pub fn mean(one: Tensor<1>, others: Vec<Tensor<1>>) -> Tensor<1> {
    if others.is_empty() {
        return one;
    }
    let count = others.len() + 1;
    others.into_iter().fold(one, |sum, other| sum + other) / count as f32
}

fn sum_of_squares(values: &Tensor<1>) -> Tensor<1> {
    #[cfg(feature = "gpu")]
    if let Some(sum) = crate::nets::gpu::sum_of_squares(values) {
        return sum;
    }
    values.clone().square().sum()
}

impl Optimizer {
    /// Without state.
    pub fn new(config: OptimizerConfig) -> Self {
        Self { config, pace: 1.0, time: 0, moments: Vec::new() }
    }

    /// Other settings: the state is kept where it means the same.
    pub fn tune(&mut self, config: OptimizerConfig) {
        if !self.config.is_same_kind(&config) {
            (self.time, self.moments) = (0, Vec::new());
        }
        self.config = config;
    }

    /// By what the learning rate is multiplied.
    pub fn pace(&self) -> f64 {
        self.pace
    }

    /// Multiplies the learning rate from now on.
    pub fn slow_down(&mut self, factor: f64) {
        self.pace *= factor;
    }

    /// One update of a network by the gradients of a loss. Also gives the Euclidean norm of the gradient, `[1]`.
    pub fn step<M: Module>(&mut self, module: M, mut gradients: Gradients) -> (M, Option<Tensor<1>>) {
        self.step_shared(module, &mut gradients, Vec::new())
    }

    /// [`Optimizer::step`] by the mean of several gradients: `gradients`, and those that copies of the network found on as
    /// many other samples, made flat by [`flatten`] and brought to the device of the network.
    pub fn step_shared<M: Module>(
        &mut self,
        module: M,
        gradients: &mut Gradients,
        others: Vec<Tensor<1>>,
    ) -> (M, Option<Tensor<1>>) {
        let Some((values, slopes)) = flatten(&module, gradients) else { return (module, None) };
        let slopes = mean(slopes, others);
        let norm = sum_of_squares(&slopes).sqrt();
        (parameters::replace_trained(module, self.update(values, slopes)), Some(norm))
    }

    /// New values of the weights, `[weights]`, given their gradients.
    pub fn update(&mut self, values: Tensor<1>, slopes: Tensor<1>) -> Tensor<1> {
        self.time += 1;
        let time = self.time as i32;
        match self.config.with_learning_rate(self.config.learning_rate() * self.pace) {
            OptimizerConfig::Sgd { learning_rate, momentum: 0.0 } => values - slopes * learning_rate,
            OptimizerConfig::Sgd { learning_rate, momentum } => {
                let velocity = match self.moments.pop() {
                    Some(velocity) => velocity * momentum + slopes,
                    None => slopes,
                };
                self.moments = vec![velocity.clone()];
                values - velocity * learning_rate
            }
            OptimizerConfig::RmsProp { learning_rate, alpha } => {
                let square = slopes.clone().square() * (1.0 - alpha);
                let mean_square = match self.moments.pop() {
                    Some(before) => before * alpha + square,
                    None => square,
                };
                self.moments = vec![mean_square.clone()];
                values - slopes * learning_rate / (mean_square.sqrt() + EPSILON)
            }
            OptimizerConfig::Adam { learning_rate, beta1, beta2 } => {
                let (first, second) = (slopes.clone() * (1.0 - beta1), slopes.square() * (1.0 - beta2));
                let (first, second) = match (self.moments.pop(), self.moments.pop()) {
                    (Some(second_before), Some(first_before)) => {
                        (first_before * beta1 + first, second_before * beta2 + second)
                    }
                    _ => (first, second),
                };
                self.moments = vec![first.clone(), second.clone()];
                let rate = learning_rate / (1.0 - beta1.powi(time));
                let deviation = second.sqrt() / (1.0 - beta2.powi(time)).sqrt();
                values - first * rate / (deviation + EPSILON)
            }
        }
    }

    /// Updates done, and the moments one after the other, not read back.
    pub fn state(&self) -> (u32, Option<Tensor<1>>) {
        (self.time, (!self.moments.is_empty()).then(|| Tensor::cat(self.moments.clone(), 0)))
    }

    /// With such settings and the [`Optimizer::state`] of a network of `weights` trained values; `None` if that has another
    /// length.
    pub fn restored(&self, progress: Progress, moments: Option<Tensor<1>>, weights: usize) -> Option<Self> {
        let length = moments.as_ref().map_or(0, |moments| moments.dims()[0]);
        let Progress { updates: time, pace, .. } = progress;
        let count = if time == 0 { 0 } else { self.config.moments() };
        let moments = moments.map(|moments| moments.chunk(count.max(1), 0)).unwrap_or_default();
        (length == count * weights).then_some(Self { config: self.config, pace, time, moments })
    }
}
