//! SimGAN: the refiner, what it is to keep, and steps of the whole game.

use forger_core::{
    Images, Simgan,
    losses::kept::kept,
    nets::refiner::Refiner,
    protocol::{Kept, OptimizerConfig, SimganConfig},
};

use crate::{
    case::{Case, file},
    common::values,
    random, training,
    translation::{begin, compare, play},
};

#[test]
fn refiners() {
    for (name, channels, refiner_width, blocks, shape) in
        [("refiner_grey", 1, 3, 2, [2, 1, 9, 11]), ("refiner_colour", 3, 2, 1, [1, 3, 8, 8])]
    {
        let config = SimganConfig { channels, refiner_width, blocks, ..SimganConfig::default() };
        let net = Refiner::new(&config, &mut random(), &training());
        compare(("simgan_networks.safetensors", name), net, Refiner::forward, shape);
    }
}

#[test]
fn what_a_refiner_is_to_keep() {
    let device = training();
    for (name, what) in [
        ("pixels", Kept::Pixels),
        ("derivatives", Kept::Derivatives),
        ("channel-mean", Kept::ChannelMean),
        ("blurred", Kept::Blurred),
    ] {
        let case = Case::read(&file("simgan_losses.safetensors"), name);
        let refined = case.tensor::<4>("refined", &device).require_grad();
        let loss = kept(what, refined.clone(), case.tensor("synthetic", &device));
        case.assert_close("loss", &values(loss.clone().inner()), 1e-5);
        let slope = refined.grad_remove(&mut loss.backward()).unwrap();
        case.assert_close("grad.refined", &values(slope), 1e-5);
    }
}

/// One picture that both sides make, again and again.
struct Ramp(usize);

impl Images for Ramp {
    fn len(&self) -> usize {
        1
    }
    fn shape(&self) -> [usize; 3] {
        [1, 16, 20]
    }
    fn write(&self, _: usize, out: &mut [f32]) {
        for (at, value) in out.iter_mut().enumerate() {
            *value = ((at % 20 * 9 + at / 20 * 5 + self.0) % 256) as f32 / 127.5 - 1.0;
        }
    }
}

#[test]
fn a_game_of_simgan() {
    let case = Case::read(&file("simgan_game.safetensors"), "simgan");
    let sgd = OptimizerConfig::Sgd { learning_rate: 1e-3, momentum: 0.0 };
    let config = SimganConfig {
        image_height: 16,
        image_width: 20,
        refiner_width: 3,
        blocks: 1,
        discriminator_width: 2,
        lambda: 0.3,
        history: 0,
        refiner_pretraining: 1,
        discriminator_pretraining: 1,
        refiner_optimizer: sgd,
        discriminator_optimizer: sgd,
        batch: 2,
        ..SimganConfig::default()
    };
    let system = Simgan::new(config, Box::new(Ramp(0)), Box::new(Ramp(90)), None, &training().inner()).unwrap();
    play(begin(system, &case, &["refiner", "discriminator"]), &case, 4);
}
