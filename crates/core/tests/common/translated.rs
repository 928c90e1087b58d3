//! Sets of pictures to translate, and systems that learn them in seconds.

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    burn,
    data::photos::Photo,
    protocol::{CycleganConfig, OptimizerConfig, Pix2pixConfig, Random, Stream, TranslatorConfig},
};

use super::values;

/// A dark picture with two rectangles of label colours.
fn labels(seed: u32) -> Photo {
    let random = &mut Random::new(seed, Stream::Data);
    let mut pixels = vec![20; 3 * 32 * 32];
    for channel in [0, 1] {
        let (top, left) = (random.below(20), random.below(20));
        for (row, column) in (0..12).flat_map(|row| (0..12).map(move |column| (row, column))) {
            pixels[channel * 1024 + (top + row) * 32 + left + column] = 230;
        }
    }
    Photo { height: 32, width: 32, pixels }
}

/// What is to be made of labels: the first colour becomes light, the second one striped.
fn painted(labels: &Photo) -> Photo {
    let at = |channel: usize, pixel: usize| labels.pixels[channel * 1024 + pixel] > 128;
    let value = |index: usize| {
        let (channel, pixel) = (index / 1024, index % 1024);
        match (at(0, pixel), at(1, pixel)) {
            (true, _) => 200 + 20 * channel as u8,
            (_, true) => {
                if pixel % 4 < 2 {
                    240
                } else {
                    60
                }
            }
            _ => 90,
        }
    };
    Photo { height: 32, width: 32, pixels: (0..3 * 1024).map(value).collect() }
}

pub fn pairs(seeds: std::ops::Range<u32>) -> Vec<[Photo; 2]> {
    seeds
        .map(labels)
        .map(|labels| {
            let truth = painted(&labels);
            [labels, truth]
        })
        .collect()
}

pub fn tensor(photos: &[Photo]) -> Tensor<4> {
    let shape = [photos.len(), 3, photos[0].height, photos[0].width];
    let pixels = photos.iter().flat_map(Photo::values).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(pixels, shape), &Device::flex())
}

pub fn apart(a: Tensor<4>, b: Tensor<4>) -> f32 {
    values((a - b).abs().mean())[0]
}

pub fn small_pix2pix() -> Pix2pixConfig {
    Pix2pixConfig {
        generator: TranslatorConfig { depth: 5, width: 6, ..TranslatorConfig::default() },
        image_size: 32,
        patch: 16,
        discriminator_width: 6,
        batch: 4,
        generator_optimizer: OptimizerConfig::adam(2e-3),
        discriminator_optimizer: OptimizerConfig::adam(2e-3),
        ema_decay: 0.9,
        ..Pix2pixConfig::default()
    }
}

/// Bright discs on dark ground, red or blue.
pub fn discs(count: u32, first: u32, blue: bool) -> Vec<Photo> {
    let disc = |seed| {
        let random = &mut Random::new(first + seed, Stream::Data);
        let (y, x) = (3 + random.below(10) as i32, 3 + random.below(10) as i32);
        let value = |index: i32| {
            let (channel, row, column) = (index / 256, index % 256 / 16, index % 16);
            let is_inside = (row - y).pow(2) + (column - x).pow(2) < 16;
            let is_own = channel == if blue { 2 } else { 0 };
            match (is_inside, is_own) {
                (true, true) => 240,
                (true, false) => 60,
                (false, true) => 60,
                (false, false) => 15,
            }
        };
        Photo { height: 16, width: 16, pixels: (0..768).map(value).collect() }
    };
    (0..count).map(disc).collect()
}

pub fn small_cyclegan() -> CycleganConfig {
    CycleganConfig {
        generator: TranslatorConfig::resnet(6, 1),
        image_size: 16,
        patch: 16,
        discriminator_width: 8,
        batch: 4,
        pool: 8,
        identity: 0.0,
        generator_optimizer: OptimizerConfig::adam(2e-3),
        discriminator_optimizer: OptimizerConfig::adam(2e-3),
        ema_decay: 0.9,
        ..CycleganConfig::default()
    }
}
