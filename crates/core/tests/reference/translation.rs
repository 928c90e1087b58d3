//! pix2pix and CycleGAN: networks.

pub mod games;
mod imports;

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use forger_core::{
    burn,
    nets::{
        patch::{PatchDiscriminator, PatchShape},
        translator::Translator,
    },
    parameters,
    protocol::{Doubling, Normalization, Random, Stream, TranslatorConfig, TranslatorNetwork},
};

use crate::{
    case::{Case, assert_close, file},
    common::values,
    gradients_of, random, training,
};

const NETWORKS: &str = "translation_networks.safetensors";
/// What recipes and published models are of besides, and dropout.
const VARIANTS: &str = "translation_variants.safetensors";
/// With a mask of what stays.
const MASKED: &str = "translation_masked.safetensors";
/// Some times what is left of f32 after twenty layers (1e-5), whose order of sums differs from CPU to CPU.
const CLOSE: f32 = 1e-4;

fn filled(shape: [usize; 4], value: impl Fn(f64) -> f64) -> TensorData {
    let values = (0..shape.iter().product::<usize>()).map(|index| value(index as f64) as f32).collect::<Vec<_>>();
    TensorData::new(values, shape)
}

/// The pictures that no file has: see `README.md`.
fn pictures(shape: [usize; 4], device: &Device) -> Tensor<4> {
    Tensor::from_data(filled(shape, |index| (0.37 * index + 0.1).sin()), device)
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
    // Of large pictures fewer values stand for all.
    let stride = if case.has("output_stride7") { 7 } else { 97 };
    let some = |values: Vec<f32>| values.into_iter().step_by(stride).collect::<Vec<_>>();
    let [eval_output, output_name, grad_input] =
        ["eval_output", "output", "grad.input"].map(|name| format!("{name}_stride{stride}"));
    let plain = forward(&net.valid(), pictures(shape, &device).inner());
    case.assert_close(&eval_output, &some(values(plain)), CLOSE);
    let x = pictures(shape, &device).require_grad();
    let output = forward(&net, x.clone());
    case.assert_close(&output_name, &some(values(output.clone().inner())), CLOSE);
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
    close(&grad_input, &some(values(slope)));
    let found = gradients_of(&net, GradientsParams::from_grads(gradients, &net));
    let is_trained = |(name, _): &(String, _)| !name.contains("running_");
    let trained = parameters::shapes(&net).into_iter().filter(is_trained).count();
    assert!(found.len() == trained && trained > 3, "{name}: {} gradients of {trained} parameters", found.len());
    for (parameter, found) in &found {
        let name = format!("grad.{parameter}");
        if is_taken_out(case.values(&name)) {
            assert!(found.iter().all(|value| value.abs() < 1e-6), "{name}: only rounding is left, but not {found:?}");
        } else {
            close(&name, found);
        }
    }
    // PyTorch has biases besides that a normalisation takes out again, and nothing else.
    for expected in case.under("grad").iter().filter(|expected| format!("grad.{}", expected.name) != grad_input) {
        let is_found = found.iter().any(|(name, _)| *name == expected.name);
        let is_idle = expected.name.ends_with("bias") && is_taken_out(&expected.values);
        assert!(is_found || is_idle, "{name} has no gradient {}", expected.name);
    }
}

/// Of what a normalisation takes out again no gradient is left.
fn is_taken_out(gradient: &[f32]) -> bool {
    gradient.iter().all(|value| value.abs() < 1e-8)
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
    let two_blocks = |config| TranslatorConfig { blocks: 2, ..config };
    let dropout = |config| TranslatorConfig { dropout: true, ..config };
    let masked = |config| TranslatorConfig { attention: true, ..config };
    let deep = TranslatorConfig { depth: 7, ..config(Unet, 1, Batch, true) };
    for (fixture, name, config, shape) in [
        (NETWORKS, "unet_batch", config(Unet, 2, Batch, false), [2, 3, 32, 32]),
        (NETWORKS, "unet_instance_nearest", config(Unet, 1, Instance, true), [1, 3, 64, 32]),
        (NETWORKS, "resnet_instance", two_blocks(config(Resnet, 2, Instance, false)), [2, 3, 16, 20]),
        (NETWORKS, "resnet_batch_nearest", config(Resnet, 2, Batch, true), [2, 3, 16, 16]),
        (VARIANTS, "unet_batch_nearest", config(Unet, 1, Batch, true), [4, 3, 32, 32]),
        (VARIANTS, "resnet_instance_nearest", config(Resnet, 2, Instance, true), [2, 3, 16, 20]),
        (VARIANTS, "unet_dropout", dropout(deep), [1, 3, 128, 128]),
        (VARIANTS, "resnet_dropout", dropout(two_blocks(config(Resnet, 1, Instance, false))), [2, 3, 16, 20]),
        (MASKED, "unet_attention", masked(config(Unet, 1, Batch, false)), [4, 3, 32, 32]),
        (MASKED, "resnet_attention", masked(config(Resnet, 2, Instance, true)), [2, 3, 16, 20]),
    ] {
        let net = Translator::new(&config, &mut random(), &training()).unwrap();
        // Both sides draw the same masks from the same sequence.
        compare((fixture, name), net, |net, x| net.forward(x, Some(&mut Random::new(5, Stream::Noise))), shape);
    }
}

#[test]
fn discriminators_of_patches() {
    use Normalization::{Batch, Instance, None};
    for (fixture, name, channels, width, patch, normalization, size) in [
        (NETWORKS, "patch_1", 3, 3, 1, Batch, [6, 7]),
        (NETWORKS, "patch_16", 3, 2, 16, Instance, [16, 20]),
        (NETWORKS, "patch_70", 6, 2, 70, Batch, [48, 40]),
        (VARIANTS, "patch_34", 3, 2, 34, Instance, [24, 28]),
        (VARIANTS, "patch_16_none", 3, 2, 16, None, [16, 20]),
    ] {
        let shape = PatchShape { channels, width, patch, normalization };
        let net = PatchDiscriminator::new(shape, &mut random(), &training()).unwrap();
        compare((fixture, name), net, PatchDiscriminator::logits, [2, channels, size[0], size[1]]);
    }
}
