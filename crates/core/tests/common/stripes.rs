//! A data set, and networks that learn it.

use forger_core::{
    Images,
    protocol::{AdversarialLoss, Augment, DcganConfig, OptimizerConfig},
};

/// Grey pictures of upright stripes.
pub struct Stripes;

impl Images for Stripes {
    fn len(&self) -> usize {
        64
    }
    fn shape(&self) -> [usize; 3] {
        [1, 28, 28]
    }
    /// Upright stripes of period 7, shifted from picture to picture.
    fn write(&self, index: usize, out: &mut [f32]) {
        for (pixel, value) in out.iter_mut().enumerate() {
            *value = if (pixel % 28 + index) % 7 < 3 { 1.0 } else { -1.0 };
        }
    }
}

/// A DCGAN that learns them in seconds.
pub fn small() -> DcganConfig {
    DcganConfig {
        image_size: 28,
        channels: 1,
        latent_dim: 4,
        width: 4,
        batch: 8,
        ema_decay: 0.9,
        generator_optimizer: OptimizerConfig::adam(1e-3),
        discriminator_optimizer: OptimizerConfig::adam(1e-3),
        ..DcganConfig::default()
    }
}

/// What the recipe `dcgan-modern` adds.
pub fn modern() -> DcganConfig {
    DcganConfig {
        loss: AdversarialLoss::Hinge,
        spectral_norm: true,
        mirror: true,
        augment: Augment { color: true, translation: true, cutout: true },
        ..small()
    }
}

/// With a mapping network.
pub fn mapped() -> DcganConfig {
    DcganConfig { mapping: 12, ..small() }
}

/// In mixed precision.
pub fn mixed() -> DcganConfig {
    DcganConfig { mixed_precision: true, ..small() }
}
