//! The search for the z of a picture: how unlike it is what z draws, and where z should go.

use forger_core::{
    latent::Likeness,
    nets::{
        dcgan::{Discriminator, Generator},
        fold,
    },
    protocol::{DcganConfig, Normalization},
};

use crate::{
    case::{Case, file},
    common::values,
    formula, random,
};

#[test]
fn distance_in_features_and_its_gradient_in_z() {
    let file = file("latent.safetensors");
    for (name, normalization, spectral_norm) in [
        ("batch", Normalization::Batch, false),
        ("instance", Normalization::Instance, false),
        ("none", Normalization::None, false),
        ("spectral", Normalization::Batch, true),
    ] {
        let (case, device) = (Case::read(&file, name), burn::tensor::Device::flex());
        let config = DcganConfig {
            image_size: 28,
            channels: 1,
            latent_dim: 5,
            width: 2,
            normalization,
            spectral_norm,
            ..DcganConfig::default()
        };
        let generator = case.fill("g", Generator::new(&config, &mut random(), &device).unwrap(), &device);
        let discriminator = case.fill("d", Discriminator::new(&config, &mut random(), &device).unwrap(), &device);
        let (generator, discriminator) = (fold::generator(&generator), fold::discriminator(&discriminator));
        let device = device.autodiff();
        let target = formula([1, 1, 28, 28], |i| (0.37 * i + 0.1).sin(), &device);
        let z = case.tensor::<2>("z", &device).require_grad();
        let losses = |discriminator, weight| {
            Likeness::new(target.clone(), discriminator, weight).losses(generator.forward(z.clone()))
        };
        case.assert_close("pixels", &values(losses(None, 0.3).inner()), 1e-5);
        case.assert_close("pixels", &values(losses(Some(discriminator.clone()), 0.0).inner()), 1e-5);
        let losses = losses(Some(discriminator), 0.3);
        case.assert_close("losses", &values(losses.clone().inner()), 1e-5);
        let gradient = z.grad(&losses.sum().backward()).unwrap();
        case.assert_close("gradient", &values(gradient), 1e-6);
    }
}
