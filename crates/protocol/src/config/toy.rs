//! The toy GAN.

use serde::{Deserialize, Serialize};

use crate::system::{Declaration, GAME, PLAYERS, Settings};

use super::{AdversarialLoss, LatentPrior, MlpConfig, OptimizerConfig, OutOfRange, within};

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

/// What D pays for steep verdicts, times [`ToyConfig::penalty_weight`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Penalty {
    /// D pays nothing.
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

/// Most of a user's own points.
pub const MOST_POINTS: usize = 512;

/// The toy GAN: two perceptrons and a two-dimensional distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToyConfig {
    /// Where real points come from.
    pub distribution: Distribution,
    /// The points of [`Distribution::Own`], 2 to [`MOST_POINTS`]: steps of 1/127 from the middle, x and y.
    pub points: Vec<[i8; 2]>,
    /// What both players minimise.
    pub loss: AdversarialLoss,
    /// What z is drawn from.
    pub prior: LatentPrior,
    /// Dimensions of z.
    pub latent_dim: usize,
    /// Hidden layers of G, from z to points `[batch, 2]`.
    pub generator: MlpConfig,
    /// Hidden layers of D, from points to logits `[batch, 1]`.
    pub discriminator: MlpConfig,
    /// Trains G.
    pub generator_optimizer: OptimizerConfig,
    /// Trains D.
    pub discriminator_optimizer: OptimizerConfig,
    /// Real points, and as many fake ones, in a step.
    pub batch: usize,
    /// Updates of D in a step, before those of G.
    pub d_steps: usize,
    /// Updates of G in a step.
    pub g_steps: usize,
    /// Weights of D stay within `[-clip, clip]`; used by [`AdversarialLoss::Wasserstein`] without a penalty only.
    pub clip: f64,
    /// What is added to D's loss.
    pub penalty: Penalty,
    /// The factor of the penalty, 0 to 10000.
    pub penalty_weight: f64,
    /// Divides each weight matrix of D by its largest singular value: Miyato et al. 2018 (arXiv 1802.05957), algorithm 1.
    pub spectral_norm: bool,
    /// D aims at `1 - label_smoothing` for real samples: Salimans et al. 2016 (arXiv 1606.03498), section 3.4. Used by
    /// the losses that have a target: minimax, non-saturating and least squares.
    pub label_smoothing: f64,
    /// Standard deviation of the noise added to all that D sees: Sønderby et al. 2017 (arXiv 1610.04490), section 3.3.
    pub instance_noise: f64,
    /// Decay of the moving average of G's weights, a step, from the first on.
    pub ema_decay: f64,
    /// Gives the weights, the noise and the real points: the same seed, the same run.
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

impl Settings for ToyConfig {
    const SYSTEM: Declaration = Declaration {
        name: "toy",
        scalars: &GAME,
        networks: &PLAYERS,
        shape: &[],
        visuals: &[],
        batches: Some("d_steps"),
    };

    fn validate(&self) -> Result<(), OutOfRange> {
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
}

impl ToyConfig {
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
