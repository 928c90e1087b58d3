//! Super-resolution: networks, losses, bicubic interpolation and measures.

use burn::{optim::GradientsParams, tensor::Tensor};
use forger_core::{
    burn,
    data::{jpeg::compress, resize::resize},
    metrics::image,
    nets::{
        Discriminator as _,
        classifier::Classifier,
        lens::Lens,
        superres::{Generator, discriminator::Discriminator},
        vgg::Vgg,
    },
    parameters::NamedTensor,
    protocol::{ClassifierConfig, SuperresConfig, SuperresLosses, Upsampling},
};

use crate::{
    case::{self, Case, file},
    common::values,
    gradients_of, random, training,
};

#[test]
fn generators() {
    let file = file("superres.safetensors");
    for (name, upsampling, scale) in [
        ("light_x4", Upsampling::SubPixel, 4),
        ("light_x2", Upsampling::SubPixel, 2),
        ("full_x4", Upsampling::NearestNeighbor, 4),
        ("full_x2", Upsampling::NearestNeighbor, 2),
    ] {
        let (case, device) = (Case::read(&file, name), training());
        let config = SuperresConfig { upsampling, scale, width: 4, blocks: 2, ..SuperresConfig::default() };
        let net = case.fill("", Generator::new(&config, &mut random(), &device).unwrap(), &device);
        let input = case.tensor::<4>("input", &device).require_grad();
        let output = net.forward(input.clone());
        case.assert_close("output", &values(output.clone().inner()), 1e-5);
        let gradients = (output * case.tensor("probe", &device)).mean().backward();
        case.assert_close("grad.input", &values(input.grad(&gradients).unwrap()), 1e-5);
        let gradients = gradients_of(&net, GradientsParams::from_grads(gradients, &net));
        assert_eq!(gradients.len(), 2 * (2 + 4 + net.upsample.len()));
        for (name, found) in gradients {
            case.assert_close(&format!("grad.{name}"), &found, 1e-5);
        }
    }
}

#[test]
fn a_discriminator() {
    let (case, device) = (Case::only(&file("superres_discriminator.safetensors")), training());
    let config = SuperresConfig { patch: 16, discriminator_width: 1, ..SuperresConfig::default() };
    let net = case.fill("", Discriminator::new(&config, &mut random(), &device).unwrap(), &device);
    let output = net.judge(case.tensor("input", &device));
    case.assert_close("output", &values(output.clone().inner()), 1e-5);
    let gradients = GradientsParams::from_grads(output.square().mean().backward(), &net);
    let gradients = gradients_of(&net, gradients);
    assert_eq!(gradients.len(), 24);
    // Twelve layers of f32, whose order of sums differs from CPU to CPU: up to 1.1e-4 was seen.
    for (name, found) in gradients {
        case.assert_close(&format!("grad.{name}"), &found, 5e-4);
    }
}

#[test]
fn bicubic_interpolation() {
    let case = Case::only(&file("superres_resize.safetensors"));
    for size in [[3, 5], [6, 10], [24, 40], [48, 80], [7, 33]] {
        let found = resize(case.values("input"), [3, 12, 20], size);
        case.assert_close(&format!("to_{}x{}", size[0], size[1]), &found, 1e-6);
    }
}

#[test]
fn measures_of_pictures() {
    let file = file("superres_measures.safetensors");
    for name in ["like", "unlike"] {
        let case = Case::read(&file, name);
        let [a, b] = ["a", "b"].map(|name| {
            let pixels = case.values(name).iter().map(|value| *value as u8).collect::<Vec<_>>();
            image::inside(&image::luma(&pixels), [24, 30], 3)
        });
        assert_eq!(a.1, [18, 24]);
        case.assert_close("psnr", &[image::psnr(&a.0, &b.0) as f32], 1e-6);
        case.assert_close("ssim", &[image::ssim(&a.0, &b.0, a.1) as f32], 1e-6);
    }
}

/// libjpeg transforms in whole numbers, so that a value may fall on another step, which changes a whole block.
#[test]
fn jpeg() {
    let file = file("superres_jpeg.safetensors");
    for quality in [30, 75, 95] {
        let case = Case::read(&file, &format!("quality_{quality}"));
        let mut picture = case.values("input").to_vec();
        compress(&mut picture, [20, 27], quality);
        let equal = |values: &[f32]| {
            let pairs = values.iter().zip(case.values("output"));
            pairs.filter(|(a, b)| a == b).count() as f32 / values.len() as f32
        };
        let (found, before) = (equal(&picture), equal(case.values("input")));
        assert!(found > 0.4 && before < 0.1, "quality {quality}: {found} are equal, and {before} before");
    }
}

#[test]
fn perceptual_and_texture_loss_through_a_classifier() {
    let (case, device) = (Case::only(&file("superres_lens.safetensors")), training());
    let config = ClassifierConfig {
        image_size: 32,
        channels: 3,
        width: 3,
        features: 6,
        attributes: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
        ..ClassifierConfig::default()
    };
    let net = case.fill("", Classifier::new(&config, &mut random(), &device).unwrap(), &device);
    let lens = Lens::Classifier(Box::new(net)).on(&device);
    let (fake, real) = (case.tensor::<4>("fake", &device).require_grad(), case.tensor::<4>("real", &device));
    for (name, perceptual, texture) in [("perceptual", 1.0, 0.0), ("texture", 0.0, 1.0)] {
        let weights = SuperresLosses { perceptual, texture, ..SuperresLosses::default() };
        let loss = lens.loss(&weights, fake.clone(), real.clone());
        case.assert_close(name, &values(loss.clone().inner()), 1e-5);
        // In units of the largest: they are means over thousands of pixels.
        let gradient = values(fake.grad(&loss.backward()).unwrap());
        let expected = case.values(&format!("grad.{name}"));
        let size = expected.iter().fold(0.0, |size: f32, value| size.max(value.abs()));
        let scaled = |values: &[f32]| values.iter().map(|value| value / size).collect::<Vec<_>>();
        case::assert_close(name, &scaled(&gradient), &scaled(expected), 2e-4);
    }
}

/// The weights of `superres.py`.
fn formula(shape: &[usize], index: usize) -> Vec<f32> {
    let fan_in = shape[1..].iter().product::<usize>() as f64;
    let weight = |number: usize| {
        let hashed = ((number as f64 * 12.9898 + index as f64).sin() * 43758.5453).fract();
        (f64::from(hashed as f32) * (4.5 / fan_in).sqrt()) as f32
    };
    (0..shape.iter().product()).map(weight).collect()
}

#[test]
fn vgg_19() {
    let (case, device) = (Case::only(&file("vgg.safetensors")), burn::tensor::Device::flex());
    let (mut tensors, mut inputs, mut place) = (Vec::new(), 3, 0);
    for (stage, count) in [2, 2, 4, 4, 4].into_iter().enumerate() {
        let outputs = (64 << stage).min(512);
        for _ in 0..count {
            let shape = vec![outputs, inputs, 3, 3];
            let values = formula(&shape, tensors.len() / 2);
            tensors.push(NamedTensor { name: format!("features.{place}.weight"), shape, values });
            let values = (0..outputs).map(|number| 0.1 * (number as f64).cos() as f32).collect();
            tensors.push(NamedTensor { name: format!("features.{place}.bias"), shape: vec![outputs], values });
            (inputs, place) = (outputs, place + 2);
        }
        place += 1;
    }
    let maps = Vgg::new(&tensors, &device).unwrap().maps(case.tensor("input", &device));
    let every = |map: &Tensor<4>, stride: usize| values(map.clone()).into_iter().step_by(stride).collect::<Vec<_>>();
    assert_eq!((maps.firsts.len(), maps.pools.len()), (3, 2));
    for (stage, map) in maps.firsts.iter().enumerate() {
        case.assert_close(&format!("firsts.{stage}"), &every(map, 97), 1e-4);
    }
    for (stage, map) in [1, 4].into_iter().zip(&maps.pools) {
        case.assert_close(&format!("pools.{stage}"), &every(map, 7), 1e-4);
    }
}
