//! [`crate::optimizer`] on the host, with the same state.

use forger_protocol::OptimizerConfig;

use crate::{optimizer::EPSILON, player::Progress};

/// An optimizer and its state for one network.
#[derive(Clone, Debug)]
pub struct HostOptimizer {
    config: OptimizerConfig,
    /// By what the learning rate is multiplied.
    pub pace: f64,
    /// Updates done.
    pub time: u32,
    /// Adam: first, then second moment; RMSProp: mean square; SGD: velocity, if it has momentum.
    pub moments: Vec<f32>,
}

impl HostOptimizer {
    /// Without state.
    pub fn new(config: OptimizerConfig) -> Self {
        Self { config, pace: 1.0, time: 0, moments: Vec::new() }
    }

    /// With such settings and a state; `None` if that is not one of a network of `weights`.
    pub fn restored(
        &self,
        Progress { updates: time, pace, .. }: Progress,
        moments: Vec<f32>,
        weights: usize,
    ) -> Option<Self> {
        let fits = moments.len() == if time == 0 { 0 } else { self.config.moments() * weights };
        fits.then_some(Self { config: self.config, pace, time, moments })
    }

    /// Other settings: the state is kept where it means the same.
    pub fn tune(&mut self, config: OptimizerConfig) {
        if !self.config.is_same_kind(&config) {
            (self.time, self.moments) = (0, Vec::new());
        }
        self.config = config;
    }

    /// One update of `values` by their gradient.
    pub fn update(&mut self, values: &mut [f32], gradient: &[f32]) {
        self.time += 1;
        let (time, weights) = (self.time as i32, values.len());
        self.moments.resize(self.config.moments() * weights, 0.0);
        let pairs = values.iter_mut().zip(gradient);
        match self.config.with_learning_rate(self.config.learning_rate() * self.pace) {
            OptimizerConfig::Sgd { learning_rate, momentum: 0.0 } => {
                pairs.for_each(|(value, slope)| *value -= learning_rate as f32 * slope);
            }
            OptimizerConfig::Sgd { learning_rate, momentum } => {
                for ((value, slope), velocity) in pairs.zip(&mut self.moments) {
                    *velocity = momentum as f32 * *velocity + slope;
                    *value -= learning_rate as f32 * *velocity;
                }
            }
            OptimizerConfig::RmsProp { learning_rate, alpha } => {
                for ((value, slope), square) in pairs.zip(&mut self.moments) {
                    *square = alpha as f32 * *square + (1.0 - alpha) as f32 * (slope * slope);
                    *value -= learning_rate as f32 * slope / (square.sqrt() + EPSILON as f32);
                }
            }
            OptimizerConfig::Adam { learning_rate, beta1, beta2 } => {
                let rate = (learning_rate / (1.0 - libm::pow(beta1, f64::from(time)))) as f32;
                let unbias = (1.0 / (1.0 - libm::pow(beta2, f64::from(time))).sqrt()) as f32;
                let (first, second) = self.moments.split_at_mut(weights);
                let (b1, b2) = (beta1 as f32, beta2 as f32);
                let (c1, c2) = ((1.0 - beta1) as f32, (1.0 - beta2) as f32);
                for ((value, slope), (first, second)) in pairs.zip(first.iter_mut().zip(second)) {
                    *first = b1 * *first + c1 * slope;
                    *second = b2 * *second + c2 * (slope * slope);
                    *value -= rate * *first / (second.sqrt() * unbias + EPSILON as f32);
                }
            }
        }
    }
}
