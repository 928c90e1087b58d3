//! Systems that translate pictures: dropout, skips, mirrored edges, both normalisations, a pool, four players.

use burn::tensor::Device;
use forger_core::{
    Cyclegan, Pix2pix,
    data::photos::Photo,
    protocol::{Augment, CycleganConfig, Doubling, Normalization, Pix2pixConfig, TranslatorConfig},
};

use crate::{FEW, Networks, train};

fn photo(phase: usize, side: usize) -> Photo {
    let pixels = (0..3 * side * side).map(|at| ((at % side * 9 + at / side * 5 + phase) % 256) as u8).collect();
    Photo { height: side, width: side, pixels }
}

pub async fn pix2pix(device: &Device) -> Result<(Networks, Networks), String> {
    let config = Pix2pixConfig {
        generator: TranslatorConfig { depth: 6, width: 2, ..TranslatorConfig::default() },
        image_size: 64,
        patch: 34,
        discriminator_width: 2,
        batch: 2,
        ..Pix2pixConfig::default()
    };
    let pairs = (0..4).map(|index| [photo(60 * index, 70), photo(30 * index + 7, 70)]).collect();
    train(&mut Pix2pix::new(config, pairs, device).map_err(|e| e.to_string())?, FEW).await
}

pub async fn cyclegan(device: &Device) -> Result<(Networks, Networks), String> {
    // With instance normalisation the slope of this loss is so steep at small weights that rounding alone turns it by some per cent,
    // on one device as well: it is compared where it is alone (`dcgan-instance`).
    let normalization = Normalization::None;
    let config = CycleganConfig {
        generator: TranslatorConfig { doubling: Doubling::Nearest, normalization, ..TranslatorConfig::resnet(3, 1) },
        image_size: 20,
        patch: 16,
        discriminator_width: 2,
        batch: 2,
        pool: 4,
        augment: Augment { color: true, ..Augment::default() },
        ..CycleganConfig::default()
    };
    let set = |phase: usize| (0..4).map(|index| photo(60 * index + phase, 24)).collect();
    train(&mut Cyclegan::new(config, set(0), set(31), device).map_err(|e| e.to_string())?, FEW).await
}
