//! pix2pix and CycleGAN: networks, and steps of the whole games.

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use forger_core::{
    Cyclegan, Pix2pix, System, burn,
    checkpoint::{Reader, Writer},
    classifier::Judge,
    data::photos::Photo,
    nets::{
        patch::{PatchDiscriminator, PatchShape},
        translator::Translator,
    },
    parameters::NamedTensor,
    protocol::{
        ClassifierConfig, CycleganConfig, Doubling, Normalization, Pix2pixConfig, StepKind, TranslatorConfig,
        TranslatorNetwork,
    },
};

use serde_json::json;

use crate::{
    case::{Case, assert_close, file},
    common::values,
    gradients_of, random, training,
};

/// The fixture of the networks.
const NETWORKS: &str = "translation_networks.safetensors";
/// Twenty layers of f32, whose order of sums differs from CPU to CPU.
const CLOSE: f32 = 5e-4;

fn every_seventh(values: &[f32]) -> Vec<f32> {
    values.iter().step_by(7).copied().collect()
}

fn filled(shape: [usize; 4], value: impl Fn(f64) -> f64) -> TensorData {
    let values = (0..shape.iter().product::<usize>()).map(|index| value(index as f64) as f32).collect::<Vec<_>>();
    TensorData::new(values, shape)
}

/// Output and gradients in training, output afterwards.
pub fn compare<M: Module>(
    (fixture, name): (&str, &str),
    net: M,
    forward: impl Fn(&M, Tensor<4>) -> Tensor<4>,
    shape: [usize; 4],
) {
    let (case, device) = (Case::read(&file(fixture), name), training());
    let net = case.fill("", net, &device);
    let input = || Tensor::<4>::from_data(filled(shape, |index| (0.37 * index + 0.1).sin()), &device);
    let plain = forward(&net.valid(), input().inner());
    case.assert_close("eval_output_stride7", &every_seventh(&values(plain)), CLOSE);
    let x = input().require_grad();
    let output = forward(&net, x.clone());
    case.assert_close("output_stride7", &every_seventh(&values(output.clone().inner())), CLOSE);
    let probe = Tensor::from_data(filled(output.dims(), |index| (0.11 * index).cos()), &device);
    let mut gradients = (output * probe).mean().backward();
    let slope = x.grad_remove(&mut gradients).unwrap();
    let close = |name: &str, found: &[f32]| {
        // In parts of the largest: most gradients of a mean are small.
        let expected = case.values(name);
        let largest = expected.iter().fold(1e-9, |most: f32, value| most.max(value.abs()));
        let parts = |values: &[f32]| values.iter().map(|value| value / largest).collect::<Vec<_>>();
        assert_close(name, &parts(found), &parts(expected), CLOSE);
    };
    close("grad.input_stride7", &every_seventh(&values(slope)));
    let found = gradients_of(&net, GradientsParams::from_grads(gradients, &net));
    assert!(found.len() > 3, "{name}");
    for (name, found) in found {
        // Of what a normalisation takes out again only rounding is left.
        if case.has(&format!("grad.{name}")) && !is_taken_out(&name, &case) {
            close(&format!("grad.{name}"), &found);
        }
    }
}

fn is_taken_out(name: &str, case: &Case) -> bool {
    case.values(&format!("grad.{name}")).iter().all(|value| value.abs() < 1e-8)
}

fn config(network: TranslatorNetwork, width: usize, normalization: Normalization, nearest: bool) -> TranslatorConfig {
    let doubling = if nearest { Doubling::Nearest } else { Doubling::Transposed };
    let shape = TranslatorConfig { depth: 5, blocks: 1, dropout: false, ..TranslatorConfig::default() };
    TranslatorConfig { network, width, normalization, doubling, ..shape }
}

#[test]
fn generators() {
    use {
        Normalization::{Batch, Instance},
        TranslatorNetwork::{Resnet, Unet},
    };
    for (name, config, shape) in [
        ("unet_batch", config(Unet, 2, Batch, false), [2, 3, 32, 32]),
        ("unet_instance_nearest", config(Unet, 1, Instance, true), [1, 3, 64, 32]),
        ("resnet_instance", TranslatorConfig { blocks: 2, ..config(Resnet, 2, Instance, false) }, [2, 3, 16, 20]),
        ("resnet_batch_nearest", config(Resnet, 2, Batch, true), [2, 3, 16, 16]),
    ] {
        let net = Translator::new(&config, &mut random(), &training()).unwrap();
        compare((NETWORKS, name), net, |net, x| net.forward(x, None), shape);
    }
}

#[test]
fn discriminators_of_patches() {
    use Normalization::{Batch, Instance};
    for (name, channels, width, patch, normalization, size) in [
        ("patch_1", 3, 3, 1, Batch, [6, 7]),
        ("patch_16", 3, 2, 16, Instance, [16, 20]),
        ("patch_70", 6, 2, 70, Batch, [48, 40]),
    ] {
        let shape = PatchShape { channels, width, patch, normalization };
        let net = PatchDiscriminator::new(shape, &mut random(), &training()).unwrap();
        compare((NETWORKS, name), net, PatchDiscriminator::verdicts, [2, channels, size[0], size[1]]);
    }
}

/// A picture that both sides make.
fn photo(phase: usize) -> Photo {
    let pixels = (0..3 * 32 * 32).map(|at| ((at % 32 * 9 + at / 32 * 5 + phase) % 256) as u8).collect();
    Photo { height: 32, width: 32, pixels }
}

/// The system with the weights of a case, at step 0.
pub fn begin(mut system: impl System, case: &Case, players: &[&str]) -> impl System {
    let saved = system.save().unwrap();
    let reader = Reader::new(&saved).unwrap();
    let mut writer = Writer::default();
    for player in players {
        let tensors = case.under(player);
        for prefix in [(*player).to_owned(), format!("{player}_average")] {
            writer.network(&prefix, tensors.clone());
        }
        let moments = NamedTensor { name: format!("{player}_optimizer.moments"), shape: vec![0], values: Vec::new() };
        writer.network("", vec![moments]);
    }
    system.load(&writer.finish(reader.state.clone())).unwrap();
    system
}

/// What so many steps tell.
pub fn play(mut system: impl System, case: &Case, steps: usize) {
    let names = system.declaration().scalars;
    for step in 0..steps {
        let told = values(system.step(StepKind::Both));
        let expected = case.values(&format!("scalars.{step}"));
        for ((scalar, found), expected) in names.iter().zip(told).zip(expected) {
            let name = format!("{} of step {step}", scalar.key);
            // What a step does not tell is 0 on both sides.
            let (found, expected) = if *expected == 0.0 { (found, 0.0) } else { (found / expected, 1.0) };
            assert_close(&name, &[found], &[expected], 2e-3);
        }
    }
}

#[test]
fn a_game_of_pix2pix() {
    let case = Case::read(&file("translation_games.safetensors"), "pix2pix");
    let config = Pix2pixConfig {
        generator: config(TranslatorNetwork::Unet, 2, Normalization::Batch, false),
        image_size: 32,
        patch: 16,
        discriminator_width: 2,
        jitter: 1.0,
        mirror: false,
        ..Pix2pixConfig::default()
    };
    let system = Pix2pix::new(config, vec![[photo(0), photo(90)]], &training().inner()).unwrap();
    play(begin(system, &case, &["generator", "discriminator"]), &case, 2);
}

/// The classifier of a game.
fn judge(case: &Case, device: &Device) -> Judge {
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

#[test]
fn a_game_of_cyclegan() {
    let case = Case::read(&file("translation_games.safetensors"), "cyclegan");
    let config = CycleganConfig {
        generator: config(TranslatorNetwork::Resnet, 2, Normalization::Instance, false),
        image_size: 32,
        cycle_back: 2.0,
        semantic: 3.0,
        patch: 16,
        discriminator_width: 2,
        jitter: 1.0,
        mirror: false,
        ..CycleganConfig::default()
    };
    let device = training().inner();
    let judge = judge(&case, &device);
    let system = Cyclegan::new(config, vec![photo(0)], vec![photo(90)], Some(&judge), &device).unwrap();
    play(begin(system, &case, &["g", "f", "d_x", "d_y"]), &case, 2);
}
