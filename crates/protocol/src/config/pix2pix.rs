//! pix2pix.

use serde::{Deserialize, Serialize};

use crate::system::{Declaration, PLAYERS, Scalar, ScalarKind, Settings, game_for};

use super::{
    AdversarialLoss, Conflict, LEAST_SUM, OptimizerConfig, OutOfRange, TranslatorConfig,
    translation::{TRANSLATOR, game, judged, linear_decay, patch, side},
    within,
};

/// Translation learned from pairs: pix2pix, Isola et al. 2017 (arXiv 1611.07004).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pix2pixConfig {
    /// From one picture to the other.
    pub generator: TranslatorConfig,
    /// Side of the square pictures that it learns from, in pixels.
    pub image_size: usize,
    /// Side of the patches that the discriminator judges, in pixels: 1, 16, 34, 70, 142 or 286 (section 3.2.2).
    pub patch: usize,
    /// Channels of the discriminator's first layer (`ndf`), 1 to 256.
    pub discriminator_width: usize,
    /// The game between the two; not [`AdversarialLoss::Wasserstein`], as nothing is clipped here.
    pub loss: AdversarialLoss,
    /// Weight of what the discriminator says in the generator's loss; 0 for no discriminator. Least squares have a half before them, which
    /// the authors' code has not: with it, 1 here is 1/2 there, and an `l1` of 40 their `--lambda_L1 80`.
    pub adversarial: f64,
    /// Weight of the mean absolute difference from the truth, lambda of equation 4; 0 for none.
    pub l1: f64,
    /// Its learning rate is the one at first: see `decay_steps`.
    pub generator_optimizer: OptimizerConfig,
    /// The same of the discriminator.
    pub discriminator_optimizer: OptimizerConfig,
    /// Pairs in a step, 1 to 256, each drawn from all of them: what is seen twice in the time of an epoch, and what not at all, is chance.
    pub batch: usize,
    /// Steps before the learning rates begin to fall.
    pub constant_steps: u64,
    /// Steps in which they then fall, in equal parts: to `2 / (decay_steps + 1)` of what they were in the last of these, and half of
    /// that in any step after it. 0 keeps them as they are.
    pub decay_steps: u64,
    /// Decay of the moving average of the generator's weights, a step: in step n `min(ema_decay, n / (n + 9))`.
    pub ema_decay: f64,
    /// By how much pairs are enlarged before a square is cut out by chance (appendix 6.2: 286 of 256); 1 for none.
    pub jitter: f64,
    /// Shows every other pair, by chance, in a mirror.
    pub mirror: bool,
    /// Learns the way from the second picture of a pair to the first.
    pub reversed: bool,
    /// Gives the weights, dropout, and the order of the pairs: the same seed, the same run.
    pub seed: u32,
}

impl Default for Pix2pixConfig {
    fn default() -> Self {
        Self {
            generator: TranslatorConfig::default(),
            image_size: 256,
            patch: 70,
            discriminator_width: 64,
            loss: AdversarialLoss::NonSaturating,
            adversarial: 1.0,
            l1: 100.0,
            generator_optimizer: OptimizerConfig::adam(2e-4),
            discriminator_optimizer: OptimizerConfig::adam(2e-4),
            batch: 1,
            constant_steps: 0,
            decay_steps: 0,
            ema_decay: 0.999,
            jitter: 286.0 / 256.0,
            mirror: true,
            reversed: false,
            seed: 1,
        }
    }
}

const SCALARS: [Scalar; 7] = {
    let [d_loss, g_loss, d_real, d_fake, d_gradient, g_gradient] = game_for("adversarial");
    // Without D there is no game: what G learns by then is the difference alone.
    let g_loss = g_loss.weighed("adversarial");
    [d_loss, g_loss, Scalar::new("l1", ScalarKind::Loss, "l1"), d_real, d_fake, d_gradient, g_gradient]
};

impl Settings for Pix2pixConfig {
    const SYSTEM: Declaration = Declaration {
        name: "pix2pix",
        scalars: &SCALARS,
        networks: &PLAYERS,
        shape: &TRANSLATOR,
        visuals: &["input", "output", "truth"],
        batches: None,
    };

    fn validate(&self) -> Result<(), OutOfRange> {
        self.generator.validate()?;
        side(self.image_size, &self.generator)?;
        patch(self.patch)?;
        judged(self.image_size, self.patch)?;
        within("discriminator_width", self.discriminator_width as f64, 1.0, 256.0)?;
        within("adversarial", self.adversarial, 0.0, 1e6)?;
        within("l1", self.l1, 0.0, 1e6)?;
        within("adversarial + l1", self.adversarial + self.l1, LEAST_SUM, 2e6)?;
        self.generator_optimizer.validate("generator_optimizer")?;
        self.discriminator_optimizer.validate("discriminator_optimizer")?;
        within("batch", self.batch as f64, 1.0, 256.0)?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)?;
        within("jitter", self.jitter, 1.0, 2.0)
    }

    fn can_train(&self) -> Result<(), Conflict> {
        game(self.loss)
    }
}

impl Pix2pixConfig {
    /// What the learning rates are multiplied by after so many steps.
    pub fn pace(&self, steps: u64) -> f64 {
        linear_decay(steps, self.constant_steps, self.decay_steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_faults_are_named() {
        let config = Pix2pixConfig::default();
        assert_eq!(config.validate(), Ok(()));
        let fault = |config: Pix2pixConfig| config.validate().unwrap_err().field;
        assert_eq!(fault(Pix2pixConfig { image_size: 128, ..config.clone() }), "image_size (a multiple of 256)");
        assert!(fault(Pix2pixConfig { patch: 50, ..config.clone() }).starts_with("patch"));
        assert_eq!(fault(Pix2pixConfig { l1: 0.0, adversarial: 0.0, ..config.clone() }), "adversarial + l1");
        for loss in AdversarialLoss::ALL {
            // Nothing is clipped here.
            let config = Pix2pixConfig { loss, ..config.clone() };
            let conflict = (loss == AdversarialLoss::Wasserstein).then_some(Conflict::NotClipped);
            assert_eq!((config.validate(), config.can_train().err()), (Ok(()), conflict), "{loss:?}");
        }
        let small = TranslatorConfig { depth: 6, ..TranslatorConfig::default() };
        let config = Pix2pixConfig { generator: small, image_size: 64, patch: 286, ..config };
        assert_eq!(fault(config), "image_size (for patches of 286)");
    }
}
