//! DCGAN.

use serde::{Deserialize, Serialize};

use crate::system::{Declaration, GAME, PLAYERS, Settings};

use super::{AdversarialLoss, LatentPrior, Normalization, OptimizerConfig, OutOfRange, within};

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
    /// Width of the hidden layer of a mapping network, which makes w of z, a code as long in which attributes lie
    /// straighter: Karras et al. 2019 (arXiv 1812.04948), sections 2 and 4. 0 for none: z is the code.
    pub mapping: usize,
    /// Weight of an auxiliary classifier, which tells G whether its pictures show the attributes that their codes ask for:
    /// Odena et al. 2017 (arXiv 1610.09585), section 3. 0 for none.
    pub auxiliary: f64,
    /// Channels of the widest picture-sized layer; deeper layers double it.
    pub width: usize,
    /// Between the layers of G, and of D unless `spectral_norm` takes its place there.
    pub normalization: Normalization,
    /// What z is drawn from, in training and afterwards.
    pub prior: LatentPrior,
    /// What both players minimise.
    pub loss: AdversarialLoss,
    /// Trains G, its mapping network included.
    pub generator_optimizer: OptimizerConfig,
    /// Trains D.
    pub discriminator_optimizer: OptimizerConfig,
    /// Real pictures in an update of D, and as many forged ones, 2 to 4096. An update of G has as many.
    pub batch: usize,
    /// Updates of D before each update of G.
    pub d_steps: usize,
    /// Weights of D stay within `[-clip, clip]`; used by [`AdversarialLoss::Wasserstein`] only.
    pub clip: f64,
    /// Decay of the moving average of G's weights, a step, from the first on: a run that is shorter than the average's memory still
    /// has some of its beginning in it.
    pub ema_decay: f64,
    /// Divides each kernel of D by its largest singular value, in place of D's normalisation: Miyato et al. 2018 (arXiv
    /// 1802.05957), algorithm 1.
    pub spectral_norm: bool,
    /// What D sees of real and forged pictures alike.
    pub augment: Augment,
    /// Shows every other real picture, by chance, in a mirror.
    pub mirror: bool,
    /// Convolutions of bf16 numbers, sums and all else of f32: Micikevicius et al. 2018 (arXiv 1710.03740), section 3, whose
    /// scaling of the loss bf16 does not need. For devices that compute in bf16; where they do not, only their rounding is had.
    pub mixed_precision: bool,
    /// Gives the weights, the noise and the order of the pictures: the same seed, the same run.
    pub seed: u32,
}

/// Differentiable augmentation: Zhao et al. 2020 (arXiv 2006.10738), section 3.2. It keeps D from learning a small data set
/// by heart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Augment {
    /// Random brightness, saturation and contrast.
    pub color: bool,
    /// A shift by up to an eighth of the side, over grey.
    pub translation: bool,
    /// A grey square of half the side.
    pub cutout: bool,
}

impl Default for DcganConfig {
    fn default() -> Self {
        Self {
            image_size: 64,
            channels: 3,
            latent_dim: 100,
            mapping: 0,
            auxiliary: 0.0,
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
            spectral_norm: false,
            augment: Augment::default(),
            mirror: false,
            mixed_precision: false,
            seed: 1,
        }
    }
}

impl Settings for DcganConfig {
    const SYSTEM: Declaration = Declaration {
        name: "dcgan",
        scalars: &GAME,
        networks: &PLAYERS,
        shape: &["image_size", "channels", "latent_dim", "width", "normalization", "spectral_norm", "prior", "mapping"],
        visuals: &["samples"],
        batches: Some("d_steps"),
    };

    fn validate(&self) -> Result<(), OutOfRange> {
        if self.doublings().is_none() {
            return Err(other_size(self.image_size));
        }
        channels(self.channels)?;
        within("latent_dim", self.latent_dim as f64, 1.0, 1024.0)?;
        within("mapping", self.mapping as f64, 0.0, 4096.0)?;
        within("auxiliary", self.auxiliary, 0.0, 1000.0)?;
        within("width", self.width as f64, 1.0, 512.0)?;
        self.generator_optimizer.validate("generator_optimizer")?;
        self.discriminator_optimizer.validate("discriminator_optimizer")?;
        within("batch", self.batch as f64, 2.0, 4096.0)?;
        within("d_steps", self.d_steps as f64, 1.0, 100.0)?;
        within("clip", self.clip, 1e-6, 100.0)?;
        within("ema_decay", self.ema_decay, 0.0, 0.999_999)
    }
}

/// That pictures cannot be so large: they are what a few doublings make of 4 pixels, or of 7.
pub(super) fn other_size(side: usize) -> OutOfRange {
    OutOfRange { field: "image_size (28, 32, 64 or 128)".into(), value: side as f64, min: 28.0, max: 128.0 }
}

/// Whether pictures can have so many: grey ones and coloured ones are all there are.
pub(super) fn channels(channels: usize) -> Result<(), OutOfRange> {
    if matches!(channels, 1 | 3) {
        return Ok(());
    }
    Err(OutOfRange { field: "channels (1 for grey, 3 for RGB)".into(), value: channels as f64, min: 1.0, max: 3.0 })
}

impl DcganConfig {
    /// Of a picture: `[channels, height, width]`.
    pub const fn shape(&self) -> [usize; 3] {
        [self.channels, self.image_size, self.image_size]
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
    use crate::config::ClassifierConfig;

    #[test]
    fn pictures_are_grey_or_coloured_and_nothing_else() {
        for channels in 0..=5 {
            let found = DcganConfig { channels, ..DcganConfig::default() }.validate();
            assert_eq!(found.is_ok(), [1, 3].contains(&channels), "{channels}");
            let attributes = vec!["Red".into()];
            let classifier = ClassifierConfig { channels, attributes, ..ClassifierConfig::default() }.validate();
            assert_eq!(classifier, found);
        }
    }

    #[test]
    fn a_size_that_is_not_offered_is_told_which_are() {
        let fault = DcganConfig { image_size: 65, ..DcganConfig::default() }.validate().unwrap_err();
        assert_eq!(fault.to_string(), "image_size (28, 32, 64 or 128) is 65, but must lie between 28 and 128");
        assert_eq!(ClassifierConfig { image_size: 65, ..ClassifierConfig::default() }.validate(), Err(fault));
    }
}
