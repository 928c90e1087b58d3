//! The losses of a search for anomalies, and where codes and weights should go.

use forger_core::{
    detect::Loss,
    nets::{
        dcgan::{Discriminator, Generator},
        encoder::Encoder,
        fold,
    },
    parameters,
    protocol::{DcganConfig, EncoderConfig, Normalization},
};

use crate::{
    case::{Case, file},
    common::values,
    formula, random,
};

#[test]
fn residual_and_discrimination_and_their_gradients() {
    let file = file("detect.safetensors");
    for (name, normalization) in [("batch", Normalization::Batch), ("none", Normalization::None)] {
        let (case, device) = (Case::read(&file, name), burn::tensor::Device::flex());
        let config = DcganConfig {
            image_size: 28,
            channels: 1,
            latent_dim: 5,
            width: 2,
            normalization,
            ..DcganConfig::default()
        };
        let generator = case.fill("g", Generator::new(&config, &mut random(), &device).unwrap(), &device);
        let discriminator = case.fill("d", Discriminator::new(&config, &mut random(), &device).unwrap(), &device);
        let device = device.autodiff();
        let (generator, discriminator) = (fold::generator(&generator), fold::discriminator(&discriminator));
        let targets = formula([2, 1, 28, 28], |i| (0.37 * i + 0.1).sin(), &device);
        let z = case.tensor::<2>("z", &device).require_grad();
        let losses = |discriminator, lambda| {
            Loss::residual(targets.clone(), discriminator, lambda).losses(generator.forward(z.clone()))
        };
        case.assert_close("residual", &values(losses(None, 0.0).inner()), 1e-5);
        let losses = losses(Some(discriminator.clone()), 0.1);
        case.assert_close("losses", &values(losses.clone().inner()), 1e-5);
        case.assert_close("gradient", &values(z.grad(&losses.sum().backward()).unwrap()), 1e-6);

        // With weights that move, too.
        let tuned = parameters::copy(&generator, &device);
        let squared = Loss::squared(targets.clone()).losses(tuned.forward(z.clone()));
        case.assert_close("squared", &values(squared.clone().inner()), 1e-5);
        let gradients = squared.sum().backward();
        case.assert_close("squared_gradient", &values(z.grad(&gradients).unwrap()), 1e-6);
        // No normalisation follows the last layer, so that its kernel is as it was trained.
        case.assert_close("squared_weights", &values(tuned.out.weight.grad(&gradients).unwrap()), 1e-5);

        // The encoder, as it encodes outside of training.
        let settings = EncoderConfig { width: 3, ..EncoderConfig::default() }.for_model(&config, false);
        let encoder = Encoder::new(&settings, &mut random(), &burn::tensor::Device::flex()).unwrap();
        let encoder = case.fill("e", encoder.body, &burn::tensor::Device::flex());
        let encoder = Encoder { body: encoder, bounded: false };
        case.assert_close("codes", &values(encoder.folded().forward(targets.clone()).inner()), 1e-5);
        let bounded = Encoder { bounded: true, ..encoder }.folded();
        let bounded = Encoder { body: parameters::copy(&bounded.body, &device), bounded: true };
        let drawn = generator.forward(bounded.forward(targets.clone()));
        let encoded = Loss::encoded(targets.clone(), Some(discriminator), 0.7).losses(drawn);
        case.assert_close("encoded", &values(encoded.clone().inner()), 1e-5);
        let gradients = encoded.sum().backward();
        case.assert_close("encoded_weights", &values(bounded.body.input.weight.grad(&gradients).unwrap()), 1e-5);
    }
}
