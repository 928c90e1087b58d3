//! What systems that translate pictures share: their generator, and how their learning rate falls.

use serde::{Deserialize, Serialize};

use super::{AdversarialLoss, Conflict, Normalization, OutOfRange, within};

/// A generator that makes a picture of a picture. Names of tensors are ours; the networks are those of the authors' code,
/// pytorch-CycleGAN-and-pix2pix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TranslatorConfig {
    /// Which network it is.
    pub network: TranslatorNetwork,
    /// Channels of the layer next to the picture (`ngf`), 1 to 256; deeper layers double them, up to 8 (U-Net) or 4 (ResNet)
    /// times.
    pub width: usize,
    /// U-Net: how often the side is halved, 5 to 9. One pixel is left of a picture of `2^depth`.
    pub depth: usize,
    /// ResNet: residual blocks, 1 to 32.
    pub blocks: usize,
    /// Between the layers. Instance normalisation has neither scale nor shift.
    pub normalization: Normalization,
    /// Half of the values of some layers, by chance, in training: the noise of pix2pix (section 3.1), and optional in a residual
    /// block.
    pub dropout: bool,
    /// A fourth channel of the last convolution is a mask, through a sigmoid, of where the other three take the place of what was given;
    /// elsewhere that stays. Pumarola et al. 2018 (arXiv 1807.09251, section 4), without their losses of the mask, and Tang et al. 2019
    /// (arXiv 1911.11897). Its bias begins at 0, as all do, and so the mask near one half.
    pub attention: bool,
    /// How the side is doubled.
    pub doubling: Doubling,
}

/// The shape of a [`TranslatorConfig`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TranslatorNetwork {
    /// Halves the side to almost nothing and doubles it again, with skips between: Isola et al. 2017 (arXiv 1611.07004), section
    /// 3.2.1 and appendix 6.1.1.
    #[default]
    Unet,
    /// Residual blocks at a quarter of the side: Johnson et al. 2016, as in Zhu et al. 2017 (arXiv 1703.10593), appendix 7.2.
    Resnet,
}

/// How a layer doubles the side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubling {
    /// A transposed convolution of stride 2.
    #[default]
    Transposed,
    /// Each pixel becomes two by two, then a convolution: no checkerboard. Odena et al. 2016, "Deconvolution and checkerboard
    /// artifacts".
    Nearest,
}

impl Default for TranslatorConfig {
    fn default() -> Self {
        Self {
            network: TranslatorNetwork::Unet,
            width: 64,
            depth: 8,
            blocks: 9,
            normalization: Normalization::Batch,
            dropout: true,
            attention: false,
            doubling: Doubling::Transposed,
        }
    }
}

/// Most pixels of a picture for a network that sees all of it at once, as they are: see [`MOST_FILLED`]. A phone has memory for its features.
pub const MOST_AT_ONCE: u64 = 1_500_000;

/// And most with its sides filled up to multiples.
pub const MOST_FILLED: u64 = MOST_AT_ONCE / 3 * 4;

impl TranslatorConfig {
    /// A ResNet with instance normalisation and no dropout, as CycleGAN has it.
    pub fn resnet(width: usize, blocks: usize) -> Self {
        let (network, normalization) = (TranslatorNetwork::Resnet, Normalization::Instance);
        Self { network, width, blocks, normalization, dropout: false, ..Self::default() }
    }

    /// Which setting is out of range, if any.
    pub fn validate(&self) -> Result<(), OutOfRange> {
        within("generator.width", self.width as f64, 1.0, 256.0)?;
        within("generator.depth", self.depth as f64, 5.0, 9.0)?;
        within("generator.blocks", self.blocks as f64, 1.0, 32.0)
    }

    /// Sides must be multiples of this; others are padded, and cut again afterwards.
    pub const fn multiple(&self) -> usize {
        match self.network {
            TranslatorNetwork::Unet => 1 << self.depth,
            TranslatorNetwork::Resnet => 4,
        }
    }

    /// Pixels of a picture of this size, height and width, with its sides filled up to multiples.
    pub fn filled(&self, size: [usize; 2]) -> u64 {
        let multiple = self.multiple() as u64;
        size.into_iter().map(|side| (side as u64).next_multiple_of(multiple)).fold(1, u64::saturating_mul)
    }

    /// Whether there is room for a picture of this size. One that sees all of it at once has its features at once, too; a thin picture
    /// may be small, and large once its sides are filled up.
    pub fn takes(&self, size: [usize; 2]) -> bool {
        let pixels = size.into_iter().map(|side| side as u64).fold(1, u64::saturating_mul);
        self.reach().is_some() || (pixels <= MOST_AT_ONCE && self.filled(size) <= MOST_FILLED)
    }

    /// How far it sees around a pixel, a multiple of [`TranslatorConfig::multiple`]; `None` for a network that sees all of a
    /// picture. Instance normalisation looks further, at the mean of all, which tiles of some size know nearly as well.
    pub const fn reach(&self) -> Option<usize> {
        match self.network {
            TranslatorNetwork::Unet => None,
            // 7 x 7 at full size on both ends, 3 x 3 at the sizes between, and two of 3 x 3 a block at a quarter.
            TranslatorNetwork::Resnet => Some((3 + 1 + 2 + 4 * 2 * self.blocks + 4 + 2 + 3).div_ceil(4) * 4),
        }
    }

    /// About how many multiplications it takes for each pixel of a picture.
    pub const fn effort(&self) -> u64 {
        let squares = match self.network {
            // About the same whatever its depth: half the side, and twice the channels.
            TranslatorNetwork::Unet => 100,
            // Of a block two convolutions of 3 x 3, at a quarter of the side and with four times the channels.
            TranslatorNetwork::Resnet => 50 + 18 * self.blocks,
        };
        (squares * self.width * self.width) as u64
    }
}

/// By which settings of its generators weights fit a system, or do not: [`crate::Declaration::shape`].
pub(super) const TRANSLATOR: [&str; 7] = [
    "generator/network",
    "generator/width",
    "generator/depth",
    "generator/blocks",
    "generator/normalization",
    "generator/attention",
    "generator/doubling",
];

/// Side of the part of a picture that a value of the discriminator's map looks at, in pixels (section 4.4 of pix2pix):
/// 1, 16, 34, 70, 142 or 286.
pub(super) fn patch(patch: usize) -> Result<(), OutOfRange> {
    if halvings(patch).is_some() {
        return Ok(());
    }
    let field = "patch (1, 16, 34, 70, 142 or 286)".into();
    Err(OutOfRange { field, value: patch as f64, min: 1.0, max: 286.0 })
}

/// How often a discriminator that sees patches of this side halves the picture (`n_layers`); 0 for single pixels.
pub const fn halvings(patch: usize) -> Option<usize> {
    match patch {
        1 => Some(0),
        16 => Some(1),
        34 => Some(2),
        70 => Some(3),
        142 => Some(4),
        286 => Some(5),
        _ => None,
    }
}

/// Whether a D whose weights are not clipped can play this game.
pub(super) fn game(loss: AdversarialLoss) -> Result<(), Conflict> {
    if loss == AdversarialLoss::Wasserstein { Err(Conflict::NotClipped) } else { Ok(()) }
}

/// Whether a picture of this side leaves something to judge.
pub(super) fn judged(image_size: usize, patch: usize) -> Result<(), OutOfRange> {
    let halvings = halvings(patch).unwrap_or_default();
    // Two convolutions of 4 x 4 and padding 1 follow.
    if halvings == 0 || image_size >> halvings >= 3 {
        return Ok(());
    }
    let field = format!("image_size (for patches of {patch})");
    Err(OutOfRange { field, value: image_size as f64, min: (3 << halvings) as f64, max: 1024.0 })
}

/// Side of the square pictures that are learned from.
pub(super) fn side(image_size: usize, generator: &TranslatorConfig) -> Result<(), OutOfRange> {
    let multiple = generator.multiple();
    within("image_size", image_size as f64, 16.0, 1024.0)?;
    if image_size.is_multiple_of(multiple) {
        return Ok(());
    }
    let field = format!("image_size (a multiple of {multiple})");
    Err(OutOfRange { field, value: image_size as f64, min: multiple as f64, max: 1024.0 })
}

/// What a learning rate is multiplied by after so many steps: 1 for the first `constant` and one more, then less by `1 / (decay + 1)`
/// with every step, the parts of the authors' code. In the last of the `decay` steps it is `2 / (decay + 1)`, and half of that in all
/// that follow. Zhu et al. 2017, appendix 7.1. Where `decay` is 0 it stays 1.
pub fn linear_decay(steps: u64, constant: u64, decay: u64) -> f64 {
    if decay == 0 {
        return 1.0;
    }
    let fallen = steps.saturating_sub(constant).min(decay);
    1.0 - fallen as f64 / (decay + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_rate_stays_then_falls_to_its_last_part() {
        assert_eq!((linear_decay(99, 100, 9), linear_decay(100, 100, 9)), (1.0, 1.0));
        assert!((linear_decay(105, 100, 9) - 0.5).abs() < 1e-9);
        // The last of these steps, the first one after them, and one long after.
        for (steps, rate) in [(108, 0.2), (109, 0.1), (1000, 0.1)] {
            assert!((linear_decay(steps, 100, 9) - rate).abs() < 1e-9, "{steps}");
        }
        assert_eq!(linear_decay(5, 0, 0), 1.0);
    }

    #[test]
    fn a_network_that_sees_all_takes_so_many_pixels_with_its_sides_filled_up() {
        let unet = TranslatorConfig::default();
        assert_eq!((unet.multiple(), unet.filled([1, 257])), (256, 256 * 512));
        // What is no thinner than photos are counts by its pixels.
        for size in [[1200, 1200], [1024, 1365], [1281, 1170], [866, 1732], [256, 5800]] {
            assert!(unet.takes(size), "{size:?}");
        }
        for size in [[1300, 1200], [256, 9000], [10, 140_000], [usize::MAX >> 20, 1]] {
            assert!(!unet.takes(size), "{size:?}");
        }
        assert!(TranslatorConfig::resnet(8, 6).takes([10, 140_000]));
    }

    #[test]
    fn settings_of_before_there_was_a_mask_have_none_and_a_mask_makes_another_network() {
        let before = serde_json::from_str::<TranslatorConfig>(r#"{"width": 24, "dropout": false}"#).unwrap();
        assert!(!before.attention && !before.dropout);
        let masked = TranslatorConfig { attention: true, ..before.clone() };
        let differ = |key: &&str| {
            let of = |config: &TranslatorConfig| json!({ "generator": config }).pointer(&format!("/{key}")).cloned();
            of(&before) != of(&masked)
        };
        assert_eq!(TRANSLATOR.iter().filter(|key| differ(key)).collect::<Vec<_>>(), [&"generator/attention"]);
    }

    #[test]
    fn tiles_of_a_resnet_fit_together() {
        let config = TranslatorConfig::resnet(32, 6);
        let reach = config.reach().unwrap_or_default();
        assert!(reach.is_multiple_of(config.multiple()) && reach >= 48, "{reach}");
    }
}
