//! What to train: the settings of each system, with the defaults that page and command line share.

use serde::{Deserialize, Serialize};

/// A two-dimensional data distribution for the toy GAN. All lie within `[-1, 1] x [-1, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Eight Gaussians (standard deviation 0.04) on a circle of radius 0.7.
    #[default]
    Ring,
    /// Twenty-five Gaussians (standard deviation 0.04) on a 5 x 5 grid.
    Grid,
    /// A straight line with a little Gaussian noise.
    Line,
    /// Two interleaved half circles.
    Moons,
    /// An Archimedean spiral of one and a half turns.
    Spiral,
    /// Two Gaussians (standard deviation 0.08).
    Pair,
    /// A circle of radius 0.7 with a little Gaussian noise.
    Circle,
    /// Three discs of radius 0.2, far apart.
    Blobs,
    /// The dark squares of a 4 x 4 board.
    Checkerboard,
    /// The Swiss roll, seen from its side: a spiral whose arm grows wider outwards.
    SwissRoll,
    /// Points of the user's own: [`ToyConfig::points`].
    Own,
}

impl Distribution {
    /// Every distribution that needs no points, in the order in which a menu shows them.
    pub const ALL: [Self; 10] = [
        Self::Ring,
        Self::Grid,
        Self::Pair,
        Self::Line,
        Self::Circle,
        Self::Blobs,
        Self::Moons,
        Self::Spiral,
        Self::Checkerboard,
        Self::SwissRoll,
    ];
}

/// What a hidden neuron makes of its sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `max(0.2 x, x)`, the usual choice for GANs since DCGAN (arXiv 1511.06434, section 4).
    #[default]
    LeakyRelu,
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

/// What D pays for steep verdicts, times [`ToyConfig::penalty_weight`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Penalty {
    #[default]
    None,
    /// `(|grad D(x)| - 1)^2` between real and fake samples: Gulrajani et al. 2017 (arXiv 1704.00028), equation 3. With
    /// it, [`AdversarialLoss::Wasserstein`] does not clip.
    Gradient,
    /// `|grad D(x)|^2 / 2` on real samples: Mescheder et al. 2018 (arXiv 1801.04406), equation 9.
    R1,
}

impl Penalty {
    /// Every penalty, in the order in which a menu shows them.
    pub const ALL: [Self; 3] = [Self::None, Self::Gradient, Self::R1];
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
    /// One update of D only.
    Discriminator,
    /// One update of G only.
    Generator,
    /// One full step: `d_steps` updates of D, then one of G.
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

/// An optimizer and its hyper-parameters, as the papers name them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name")]
pub enum OptimizerConfig {
    /// Adam: Kingma and Ba 2015 (arXiv 1412.6980).
    Adam { learning_rate: f64, beta1: f64, beta2: f64 },
    /// RMSProp, as in Arjovsky et al. 2017.
    RmsProp { learning_rate: f64, alpha: f64 },
    /// Plain stochastic gradient descent, with optional momentum.
    Sgd { learning_rate: f64, momentum: f64 },
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

/// Hidden layers of a multilayer perceptron: `layers` of `width` neurons each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MlpConfig {
    /// Neurons in each hidden layer, 1 to 512.
    pub width: usize,
    /// Hidden layers, 0 to 5.
    pub layers: usize,
    pub activation: Activation,
}

impl Default for MlpConfig {
    fn default() -> Self {
        Self { width: 64, layers: 2, activation: Activation::LeakyRelu }
    }
}

/// Most of a user's own points.
pub const MOST_POINTS: usize = 512;

/// The toy GAN: two perceptrons and a two-dimensional distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToyConfig {
    pub distribution: Distribution,
    /// The points of [`Distribution::Own`], 2 to [`MOST_POINTS`]: steps of 1/127 from the middle, x and y.
    pub points: Vec<[i8; 2]>,
    pub loss: AdversarialLoss,
    pub prior: LatentPrior,
    /// Dimensions of z.
    pub latent_dim: usize,
    pub generator: MlpConfig,
    pub discriminator: MlpConfig,
    pub generator_optimizer: OptimizerConfig,
    pub discriminator_optimizer: OptimizerConfig,
    /// Real points, and as many fake ones, in a step.
    pub batch: usize,
    /// Updates of D in a step, before those of G.
    pub d_steps: usize,
    /// Updates of G in a step.
    pub g_steps: usize,
    /// Weights of D stay within `[-clip, clip]`; used by [`AdversarialLoss::Wasserstein`] without a penalty only.
    pub clip: f64,
    pub penalty: Penalty,
    pub penalty_weight: f64,
    /// Divides each weight matrix of D by its largest singular value: Miyato et al. 2018 (arXiv 1802.05957), algorithm 1.
    pub spectral_norm: bool,
    /// D aims at `1 - label_smoothing` for real samples: Salimans et al. 2016 (arXiv 1606.03498), section 3.4. Used by
    /// the losses that have a target: minimax, non-saturating and least squares.
    pub label_smoothing: f64,
    /// Standard deviation of the noise added to all that D sees: Sønderby et al. 2017 (arXiv 1610.04490), section 3.3.
    pub instance_noise: f64,
    /// Decay of the moving average of G's weights, a step.
    pub ema_decay: f64,
    pub seed: u32,
}

impl Default for ToyConfig {
    fn default() -> Self {
        Self {
            distribution: Distribution::Ring,
            points: Vec::new(),
            loss: AdversarialLoss::NonSaturating,
            prior: LatentPrior::Gaussian,
            latent_dim: 2,
            generator: MlpConfig::default(),
            discriminator: MlpConfig::default(),
            generator_optimizer: OptimizerConfig::adam(1e-3),
            discriminator_optimizer: OptimizerConfig::adam(1e-3),
            batch: 128,
            d_steps: 1,
            g_steps: 1,
            clip: 0.1,
            penalty: Penalty::None,
            penalty_weight: 1.0,
            spectral_norm: false,
            label_smoothing: 0.0,
            instance_noise: 0.0,
            ema_decay: 0.99,
            seed: 1,
        }
    }
}

/// DCGAN: Radford et al. 2016 (arXiv 1511.06434).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DcganConfig {
    /// Side of the square picture in pixels: 28, 32, 64 or 128.
    pub image_size: usize,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Dimensions of z.
    pub latent_dim: usize,
    /// Channels of the widest picture-sized layer; deeper layers double it.
    pub width: usize,
    pub normalization: Normalization,
    pub prior: LatentPrior,
    pub loss: AdversarialLoss,
    pub generator_optimizer: OptimizerConfig,
    pub discriminator_optimizer: OptimizerConfig,
    pub batch: usize,
    /// Updates of D before each update of G.
    pub d_steps: usize,
    /// Weights of D stay within `[-clip, clip]`; used by [`AdversarialLoss::Wasserstein`] only.
    pub clip: f64,
    /// Decay of the moving average of G's weights, a step.
    pub ema_decay: f64,
    pub seed: u32,
}

impl Default for DcganConfig {
    fn default() -> Self {
        Self {
            image_size: 64,
            channels: 3,
            latent_dim: 100,
            width: 64,
            normalization: Normalization::Batch,
            prior: LatentPrior::Gaussian,
            loss: AdversarialLoss::NonSaturating,
            generator_optimizer: OptimizerConfig::adam(2e-4),
            discriminator_optimizer: OptimizerConfig::adam(2e-4),
            batch: 64,
            d_steps: 1,
            clip: 0.01,
            ema_decay: 0.999,
            seed: 1,
        }
    }
}

/// A setting out of its range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{field} is {value}, but must lie between {min} and {max}")]
pub struct OutOfRange {
    pub field: String,
    pub value: f64,
    pub min: f64,
    pub max: f64,
}

fn within(field: &str, value: f64, min: f64, max: f64) -> Result<(), OutOfRange> {
    // Written so that NaN fails, too.
    if value >= min && value <= max {
        return Ok(());
    }
    Err(OutOfRange { field: field.to_owned(), value, min, max })
}

impl OptimizerConfig {
    fn validate(&self, field: &str) -> Result<(), OutOfRange> {
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

impl ToyConfig {
    /// Says which setting is out of range, if any: a shared URL can hold anything.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        within("latent_dim", self.latent_dim as f64, 1.0, 64.0)?;
        for (name, mlp) in [("generator", self.generator), ("discriminator", self.discriminator)] {
            within(&format!("{name}.width"), mlp.width as f64, 1.0, 512.0)?;
            within(&format!("{name}.layers"), mlp.layers as f64, 0.0, 5.0)?;
        }
        self.generator_optimizer.validate("generator_optimizer")?;
        self.discriminator_optimizer.validate("discriminator_optimizer")?;
        within("batch", self.batch as f64, 2.0, 4096.0)?;
        within("d_steps", self.d_steps as f64, 1.0, 100.0)?;
        within("g_steps", self.g_steps as f64, 1.0, 100.0)?;
        within("clip", self.clip, 1e-6, 100.0)?;
        within("penalty_weight", self.penalty_weight, 0.0, 1e4)?;
        within("label_smoothing", self.label_smoothing, 0.0, 0.5)?;
        within("instance_noise", self.instance_noise, 0.0, 2.0)?;
        let fewest = if self.distribution == Distribution::Own { 2.0 } else { 0.0 };
        within("points", self.points.len() as f64, fewest, MOST_POINTS as f64)?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)
    }

    /// Whether a running session of `self` may go on with `other`'s settings: networks, noise, data and seed stay as they
    /// are.
    pub fn is_live_change(&self, other: &Self) -> bool {
        self.distribution == other.distribution
            && self.points == other.points
            && self.prior == other.prior
            && self.latent_dim == other.latent_dim
            && self.generator == other.generator
            && self.discriminator == other.discriminator
            && self.spectral_norm == other.spectral_norm
            && self.seed == other.seed
    }
}

impl DcganConfig {
    /// Says which setting is out of range, if any.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        if self.doublings().is_none() {
            return within("image_size", f64::NAN, 28.0, 128.0)
                .map_err(|e| OutOfRange { value: self.image_size as f64, ..e });
        }
        within("channels", self.channels as f64, 1.0, 4.0)?;
        within("latent_dim", self.latent_dim as f64, 1.0, 1024.0)?;
        within("width", self.width as f64, 1.0, 512.0)?;
        self.generator_optimizer.validate("generator_optimizer")?;
        self.discriminator_optimizer.validate("discriminator_optimizer")?;
        within("batch", self.batch as f64, 2.0, 4096.0)?;
        within("d_steps", self.d_steps as f64, 1.0, 100.0)?;
        within("clip", self.clip, 1e-6, 100.0)?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)
    }

    /// `(side of the smallest feature map, times it is doubled)`, or `None` for a size that is not offered.
    pub const fn doublings(&self) -> Option<(usize, usize)> {
        match self.image_size {
            28 => Some((7, 2)),
            32 => Some((4, 3)),
            64 => Some((4, 4)),
            128 => Some((4, 5)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(config.validate().unwrap_err().to_string(), "image_size is 30, but must lie between 28 and 128");
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
