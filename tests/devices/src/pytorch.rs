//! Networks and losses of translation on WebGPU against values from PyTorch (see `tests/reference`).

#[path = "../../../crates/core/tests/reference/case.rs"]
#[expect(clippy::unwrap_used, clippy::panic, dead_code, reason = "it is written for tests, which use more of it")]
mod case;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use case::Case;
use forger_core::{
    losses::{adversarial, kept::kept},
    nets::{
        patch::{PatchDiscriminator, PatchShape},
        refiner::Refiner,
        translator::Translator,
    },
    parameters,
    protocol::{AdversarialLoss, Doubling, Kept, Normalization, Random, SimganConfig, Stream, TranslatorConfig},
};
use wasm_bindgen::prelude::*;

use crate::layers::{flat, read, slopes};

const NETWORKS: &[u8] = include_bytes!("../../reference/translation_networks.safetensors");
const MASKED: &[u8] = include_bytes!("../../reference/translation_masked.safetensors");
const REFINERS: &[u8] = include_bytes!("../../reference/simgan_networks.safetensors");
const GAMES: &[u8] = include_bytes!("../../reference/losses.safetensors");
const KEPT: &[u8] = include_bytes!("../../reference/simgan_losses.safetensors");

/// What stands behind the names of tensors of which the file has every seventh value.
const SOME: &str = "_stride7";

/// By network or loss, how far each of its tensors is from PyTorch's.
type Report = serde_json::Map<String, serde_json::Value>;

/// How far what was found is from the tensors of the case that are called so, in parts of the largest value of each. All is read
/// at once.
async fn apart(case: &Case, found: Vec<(String, Tensor<1>)>) -> Result<Vec<f32>, String> {
    let all = read(Tensor::cat(found.iter().map(|(_, values)| values.clone()).collect(), 0)).await?;
    let (mut rest, mut worst) = (all.as_slice(), Vec::new());
    for (name, tensor) in &found {
        let (values, after) = rest.split_at(tensor.dims()[0].min(rest.len()));
        rest = after;
        let some = values.iter().copied().step_by(if name.ends_with(SOME) { 7 } else { 1 }).collect::<Vec<_>>();
        let expected = case.values(name);
        // Of what a normalisation takes out again only rounding is left.
        let is_taken_out = is_nothing(expected);
        worst.push(if is_taken_out { crate::furthest(&some, expected) / 0.01 } else { crate::apart(&some, expected) });
    }
    Ok(worst)
}

fn is_nothing(gradient: &[f32]) -> bool {
    gradient.iter().all(|value| value.abs() < 1e-8)
}

/// The pictures that no file has.
fn filled(shape: [usize; 4], value: impl Fn(f64) -> f64, device: &Device) -> Tensor<4> {
    let values = (0..shape.iter().product::<usize>()).map(|index| value(index as f64) as f32).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Output afterwards and in training, and the gradients of picture and weights.
async fn network<M: Module>(
    (file, name): (&[u8], &str),
    net: M,
    forward: impl Fn(&M, Tensor<4>) -> Tensor<4>,
    shape: [usize; 4],
    device: &Device,
) -> Result<Vec<f32>, String> {
    let case = Case::read(file, name);
    let net = case.fill("", net, device);
    let picture = || filled(shape, |index| (0.37 * index + 0.1).sin(), device);
    let plain = forward(&net.valid(), picture().inner());
    let x = picture().require_grad();
    let output = forward(&net, x.clone());
    let probe = filled(output.dims(), |index| (0.11 * index).cos(), device);
    let mut gradients = (output.clone() * probe).mean().backward();
    let slope = x.grad_remove(&mut gradients).ok_or("no gradient")?;
    let mut found = vec![
        (format!("eval_output{SOME}"), flat(plain)),
        (format!("output{SOME}"), flat(output.inner())),
        (format!("grad.input{SOME}"), flat(slope)),
    ];
    let names = parameters::shapes(&net).into_iter().map(|(name, _)| format!("grad.{name}"));
    found.extend(names.zip(slopes(&net, &mut gradients)).filter_map(|(name, slope)| Some((name, slope?))));
    // PyTorch has biases besides that a normalisation takes out again, and nothing else.
    let is_found = |name: &str| found.iter().any(|(found, _)| found.strip_prefix("grad.") == Some(name));
    for expected in case.under("grad").iter().filter(|expected| !is_nothing(&expected.values)) {
        if !is_found(&expected.name) {
            return Err(format!("{name} has no gradient {}", expected.name));
        }
    }
    apart(&case, found).await
}

async fn networks(report: &mut Report, device: &Device) -> Result<(), String> {
    use Normalization::{Batch, Instance};
    let random = &mut Random::new(0, Stream::Weights);
    let unet = TranslatorConfig { depth: 5, dropout: false, ..TranslatorConfig::default() };
    let nearest = |config| TranslatorConfig { doubling: Doubling::Nearest, ..config };
    let normalised = |normalization, config| TranslatorConfig { normalization, ..config };
    let masked = |config| TranslatorConfig { attention: true, ..config };
    let unet = |width| TranslatorConfig { width, ..unet.clone() };
    let resnet = |blocks| TranslatorConfig::resnet(2, blocks);
    for (file, name, config, shape) in [
        (NETWORKS, "unet_batch", unet(2), [2, 3, 32, 32]),
        (NETWORKS, "unet_instance_nearest", nearest(normalised(Instance, unet(1))), [1, 3, 64, 32]),
        (NETWORKS, "resnet_instance", resnet(2), [2, 3, 16, 20]),
        (NETWORKS, "resnet_batch_nearest", nearest(normalised(Batch, resnet(1))), [2, 3, 16, 16]),
        (MASKED, "unet_attention", masked(unet(1)), [4, 3, 32, 32]),
        (MASKED, "resnet_attention", masked(nearest(resnet(1))), [2, 3, 16, 20]),
    ] {
        let net = Translator::new(&config, random, device).map_err(|error| error.to_string())?;
        let apart = network((file, name), net, |net, x| net.forward(x, None), shape, device).await?;
        report.insert(name.to_owned(), serde_json::json!(apart));
    }
    for (name, channels, width, patch, normalization, [height, wide]) in [
        ("patch_1", 3, 3, 1, Batch, [6, 7]),
        ("patch_16", 3, 2, 16, Instance, [16, 20]),
        ("patch_70", 6, 2, 70, Batch, [48, 40]),
    ] {
        let shape = PatchShape { channels, width, patch, normalization };
        let net = PatchDiscriminator::new(shape, random, device).map_err(|error| error.to_string())?;
        let pictures = [2, channels, height, wide];
        let apart = network((NETWORKS, name), net, PatchDiscriminator::logits, pictures, device).await?;
        report.insert(name.to_owned(), serde_json::json!(apart));
    }
    for (name, channels, refiner_width, blocks, displacement, shape) in [
        ("refiner_grey", 1, 3, 2, 0.0, [2, 1, 9, 11]),
        ("refiner_colour", 3, 2, 1, 0.0, [1, 3, 8, 8]),
        ("refiner_displaced", 1, 3, 1, 0.02, [2, 1, 9, 14]),
    ] {
        let config = SimganConfig { channels, refiner_width, blocks, displacement, ..SimganConfig::default() };
        let net = Refiner::new(&config, random, device);
        let apart = network((REFINERS, name), net, Refiner::forward, shape, device).await?;
        report.insert(name.to_owned(), serde_json::json!(apart));
    }
    Ok(())
}

/// What D and G minimise, and what a refiner pays for changing pictures.
async fn losses(report: &mut Report, device: &Device) -> Result<(), String> {
    let none = "no gradient";
    for loss in AdversarialLoss::ALL {
        let name = serde_json::json!(loss).as_str().ok_or("no name")?.to_owned();
        let case = Case::read(GAMES, &name);
        let [real, fake] = ["real", "fake"].map(|name| case.tensor::<2>(name, device).require_grad());
        let of_d = adversarial::discriminator(loss, 0.0, real.clone(), fake.clone());
        let of_g = adversarial::generator(loss, fake.clone());
        let (mut for_d, mut for_g) = (of_d.backward(), of_g.backward());
        let found = [
            ("d_loss", of_d.inner()),
            ("g_loss", of_g.inner()),
            ("grad_d.real", flat(real.grad_remove(&mut for_d).ok_or(none)?)),
            ("grad_d.fake", flat(fake.grad_remove(&mut for_d).ok_or(none)?)),
            ("grad_g.fake", flat(fake.grad_remove(&mut for_g).ok_or(none)?)),
        ];
        let apart = apart(&case, found.map(|(name, values)| (name.to_owned(), values)).into()).await?;
        report.insert(name, serde_json::json!(apart));
    }
    for (name, what) in [
        ("pixels", Kept::Pixels),
        ("derivatives", Kept::Derivatives),
        ("channel-mean", Kept::ChannelMean),
        ("blurred", Kept::Blurred),
    ] {
        let case = Case::read(KEPT, name);
        let refined = case.tensor::<4>("refined", device).require_grad();
        let loss = kept(what, refined.clone(), case.tensor("synthetic", device));
        let slope = refined.grad_remove(&mut loss.backward()).ok_or(none)?;
        let found = vec![("loss".to_owned(), loss.inner()), ("grad.refined".to_owned(), flat(slope))];
        report.insert(name.to_owned(), serde_json::json!(apart(&case, found).await?));
    }
    Ok(())
}

/// For each network and loss of translation, the largest difference between WebGPU and PyTorch in what it makes and in each of its
/// gradients, in parts of the largest value. Returns JSON. May be called once.
#[wasm_bindgen]
pub async fn pytorch() -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    let gpu = Device::wgpu_options().init_async().await.map_err(|error| JsValue::from(error.to_string()))?;
    let (mut report, device) = (Report::new(), gpu.autodiff());
    networks(&mut report, &device).await?;
    losses(&mut report, &device).await?;
    Ok(serde_json::Value::Object(report).to_string())
}
