//! Systems that translate pictures: dropout, skips, mirrored edges, both normalisations, pools, four players.

use burn::tensor::Device;
use forger_core::{
    Cyclegan, Images, Pix2pix, Simgan,
    data::photos::Photo,
    protocol::{
        Augment, CycleganConfig, Doubling, Kept, OptimizerConfig, Pix2pixConfig, Random, SimganConfig, Stream,
        TranslatorConfig,
    },
};

use crate::{FEW, Networks, Stripes, train};

fn photo(phase: usize, side: usize) -> Photo {
    let pixels = (0..3 * side * side).map(|at| ((at % side * 9 + at / side * 5 + phase) % 256) as u8).collect();
    Photo { height: side, width: side, pixels }
}

/// Ramps such as above are hardly anything once instance normalisation has had its way with what they vary in.
fn noise(seed: u32, side: usize) -> Photo {
    let random = &mut Random::new(seed, Stream::Data);
    Photo { height: side, width: side, pixels: (0..3 * side * side).map(|_| random.below(256) as u8).collect() }
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
    let config = CycleganConfig {
        generator: TranslatorConfig { doubling: Doubling::Nearest, ..TranslatorConfig::resnet(3, 1) },
        image_size: 20,
        patch: 16,
        discriminator_width: 2,
        batch: 2,
        pool: 4,
        augment: Augment { color: true, ..Augment::default() },
        instance_noise: 0.2,
        instance_noise_steps: 4,
        cycle_noise: 0.1,
        // Adam's first step is as long for a slope that is next to nothing, whose sign is rounding, as for any other, and there and
        // back makes much of that: on one device, too, a run is another after a change of 1e-7 in the weights.
        generator_optimizer: OptimizerConfig::Sgd { learning_rate: 1e-5, momentum: 0.0 },
        discriminator_optimizer: OptimizerConfig::Sgd { learning_rate: 1e-3, momentum: 0.0 },
        ..CycleganConfig::default()
    };
    let set = |seed: u32| (0..4).map(|index| noise(seed + index, 24)).collect();
    train(&mut Cyclegan::new(config, set(0), set(10), None, device).map_err(|e| e.to_string())?, FEW).await
}

/// All phases, and a history that is full and drawn from.
pub async fn simgan(device: &Device) -> Result<(Networks, Networks), String> {
    let sgd = OptimizerConfig::Sgd { learning_rate: 1e-5, momentum: 0.0 };
    let config = SimganConfig {
        image_height: 28,
        image_width: 28,
        refiner_width: 4,
        blocks: 2,
        discriminator_width: 4,
        history: 4,
        kept: Kept::Blurred,
        displacement: 0.1,
        refiner_pretraining: 1,
        discriminator_pretraining: 1,
        // As of CycleGAN.
        refiner_optimizer: sgd,
        discriminator_optimizer: sgd,
        batch: 4,
        ..SimganConfig::default()
    };
    let mut system =
        Simgan::new(config, Box::new(Stripes), Box::new(Upturned), None, device).map_err(|e| e.to_string())?;
    train(&mut system, FEW).await
}

/// Stripes that lie where the others stand.
struct Upturned;

impl Images for Upturned {
    fn len(&self) -> usize {
        Stripes.len()
    }
    fn shape(&self) -> [usize; 3] {
        Stripes.shape()
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        for (pixel, value) in out.iter_mut().enumerate() {
            *value = if (pixel / 28 + index) % 7 < 3 { 0.6 } else { -0.8 };
        }
    }
}
