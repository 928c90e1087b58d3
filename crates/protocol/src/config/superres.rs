//! Super-resolution.

use serde::{Deserialize, Serialize};

use crate::system::{Declaration, PLAYERS, Scalar, Settings, game_for};

use super::{LEAST_SUM, OptimizerConfig, OutOfRange, within};

/// Super-resolution by a residual network: EnhanceNet, Sajjadi et al. 2017 (arXiv 1612.07919).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuperresConfig {
    /// How many times higher and wider the picture becomes: 2 or 4.
    pub scale: usize,
    /// Part of the network: the weights of one kind do not fit the other.
    pub upsampling: Upsampling,
    /// Channels of every layer but the last.
    pub width: usize,
    /// Residual blocks.
    pub blocks: usize,
    /// What the generator learns by.
    pub losses: SuperresLosses,
    /// What is done to a picture to make the small one of it.
    pub degradation: Degradation,
    /// Side of the small patches that a step learns from, in pixels.
    pub patch: usize,
    /// Patches in a step, 1 to 1024.
    pub batch: usize,
    /// Its learning rate is the one at step 0: see `decay_steps`.
    pub generator_optimizer: OptimizerConfig,
    /// Steps in which the learning rate falls to a hundredth along half a cosine; 0 keeps it as it is.
    pub decay_steps: u64,
    /// Decay of the moving average of the generator's weights, a step: in step n `min(ema_decay, n / (n + 9))`.
    pub ema_decay: f64,
    /// Used with an adversarial loss only. Its learning rate stays as it is.
    pub discriminator_optimizer: OptimizerConfig,
    /// Channels of the discriminator's first layer; the paper has 32.
    pub discriminator_width: usize,
    /// Gives the weights, and which patches are cut out and how they are degraded.
    pub seed: u32,
}

/// How the network comes to the size of the large picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Upsampling {
    /// Each pixel becomes two by two, then a convolution: EnhanceNet, section 4.1 and table 1.
    NearestNeighbor,
    /// All layers work on the small picture, and the last one gives every pixel of the large one as a channel: Shi et al.
    /// 2016 (arXiv 1609.05158), section 2.2. Several times faster.
    #[default]
    SubPixel,
}

/// The weights of the losses of the generator; 0 switches one off. Section 4.2 of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuperresLosses {
    /// `L_E`: the distance of pixels (section 4.2.1).
    pub pixel: f64,
    /// Which distance of pixels `L_E` is.
    pub distance: PixelDistance,
    /// `L_P`: the squared distance of the features of a trained network (section 4.2.2).
    pub perceptual: f64,
    /// `L_T`: the squared distance of the Gram matrices of its features, patch by patch (section 4.2.3).
    pub texture: f64,
    /// `L_A`: what a discriminator says (section 4.2.4).
    pub adversarial: f64,
}

/// What `L_E` measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PixelDistance {
    /// The mean squared difference, as in the paper.
    Squared,
    /// The mean absolute difference, which learns faster: Lim et al. 2017 (arXiv 1707.02921), section 3.
    #[default]
    Absolute,
}

/// How small pictures are made of large ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Degradation {
    /// Bicubic with antialiasing, as the literature measures it.
    #[default]
    Bicubic,
    /// Blur, bicubic, noise and JPEG, each by chance: closer to the photos that people have.
    Photo,
}

impl Default for SuperresLosses {
    fn default() -> Self {
        Self { pixel: 1.0, distance: PixelDistance::Absolute, perceptual: 0.0, texture: 0.0, adversarial: 0.0 }
    }
}

impl SuperresLosses {
    /// Whether a trained network must look at the pictures.
    pub fn need_features(&self) -> bool {
        self.perceptual > 0.0 || self.texture > 0.0
    }

    /// Whether there is a discriminator.
    pub fn need_discriminator(&self) -> bool {
        self.adversarial > 0.0
    }
}

impl Default for SuperresConfig {
    fn default() -> Self {
        Self {
            scale: 4,
            upsampling: Upsampling::SubPixel,
            width: 32,
            blocks: 8,
            losses: SuperresLosses::default(),
            degradation: Degradation::Bicubic,
            patch: 32,
            batch: 16,
            generator_optimizer: OptimizerConfig::Adam { learning_rate: 5e-4, beta1: 0.9, beta2: 0.999 },
            decay_steps: 0,
            ema_decay: 0.999,
            discriminator_optimizer: OptimizerConfig::Adam { learning_rate: 1e-4, beta1: 0.9, beta2: 0.999 },
            discriminator_width: 32,
            seed: 1,
        }
    }
}

const SCALARS: [Scalar; 6] = game_for("losses/adversarial");

impl Settings for SuperresConfig {
    const SYSTEM: Declaration = Declaration {
        name: "superres",
        scalars: &SCALARS,
        networks: &PLAYERS,
        shape: &["scale", "upsampling", "width", "blocks"],
        visuals: &["bicubic", "network", "original"],
        batches: None,
    };

    fn validate(&self) -> Result<(), OutOfRange> {
        if self.doublings().is_none() {
            let (field, value) = ("scale (2 or 4)".into(), self.scale as f64);
            return Err(OutOfRange { field, value, min: 2.0, max: 4.0 });
        }
        within("width", self.width as f64, 1.0, 512.0)?;
        within("blocks", self.blocks as f64, 0.0, 64.0)?;
        let SuperresLosses { pixel, perceptual, texture, adversarial, .. } = self.losses;
        for (field, value) in
            [("pixel", pixel), ("perceptual", perceptual), ("texture", texture), ("adversarial", adversarial)]
        {
            within(&format!("losses.{field}"), value, 0.0, 1e6)?;
        }
        within("sum of losses", pixel + perceptual + texture + adversarial, LEAST_SUM, 4e6)?;
        within("patch", self.patch as f64, 4.0, 256.0)?;
        if self.losses.need_discriminator() && !(self.patch * self.scale).is_multiple_of(32) {
            let (field, value) = ("patch * scale (a multiple of 32)".into(), (self.patch * self.scale) as f64);
            return Err(OutOfRange { field, value, min: 32.0, max: 1024.0 });
        }
        within("batch", self.batch as f64, 1.0, 1024.0)?;
        self.generator_optimizer.validate("generator_optimizer")?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)?;
        self.discriminator_optimizer.validate("discriminator_optimizer")?;
        within("discriminator_width", self.discriminator_width as f64, 1.0, 256.0)
    }
}

impl SuperresConfig {
    /// How often the side is doubled; `None` for a scale that is not offered.
    pub const fn doublings(&self) -> Option<usize> {
        match self.scale {
            2 => Some(1),
            4 => Some(2),
            _ => None,
        }
    }

    /// How far, in pixels of the small picture, a pixel of the large one can see. Tiles that overlap by so much fit together.
    pub const fn reach(&self) -> usize {
        // One for each convolution on the small picture; those on larger ones see less far. Bicubic interpolation sees three.
        let convolutions = 2 * self.blocks + 2;
        match self.upsampling {
            Upsampling::SubPixel if convolutions < 3 => 3,
            Upsampling::SubPixel => convolutions,
            Upsampling::NearestNeighbor => convolutions + 2,
        }
    }

    /// Side of a tile without its overlap, in pixels of the small picture. Large tiles lose less to overlap; but a network
    /// with much to do for a pixel would let a cancel wait.
    pub const fn tile(&self) -> usize {
        if self.width * self.width * self.blocks <= 16_384 { 160 } else { 96 }
    }

    /// The learning rate of the generator after so many steps: Loshchilov and Hutter 2017 (arXiv 1608.03983), section 3.
    pub fn rate(&self, steps: u64) -> f64 {
        let start = self.generator_optimizer.learning_rate();
        if self.decay_steps == 0 {
            return start;
        }
        let angle = std::f64::consts::PI * steps.min(self.decay_steps) as f64 / self.decay_steps as f64;
        start * (0.01 + 0.99 * 0.5 * (1.0 + angle.cos()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_faults_are_named() {
        let config = SuperresConfig::default();
        assert_eq!(config.validate(), Ok(()));
        let fault = |config: SuperresConfig| config.validate().unwrap_err().field;
        assert_eq!(fault(SuperresConfig { scale: 3, ..config.clone() }), "scale (2 or 4)");
        let nothing = SuperresLosses { pixel: 0.0, ..SuperresLosses::default() };
        let without = SuperresConfig { losses: nothing, ..config.clone() }.validate().unwrap_err();
        assert_eq!(without.to_string(), "sum of losses is 0, but must lie between 0.000000001 and 4000000");
        let adversarial = SuperresLosses { adversarial: 1.0, ..SuperresLosses::default() };
        assert!(fault(SuperresConfig { losses: adversarial, patch: 33, ..config }).starts_with("patch"));
    }

    #[test]
    fn the_rate_falls_to_a_hundredth() {
        let config = SuperresConfig { decay_steps: 100, ..SuperresConfig::default() };
        let share = |steps| config.rate(steps) / config.rate(0);
        assert!((share(50) - 0.505).abs() < 1e-9 && (share(100) - 0.01).abs() < 1e-9 && share(900) == share(100));
    }
}
