//! What the lab adds to the plain game, on burn and on the host, against PyTorch's and SciPy's values.

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor},
};
use forger_core::{
    burn,
    host::{
        game::{HostGame, Told},
        losses,
        mlp::{HostMlp, columns, padded, rows},
        penalty::{input_gradient, penalty as host_penalty},
        spectral::Spectral,
    },
    losses::{adversarial, penalty::penalty},
    metrics::two_sample::{jensen_shannon, sliced_wasserstein},
    nets::{Discriminator as _, mlp::Mlp},
    protocol::{Activation, AdversarialLoss, MlpConfig, OptimizerConfig, Penalty, ToyConfig},
    systems::gan::Gan,
};

use super::{
    Points,
    case::{Case, assert_close, file},
    gradients_of, random, rules, training, values,
};

fn name(activation: Activation) -> String {
    serde_json::to_value(activation).unwrap().as_str().unwrap().to_owned()
}

/// The network of a case on burn and on the host.
fn networks(case: &Case, prefix: &str, inputs: usize, config: MlpConfig, outputs: usize) -> (Mlp, HostMlp) {
    let device = training();
    let net = case.fill(prefix, Mlp::new(inputs, config, outputs, &mut random(), &device), &device);
    let host = HostMlp::from_tensors(&forger_core::parameters::collect(&net), config.activation);
    (net, host)
}

/// Compares a flat gradient with `PREFIX.layers.N.weight` and `.bias`.
fn assert_gradient(case: &Case, prefix: &str, network: &HostMlp, gradient: &[f32], tolerance: f32) {
    for tensor in network.to_tensors(gradient) {
        case.assert_close(&format!("{prefix}.{}", tensor.name), &tensor.values, tolerance);
    }
}

#[test]
fn activations() {
    let file = file("mlp.safetensors");
    for activation in Activation::ALL {
        let case = Case::read(&file, &format!("mlp_{}", name(activation)));
        let (net, host) = networks(&case, "", 2, MlpConfig { width: 5, layers: 2, activation }, 1);
        let input = case.tensor::<2>("input", &training()).require_grad();
        let output = net.forward(input.clone());
        case.assert_close("output", &values(output.clone().inner()), 1e-5);
        let gradients = output.square().mean().backward();
        case.assert_close("grad.input", &values(input.grad(&gradients).unwrap()), 1e-5);
        for (name, found) in gradients_of(&net, GradientsParams::from_grads(gradients, &net)) {
            case.assert_close(&format!("grad.{name}"), &found, 1e-5);
        }

        let input = case.values("input");
        let count = input.len() / 2;
        let pass = host.forward(columns(input, 2));
        case.assert_close("output", &pass.output()[..count], 1e-5);
        let mut d = vec![0.0; padded(count)];
        d.iter_mut().zip(pass.output()).take(count).for_each(|(d, y)| *d = 2.0 * y / count as f32);
        let mut gradient = vec![0.0; host.values.len()];
        let of_input = host.backward(&pass, d, Some(&mut gradient));
        case.assert_close("grad.input", &rows(&of_input, 2, count), 1e-5);
        assert_gradient(&case, "grad", &host, &gradient, 1e-5);
    }
}

#[test]
fn smoothed_losses() {
    let file = file("losses.safetensors");
    use AdversarialLoss::{LeastSquares, Minimax, NonSaturating};
    for loss in [Minimax, NonSaturating, LeastSquares] {
        let case = Case::read(&file, &format!("{}_smooth", super::loss_name(loss)));
        let device = training();
        let real = case.tensor::<2>("real", &device).require_grad();
        let fake = case.tensor::<2>("fake", &device).require_grad();
        let d_loss = adversarial::discriminator(loss, 0.1, real.clone(), fake.clone());
        case.assert_close("d_loss", &values(d_loss.clone().inner()), 1e-5);
        let gradients = d_loss.backward();
        case.assert_close("grad_d.real", &values(real.grad(&gradients).unwrap()), 1e-6);
        case.assert_close("grad_d.fake", &values(fake.grad(&gradients).unwrap()), 1e-6);
    }
    // On the host, all losses, smoothed or not.
    for loss in AdversarialLoss::ALL {
        for (suffix, smoothing) in [("", 0.0), ("_smooth", 0.1)] {
            if suffix == "_smooth" && ![Minimax, NonSaturating, LeastSquares].contains(&loss) {
                continue;
            }
            let case = Case::read(&file, &format!("{}{suffix}", super::loss_name(loss)));
            let (real, fake) = (case.values("real"), case.values("fake"));
            let share = 1.0 / real.len() as f32;
            let of_real = real.iter().map(|a| losses::real(loss, smoothing, *a)).collect::<Vec<_>>();
            let of_fake = fake.iter().map(|b| losses::fake(loss, *b)).collect::<Vec<_>>();
            let cost: f32 = of_real.iter().chain(&of_fake).map(|(cost, _)| cost * share).sum();
            case.assert_close("d_loss", &[cost], 1e-5);
            let slopes = |of: &[(f32, f32)]| of.iter().map(|(_, slope)| slope * share).collect::<Vec<_>>();
            case.assert_close("grad_d.real", &slopes(&of_real), 1e-6);
            case.assert_close("grad_d.fake", &slopes(&of_fake), 1e-6);
            if suffix.is_empty() {
                let of_g = fake.iter().map(|b| losses::generator(loss, *b)).collect::<Vec<_>>();
                case.assert_close("g_loss", &[of_g.iter().map(|(cost, _)| cost * share).sum()], 1e-5);
                case.assert_close("grad_g.fake", &slopes(&of_g), 1e-6);
            }
        }
    }
}

/// The gradient of a gradient, written out, against PyTorch's double backward.
#[test]
fn penalties() {
    let file = file("penalties.safetensors");
    // Without a hidden layer there is nothing to activate.
    let other = [("depth-0", Activation::LeakyRelu, 0), ("leaky-relu_depth-3", Activation::LeakyRelu, 3)];
    let other = other.into_iter().chain([("tanh_depth-3", Activation::Tanh, 3)]);
    let plain = Activation::ALL.map(|activation| (name(activation), activation, 2));
    let nets = plain.into_iter().chain(other.map(|(name, activation, layers)| (name.to_owned(), activation, layers)));
    for (net, activation, layers) in nets {
        for (kind, prefix) in [(Penalty::Gradient, "gradient"), (Penalty::R1, "r1")] {
            let case = Case::read(&file, &format!("{prefix}_{net}"));
            let (network, host) = networks(&case, "", 2, MlpConfig { width: 6, layers, activation }, 1);
            let [real, fake] = ["real", "fake"].map(|name| case.values(name));
            let mix = case.values("mix");
            let at = match kind {
                Penalty::Gradient => {
                    (0..real.len()).map(|i| mix[i / 2] * real[i] + (1.0 - mix[i / 2]) * fake[i]).collect()
                }
                _ => real.to_vec(),
            };
            let count = at.len() / 2;
            let points = Tensor::from_data(burn::tensor::TensorData::new(at.clone(), [count, 2]), &training());
            let slopes = network.slopes(points).unwrap();
            case.assert_close("slopes", &values(slopes.clone().inner()), 1e-5);
            let loss = penalty(kind, slopes).unwrap();
            case.assert_close("penalty", &values(loss.clone().inner()), 1e-5);
            for (name, found) in gradients_of(&network, GradientsParams::from_grads(loss.backward(), &network)) {
                case.assert_close(&format!("grad.{name}"), &found, 1e-4);
            }

            let pass = host.forward(columns(&at, 2));
            case.assert_close("slopes", &rows(&input_gradient(&host, &pass), 2, count), 1e-5);
            let mut gradient = vec![0.0; host.values.len()];
            case.assert_close("penalty", &[host_penalty(&host, &pass, (kind, 1.0, count), &mut gradient)], 1e-5);
            assert_gradient(&case, "grad", &host, &gradient, 1e-5);
        }
    }
}

/// The u that each of three layers begins with.
fn first_us(case: &Case) -> Vec<Vec<f32>> {
    (0..3).map(|index| case.values(&format!("u.{index}")).to_vec()).collect()
}

/// burn's network with spectral normalisation, from these u.
fn normalised_from(us: &[Vec<f32>], net: Mlp) -> Mlp {
    let start = net.with_spectral_norm();
    let tensors = forger_core::parameters::collect(&start);
    let mut us = us.iter();
    forger_core::parameters::fill(start, &training(), |name, _| {
        let mut now = tensors.iter().find(|tensor| tensor.name == name).unwrap().values.clone();
        if name.starts_with("spectral") {
            let u = us.next().unwrap();
            now[..u.len()].copy_from_slice(u);
        }
        now
    })
}

#[test]
fn spectral_normalisation() {
    let file = file("spectral.safetensors");
    let case = Case::only(&file);
    let config = MlpConfig { width: 6, layers: 2, ..MlpConfig::default() };
    let (net, host) = networks(&case, "", 2, config, 1);
    let us = first_us(&case);
    let mut spectral = Spectral { us: us.clone(), ..Spectral::new(&host) };
    spectral.iterate(&host);
    for index in 0..us.len() {
        case.assert_close(&format!("u_after.{index}"), &spectral.us[index], 1e-5);
        case.assert_close(&format!("v.{index}"), &spectral.vs[index], 1e-5);
    }
    let normalised = spectral.normalised(&host);
    let input = case.values("input");
    let count = input.len() / 2;
    let pass = normalised.network.forward(columns(input, 2));
    case.assert_close("output", &pass.output()[..count], 1e-5);
    let mut d = vec![0.0; padded(count)];
    d.iter_mut().zip(pass.output()).take(count).for_each(|(d, y)| *d = 2.0 * y / count as f32);
    let mut gradient = vec![0.0; host.values.len()];
    normalised.network.backward(&pass, d, Some(&mut gradient));
    spectral.pull_back(&normalised, &mut gradient);
    assert_gradient(&case, "grad", &host, &gradient, 1e-5);

    let net = normalised_from(&us, net).prepare();
    let output = net.forward(case.tensor("input", &training()));
    case.assert_close("output", &values(output.clone().inner()), 1e-5);
    let gradients = GradientsParams::from_grads(output.square().mean().backward(), &net);
    for (name, found) in gradients_of(&net, gradients) {
        case.assert_close(&format!("grad.{name}"), &found, 1e-5);
    }
}

#[test]
fn distances_between_samples() {
    let file = file("two_sample.safetensors");
    for name in ["same_size", "other_size", "outside"] {
        let case = Case::read(&file, name);
        let (a, b) = (case.values("a"), case.values("b"));
        case.assert_close("jensen_shannon", &[jensen_shannon(a, b)], 1e-6);
        case.assert_close("sliced_wasserstein", &[sliced_wasserstein(a, b)], 1e-6);
    }
}

fn variant(name: &str) -> ToyConfig {
    let mut config = ToyConfig {
        generator: MlpConfig { width: 8, layers: 2, ..MlpConfig::default() },
        discriminator: MlpConfig { width: 8, layers: 2, ..MlpConfig::default() },
        batch: 16,
        ema_decay: 0.9,
        ..ToyConfig::default()
    };
    match name {
        "tanh" => {
            (config.generator.activation, config.discriminator.activation) = (Activation::Tanh, Activation::Tanh);
        }
        "wgan-gp" => (config.loss, config.penalty) = (AdversarialLoss::Wasserstein, Penalty::Gradient),
        "r1" => config.penalty = Penalty::R1,
        "smooth" => config.label_smoothing = 0.1,
        "momentum" => {
            let optimizer = OptimizerConfig::Sgd { learning_rate: 0.05, momentum: 0.9 };
            (config.generator_optimizer, config.discriminator_optimizer) = (optimizer, optimizer);
        }
        _ => (config.loss, config.spectral_norm) = (AdversarialLoss::Hinge, true),
    }
    config
}

/// Five steps of both players with each of the additions, on burn and on the host.
#[test]
fn adversarial_steps_of_the_lab() {
    let file = file("toy_variants.safetensors");
    for name in ["tanh", "wgan-gp", "r1", "smooth", "momentum", "spectral"] {
        let (case, config, device) = (Case::read(&file, name), variant(name), training());
        let (generator, host_g) = networks(&case, "g", 2, config.generator, 2);
        let (discriminator, host_d) = networks(&case, "d", 2, config.discriminator, 1);
        // PyTorch's steps begin with vectors that know nothing of the weights yet.
        let us = if config.spectral_norm { first_us(&case) } else { Vec::new() };
        let discriminator = if us.is_empty() { discriminator } else { normalised_from(&us, discriminator) };
        let mut gan = Gan::new(rules(&config), generator, discriminator, Points::new(&config), &Device::flex());
        let mut host = HostGame::new(config.clone(), host_g, host_d);
        if let Some(spectral) = &mut host.discriminator.spectral {
            spectral.us = us;
        }
        for step in 0..5 {
            let input = |name: &str| case.tensor::<2>(&format!("{name}.{step}"), &device);
            let mix = (config.penalty == Penalty::Gradient).then(|| format!("mix.{step}"));
            let mut told = gan.update_discriminator(
                input("real"),
                input("z_d"),
                mix.as_ref().map(|name| case.tensor::<2>(name, &device)),
            );
            let (loss, norm) = gan.update_generator(input("z_g"));
            told.tell("g_loss", loss);
            told.tell("g_gradient", norm);
            case.assert_close(&format!("metrics.{step}"), &values(told.into_tensor()), 5e-5);

            let flat = |name: &str| case.values(&format!("{name}.{step}"));
            let told = host.update_discriminator(flat("real"), flat("z_d"), mix.as_ref().map(|name| case.values(name)));
            let of_g = host.update_generator(flat("z_g"));
            let told = Told { g_loss: of_g.g_loss, g_gradient: of_g.g_gradient, ..told };
            case.assert_close(&format!("metrics.{step}"), &told.into_array(), 5e-5);
        }
        case.assert_module("g_after", &gan.generator().valid(), 5e-5);
        let d_after = forger_core::parameters::collect(gan.discriminator());
        for tensor in d_after.iter().filter(|tensor| tensor.name.starts_with("layers")) {
            case.assert_close(&format!("d_after.{}", tensor.name), &tensor.values, 5e-5);
        }
        case.assert_module("ema_after", gan.average(), 5e-5);
        let (generator, discriminator) = (&host.generator.network, &host.discriminator.network);
        assert_gradient(&case, "g_after", generator, &generator.values, 5e-5);
        assert_gradient(&case, "d_after", discriminator, &discriminator.values, 5e-5);
        assert_gradient(&case, "ema_after", generator, host.generator.average.as_ref().unwrap(), 5e-5);
        if let Some(spectral) = &host.discriminator.spectral {
            for (index, u) in spectral.us.iter().enumerate() {
                assert_close("u", u, case.values(&format!("u_after.{index}")), 5e-5);
            }
        }
    }
}
