//! SimGAN.

use serde::{Deserialize, Serialize};

use crate::system::{Declaration, Network, Role, Scalar, ScalarKind, Settings};

use super::{
    AdversarialLoss, Conflict, LEAST_SUM, OptimizerConfig, OutOfRange,
    dcgan::channels,
    translation::{game, halvings, linear_decay, patch},
    within,
};

/// Pictures of a simulator made to look real, their labels kept: SimGAN, Shrivastava et al. 2017 (arXiv 1612.07828). The
/// refiner R is given synthetic pictures, D tells refined from real ones patch by patch. The defaults follow the paper, whose way takes
/// a GPU, but for D and lambda; the recipes are for a CPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SimganConfig {
    /// Height of the pictures in pixels, 8 to 256.
    pub image_height: usize,
    /// Width of the pictures in pixels, 8 to 256.
    pub image_width: usize,
    /// 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Channels of every layer of R, 1 to 256.
    pub refiner_width: usize,
    /// Residual blocks of R, 1 to 32.
    pub blocks: usize,
    /// Side of the patches that D judges, in pixels: 1, 16, 34, 70, 142 or 286. D is a PatchGAN in the place of the paper's D of
    /// five convolutions and a pooling, whose verdicts see 23 pixels.
    pub patch: usize,
    /// Channels of D's first layer, 1 to 256.
    pub discriminator_width: usize,
    /// The game between the two; the paper's cross-entropy is `non-saturating`. Not [`AdversarialLoss::Wasserstein`], as nothing is
    /// clipped here.
    pub loss: AdversarialLoss,
    /// Weight of what D says in R's loss: 1 in the paper; 0 for self-regularisation alone, without D. Least squares have a half before
    /// them, so that with these 1 is half of what others call 1.
    pub adversarial: f64,
    /// Weight of the self-regularisation, lambda of equation 4: how much R pays for each unit, of values in `[-1, 1]`, by which
    /// it changes a picture; 0 for nothing.
    pub lambda: f64,
    /// What of a picture R is to keep.
    pub kept: Kept,
    /// Above 0, a network moves what is drawn by up to two pixels before R refines it, and this is what that costs beside what is to be
    /// kept, lambda before both: of the square of each displacement in pixels, and ten times that of its differences between
    /// neighbours, as in Balakrishnan et al. 2019 (arXiv 1809.05231). Not in the paper, where nothing moves: 0.
    pub displacement: f64,
    /// Weight of semantic consistency: what a classifier of synthetic pictures sees in one, it is to see in the refined one (Hoffman et
    /// al. 2018, arXiv 1711.03213, equation 4); 0 for none, and without a classifier. Only beside D: where `adversarial` is 0 it is 0.
    pub semantic: f64,
    /// Refined pictures of before, of which half of each batch of D is made (section 2.3): as many as that or more; 0 shows it the
    /// newest only.
    pub history: usize,
    /// Updates of R a step, `K_g` of algorithm 1, 1 to 100.
    pub refiner_updates: usize,
    /// Updates of D a step, `K_d` of algorithm 1, 1 to 100.
    pub discriminator_updates: usize,
    /// Steps at the beginning in which R learns to keep pictures as they are, and nothing else.
    pub refiner_pretraining: u64,
    /// Steps after these in which D alone learns.
    pub discriminator_pretraining: u64,
    /// Its learning rate is the one at first: see `decay_steps`.
    pub refiner_optimizer: OptimizerConfig,
    /// The same of D.
    pub discriminator_optimizer: OptimizerConfig,
    /// Pictures of each kind in an update, 2 to 1024.
    pub batch: usize,
    /// Steps before the learning rates begin to fall.
    pub constant_steps: u64,
    /// Steps in which they then fall, in equal parts: to `2 / (decay_steps + 1)` of what they were in the last of these, and half of
    /// that in any step after it. 0 keeps them as they are.
    pub decay_steps: u64,
    /// Decay of the moving average of R's weights, an update: in step n `min(ema_decay, n / (n + 9))`.
    pub ema_decay: f64,
    /// Gives the weights, the history, and the order of the pictures: the same seed, the same run.
    pub seed: u32,
}

/// The feature transform psi of equation 3, in which a refined picture is to stay near to its synthetic one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// The identity: every pixel.
    #[default]
    Pixels,
    /// Differences of neighbouring pixels, along rows and along columns: light may change, edges stay.
    Derivatives,
    /// The mean of the channels of each pixel: colours may change. Of grey pictures it is the identity.
    ChannelMean,
    /// The means of all squares of 5 x 5 pixels: what is drawn may move by a pixel or two, and not go away.
    Blurred,
}

impl Default for SimganConfig {
    fn default() -> Self {
        let sgd = OptimizerConfig::Sgd { learning_rate: 1e-3, momentum: 0.0 };
        Self {
            image_height: 35,
            image_width: 55,
            channels: 1,
            refiner_width: 64,
            blocks: 4,
            patch: 16,
            discriminator_width: 64,
            loss: AdversarialLoss::NonSaturating,
            adversarial: 1.0,
            lambda: 0.1,
            kept: Kept::Pixels,
            displacement: 0.0,
            semantic: 0.0,
            history: 25_600,
            refiner_updates: 2,
            discriminator_updates: 1,
            refiner_pretraining: 1000,
            discriminator_pretraining: 200,
            refiner_optimizer: sgd,
            discriminator_optimizer: sgd,
            batch: 512,
            constant_steps: 0,
            decay_steps: 0,
            ema_decay: 0.999,
            seed: 1,
        }
    }
}

/// How far the network that moves a picture sees around a pixel, and where from it takes one.
const DISPLACEMENT_REACH: usize = 34;

/// R and D.
const NETWORKS: [Network; 2] =
    [Network { name: "refiner", role: Role::Generator }, Network { name: "discriminator", role: Role::Discriminator }];

const SCALARS: [Scalar; 8] = [
    Scalar::new("d_loss", ScalarKind::Loss, "discriminator").weighed("adversarial"),
    Scalar::new("r_loss", ScalarKind::Loss, "refiner").weighed("adversarial"),
    Scalar::new("regularization_loss", ScalarKind::Loss, "self-regularisation"),
    Scalar::new("semantic_loss", ScalarKind::Loss, "semantic").weighed("semantic"),
    Scalar::new("d_real", ScalarKind::Verdict, "real").weighed("adversarial"),
    Scalar::new("d_refined", ScalarKind::Verdict, "refined").weighed("adversarial"),
    Scalar::new("d_gradient", ScalarKind::Gradient, "discriminator").weighed("adversarial"),
    Scalar::new("r_gradient", ScalarKind::Gradient, "refiner"),
];

impl Settings for SimganConfig {
    const SYSTEM: Declaration = Declaration {
        name: "simgan",
        scalars: &SCALARS,
        networks: &NETWORKS,
        shape: &["channels", "refiner_width", "blocks"],
        visuals: &["synthetic", "refined", "difference"],
        batches: Some("discriminator_updates"),
    };

    fn validate(&self) -> Result<(), OutOfRange> {
        within("image_height", self.image_height as f64, 8.0, 256.0)?;
        within("image_width", self.image_width as f64, 8.0, 256.0)?;
        channels(self.channels)?;
        within("refiner_width", self.refiner_width as f64, 1.0, 256.0)?;
        within("blocks", self.blocks as f64, 1.0, 32.0)?;
        patch(self.patch)?;
        // Two convolutions of 4 x 4 and padding 1 follow the halvings.
        let least = halvings(self.patch).map_or(1, |halvings| if halvings == 0 { 1 } else { 3 << halvings });
        for (side, length) in [("image_height", self.image_height), ("image_width", self.image_width)] {
            within(&format!("{side} (for patches of {})", self.patch), length as f64, least as f64, 256.0)?;
        }
        within("discriminator_width", self.discriminator_width as f64, 1.0, 256.0)?;
        within("adversarial", self.adversarial, 0.0, 1e6)?;
        within("lambda", self.lambda, 0.0, 1e6)?;
        within("displacement", self.displacement, 0.0, 1e6)?;
        within("semantic", self.semantic, 0.0, 1e6)?;
        within("adversarial + lambda", self.adversarial + self.lambda, LEAST_SUM, 2e6)?;
        within("history", self.history as f64, 0.0, 1e6)?;
        within("refiner_updates", self.refiner_updates as f64, 1.0, 100.0)?;
        within("discriminator_updates", self.discriminator_updates as f64, 1.0, 100.0)?;
        self.refiner_optimizer.validate("refiner_optimizer")?;
        self.discriminator_optimizer.validate("discriminator_optimizer")?;
        within("batch", self.batch as f64, 2.0, 1024.0)?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)
    }

    fn can_train(&self) -> Result<(), Conflict> {
        let (history, least) = (self.history, self.batch / 2);
        if (1..least).contains(&history) {
            return Err(Conflict::ShortHistory { history, least });
        }
        if self.adversarial == 0.0 && self.semantic > 0.0 {
            return Err(Conflict::NoOpponent);
        }
        game(self.loss)
    }
}

impl SimganConfig {
    /// What the learning rates are multiplied by after so many steps.
    pub fn pace(&self, steps: u64) -> f64 {
        linear_decay(steps, self.constant_steps, self.decay_steps)
    }

    /// How far the refiner sees around a pixel: one pixel for each of its convolutions of 3 x 3, and as far as what moves a picture
    /// sees; a multiple of [`SimganConfig::multiple`].
    pub fn reach(&self) -> usize {
        let own = 1 + 2 * self.blocks;
        if self.displacement > 0.0 { (own + DISPLACEMENT_REACH).next_multiple_of(self.multiple()) } else { own }
    }

    /// Sides of pictures must be multiples of this; others are padded, and cut again afterwards.
    pub fn multiple(&self) -> usize {
        if self.displacement > 0.0 { 4 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_faults_are_named() {
        let config = SimganConfig::default();
        assert_eq!((config.validate(), config.reach(), config.multiple()), (Ok(()), 9, 1));
        let moving = SimganConfig { displacement: 0.1, ..config.clone() };
        assert_eq!((moving.validate(), moving.reach(), moving.multiple()), (Ok(()), 44, 4));
        let fault = |config: SimganConfig| config.validate().unwrap_err().field;
        assert_eq!(fault(SimganConfig { channels: 2, ..config.clone() }), "channels (1 for grey, 3 for RGB)");
        assert_eq!(fault(SimganConfig { patch: 142, ..config.clone() }), "image_height (for patches of 142)");
        assert_eq!(fault(SimganConfig { lambda: 0.0, adversarial: 0.0, ..config.clone() }), "adversarial + lambda");
        assert_eq!(fault(SimganConfig { lambda: f64::NAN, ..config.clone() }), "lambda");
        assert_eq!(fault(SimganConfig { refiner_updates: 0, ..config }), "refiner_updates");
    }

    #[test]
    fn what_would_do_nothing_is_refused() {
        let config = SimganConfig { batch: 9, ..SimganConfig::default() };
        let conflict = |config: SimganConfig| {
            // It reads.
            assert_eq!(config.validate(), Ok(()));
            config.can_train().err()
        };
        let of_history = |history| conflict(SimganConfig { history, ..config.clone() });
        assert_eq!([0, 4].map(of_history), [None; 2]);
        let short = |history| Some(Conflict::ShortHistory { history, least: 4 });
        assert_eq!([1, 3].map(of_history), [1, 3].map(short));
        let seen = |adversarial| conflict(SimganConfig { adversarial, semantic: 1.0, ..config.clone() });
        assert_eq!([1.0, 0.0].map(seen), [None, Some(Conflict::NoOpponent)]);
        let wasserstein = SimganConfig { loss: AdversarialLoss::Wasserstein, ..config };
        assert_eq!(conflict(wasserstein), Some(Conflict::NotClipped));
    }
}
