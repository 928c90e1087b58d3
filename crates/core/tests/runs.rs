//! Runs that are saved, go on bit-equal, diverge and are steered.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use common::{
    networks,
    stripes::{Stripes, mixed, modern, small},
    values,
};
use forger_core::{
    CheckpointError, Dcgan, Images, Session, Superres, System, Toy,
    burn::tensor::Device,
    checkpoint::Reader,
    data::photos::Photo,
    parameters,
    protocol::{
        AdversarialLoss, Command, DcganConfig, Distribution, Normalization, OptimizerConfig, StepKind, SuperresConfig,
        SuperresLosses, ToyConfig, message::SessionState, system::Role,
    },
};

/// What a system lists is what it declares: generators with an average of their weights, which they draw with, others without.
#[test]
fn players_are_those_that_are_declared() {
    let device = Device::flex();
    let photo = Photo { height: 64, width: 64, pixels: vec![7; 3 * 64 * 64] };
    let losses = SuperresLosses { adversarial: 0.1, ..SuperresLosses::default() };
    let superres =
        SuperresConfig { width: 2, blocks: 1, patch: 8, discriminator_width: 1, losses, ..Default::default() };
    let systems: [Box<dyn System>; 3] = [
        Box::new(Toy::new(ToyConfig::default(), &device).unwrap()),
        Box::new(Dcgan::new(small(), Box::new(Stripes), &device).unwrap()),
        Box::new(Superres::new(superres, vec![photo], None, &device).unwrap()),
    ];
    for mut system in systems {
        let declared = system.declaration();
        let players = system.parts().players;
        assert_eq!(players.len(), declared.networks.len(), "{}", declared.name);
        for (player, network) in players.iter().zip(declared.networks) {
            assert_eq!(player.name(), network.name, "{}", declared.name);
            // The network, the moments of its optimizer, and the average.
            assert_eq!(player.parts().len() == 3, network.role == Role::Generator, "{}", network.name);
        }
        let scalars = system.step(StepKind::Both).dims()[0];
        assert_eq!(scalars, declared.scalars.len(), "{}", declared.name);
        assert!([0, declared.visuals.len()].contains(&system.visuals().len()), "{}", declared.name);
    }
}

fn run(mut toy: Toy, steps: usize) -> Toy {
    (0..steps).for_each(|_| drop(toy.step(StepKind::Both)));
    toy
}

#[test]
fn a_slower_run_goes_on_from_its_last_good_state_and_stays_slower() {
    let mut dcgan = Dcgan::new(modern(), Box::new(Stripes), &Device::flex()).unwrap();
    dcgan.step(StepKind::Both);
    dcgan.slow_down(0.5);
    let state = dcgan.save().unwrap();
    let reader = Reader::new(&state).unwrap();
    assert!(["generator", "discriminator"].iter().all(|player| reader.progress(player).unwrap().pace == 0.5));
    // As it would with half the rates from the beginning.
    let half = |optimizer: OptimizerConfig| optimizer.with_learning_rate(0.5 * optimizer.learning_rate());
    let slower = DcganConfig {
        generator_optimizer: half(modern().generator_optimizer),
        discriminator_optimizer: half(modern().discriminator_optimizer),
        ..modern()
    };
    let mut slower = Dcgan::new(slower, Box::new(Stripes), &Device::flex()).unwrap();
    let mut fresh = Dcgan::new(modern(), Box::new(Stripes), &Device::flex()).unwrap();
    fresh.slow_down(0.5);
    for dcgan in [&mut slower, &mut fresh] {
        (0..3).for_each(|_| drop(dcgan.step(StepKind::Both)));
    }
    assert!(networks(&mut slower) == networks(&mut fresh));
    let mut resumed = Dcgan::new(modern(), Box::new(Stripes), &Device::flex()).unwrap().resumed(&state).unwrap();
    for dcgan in [&mut dcgan, &mut resumed] {
        (0..3).for_each(|_| drop(dcgan.step(StepKind::Both)));
    }
    assert!(networks(&mut dcgan) == networks(&mut resumed), "the pace is kept");
}

#[test]
fn a_run_that_goes_on_from_a_checkpoint_ends_bit_equal() {
    let config = ToyConfig { batch: 16, ..ToyConfig::default() };
    let device = Device::flex();
    let mut whole = run(Toy::new(config.clone(), &device).unwrap(), 20);
    let half = run(Toy::new(config.clone(), &device).unwrap(), 8).save().unwrap();
    let mut resumed = run(Toy::resume(&half, &device).unwrap(), 12);
    assert!(whole.save().unwrap() == resumed.save().unwrap());

    let plain = [Normalization::Batch, Normalization::Instance, Normalization::None];
    let configs = plain.map(|normalization| DcganConfig { normalization, ..small() });
    for config in configs.into_iter().chain([modern(), mixed()]) {
        let new = || Dcgan::new(config.clone(), Box::new(Stripes), &device).unwrap();
        let (mut whole, mut first) = (new(), new());
        for _ in 0..12 {
            whole.step(StepKind::Both);
        }
        for _ in 0..5 {
            first.step(StepKind::Both);
        }
        let mut resumed = new().resumed(&first.save().unwrap()).unwrap();
        for _ in 0..7 {
            resumed.step(StepKind::Both);
        }
        assert!(whole.save().unwrap() == resumed.save().unwrap(), "{config:?}");
    }
}

/// `forger train dcgan --recipe dcgan-digits --width 1 --latent-dim 2 --batch 4 --seed 5 --steps 2`, when checkpoints knew one
/// game of two players and did not name it.
#[test]
fn a_checkpoint_of_version_1_goes_on() {
    let old = include_bytes!("fixtures/dcgan-version-1.safetensors");
    let config = Reader::new(old).unwrap().settings::<DcganConfig>().unwrap();
    let mut dcgan = Dcgan::new(config, Box::new(Stripes), &Device::flex()).unwrap().resumed(old).unwrap();
    assert_eq!(dcgan.steps(), 2);
    let file = safetensors::SafeTensors::deserialize(old).unwrap();
    for (prefix, tensors) in ["generator", "discriminator", "average"].iter().zip(networks(&mut dcgan)) {
        for tensor in tensors {
            let kept = file.tensor(&format!("{prefix}.{}", tensor.name)).unwrap();
            assert!(tensor.values.iter().flat_map(|value| value.to_le_bytes()).eq(kept.data().iter().copied()));
        }
    }
    let state = dcgan.save().unwrap();
    let new = Reader::new(&state).unwrap();
    assert_eq!((new.state["system"].as_str(), new.progress("discriminator").unwrap().updates), (Some("dcgan"), 2));
    assert!(new.state["chance"]["noise"]["position"].as_u64() > Some(0) && new.state["chance"]["data"].is_object());
    assert!(values(dcgan.step(StepKind::Both)).iter().all(|value| value.is_finite()));
}

#[test]
fn damaged_and_foreign_checkpoints_are_refused() {
    let device = Device::flex();
    let good = run(Toy::new(ToyConfig::default(), &device).unwrap(), 2).save().unwrap();
    for cut in [0, 7, 100, good.len() / 2, good.len() - 1] {
        assert!(Toy::resume(&good[..cut], &device).is_err(), "cut at {cut}");
    }
    // One bit of a weight, which leaves the file whole.
    let mut flipped = good.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    assert!(Toy::resume(&flipped, &device).is_err());
    let other = ToyConfig { distribution: Distribution::Moons, ..ToyConfig::default() };
    assert!(Toy::new(other, &device).unwrap().load(&good).is_err());
    let refused = Dcgan::new(small(), Box::new(Stripes), &device).unwrap().load(&good).unwrap_err();
    assert_eq!(refused, CheckpointError::OtherSystem { expected: "dcgan".into(), found: "toy".into() });
}

#[test]
fn training_that_is_not_a_number_goes_back_to_the_last_good_state() {
    let config = ToyConfig {
        generator_optimizer: OptimizerConfig::Sgd { learning_rate: 10.0, momentum: 0.99 },
        discriminator_optimizer: OptimizerConfig::Sgd { learning_rate: 10.0, momentum: 0.99 },
        loss: AdversarialLoss::LeastSquares,
        ..ToyConfig::default()
    };
    let mut session = Session::new(Box::new(Toy::new(config, &Device::flex()).unwrap()));
    let state = session.system_mut().save().unwrap();
    session.keep(state.into());
    session.handle(Command::Train);
    let mut left = 200;
    session.advance(&mut || {
        left -= 1;
        left > 0
    });
    let (first, metrics) = session.take_metrics().unwrap();
    let metrics = session.settle(first, &values(metrics));
    assert!(metrics.len() < 200 && metrics.iter().flat_map(|m| &m.values).all(|value| value.is_finite()));
    assert_eq!((session.state(), session.system().steps()), (SessionState::Diverged, 0));
    let finite = |tensors: Vec<parameters::NamedTensor>| tensors.iter().all(|t| t.values.iter().all(|v| v.is_finite()));
    assert!(networks(session.system_mut()).into_iter().all(finite));
    // A state is not a good one before its steps are known to be: it would never get away from that.
    session.handle(Command::Train);
    session.advance(&mut || false);
    let state = session.system_mut().save().unwrap();
    session.keep(state.clone().into());
    assert!(session.good().is_some_and(|good| **good != *state));
    let (first, metrics) = session.take_metrics().unwrap();
    session.settle(first, &values(metrics));
    session.keep(state.clone().into());
    assert!(session.good().is_some_and(|good| **good == *state));
}

#[test]
fn a_session_trains_pauses_steps_and_resets() {
    let mut session =
        Session::new(Box::new(Toy::new(ToyConfig { batch: 8, ..ToyConfig::default() }, &Device::flex()).unwrap()));
    session.advance(&mut || true);
    assert_eq!((session.state(), session.system().steps()), (SessionState::Idle, 0));
    session.handle(Command::Step(StepKind::Discriminator));
    session.advance(&mut || true);
    assert_eq!((session.state(), session.system().steps()), (SessionState::Paused, 1));
    session.handle(Command::TrainUntil(7));
    session.advance(&mut || true);
    assert_eq!((session.state(), session.system().steps()), (SessionState::Paused, 7));
    let (first, metrics) = session.take_metrics().unwrap();
    assert_eq!((first, metrics.dims()), (1, [7, 6]));
    session.handle(Command::Reset);
    assert_eq!((session.state(), session.system().steps()), (SessionState::Idle, 0));
    assert!(session.take_metrics().is_none());
}

#[test]
fn a_session_that_takes_the_place_of_another_stops_where_that_would_have() {
    let toy = || Toy::new(ToyConfig { batch: 8, ..ToyConfig::default() }, &Device::flex()).unwrap();
    let mut before = Session::new(Box::new(toy()));
    before.handle(Command::TrainUntil(5));
    before.advance(&mut || false);
    let mut after = Session::new(Box::new(toy()));
    after.system_mut().load(&before.system_mut().save().unwrap()).unwrap();
    after.go_on_like(&before);
    after.advance(&mut || true);
    assert_eq!((after.state(), after.system().steps()), (SessionState::Paused, 5));
    // One that stood still does not begin.
    let mut third = Session::new(Box::new(toy()));
    third.go_on_like(&after);
    third.advance(&mut || true);
    assert_eq!((third.state(), third.system().steps()), (SessionState::Paused, 0));
}

#[test]
fn a_step_of_one_player_leaves_the_other_as_it_was() {
    let mut toy = Toy::new(ToyConfig::default(), &Device::flex()).unwrap();
    let [g, d, _] = networks(&mut toy);
    toy.step(StepKind::Discriminator);
    let [g_after_d, d_after_d, _] = networks(&mut toy);
    assert!(g == g_after_d && d != d_after_d);
    toy.step(StepKind::Generator);
    let [g_after_g, d_after_g, _] = networks(&mut toy);
    assert!(g_after_d != g_after_g && d_after_d == d_after_g);
}

struct Wrong;

impl Images for Wrong {
    fn len(&self) -> usize {
        1
    }
    fn shape(&self) -> [usize; 3] {
        [3, 32, 32]
    }
    fn write(&self, _: usize, _: &mut [f32]) {}
}

#[test]
fn pictures_of_another_shape_are_refused() {
    let error = Dcgan::new(small(), Box::new(Wrong), &Device::flex()).err().unwrap();
    assert_eq!(error.field, "channels of the pictures");
}
