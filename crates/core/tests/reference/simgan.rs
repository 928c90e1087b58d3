//! SimGAN: the refiner, what it is to keep, and steps of the whole game.

use forger_core::{
    Images, Simgan,
    losses::kept::kept,
    nets::refiner::Refiner,
    protocol::{AdversarialLoss, Kept, OptimizerConfig, SimganConfig},
};

use crate::{
    case::{Case, file},
    common::values,
    random, training,
    translation::{
        compare,
        games::{begin, compare_averages, judge, play},
    },
};

#[test]
fn refiners() {
    for (name, channels, refiner_width, blocks, displacement, shape) in [
        ("refiner_grey", 1, 3, 2, 0.0, [2, 1, 9, 11]),
        ("refiner_colour", 3, 2, 1, 0.0, [1, 3, 8, 8]),
        ("refiner_displaced", 1, 3, 1, 0.02, [2, 1, 9, 14]),
    ] {
        let config = SimganConfig { channels, refiner_width, blocks, displacement, ..SimganConfig::default() };
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

/// Pictures that both sides make.
struct Ramps {
    shape: [usize; 3],
    phase: usize,
    /// Of each picture, what its values stay below.
    lights: &'static [usize],
}

impl Images for Ramps {
    fn len(&self) -> usize {
        self.lights.len()
    }
    fn shape(&self) -> [usize; 3] {
        self.shape
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        let [_, _, width] = self.shape;
        for (at, value) in out.iter_mut().enumerate() {
            *value = ((at % width * 9 + at / width * 5 + self.phase) % self.lights[index]) as f32 / 127.5 - 1.0;
        }
    }
}

/// A synthetic set of these lights, and one real picture.
fn sets(config: &SimganConfig, lights: &'static [usize]) -> [Box<dyn Images>; 2] {
    let shape = [config.channels, config.image_height, config.image_width];
    [(0, lights), (90, &[256][..])].map(|(phase, lights)| Box::new(Ramps { shape, phase, lights }) as Box<dyn Images>)
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
    let [synthetic, real] = sets(&config, &[256]);
    let system = Simgan::new(config, synthetic, real, None, &training().inner()).unwrap();
    play(begin(system, &case, &["refiner", "discriminator"]), &case, 4);
}

#[test]
fn a_game_of_simgan_with_semantic_consistency_and_a_history() {
    let (case, device) = (Case::read(&file("simgan_semantic.safetensors"), "simgan_semantic"), training().inner());
    let optimizer = OptimizerConfig::adam(1e-3);
    let config = SimganConfig {
        image_height: 64,
        image_width: 64,
        channels: 3,
        refiner_width: 3,
        blocks: 1,
        discriminator_width: 2,
        loss: AdversarialLoss::LeastSquares,
        adversarial: 0.5,
        lambda: 0.01,
        kept: Kept::ChannelMean,
        displacement: 0.02,
        semantic: 3.0,
        history: 3,
        discriminator_updates: 2,
        refiner_pretraining: 1,
        discriminator_pretraining: 1,
        refiner_optimizer: optimizer,
        discriminator_optimizer: optimizer,
        batch: 4,
        ..SimganConfig::default()
    };
    let [synthetic, real] = sets(&config, &[51, 102, 153, 204, 255]);
    let judge = judge(&case, &device);
    let system = Simgan::new(config, synthetic, real, Some(&judge), &device).unwrap();
    let played = play(begin(system, &case, &["refiner", "discriminator"]), &case, 4);
    compare_averages(played, &case, &["refiner"]);
}
