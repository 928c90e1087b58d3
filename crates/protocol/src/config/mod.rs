//! What to train: the settings of each system, with the defaults that page and command line share.

mod classifier;
mod cyclegan;
mod dcgan;
mod encoder;
mod optimizer;
mod pix2pix;
mod simgan;
mod superres;
mod toy;
pub mod translation;

use serde::{Deserialize, Serialize};

pub use classifier::ClassifierConfig;
pub use cyclegan::CycleganConfig;
pub use dcgan::{Augment, DcganConfig};
pub use encoder::EncoderConfig;
pub use optimizer::OptimizerConfig;
pub use pix2pix::Pix2pixConfig;
pub use simgan::{Kept, SimganConfig};
pub use superres::{Degradation, PixelDistance, SuperresConfig, SuperresLosses, Upsampling};
pub use toy::{Distribution, MOST_POINTS, Penalty, ToyConfig};
pub use translation::{Doubling, MOST_AT_ONCE, MOST_FILLED, TranslatorConfig, TranslatorNetwork};

/// What a hidden neuron makes of its sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `max(0.2 x, x)`, the usual choice for GANs since DCGAN (arXiv 1511.06434, section 4).
    #[default]
    LeakyRelu,
    /// The hyperbolic tangent, in `[-1, 1]`.
    Tanh,
    /// The logistic function.
    Sigmoid,
    /// `x sigma(x)`: Elfwing et al. 2017 (arXiv 1702.03118).
    Silu,
}

impl Activation {
    /// Every activation, in the order in which a menu shows them.
    pub const ALL: [Self; 5] = [Self::LeakyRelu, Self::Relu, Self::Tanh, Self::Sigmoid, Self::Silu];
}

/// How D's verdict becomes a loss. `a = D(real)`, `b = D(fake)` are logits; sigma is the logistic function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdversarialLoss {
    /// G minimises `log(1 - sigma(b))`: Goodfellow et al. 2014 (arXiv 1406.2661), equation 1.
    Minimax,
    /// G maximises `log sigma(b)`: the same paper, end of section 3. The usual choice.
    #[default]
    NonSaturating,
    /// Targets 1 and 0 with a squared error: Mao et al. 2017 (arXiv 1611.04076), equation 9.
    LeastSquares,
    /// Hinge: Lim and Ye 2017 (arXiv 1705.02894); Miyato et al. 2018 (arXiv 1802.05957), equations 16 and 17.
    Hinge,
    /// Wasserstein with weight clipping: Arjovsky et al. 2017 (arXiv 1701.07875), algorithm 1.
    Wasserstein,
}

impl AdversarialLoss {
    /// Every loss, in the order in which a menu shows them.
    pub const ALL: [Self; 5] = [Self::NonSaturating, Self::Minimax, Self::LeastSquares, Self::Hinge, Self::Wasserstein];
}

/// Which player a step trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Discriminators only: one update of each, and of SimGAN's as many as a whole step has.
    Discriminator,
    /// Generators only, likewise. An encoder has nobody else, and learns whatever is asked for.
    Generator,
    /// A whole step: the updates of all players, as many and in the order that the system says.
    Both,
}

/// What z is drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatentPrior {
    /// Standard normal in every dimension.
    #[default]
    Gaussian,
    /// Uniform on `[-1, 1]` in every dimension.
    Uniform,
}

/// Normalisation between the layers of a convolutional network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalization {
    /// Batch normalisation, as in DCGAN.
    #[default]
    Batch,
    /// Instance normalisation.
    Instance,
    /// None.
    None,
}

/// Hidden layers of a multilayer perceptron: `layers` of `width` neurons each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MlpConfig {
    /// Neurons in each hidden layer, 1 to 512.
    pub width: usize,
    /// Hidden layers, 0 to 5.
    pub layers: usize,
    /// After each hidden layer; the last layer has none.
    pub activation: Activation,
}

impl Default for MlpConfig {
    fn default() -> Self {
        Self { width: 64, layers: 2, activation: Activation::LeakyRelu }
    }
}

/// A setting out of its range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{field} is {value}, but must lie between {min} and {max}")]
pub struct OutOfRange {
    /// The setting by its name, such as `generator_optimizer.beta1`, or what is counted.
    pub field: String,
    /// What it was set to.
    pub value: f64,
    /// The least that is allowed.
    pub min: f64,
    /// The most that is allowed.
    pub max: f64,
}

/// Settings of which each may be what it is, but not beside the others. No run begins with them. A model that was trained with them
/// reads all the same: they are nothing to how its networks draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Conflict {
    /// [`AdversarialLoss::Wasserstein`] in a system that clips no weights.
    #[error("loss \"wasserstein\" needs a D whose weights are clipped, as toy and dcgan have it: take another loss")]
    NotClipped,
    /// Semantic consistency of a refiner without an opponent, which keeps pictures as they are and asks for nothing else.
    #[error("semantic has an effect beside a discriminator only: set adversarial above 0, or semantic to 0")]
    NoOpponent,
    /// A history that never has what D is shown of it at once.
    #[error("history is {history}, of which half a batch is shown at once: set it to {least} or more, or to 0")]
    ShortHistory {
        /// What it was set to.
        history: usize,
        /// Half a batch.
        least: usize,
    },
}

/// The least sum of the weights of losses: without any, nothing is learned.
const LEAST_SUM: f64 = 1e-9;

fn within(field: &str, value: f64, min: f64, max: f64) -> Result<(), OutOfRange> {
    // Written so that NaN fails, too.
    if value >= min && value <= max {
        return Ok(());
    }
    Err(OutOfRange { field: field.to_owned(), value, min, max })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Settings as _;

    #[test]
    fn defaults_are_valid() {
        assert_eq!(ToyConfig::default().validate(), Ok(()));
        assert_eq!(DcganConfig::default().validate(), Ok(()));
    }

    #[test]
    fn out_of_range_names_the_field() {
        let config = ToyConfig { batch: 1, ..ToyConfig::default() };
        assert_eq!(config.validate().unwrap_err().field, "batch");
        let config = ToyConfig { clip: f64::NAN, ..ToyConfig::default() };
        assert_eq!(config.validate().unwrap_err().field, "clip");
        let config = DcganConfig { image_size: 30, ..DcganConfig::default() };
        assert_eq!(config.validate().unwrap_err().field, "image_size (28, 32, 64 or 128)");
    }

    #[test]
    fn learning_rate_is_live_and_width_is_not() {
        let config = ToyConfig::default();
        let faster = ToyConfig { generator_optimizer: OptimizerConfig::adam(0.01), ..config.clone() };
        assert!(config.is_live_change(&faster));
        let wider = ToyConfig { generator: MlpConfig { width: 65, ..MlpConfig::default() }, ..config.clone() };
        assert!(!config.is_live_change(&wider));
    }

    #[test]
    fn missing_settings_take_their_defaults() {
        let config: ToyConfig = serde_json::from_str(r#"{"batch": 32}"#).unwrap();
        assert_eq!(config, ToyConfig { batch: 32, ..ToyConfig::default() });
    }
}
