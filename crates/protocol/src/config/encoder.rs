//! The encoder of f-AnoGAN.

use serde::{Deserialize, Serialize};

use crate::system::{Declaration, Network, Role, Scalar, ScalarKind, Settings};

use super::{DcganConfig, OptimizerConfig, OutOfRange, translation::linear_decay, within};

/// From a picture to the code of which a trained DCGAN makes it: f-AnoGAN, Schlegl et al. 2019 (doi
/// 10.1016/j.media.2019.01.010), section 2.2, the training that they call izi_f. G and D stay as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EncoderConfig {
    /// What tells the model from others whose codes it gives; empty where nothing is said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Side of the model's pictures in pixels.
    pub image_size: usize,
    /// Their channels: 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Length of its codes.
    pub latent_dim: usize,
    /// Whether its codes lie in `[-1, 1]`, as those of a uniform prior do.
    pub bounded: bool,
    /// Channels of the first layer; deeper layers double them.
    pub width: usize,
    /// Weight of D's features in the loss, kappa of equation 3: 1 in the paper; 0 for none.
    pub kappa: f64,
    /// Its learning rate is the one at first: see `decay_steps`.
    pub optimizer: OptimizerConfig,
    /// Pictures in an update, 2 to 4096.
    pub batch: usize,
    /// Steps before the learning rate begins to fall.
    pub constant_steps: u64,
    /// Steps in which it then falls, in equal parts: to `2 / (decay_steps + 1)` of what it was in the last of these, and half of that
    /// in any step after it. 0 keeps it as it is.
    pub decay_steps: u64,
    /// Decay of the moving average of the weights, a step: in step n `min(ema_decay, n / (n + 9))`.
    pub ema_decay: f64,
    /// Gives the weights and the order of the pictures: the same seed, the same run.
    pub seed: u32,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self {
            model: String::new(),
            image_size: 28,
            channels: 1,
            latent_dim: 64,
            bounded: false,
            width: 16,
            kappa: 1.0,
            optimizer: OptimizerConfig::adam(5e-4),
            batch: 64,
            constant_steps: 1000,
            decay_steps: 1000,
            ema_decay: 0.999,
            seed: 1,
        }
    }
}

const NETWORKS: [Network; 1] = [Network { name: "encoder", role: Role::Generator }];

const SCALARS: [Scalar; 3] = [
    Scalar::new("residual_loss", ScalarKind::Loss, "residual"),
    Scalar::new("features_loss", ScalarKind::Loss, "features").weighed("kappa"),
    Scalar::new("e_gradient", ScalarKind::Gradient, "encoder"),
];

impl Settings for EncoderConfig {
    const SYSTEM: Declaration = Declaration {
        name: "encoder",
        scalars: &SCALARS,
        networks: &NETWORKS,
        shape: &[],
        visuals: &["picture", "reconstruction", "difference"],
        batches: None,
    };

    fn validate(&self) -> Result<(), OutOfRange> {
        self.body().validate()?;
        within("kappa", self.kappa, 0.0, 1e6)?;
        self.optimizer.validate("optimizer")?;
        within("batch", self.batch as f64, 2.0, 4096.0)?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)
    }
}

impl EncoderConfig {
    /// These settings for the codes and pictures of a model.
    pub fn for_model(self, model: &DcganConfig, bounded: bool) -> Self {
        let DcganConfig { image_size, channels, latent_dim, .. } = *model;
        Self { image_size, channels, latent_dim, bounded, ..self }
    }

    /// Whether it reads the pictures of a model, and gives codes that are as long as its.
    pub fn fits(&self, model: &DcganConfig) -> bool {
        let Self { image_size, channels, latent_dim, .. } = *self;
        (image_size, channels, latent_dim) == (model.image_size, model.channels, model.latent_dim)
    }

    /// Of what discriminator it is the body: it has the layers of one, and a code in the place of a logit.
    pub fn body(&self) -> DcganConfig {
        let Self { image_size, channels, latent_dim, width, .. } = *self;
        DcganConfig { image_size, channels, latent_dim, width, ..DcganConfig::default() }
    }

    /// What the learning rate is multiplied by after so many steps.
    pub fn pace(&self, steps: u64) -> f64 {
        linear_decay(steps, self.constant_steps, self.decay_steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_faults_are_named() {
        let config = EncoderConfig::default();
        assert_eq!(config.validate(), Ok(()));
        let fault = |config: EncoderConfig| config.validate().unwrap_err().field;
        assert_eq!(fault(EncoderConfig { image_size: 30, ..config.clone() }), "image_size (28, 32, 64 or 128)");
        assert_eq!(fault(EncoderConfig { kappa: f64::NAN, ..config.clone() }), "kappa");
        assert_eq!(fault(EncoderConfig { latent_dim: 0, ..config.clone() }), "latent_dim");
        let model = DcganConfig { image_size: 32, channels: 3, latent_dim: 9, ..DcganConfig::default() };
        assert!(!config.fits(&model) && config.for_model(&model, true).fits(&model));
    }
}
