//! The game on the host and the same game on burn end at the same weights.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use common::networks;
use forger_core::{
    System, Toy,
    burn::tensor::Device,
    parameters::NamedTensor,
    protocol::{
        Activation, AdversarialLoss, Distribution, LatentPrior, MlpConfig, OptimizerConfig, Penalty, StepKind,
        ToyConfig, message,
    },
};

fn flat(networks: &[Vec<NamedTensor>; 3], index: usize) -> Vec<f32> {
    networks[index].iter().flat_map(|tensor| tensor.values.clone()).collect()
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

fn small() -> ToyConfig {
    let network = MlpConfig { width: 10, layers: 2, activation: Activation::LeakyRelu };
    ToyConfig { generator: network, discriminator: network, batch: 21, ..ToyConfig::default() }
}

/// Trains both and compares what moved. Rounding differs and training amplifies it, so the bar is relative.
fn compare(name: &str, config: &ToyConfig, steps: &[StepKind]) {
    let device = Device::flex();
    let mut host = Toy::new(config.clone(), &device).unwrap();
    let mut burn = Toy::on_burn(config.clone(), &device).unwrap();
    let start = networks(&mut host);
    assert!(start == networks(&mut burn), "{name}: the start");
    for kind in steps {
        let (a, b) = (host.step(*kind), burn.step(*kind));
        let [a, b] = [a, b].map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap());
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() < 2e-3 * b.abs().max(1.0), "{name}: metrics {a} and {b}");
        }
    }
    let (host, burn) = (networks(&mut host), networks(&mut burn));
    for index in 0..3 {
        let [start, host, burn] = [&start, &host, &burn].map(|networks| flat(networks, index));
        let (moved, apart) = (distance(&start, &host), distance(&host, &burn));
        assert!(moved > 1e-4, "{name}: network {index} did not move");
        assert!(apart < 2e-3 * moved, "{name}: network {index} moved {moved}, apart {apart}");
    }
}

const BOTH: [StepKind; 12] = [StepKind::Both; 12];

#[test]
fn every_loss() {
    for loss in AdversarialLoss::ALL {
        // Adam takes a full step along a gradient of any size: where Wasserstein's for real and fake cancel, along noise.
        let optimizer = match loss {
            AdversarialLoss::Wasserstein => OptimizerConfig::Sgd { learning_rate: 0.05, momentum: 0.0 },
            _ => OptimizerConfig::adam(1e-3),
        };
        let plain = ToyConfig { loss, generator_optimizer: optimizer, discriminator_optimizer: optimizer, ..small() };
        compare(&format!("{loss:?}"), &plain, &BOTH);
        let smooth = ToyConfig { label_smoothing: 0.1, instance_noise: 0.1, ..plain };
        compare(&format!("{loss:?}, smooth"), &smooth, &BOTH);
    }
}

#[test]
fn every_activation_with_every_penalty() {
    for activation in Activation::ALL {
        for penalty in Penalty::ALL {
            let network = MlpConfig { width: 9, layers: 3, activation };
            let config = ToyConfig { generator: network, discriminator: network, penalty, ..small() };
            compare(&format!("{activation:?}, {penalty:?}"), &config, &BOTH);
        }
    }
}

#[test]
fn every_optimizer() {
    for optimizer in [
        OptimizerConfig::adam(1e-3),
        OptimizerConfig::RmsProp { learning_rate: 1e-3, alpha: 0.99 },
        OptimizerConfig::Sgd { learning_rate: 0.05, momentum: 0.0 },
        OptimizerConfig::Sgd { learning_rate: 0.02, momentum: 0.9 },
    ] {
        let config = ToyConfig { generator_optimizer: optimizer, discriminator_optimizer: optimizer, ..small() };
        compare(&format!("{optimizer:?}"), &config, &BOTH);
    }
}

#[test]
fn spectral_normalisation_alone_and_with_all_else() {
    compare("spectral", &ToyConfig { spectral_norm: true, ..small() }, &BOTH);
    let network = MlpConfig { width: 6, layers: 2, activation: Activation::Silu };
    let optimizer = OptimizerConfig::Sgd { learning_rate: 0.05, momentum: 0.5 };
    let everything = ToyConfig {
        generator_optimizer: optimizer,
        discriminator_optimizer: optimizer,
        discriminator: network,
        spectral_norm: true,
        loss: AdversarialLoss::Wasserstein,
        penalty: Penalty::Gradient,
        instance_noise: 0.05,
        ..small()
    };
    compare("everything", &everything, &BOTH);
    use StepKind::{Both, Generator};
    compare("spectral, G first", &ToyConfig { spectral_norm: true, ..small() }, &[Generator, Generator, Both]);
}

/// Layers that lengthen nothing, and whose biases are zero, make no more of a point than its length.
#[test]
fn spectral_normalisation_is_done_before_the_first_step() {
    let axis = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|share| share * message::EXTENT);
    let grid = axis.iter().flat_map(|y| axis.iter().flat_map(move |x| [*x, *y])).collect::<Vec<_>>();
    for seed in 1..=8 {
        let (config, device) = (ToyConfig { spectral_norm: true, seed, ..ToyConfig::default() }, Device::flex());
        let host = Toy::new(config.clone(), &device).unwrap();
        let burn = Toy::on_burn(config, &device).unwrap();
        for (name, mut toy) in [("host", host), ("burn", burn)] {
            let at_first = toy.look().unwrap().logits(&grid);
            assert!(at_first.iter().all(|logit| logit.abs() < 2.0), "{name}, seed {seed}: {at_first:?}");
            toy.step(StepKind::Both);
            toy.restart();
            assert_eq!(toy.look().unwrap().logits(&grid), at_first, "{name}, seed {seed}: after a restart");
        }
    }
}

#[test]
fn odd_shapes_and_single_steps() {
    let flat = MlpConfig { width: 3, layers: 0, activation: Activation::Relu };
    compare("no hidden layer", &ToyConfig { generator: flat, discriminator: flat, ..small() }, &BOTH);
    let one = MlpConfig { width: 1, layers: 5, activation: Activation::Tanh };
    let narrow =
        ToyConfig { generator: one, discriminator: one, latent_dim: 1, prior: LatentPrior::Uniform, ..small() };
    compare("one neuron", &narrow, &BOTH);
    let more = ToyConfig { d_steps: 3, g_steps: 2, distribution: Distribution::Blobs, ..small() };
    compare("three of D, two of G", &more, &BOTH);
    use StepKind::{Both, Discriminator, Generator};
    compare("single steps", &small(), &[Both, Discriminator, Generator, Generator, Both]);
}

/// A run may move from one to the other in the middle, with its optimizers and its chance.
#[test]
fn checkpoints_are_the_same() {
    let config = ToyConfig { spectral_norm: true, instance_noise: 0.1, penalty: Penalty::R1, ..small() };
    let mut host = Toy::new(config.clone(), &Device::flex()).unwrap();
    (0..5).for_each(|_| drop(host.step(StepKind::Both)));
    let mut burn = Toy::on_burn(config.clone(), &Device::flex()).unwrap();
    burn.load(&host.save().unwrap()).unwrap();
    assert_eq!(networks(&mut host), networks(&mut burn));
    let mut back = Toy::new(config, &Device::flex()).unwrap();
    back.load(&burn.save().unwrap()).unwrap();
    assert!(back.save().unwrap() == host.save().unwrap());
    for toy in [&mut host, &mut burn] {
        (0..5).for_each(|_| drop(toy.step(StepKind::Both)));
    }
    let (a, b) = (flat(&networks(&mut host), 1), flat(&networks(&mut burn), 1));
    assert!(distance(&a, &b) < 1e-4 * distance(&a, &vec![0.0; a.len()]));
}

/// Live changes keep what still means the same: another optimizer starts afresh, a rate does not.
#[test]
fn settings_change_live_and_back() {
    let config = small();
    let mut toy = Toy::new(config.clone(), &Device::flex()).unwrap();
    (0..3).for_each(|_| drop(toy.step(StepKind::Both)));
    let state = toy.save().unwrap();
    let other = ToyConfig {
        generator_optimizer: OptimizerConfig::Sgd { learning_rate: 0.1, momentum: 0.9 },
        loss: AdversarialLoss::Hinge,
        batch: 64,
        ..config.clone()
    };
    assert!(toy.tune(other.clone()));
    (0..3).for_each(|_| drop(toy.step(StepKind::Both)));
    // A state of the earlier settings still loads, and training goes on with the later ones.
    toy.load(&state).unwrap();
    assert_eq!(toy.config(), &other);
    toy.step(StepKind::Both);
    assert!(!toy.tune(ToyConfig { seed: 9, ..other }));
}
