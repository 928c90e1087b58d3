//! Steps of the whole games, and what becomes of their networks.

use burn::tensor::Device;
use forger_core::{
    Cyclegan, Pix2pix, System, burn,
    checkpoint::{Reader, Writer},
    classifier::Judge,
    data::photos::Photo,
    parameters::NamedTensor,
    protocol::{
        AdversarialLoss, ClassifierConfig, CycleganConfig, Normalization, OptimizerConfig, Pix2pixConfig, StepKind,
        TranslatorNetwork,
    },
    systems::networks,
};
use serde_json::json;

use super::config;
use crate::{
    case::{Case, assert_close, file},
    common::values,
    training,
};

/// A picture that both sides make.
fn photo(phase: usize) -> Photo {
    let pixels = (0..3 * 32 * 32).map(|at| ((at % 32 * 9 + at / 32 * 5 + phase) % 256) as u8).collect();
    Photo { height: 32, width: 32, pixels }
}

/// The system with the weights of a case, at step 0.
pub fn begin(system: impl System, case: &Case, players: &[&str]) -> impl System {
    begin_at(0, system, case, players)
}

/// The same after so many steps in which nothing happened.
fn begin_at(steps: u64, mut system: impl System, case: &Case, players: &[&str]) -> impl System {
    let saved = system.save().unwrap();
    let mut state = Reader::new(&saved).unwrap().state;
    state["steps"] = json!(steps);
    let mut writer = Writer::default();
    for player in players {
        let tensors = case.under(player);
        for prefix in [(*player).to_owned(), format!("{player}_average")] {
            writer.network(&prefix, tensors.clone());
        }
        let moments = NamedTensor { name: format!("{player}_optimizer.moments"), shape: vec![0], values: Vec::new() };
        writer.network("", vec![moments]);
    }
    system.load(&writer.finish(state)).unwrap();
    system
}

/// What so many steps tell. Gives the system as they leave it.
pub fn play<S: System>(mut system: S, case: &Case, steps: usize) -> S {
    let names = system.declaration().scalars;
    for step in 0..steps {
        let told = values(system.step(StepKind::Both));
        let expected = case.values(&format!("scalars.{step}"));
        assert_eq!(told.len(), expected.len());
        for ((scalar, found), expected) in names.iter().zip(told).zip(expected) {
            let name = format!("{} of step {step}", scalar.key);
            if *expected == 0.0 {
                assert_eq!(found, 0.0, "{name}: what a step does not tell is 0 on both sides");
            } else {
                assert_close(&name, &[found / expected], &[1.0], 1e-4);
            }
        }
    }
    assert!(!case.has(&format!("scalars.{steps}")), "there are more steps");
    system
}

/// The moving averages of these players, all that the system has, by how far they have come from where they began.
pub fn compare_averages(mut system: impl System, case: &Case, players: &[&str]) {
    let found = networks(&mut system).unwrap();
    let of_averages = found.len() - players.len();
    for (player, found) in players.iter().zip(&found[of_averages..]) {
        let trained = || found.iter().filter(|tensor| !tensor.name.contains("running_"));
        let moves = |name: &str, values: &[f32]| {
            let begun = case.values(&format!("{player}.{name}"));
            values.iter().zip(begun).map(|(value, begun)| value - begun).collect::<Vec<_>>()
        };
        let expected = |name: &str| case.values(&format!("{player}_average.{name}"));
        let all = trained().flat_map(|tensor| moves(&tensor.name, expected(&tensor.name)));
        let largest = all.fold(0.0, |most: f32, value| most.max(value.abs()));
        assert!(largest > 1e-4, "{player} has hardly learned: {largest}");
        for tensor in trained() {
            let parts = |values: &[f32]| moves(&tensor.name, values).iter().map(|it| it / largest).collect::<Vec<_>>();
            let name = format!("{player}_average.{}", tensor.name);
            let (found, expected) = (parts(&tensor.values), parts(expected(&tensor.name)));
            assert_close(&name, &found, &expected, 2e-3);
        }
        // Means are those of the network; variances are others in PyTorch.
        for tensor in found.iter().filter(|tensor| tensor.name.ends_with("running_mean")) {
            assert_close(&tensor.name, &tensor.values, expected(&tensor.name), 1e-4);
        }
    }
}

fn small_pix2pix(width: usize) -> Pix2pixConfig {
    Pix2pixConfig {
        generator: config(TranslatorNetwork::Unet, width, Normalization::Batch, false),
        image_size: 32,
        patch: 16,
        discriminator_width: 2,
        jitter: 1.0,
        mirror: false,
        ..Pix2pixConfig::default()
    }
}

fn pix2pix(config: Pix2pixConfig) -> Pix2pix {
    Pix2pix::new(config, vec![[photo(0), photo(90)]], &training().inner()).unwrap()
}

#[test]
fn a_game_of_pix2pix() {
    let case = Case::read(&file("translation_games.safetensors"), "pix2pix");
    play(begin(pix2pix(small_pix2pix(2)), &case, &["generator", "discriminator"]), &case, 2);
}

#[test]
fn a_game_of_pix2pix_with_least_squares_and_other_weights() {
    let case = Case::read(&file("translation_game_variants.safetensors"), "pix2pix_least_squares");
    let loss = AdversarialLoss::LeastSquares;
    let system = pix2pix(Pix2pixConfig { loss, adversarial: 0.7, l1: 40.0, ..small_pix2pix(1) });
    let played = play(begin(system, &case, &["generator", "discriminator"]), &case, 3);
    compare_averages(played, &case, &["generator"]);
}

#[test]
fn pix2pix_without_a_discriminator() {
    let case = Case::read(&file("translation_game_variants.safetensors"), "pix2pix_alone");
    let system = pix2pix(Pix2pixConfig { adversarial: 0.0, ..small_pix2pix(1) });
    play(begin(system, &case, &["generator"]), &case, 2);
}

/// The classifier of a game.
pub fn judge(case: &Case, device: &Device) -> Judge {
    let config = ClassifierConfig {
        image_size: 32,
        width: 2,
        features: 6,
        attributes: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
        ..ClassifierConfig::default()
    };
    let mut writer = Writer::default();
    writer.network("classifier", case.under("classifier"));
    Judge::load(&writer.finish(json!({ "classifier": config, "note": null })), device).unwrap()
}

const FOUR: [&str; 4] = ["g", "f", "d_x", "d_y"];

fn small_cyclegan(width: usize) -> CycleganConfig {
    CycleganConfig {
        generator: config(TranslatorNetwork::Resnet, width, Normalization::Instance, false),
        image_size: 32,
        patch: 16,
        discriminator_width: 2,
        jitter: 1.0,
        mirror: false,
        ..CycleganConfig::default()
    }
}

fn cyclegan(config: CycleganConfig, classifier: Option<&Judge>) -> Cyclegan {
    Cyclegan::new(config, vec![photo(0)], vec![photo(90)], classifier, &training().inner()).unwrap()
}

#[test]
fn a_game_of_cyclegan() {
    let case = Case::read(&file("translation_games.safetensors"), "cyclegan");
    let judge = judge(&case, &training().inner());
    let system = cyclegan(CycleganConfig { cycle_back: 2.0, semantic: 3.0, ..small_cyclegan(2) }, Some(&judge));
    play(begin(system, &case, &FOUR), &case, 2);
}

/// The pools are full from the second step on and show pictures of before; the identity loss and the learning rates fall.
fn hinge() -> (Case, CycleganConfig) {
    let optimizer = OptimizerConfig::adam(2e-3);
    let config = CycleganConfig {
        loss: AdversarialLoss::Hinge,
        identity_steps: 2,
        pool: 1,
        generator_optimizer: optimizer,
        discriminator_optimizer: optimizer,
        decay_steps: 2,
        ..small_cyclegan(1)
    };
    (Case::read(&file("translation_game_variants.safetensors"), "cyclegan_hinge"), config)
}

#[test]
fn a_game_of_cyclegan_with_pools_and_with_what_fades() {
    let (case, config) = hinge();
    let played = play(begin(cyclegan(config, None), &case, &FOUR), &case, 4);
    compare_averages(played, &case, &["g", "f"]);
}

#[test]
fn noise_before_the_eyes_of_the_police_fades_to_nothing() {
    let (case, plain) = hinge();
    let noisy = CycleganConfig { instance_noise: 0.5, instance_noise_steps: 3, ..plain.clone() };
    let step_at = |steps, config: &CycleganConfig| {
        let mut system = begin_at(steps, cyclegan(config.clone(), None), &case, &FOUR);
        let told = values(system.step(StepKind::Both)).into_iter().map(f32::to_bits).collect::<Vec<_>>();
        (told, networks(&mut system).unwrap())
    };
    assert!(step_at(3, &noisy) == step_at(3, &plain), "bit-equal");
    for steps in [0, 2] {
        assert!(step_at(steps, &noisy) != step_at(steps, &plain), "after {steps} steps");
    }
}
