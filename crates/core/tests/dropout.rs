//! The noise of translators: which layers have dropout, and what it does there. Values from PyTorch with the same masks are in
//! `reference/translation.rs`.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use common::values;
use forger_core::{
    burn,
    nets::translator::Translator,
    parameters,
    protocol::{Doubling, Normalization, Random, Stream, TranslatorConfig},
};

fn noise() -> Random {
    Random::new(1, Stream::Noise)
}

fn unet(depth: usize) -> TranslatorConfig {
    TranslatorConfig { width: 1, depth, ..TranslatorConfig::default() }
}

fn resnet(blocks: usize) -> TranslatorConfig {
    TranslatorConfig { dropout: true, ..TranslatorConfig::resnet(1, blocks) }
}

fn network(config: &TranslatorConfig) -> Translator {
    Translator::new(config, &mut Random::new(1, Stream::Weights), &Device::flex()).unwrap()
}

fn picture(shape: [usize; 4]) -> Tensor<4> {
    let mut pixels = vec![0.0; shape.iter().product()];
    Random::new(1, Stream::Data).fill_uniform(&mut pixels, -1.0, 1.0);
    Tensor::from_data(TensorData::new(pixels, shape), &Device::flex())
}

/// How many values a pass draws.
fn drawn(config: &TranslatorConfig, shape: [usize; 4]) -> u64 {
    let mut random = noise();
    network(config).forward(picture(shape), Some(&mut random));
    random.state().position
}

/// Weights of a ResNet in which all is 0 up to the blocks, the first half of the block makes ones, and all that follows passes on
/// what is in its first channels.
fn passing(name: &str, shape: &[usize]) -> Vec<f32> {
    let mut values = vec![0.0; shape.iter().product()];
    if name == "blocks.0.first.conv.bias" {
        values.fill(1.0);
    }
    let passes = ["blocks.0.second", "up", "out"].iter().any(|part| name.starts_with(part));
    if let (true, &[outputs, inputs, side, _]) = (passes && name.ends_with("weight"), shape) {
        // So small a number that tanh can be undone.
        let middle = if name.starts_with("out") { 0.25 } else { 1.0 };
        for channel in 0..outputs {
            values[(channel * inputs + channel) * side * side + side * side / 2] = middle;
        }
    }
    values
}

#[test]
fn half_of_the_values_between_the_halves_of_a_block_go_and_the_others_double() {
    let (normalization, doubling) = (Normalization::None, Doubling::Nearest);
    let config = TranslatorConfig { width: 3, normalization, doubling, ..resnet(1) };
    let network = parameters::fill(network(&config), &Device::flex(), passing);
    let picture = picture([1, 3, 64, 96]);
    let seen = |noise| values(network.forward(picture.clone(), noise)).into_iter().map(|value| value.atanh() * 4.0);
    assert!(seen(None).all(|value| (value - 1.0).abs() < 1e-5), "without chance all stay as they are");
    // Rows of 16 by 24 ones, of which the picture shows the first three channels of twelve, each value 4 x 4 times.
    let mut random = noise();
    let left = (0..3 * 16 * 24).map(|_| if random.uniform() < 0.5 { 0.0 } else { 2.0 }).collect::<Vec<f32>>();
    let mut random = noise();
    for (at, value) in seen(Some(&mut random)).enumerate() {
        let (channel, row, column) = (at / (64 * 96), at / 96 % 64, at % 96);
        let expected = left[(channel * 16 + row / 4) * 24 + column / 4];
        assert!((value - expected).abs() < 1e-5, "{value} for {expected} at {row}, {column} of channel {channel}");
    }
    let share = left.iter().filter(|&&value| value == 2.0).count() as f32 / left.len() as f32;
    assert!((share - 0.5).abs() < 0.03, "{share} of the values stay");
    assert_eq!(random.state().position, 12 * 16 * 24, "a number for each value");
}

#[test]
fn levels_between_the_four_outer_ones_and_the_innermost_have_it() {
    let square = |depth: usize| [1, 3, 1 << depth, 1 << depth];
    // Eight channels at sides of 4, 8 and 16 pixels: see `UnetSkipConnectionBlock` of pytorch-CycleGAN-and-pix2pix.
    for (depth, sides) in [(5, &[][..]), (6, &[4]), (7, &[4, 8]), (8, &[4, 8, 16])] {
        let expected = sides.iter().map(|side| 8 * side * side).sum::<u64>();
        assert_eq!(drawn(&unet(depth), square(depth)), expected, "depth {depth}");
    }
}

#[test]
fn every_block_has_it_once() {
    for blocks in [1, 3] {
        // Four channels at a quarter of the side.
        assert_eq!(drawn(&resnet(blocks), [2, 3, 16, 20]), (blocks * 2 * 4 * 4 * 5) as u64, "{blocks} blocks");
    }
}

#[test]
fn without_it_or_without_chance_nothing_is_drawn() {
    for (config, shape) in [(unet(6), [2, 3, 64, 64]), (resnet(2), [2, 3, 16, 20])] {
        let (network, without) = (network(&config), TranslatorConfig { dropout: false, ..config });
        assert_eq!(drawn(&without, shape), 0);
        let made = |seed: Option<u32>| {
            let mut noise = seed.map(|seed| Random::new(seed, Stream::Noise));
            values(network.forward(picture(shape), noise.as_mut()))
        };
        let plain = made(None);
        assert_eq!(made(None), plain);
        assert_eq!(values(self::network(&without).forward(picture(shape), Some(&mut noise()))), plain);
        let noisy = made(Some(1));
        assert_ne!(noisy, plain);
        assert_eq!(made(Some(1)), noisy, "of the same chance");
        assert_ne!(made(Some(2)), noisy, "of another");
    }
}
