//! Optimizers.

use serde::{Deserialize, Serialize};

use super::{OutOfRange, within};

/// An optimizer and its hyper-parameters, as the papers name them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name")]
pub enum OptimizerConfig {
    /// Adam: Kingma and Ba 2015 (arXiv 1412.6980).
    Adam {
        /// Step size, 0 to 10.
        learning_rate: f64,
        /// Decay of the mean of the gradients, 0 to 0.9999.
        beta1: f64,
        /// Decay of the mean of their squares, 0 to 0.999999.
        beta2: f64,
    },
    /// RMSProp, as in Arjovsky et al. 2017.
    RmsProp {
        /// Step size, 0 to 10.
        learning_rate: f64,
        /// Decay of the mean of the squared gradients, 0 to 0.999999.
        alpha: f64,
    },
    /// Plain stochastic gradient descent, with optional momentum.
    Sgd {
        /// Step size, 0 to 10.
        learning_rate: f64,
        /// Share of the last velocity that is kept, 0 to 0.9999; 0 for none.
        momentum: f64,
    },
}

impl OptimizerConfig {
    /// Adam with `beta1 = 0.5, beta2 = 0.999`, the usual choice for GANs since DCGAN (arXiv 1511.06434, section 4).
    pub const fn adam(learning_rate: f64) -> Self {
        Self::Adam { learning_rate, beta1: 0.5, beta2: 0.999 }
    }

    /// The step size, whichever the optimizer.
    pub const fn learning_rate(&self) -> f64 {
        match *self {
            Self::Adam { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. }
            | Self::Sgd { learning_rate, .. } => learning_rate,
        }
    }

    /// How many values it remembers for each weight.
    pub const fn moments(&self) -> usize {
        match *self {
            Self::Adam { .. } => 2,
            Self::Sgd { momentum: 0.0, .. } => 0,
            Self::RmsProp { .. } | Self::Sgd { .. } => 1,
        }
    }

    /// Whether what one remembers means the same to the other.
    pub fn is_same_kind(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.moments() == other.moments()
    }

    /// The same optimizer with another step size.
    pub const fn with_learning_rate(mut self, rate: f64) -> Self {
        match &mut self {
            Self::Adam { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. }
            | Self::Sgd { learning_rate, .. } => {
                *learning_rate = rate;
            }
        }
        self
    }
}

impl OptimizerConfig {
    pub(super) fn validate(&self, field: &str) -> Result<(), OutOfRange> {
        within(&format!("{field}.learning_rate"), self.learning_rate(), 0.0, 10.0)?;
        match *self {
            Self::Adam { beta1, beta2, .. } => {
                within(&format!("{field}.beta1"), beta1, 0.0, 0.9999)?;
                within(&format!("{field}.beta2"), beta2, 0.0, 0.999_999)
            }
            Self::RmsProp { alpha, .. } => within(&format!("{field}.alpha"), alpha, 0.0, 0.999_999),
            Self::Sgd { momentum, .. } => within(&format!("{field}.momentum"), momentum, 0.0, 0.9999),
        }
    }
}
