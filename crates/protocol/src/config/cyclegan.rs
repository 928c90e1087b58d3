//! CycleGAN.

use serde::{Deserialize, Serialize};

use crate::system::{Declaration, Network, Role, Scalar, ScalarKind, Settings};

use super::{
    AdversarialLoss, Augment, Conflict, OptimizerConfig, OutOfRange, TranslatorConfig,
    translation::{TRANSLATOR, game, judged, linear_decay, patch, side},
    within,
};

/// Translation learned without pairs: CycleGAN, Zhu et al. 2017 (arXiv 1703.10593). G makes pictures of domain Y of those of X,
/// F the other way; D_X and D_Y judge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CycleganConfig {
    /// G and F, each with weights of its own.
    pub generator: TranslatorConfig,
    /// Side of the square pictures that it learns from, in pixels.
    pub image_size: usize,
    /// Side of the patches that D_X and D_Y judge, in pixels: 1, 16, 34, 70, 142 or 286.
    pub patch: usize,
    /// Channels of the discriminators' first layer (`ndf`), 1 to 256.
    pub discriminator_width: usize,
    /// The game between each pair of players (section 4: least squares, here without the half before them, as there); not
    /// [`AdversarialLoss::Wasserstein`], as nothing is clipped here.
    pub loss: AdversarialLoss,
    /// Weight of the cycle consistency loss, lambda of equation 3.
    pub cycle: f64,
    /// Weight of the cycle that begins in Y, in parts of `cycle`. More than 1 where pictures of X show more than those of Y can
    /// keep: a drawn face comes back from a photo of it, but not the photo from a drawing.
    pub cycle_back: f64,
    /// Standard deviation of the noise that is added to what was made before the way back is made of it, where pictures are in
    /// `[-1, 1]`: so that nothing can be hidden in it that nobody sees (additive noise of Bashkirova et al. 2019, arXiv 1908.01517); 0 for
    /// none.
    pub cycle_noise: f64,
    /// Weight of the identity loss, in parts of that of the cycle which begins with the same pictures (section 5.2); 0 for none.
    pub identity: f64,
    /// Steps in which the weight of the identity loss falls to 0; 0 keeps it.
    pub identity_steps: u64,
    /// Weight of semantic consistency: what a classifier sees in a picture, it is to see in what is made of it (Hoffman et al. 2018,
    /// arXiv 1711.03213, equation 4); 0 for none, and without a classifier.
    pub semantic: f64,
    /// Pictures of each generator that its discriminator may see again (section 4: 50); 0 shows it the newest only.
    pub pool: usize,
    /// Trains G and F. Its learning rate is the one at first: see `decay_steps`.
    pub generator_optimizer: OptimizerConfig,
    /// Trains D_X and D_Y.
    pub discriminator_optimizer: OptimizerConfig,
    /// Pictures of each domain in a step, 1 to 256, each drawn from all of its domain: what is seen twice in the time of an epoch, and
    /// what not at all, is chance.
    pub batch: usize,
    /// Steps before the learning rates begin to fall.
    pub constant_steps: u64,
    /// Steps in which they then fall, in equal parts: to `2 / (decay_steps + 1)` of what they were in the last of these, and half of
    /// that in any step after it. 0 keeps them as they are.
    pub decay_steps: u64,
    /// Decay of the moving averages of the generators' weights, a step: in step n `min(ema_decay, n / (n + 9))`.
    pub ema_decay: f64,
    /// By how much pictures are enlarged before a square is cut out by chance; 1 for none.
    pub jitter: f64,
    /// Shows every other picture, by chance, in a mirror.
    pub mirror: bool,
    /// What D_X and D_Y see of pictures, real or not.
    pub augment: Augment,
    /// Standard deviation of the noise that D_X and D_Y see on top of that, where pictures are in `[-1, 1]` (Arjovsky & Bottou
    /// 2017, arXiv 1701.04862, section 3): so that a domain without any, such as drawings, does not give itself away; 0 for none.
    pub instance_noise: f64,
    /// Steps in which that noise falls to 0; 0 keeps it.
    pub instance_noise_steps: u64,
    /// Gives the weights, the pools, and the order of the pictures: the same seed, the same run.
    pub seed: u32,
}

impl Default for CycleganConfig {
    fn default() -> Self {
        Self {
            generator: TranslatorConfig::resnet(64, 9),
            image_size: 256,
            patch: 70,
            discriminator_width: 64,
            loss: AdversarialLoss::LeastSquares,
            cycle: 10.0,
            cycle_back: 1.0,
            cycle_noise: 0.0,
            identity: 0.5,
            identity_steps: 0,
            semantic: 0.0,
            pool: 50,
            generator_optimizer: OptimizerConfig::adam(2e-4),
            discriminator_optimizer: OptimizerConfig::adam(2e-4),
            batch: 1,
            constant_steps: 0,
            decay_steps: 0,
            ema_decay: 0.999,
            jitter: 286.0 / 256.0,
            mirror: true,
            augment: Augment::default(),
            instance_noise: 0.0,
            instance_noise_steps: 0,
            seed: 1,
        }
    }
}

/// The networks by their names in the paper: G, F, D_X and D_Y.
const NETWORKS: [Network; 4] = [
    Network { name: "g", role: Role::Generator },
    Network { name: "f", role: Role::Generator },
    Network { name: "d_x", role: Role::Discriminator },
    Network { name: "d_y", role: Role::Discriminator },
];

const SCALARS: [Scalar; 15] = [
    Scalar::new("d_x_loss", ScalarKind::Loss, "d_x"),
    Scalar::new("d_y_loss", ScalarKind::Loss, "d_y"),
    Scalar::new("g_loss", ScalarKind::Loss, "g"),
    Scalar::new("f_loss", ScalarKind::Loss, "f"),
    Scalar::new("cycle_loss", ScalarKind::Loss, "cycle"),
    Scalar::new("identity_loss", ScalarKind::Loss, "identity").weighed("identity"),
    Scalar::new("semantic_loss", ScalarKind::Loss, "semantic").weighed("semantic"),
    Scalar::new("x_real", ScalarKind::Verdict, "real x"),
    Scalar::new("x_fake", ScalarKind::Verdict, "fake x"),
    Scalar::new("y_real", ScalarKind::Verdict, "real y"),
    Scalar::new("y_fake", ScalarKind::Verdict, "fake y"),
    Scalar::new("d_x_gradient", ScalarKind::Gradient, "d_x"),
    Scalar::new("d_y_gradient", ScalarKind::Gradient, "d_y"),
    Scalar::new("g_gradient", ScalarKind::Gradient, "g"),
    Scalar::new("f_gradient", ScalarKind::Gradient, "f"),
];

impl Settings for CycleganConfig {
    const SYSTEM: Declaration = Declaration {
        name: "cyclegan",
        scalars: &SCALARS,
        networks: &NETWORKS,
        shape: &TRANSLATOR,
        visuals: &["x", "g(x)", "f(g(x))", "y", "f(y)", "g(f(y))"],
        batches: None,
    };

    fn validate(&self) -> Result<(), OutOfRange> {
        self.generator.validate()?;
        side(self.image_size, &self.generator)?;
        patch(self.patch)?;
        judged(self.image_size, self.patch)?;
        within("discriminator_width", self.discriminator_width as f64, 1.0, 256.0)?;
        within("cycle", self.cycle, 0.0, 1e6)?;
        within("cycle_back", self.cycle_back, 0.0, 1e6)?;
        within("cycle_noise", self.cycle_noise, 0.0, 2.0)?;
        within("identity", self.identity, 0.0, 100.0)?;
        within("semantic", self.semantic, 0.0, 1e6)?;
        within("pool", self.pool as f64, 0.0, 1000.0)?;
        self.generator_optimizer.validate("generator_optimizer")?;
        self.discriminator_optimizer.validate("discriminator_optimizer")?;
        within("instance_noise", self.instance_noise, 0.0, 2.0)?;
        within("batch", self.batch as f64, 1.0, 256.0)?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)?;
        within("jitter", self.jitter, 1.0, 2.0)
    }

    fn can_train(&self) -> Result<(), Conflict> {
        game(self.loss)
    }
}

impl CycleganConfig {
    /// What the learning rates are multiplied by after so many steps.
    pub fn pace(&self, steps: u64) -> f64 {
        linear_decay(steps, self.constant_steps, self.decay_steps)
    }

    /// The weight of the identity loss after so many steps, in parts of `cycle`.
    pub fn identity_at(&self, steps: u64) -> f64 {
        fading(self.identity, steps, self.identity_steps)
    }

    /// The standard deviation of the noise that D_X and D_Y see after so many steps.
    pub fn instance_noise_at(&self, steps: u64) -> f64 {
        fading(self.instance_noise, steps, self.instance_noise_steps)
    }
}

/// What falls to 0 in so many steps; 0 keeps it.
fn fading(value: f64, steps: u64, over: u64) -> f64 {
    if over == 0 {
        return value;
    }
    value * (1.0 - steps.min(over) as f64 / over as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_the_identity_loss_and_the_noise_fade() {
        let config = CycleganConfig::default();
        assert_eq!(config.validate(), Ok(()));
        assert_eq!(config.can_train(), Ok(()));
        let wasserstein = CycleganConfig { loss: AdversarialLoss::Wasserstein, ..config.clone() };
        assert_eq!((wasserstein.validate(), wasserstein.can_train()), (Ok(()), Err(Conflict::NotClipped)));
        assert_eq!(config.identity_at(1000), 0.5);
        let config = CycleganConfig { identity_steps: 100, ..config };
        assert_eq!((config.identity_at(0), config.identity_at(50), config.identity_at(900)), (0.5, 0.25, 0.0));
        let config = CycleganConfig { instance_noise: 0.2, ..config };
        assert_eq!(config.instance_noise_at(900), 0.2);
        let config = CycleganConfig { instance_noise_steps: 100, ..config };
        assert_eq!((config.instance_noise_at(50), config.instance_noise_at(900)), (0.1, 0.0));
    }
}
