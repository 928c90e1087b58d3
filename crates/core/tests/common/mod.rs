//! What several tests need.
#![allow(dead_code, reason = "each test uses some of it")]

pub mod refined;
pub mod stripes;
pub mod translated;

use burn::tensor::{Device, Tensor};
use forger_core::{
    System, burn,
    checkpoint::Reader,
    nets::dcgan::{Discriminator, Generator},
    parameters::NamedTensor,
    protocol::{Card, DcganConfig, SystemConfig},
    systems,
    weights::{Drawer, Model},
};

/// Reads a tensor back.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

/// Generator, discriminator and the generator's moving average.
pub fn networks(system: &mut impl System) -> [Vec<NamedTensor>; 3] {
    systems::networks(system).unwrap().try_into().unwrap()
}

/// What the checkpoint of a DCGAN draws with, and its D.
pub fn networks_of(checkpoint: &[u8]) -> (Generator, Discriminator) {
    let reader = Reader::new(checkpoint).unwrap();
    let config = reader.settings::<DcganConfig>().unwrap();
    let card = Card { discriminator: true, ..Card::new("test", SystemConfig::of(&config), config.seed) };
    let model = Model::<Drawer>::of_checkpoint(reader, card, &Device::flex()).unwrap();
    (model.generator().unwrap().clone(), model.discriminator.clone().unwrap())
}
