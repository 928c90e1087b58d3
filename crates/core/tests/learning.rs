//! Seeded runs that a working system passes and a broken one does not.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use common::{
    networks, networks_of,
    stripes::{Stripes, mapped, mixed, modern, small},
    values,
};
use forger_core::{
    Dcgan, System, Toy,
    burn::tensor::{Device, Tensor, TensorData},
    nets::{Generator as _, dcgan::Generator},
    parameters::NamedTensor,
    protocol::{
        AdversarialLoss, DcganConfig, Distribution, LatentPrior, OptimizerConfig, Random, StepKind, Stream, ToyConfig,
        error::ModelError, message::Coverage,
    },
    weights::{File, sha256},
};

fn run(mut toy: Toy, steps: usize) -> Toy {
    for _ in 0..steps {
        toy.step(StepKind::Both);
    }
    toy
}

fn measure(toy: &Toy) -> Coverage {
    toy.look().unwrap().coverage(&toy.look().unwrap().fakes(1000)).unwrap()
}

fn has_learned(toy: &Toy) -> bool {
    let found = measure(toy);
    found.covered == 8 && found.high_quality > 0.6
}

#[test]
fn the_default_toy_covers_all_eight_modes() {
    let toy = run(Toy::new(ToyConfig::default(), &Device::flex()).unwrap(), 3000);
    assert!(has_learned(&toy), "{:?}", measure(&toy));
}

/// The bar of the test above is one that a broken game misses: here one of the players never learns.
#[test]
fn a_game_with_one_player_covers_nothing() {
    for kind in [StepKind::Discriminator, StepKind::Generator] {
        let mut toy = Toy::new(ToyConfig::default(), &Device::flex()).unwrap();
        (0..3000).for_each(|_| drop(toy.step(kind)));
        assert!(!has_learned(&toy), "{kind:?}: {:?}", measure(&toy));
    }
}

/// The same seed ends where it always has, to the last bit, whatever the processor. `tests/e2e/specs/devices.spec.js` has
/// the same fingerprint for the browser.
#[test]
fn twenty_steps_of_a_seed_end_where_they_always_have() {
    let mut toy = run(Toy::new(ToyConfig { batch: 32, ..ToyConfig::default() }, &Device::flex()).unwrap(), 20);
    let known = "ba508fd3980806d19da9b39bc5bd1e0c96aa47f654dfbfb29beb2849c3d3c133";
    assert_eq!(fingerprint(&networks(&mut toy)), known);
}

fn fingerprint(networks: &[Vec<NamedTensor>; 3]) -> String {
    let values = networks.iter().flatten().flat_map(|tensor| &tensor.values);
    sha256(&values.flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

/// Few seeds could pass by luck, so each loss must bring the fakes near the data, too.
#[test]
fn every_loss_learns_the_line() {
    for loss in AdversarialLoss::ALL {
        let wasserstein = loss == AdversarialLoss::Wasserstein;
        let rate = if loss == AdversarialLoss::Minimax { 3e-4 } else { 1e-3 };
        let optimizer = match wasserstein {
            true => OptimizerConfig::RmsProp { learning_rate: 1e-3, alpha: 0.99 },
            false => OptimizerConfig::adam(rate),
        };
        let config = ToyConfig {
            distribution: Distribution::Line,
            loss,
            generator_optimizer: optimizer,
            discriminator_optimizer: optimizer,
            d_steps: if wasserstein { 5 } else { 1 },
            ..ToyConfig::default()
        };
        let distance = |toy: &Toy| {
            let off =
                toy.look().unwrap().fakes(1000).chunks(2).map(|p| (p[1] - 0.5 * p[0]).abs()).sum::<f32>() / 1000.0;
            let spread = toy.look().unwrap().fakes(1000).chunks(2).map(|p| p[0].abs()).sum::<f32>() / 1000.0;
            (off, spread)
        };
        let toy = Toy::new(config, &Device::flex()).unwrap();
        let before = distance(&toy).0;
        let (off, spread) = distance(&run(toy, 1000));
        assert!(off < 0.12 && off < before && (0.2..0.7).contains(&spread), "{loss:?}: {before} {off} {spread}");
    }
}

/// Mean change over three pixels across and over one pixel down: stripes have much of the first, none of the second.
fn changes(dcgan: &Dcgan) -> (f32, f32) {
    let z = Random::new(1, Stream::Latent).latent(LatentPrior::Gaussian, 8, 4);
    let z = Tensor::from_data(TensorData::new(z, [8, 4]), &Device::flex());
    let pictures = values(dcgan.ema_generator().forge(z));
    let change = |by: usize| {
        let of = |p: &[f32]| (0..784 - by).map(|i| (p[i] - p[i + by]).abs()).sum::<f32>() / (784 - by) as f32;
        pictures.chunks(784).map(of).sum::<f32>() / 8.0
    };
    (change(3), change(28))
}

#[test]
fn a_small_dcgan_learns_upright_stripes() {
    for (config, steps) in [(small(), 300), (modern(), 600), (mixed(), 300), (mapped(), 300)] {
        let mut dcgan = Dcgan::new(config, Box::new(Stripes), &Device::flex()).unwrap();
        let before = changes(&dcgan);
        for _ in 0..steps {
            dcgan.step(StepKind::Both);
        }
        let after = changes(&dcgan);
        assert!(before.0 < 0.3 && after.0 > 0.6 && after.1 < after.0 / 3.0, "{before:?} {after:?}");
    }
}

/// Numbers of bf16 have 8 bits: a fault of a 256th each, and none of half a picture. What only draws does not round.
#[test]
fn mixed_precision_rounds_and_nothing_more() {
    let pictures = |generator: &Generator| {
        let z = Random::new(1, Stream::Latent).latent(LatentPrior::Gaussian, 8, 4);
        values(generator.forward(Tensor::from_data(TensorData::new(z, [8, 4]), &Device::flex())))
    };
    let apart = |a: &[f32], b: &[f32]| {
        let largest = b.iter().fold(0.0, |largest: f32, value| largest.max(value.abs()));
        // Not `f32::max`, which drops NaN.
        let worse = |worst: f32, d: f32| if d.is_nan() || d > worst { d } else { worst };
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, worse) / largest
    };
    let device = Device::flex();
    let new = |config| Dcgan::new(config, Box::new(Stripes), &device).unwrap();
    let exact = pictures(new(small()).ema_generator());
    let mut rounding = new(mixed());
    let fault = apart(&pictures(rounding.ema_generator()), &exact);
    assert!(fault > 1e-5 && fault < 0.02, "{fault}");
    let (drawn, _) = networks_of(&rounding.save().unwrap());
    assert_eq!(pictures(&drawn), exact);
    // Also of networks that another run trained, and after a step.
    let state = rounding.save().unwrap();
    assert!(rounding.begin_with(&File::of_checkpoint(&state).unwrap()).unwrap().is_empty());
    rounding.step(StepKind::Both);
    let (drawn, _) = networks_of(&rounding.save().unwrap());
    let fault = apart(&pictures(rounding.ema_generator()), &pictures(&drawn));
    assert!(fault > 1e-5 && fault < 0.02, "{fault}");
}

/// A model file goes on: the networks are those of the file, and only they.
#[test]
fn a_dcgan_begins_with_trained_networks() {
    let device = Device::flex();
    let new = |config| Dcgan::new(config, Box::new(Stripes), &device).unwrap();
    let mut trained = new(modern());
    (0..5).for_each(|_| drop(trained.step(StepKind::Both)));
    let state = trained.save().unwrap();
    let file = || File::of_checkpoint(&state).unwrap();
    let mut next = new(DcganConfig { seed: 9, batch: 4, ..modern() });
    assert_eq!(next.begin_with(&file()), Ok(Vec::new()));
    assert_eq!((next.steps(), changes(&next)), (0, changes(&trained)));
    // They can be trained.
    (0..5).for_each(|_| drop(next.step(StepKind::Both)));
    assert_ne!(changes(&next), changes(&trained));
    // One without a mapping network gets one.
    let mut mapped = new(DcganConfig { mapping: 12, ..modern() });
    assert_eq!(mapped.begin_with(&file()), Ok(Vec::new()));
    (0..5).for_each(|_| drop(mapped.step(StepKind::Both)));
    assert!(mapped.ema_generator().mapping.is_some());
    // What is of another shape begins with nothing.
    let wide = 2 * modern().width;
    let mut wider = new(DcganConfig { width: wide, ..modern() });
    let before = changes(&wider);
    let settings = format!("width={} where {wide} is asked for", modern().width);
    assert_eq!(wider.begin_with(&file()), Err(ModelError::OtherNetworks { settings }));
    assert_eq!(changes(&wider), before);
}
