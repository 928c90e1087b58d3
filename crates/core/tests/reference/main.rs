//! Networks, losses, optimizers and whole adversarial steps against values from PyTorch (see `tests/reference`).

#![expect(clippy::unwrap_used, clippy::panic, reason = "every function here is part of a test")]

mod case;
#[path = "../common/mod.rs"]
mod common;
mod detect;
mod features;
mod images;
mod lab;
mod latent;
mod simgan;
mod superres;
mod translation;

use burn::{
    module::{Module, Param},
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData, activation::softplus},
};
use case::{Case, assert_close, file};
use common::values;
use forger_core::{
    burn,
    data::distributions::Points,
    losses::adversarial,
    nets::{Generator as _, dcgan, mapping::Mapping, mlp::Mlp, painter::Painter},
    optimizer::Optimizer,
    protocol::{
        AdversarialLoss, Codes, DcganConfig, MlpConfig, Normalization, OptimizerConfig, Random, Stream, ToyConfig,
    },
    systems::{gan::Gan, toy::rules},
};

fn training() -> Device {
    Device::flex().autodiff()
}

fn random() -> Random {
    Random::new(0, Stream::Weights)
}

#[test]
fn mlp() {
    let file = file("mlp.safetensors");
    for (name, inputs, width, layers, outputs) in
        [("mlp_2x5", 2, 5, 2, 1), ("mlp_0", 2, 1, 0, 1), ("mlp_3x4", 3, 4, 3, 2)]
    {
        let (case, device) = (Case::read(&file, name), training());
        let net =
            Mlp::new(inputs, MlpConfig { width, layers, ..MlpConfig::default() }, outputs, &mut random(), &device);
        let net = case.fill("", net, &device);
        let input = case.tensor::<2>("input", &device).require_grad();
        let output = net.forward(input.clone());
        case.assert_close("output", &values(output.clone().inner()), 1e-5);
        let gradients = output.square().mean().backward();
        case.assert_close("grad.input", &values(input.grad(&gradients).unwrap()), 1e-5);
        for (index, layer) in net.layers.iter().enumerate() {
            let weight = layer.weight.grad(&gradients).unwrap();
            case.assert_close(&format!("grad.layers.{index}.weight"), &values(weight), 1e-5);
            let bias = layer.bias.as_ref().unwrap().grad(&gradients).unwrap();
            case.assert_close(&format!("grad.layers.{index}.bias"), &values(bias), 1e-5);
        }
    }
}

fn loss_name(loss: AdversarialLoss) -> String {
    serde_json::to_value(loss).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn adversarial_losses() {
    let file = file("losses.safetensors");
    for loss in AdversarialLoss::ALL {
        let (case, device) = (Case::read(&file, &loss_name(loss)), training());
        let real = case.tensor::<2>("real", &device).require_grad();
        let fake = case.tensor::<2>("fake", &device).require_grad();
        let d_loss = adversarial::discriminator(loss, 0.0, real.clone(), fake.clone());
        let g_loss = adversarial::generator(loss, fake.clone());
        case.assert_close("d_loss", &values(d_loss.clone().inner()), 1e-5);
        case.assert_close("g_loss", &values(g_loss.clone().inner()), 1e-5);
        let gradients = d_loss.backward();
        case.assert_close("grad_d.real", &values(real.grad(&gradients).unwrap()), 1e-6);
        case.assert_close("grad_d.fake", &values(fake.grad(&gradients).unwrap()), 1e-6);
        case.assert_close("grad_g.fake", &values(fake.grad(&g_loss.backward()).unwrap()), 1e-6);
    }
}

/// The inputs that are too large for a file: see `make.py`.
fn formula(shape: [usize; 4], value: impl Fn(f64) -> f64, device: &Device) -> Tensor<4> {
    let values = (0..shape.iter().product()).map(|index| value(index as f64) as f32).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Compares an output or gradient with the fixture, of which large ones keep every 7th value.
fn assert_output(case: &Case, name: &str, found: &[f32], tolerance: f32) {
    let stride7 = format!("{name}_stride7");
    if case.has(&stride7) {
        let found = found.iter().step_by(7).copied().collect::<Vec<_>>();
        case.assert_close(&stride7, &found, tolerance);
    } else {
        case.assert_close(name, found, tolerance);
    }
}

/// The module whose parameters are the gradients of `module`'s; running statistics stay.
fn gradients_of<M: Module>(module: &M, mut gradients: GradientsParams) -> Vec<(String, Vec<f32>)> {
    use burn::module::ModuleVisitor;
    struct Collect<'a>(&'a mut GradientsParams, Vec<Option<Vec<f32>>>);
    impl ModuleVisitor for Collect<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push(self.0.remove::<D>(param.id).map(values));
        }
    }
    let mut collect = Collect(&mut gradients, Vec::new());
    module.visit(&mut collect);
    let names = forger_core::parameters::shapes(module).into_iter().map(|(name, _)| name);
    names.zip(collect.1).filter_map(|(name, values)| Some((name, values?))).collect()
}

fn dcgan(size: usize, normalization: Normalization, suffix: &str) {
    let device = training();
    let case = Case::read(&file(&format!("dcgan_{suffix}.safetensors")), &format!("{size}_{suffix}"));
    let channels = if size == 28 { 1 } else { 3 };
    let config = DcganConfig {
        image_size: size,
        channels,
        latent_dim: 5,
        mapping: if suffix == "mapping" { 6 } else { 0 },
        width: 2,
        normalization,
        ..DcganConfig::default()
    };
    let shape = [3, channels, size, size];

    let generator = case.fill("g", dcgan::Generator::new(&config, &mut random(), &device).unwrap(), &device);
    let z = case.tensor::<2>("z", &device);
    let output = generator.forge(z.clone());
    assert_output(&case, "g.train_output", &values(output.clone().inner()), 2e-5);
    let probe = formula(shape, |i| (0.11 * i).cos(), &device);
    let gradients = GradientsParams::from_grads((output * probe).mean().backward(), &generator);
    let gradients = gradients_of(&generator, gradients);
    assert!(gradients.len() >= 3);
    for (name, found) in gradients {
        case.assert_close(&format!("g_grad.{name}"), &found, 2e-5);
    }
    let first_map = (3 * generator.base * generator.base) as f32;
    let mut after = std::collections::HashMap::new();
    for tensor in forger_core::parameters::collect(&generator) {
        let after_name = format!("g_after.{}", tensor.name);
        if !case.has(&after_name) {
            continue;
        }
        after.insert(tensor.name.clone(), case.values(&after_name).to_vec());
        let level = tensor.name.split('.').nth(1).and_then(|n| n.parse::<u32>().ok()).map_or(0, |n| n + 1);
        let of_map = first_map * 4.0_f32.powi(level as i32);
        let n = if tensor.name.starts_with("mapping") { 3.0 } else { of_map };
        // PyTorch keeps the unbiased variance, burn the biased one that normalises: n - 1 against n.
        let biased = if tensor.name.ends_with("running_var") { (n - 1.0) / n } else { 1.0 };
        let before = case.values(&format!("g.{}", tensor.name));
        let expected = case.values(&after_name).iter().zip(before);
        let expected = expected.map(|(after, before)| 0.9 * before + biased * (after - 0.9 * before));
        assert_close(&after_name, &tensor.values, &expected.collect::<Vec<_>>(), 1e-5);
    }
    assert_eq!(after.is_empty(), normalization != Normalization::Batch);
    let trained = forger_core::parameters::collect(&generator);
    let drawing = forger_core::parameters::fill(generator.valid(), &Device::flex(), |name, _| {
        let now = trained.iter().find(|tensor| tensor.name == name).map(|tensor| tensor.values.clone());
        after.remove(name).or(now).unwrap()
    });
    assert_output(&case, "g.eval_output", &values(drawing.forge(z.clone().inner())), 2e-5);
    let painter = Painter::new(&drawing);
    assert_eq!(painter.is_none(), normalization == Normalization::Instance);
    if let Some(painter) = painter {
        let codes = Codes::new(&config, drawing.mapping.as_ref().and_then(Mapping::folded)).unwrap();
        let codes = TensorData::new(codes.mapped(values(z.inner())), [3, 5]);
        let painted = painter.forward(&Tensor::from_data(codes, &Device::flex())).unwrap();
        assert_output(&case, "g.eval_output", &values(painted), 2e-5);
    }

    let discriminator = dcgan::Discriminator::new(&config, &mut random(), &device).unwrap();
    let discriminator = case.fill("d", discriminator, &device);
    let pictures = formula(shape, |i| (0.37 * i + 0.1).sin(), &device).require_grad();
    let logits = discriminator.forward(pictures.clone());
    case.assert_close("d.train_output", &values(logits.clone().inner()), 2e-5);
    let gradients = softplus(logits.neg(), 1.0).mean().backward();
    assert_output(&case, "d_grad.input", &values(pictures.grad(&gradients).unwrap()), 2e-5);
    for (name, found) in gradients_of(&discriminator, GradientsParams::from_grads(gradients, &discriminator)) {
        case.assert_close(&format!("d_grad.{name}"), &found, 2e-5);
    }
}

#[test]
fn dcgan_with_batch_normalisation() {
    dcgan(28, Normalization::Batch, "batch");
    dcgan(64, Normalization::Batch, "batch");
}

#[test]
fn dcgan_with_instance_normalisation() {
    dcgan(28, Normalization::Instance, "instance");
    dcgan(64, Normalization::Instance, "instance");
}

#[test]
fn dcgan_with_a_mapping_network() {
    dcgan(28, Normalization::Batch, "mapping");
}

#[test]
fn dcgan_without_normalisation() {
    dcgan(28, Normalization::None, "none");
    dcgan(64, Normalization::None, "none");
}

#[test]
fn optimizers() {
    let file = file("optimizers.safetensors");
    for (name, config) in [
        ("adam", OptimizerConfig::adam(1e-2)),
        ("rmsprop", OptimizerConfig::RmsProp { learning_rate: 1e-2, alpha: 0.99 }),
        ("sgd", OptimizerConfig::Sgd { learning_rate: 0.1, momentum: 0.0 }),
        ("sgd_momentum", OptimizerConfig::Sgd { learning_rate: 0.1, momentum: 0.9 }),
    ] {
        let (case, device) = (Case::read(&file, name), Device::flex());
        let mut weights = case.tensor::<1>("start", &device);
        let mut optimizer = Optimizer::new(config);
        for step in 0..5 {
            weights = optimizer.update(weights, case.tensor(&format!("grad.{step}"), &device));
            assert_close(name, &values(weights.clone()), case.values(&format!("after.{step}")), 2e-6);
        }
    }
}

/// Five steps of both players, for every loss: the order of updates, detaching, clipping and the moving average.
#[test]
fn adversarial_steps() {
    let file = file("toy.safetensors");
    for loss in AdversarialLoss::ALL {
        let (case, device) = (Case::read(&file, &loss_name(loss)), training());
        let net = |outputs| {
            Mlp::new(2, MlpConfig { width: 8, layers: 2, ..MlpConfig::default() }, outputs, &mut random(), &device)
        };
        let optimizer = match loss {
            AdversarialLoss::Wasserstein => OptimizerConfig::RmsProp { learning_rate: 5e-3, alpha: 0.99 },
            _ => OptimizerConfig::adam(1e-3),
        };
        let config = ToyConfig {
            loss,
            generator_optimizer: optimizer,
            discriminator_optimizer: optimizer,
            batch: 16,
            ema_decay: 0.9,
            ..ToyConfig::default()
        };
        let (generator, discriminator) = (case.fill("g", net(2), &device), case.fill("d", net(1), &device));
        let points = Points::new(&config);
        let mut gan = Gan::new(rules(&config), generator, discriminator, points, &Device::flex());
        for step in 0..5 {
            let input = |name: &str| case.tensor::<2>(&format!("{name}.{step}"), &device);
            let mut told = gan.update_discriminator(input("real"), input("z_d"), None);
            told.tell("g_loss", gan.update_generator(input("z_g")).0);
            case.assert_close(&format!("metrics.{step}"), &values(told.into_tensor())[..4], 2e-5);
        }
        case.assert_module("g_after", gan.generator(), 2e-5);
        case.assert_module("d_after", gan.discriminator(), 2e-5);
        case.assert_module("ema_after", gan.average(), 2e-5);
    }
}
