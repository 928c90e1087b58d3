//! Optimizers as the papers and PyTorch define them, made of burn's.

use burn::optim::{AdamConfig, ModuleOptimizer, RmsPropConfig, SgdConfig, momentum::MomentumConfig};
use forger_protocol::OptimizerConfig;

/// PyTorch's `eps`; burn's own default is 1e-5.
const EPSILON: f32 = 1e-8;

/// The optimizer without state; the learning rate goes into each step.
pub fn build(config: &OptimizerConfig) -> ModuleOptimizer {
    match *config {
        OptimizerConfig::Adam { beta1, beta2, .. } => {
            AdamConfig::new().with_beta_1(beta1 as f32).with_beta_2(beta2 as f32).with_epsilon(EPSILON).init()
        }
        OptimizerConfig::RmsProp { alpha, .. } => {
            RmsPropConfig::new().with_alpha(alpha as f32).with_momentum(0.0).with_epsilon(EPSILON).init()
        }
        OptimizerConfig::Sgd { momentum, .. } if momentum > 0.0 => SgdConfig::new()
            .with_momentum(Some(MomentumConfig::new().with_momentum(momentum).with_dampening(0.0)))
            .init(),
        OptimizerConfig::Sgd { .. } => SgdConfig::new().init(),
    }
}
