//! The latent space of a trained generator: codes that are found again, and directions that were planted.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use common::values;
use forger_core::{
    burn::tensor::{Device, Tensor, TensorData},
    latent::{Inversion, InvertError, attribute_directions, principal_directions, psnr, unbend},
    nets::{
        Generator as _,
        dcgan::{Discriminator, Generator},
    },
    parameters,
    protocol::{DcganConfig, Random, Stream, card::DirectionKind, message::InvertSettings},
    weights::Drawer,
};

const DIM: usize = 8;

fn model() -> Drawer {
    model_of(DcganConfig { image_size: 28, channels: 1, latent_dim: DIM, width: 4, ..DcganConfig::default() })
}

/// A network whose pictures differ, unlike those of a fresh one: each kernel keeps the size of what it is given.
fn model_of(config: DcganConfig) -> Drawer {
    let (random, device) = (&mut Random::new(5, Stream::Weights), Device::flex());
    let strong = |name: &str, shape: &[usize], random: &mut Random| {
        let mut values = vec![0.0; shape.iter().product()];
        random.fill_normal(&mut values);
        let deviation = match name {
            "project.weight" | "mapping.hidden.weight" => (2.0 / DIM as f32).sqrt(),
            "mapping.out.weight" => (2.0 / shape[0] as f32).sqrt(),
            name if name.ends_with("weight") => (2.0 / (4 * shape[0]) as f32).sqrt(),
            _ => 0.1,
        };
        let mean = if name.ends_with("gamma") || name.ends_with("running_var") { 1.0 } else { 0.0 };
        values.iter_mut().for_each(|value| *value = mean + deviation * *value);
        values
    };
    let generator = Generator::new(&config, random, &device).unwrap();
    let generator = parameters::fill(generator, &device, |name, shape| strong(name, shape, random));
    let discriminator = Discriminator::new(&config, random, &device).unwrap();
    Drawer::new(config, generator, Some(discriminator)).unwrap()
}

fn draw(model: &Drawer, z: &[f32]) -> Vec<f32> {
    values(model.draw(Tensor::from_data(TensorData::new(z.to_vec(), [z.len() / DIM, DIM]), &Device::flex())))
}

fn search(model: &Drawer, target: &[f32], settings: InvertSettings) -> Vec<f32> {
    let mut search = Inversion::new(model, target, settings).unwrap();
    while !search.is_done() {
        let (losses, gradient) = search.gradient();
        search.update(&values(losses), &values(gradient)).unwrap();
    }
    assert_eq!(search.step(), settings.steps);
    search.best().to_vec()
}

#[test]
fn the_code_of_a_drawn_picture_is_found_again() {
    let model = model();
    let codes = Random::new(11, Stream::Metrics).latent(Default::default(), 4, DIM);
    for (code, features) in codes.chunks_exact(DIM).zip([0.0, 0.1, 0.0, 0.1]) {
        let target = draw(&model, code);
        let settings = InvertSettings { features, ..InvertSettings::default() };
        let found = search(&model, &target, settings);
        let (start, end) = (search(&model, &target, InvertSettings { steps: 1, ..settings }), found.clone());
        let (start, end) = (psnr(&draw(&model, &start), &target), psnr(&draw(&model, &end), &target));
        assert!(start < 20.0 && end > 30.0, "{start} dB before the search, {end} dB after it");
        assert_eq!(search(&model, &target, settings), found, "a seed is a search");
    }
}

#[test]
fn a_search_begins_where_a_mapping_network_leads() {
    let model = model_of(DcganConfig { mapping: 16, ..model().config });
    let settings = InvertSettings { features: 0.0, ..InvertSettings::default() };
    let target = draw(&model, &model.codes.sample(5, 0));
    let start = Inversion::new(&model, &target, settings).unwrap();
    assert_eq!(start.best(), model.codes.sample(settings.seed, 0));
    assert_ne!(start.best(), Random::new(settings.seed, Stream::Latent).latent(Default::default(), 1, DIM));
    let found = psnr(&draw(&model, &search(&model, &target, settings)), &target);
    assert!(found > 30.0, "{found} dB");
}

#[test]
fn a_mapping_network_is_made_for_a_generator_without_one() {
    let model = model();
    let z = Random::new(12, Stream::Metrics).latent(Default::default(), 64, DIM);
    let z = Tensor::<2>::from_data(TensorData::new(z, [64, DIM]), &Device::flex());
    let expected = values(model.generator().unwrap().forge(z.clone()));
    let near = |mapping: usize| {
        let unbent = unbend(model.generator().unwrap(), &DcganConfig { mapping, ..model.config.clone() }).unwrap();
        let codes = unbent.codes(z.clone());
        let spread = values(codes.clone().powi_scalar(2).mean()).remove(0);
        assert!((0.8..1.2).contains(&spread), "w has a variance of {spread}");
        psnr(&values(unbent.forward(codes)), &expected)
    };
    // Eight values cannot hold a map that ReLU has bent, but they come nearer with more units to choose them by.
    let (few, many) = (near(DIM), near(256));
    assert!(many > few + 1.0 && many > 15.0, "{few} and {many} dB");
    let narrow = DcganConfig { mapping: DIM - 1, ..model.config.clone() };
    assert!(unbend(model.generator().unwrap(), &narrow).is_none(), "no room for w");
    let wide = DcganConfig { mapping: 4096, ..model.config.clone() };
    assert!(unbend(model.generator().unwrap(), &wide).is_none(), "more units than there are");
}

#[test]
fn the_worse_half_is_given_up_until_one_is_left() {
    let model = model();
    let target = draw(&model, &[0.5; DIM]);
    let settings = InvertSettings { starts: 6, steps: 30, features: 0.0, seed: 2 };
    let mut search = Inversion::new(&model, &target, settings).unwrap();
    let (mut followed, mut best) = (Vec::new(), Vec::new());
    while !search.is_done() {
        let (losses, gradient) = search.gradient();
        let (losses, gradient) = (values(losses), values(gradient));
        assert_eq!(gradient.len(), losses.len() * DIM);
        followed.push(losses.len());
        search.update(&losses, &gradient).unwrap();
        best.push(search.best_loss());
    }
    let runs = followed.chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect::<Vec<_>>();
    assert_eq!(runs, [(6, 2), (3, 4), (2, 8), (1, 16)], "each round is about as dear as the one before");
    assert!(best.is_sorted_by(|a, b| a >= b), "{best:?}");
}

#[test]
fn what_cannot_be_searched_for_is_an_error() {
    let (model, settings) = (model(), InvertSettings { starts: 2, steps: 3, features: 0.0, seed: 1 });
    let new = |target: &[f32], settings| Inversion::new(&model, target, settings).map(|search| search.step());
    assert_eq!(new(&[0.0; 783], settings), Err(InvertError::Size { expected: 784, found: 783 }));
    assert_eq!(new(&[f32::NAN; 784], settings), Err(InvertError::NotFinite));
    assert_eq!(new(&[0.0; 784], InvertSettings { starts: 0, ..settings }), Err(InvertError::Settings));
    let mut search = Inversion::new(&model, &[0.0; 784], settings).unwrap();
    let before = search.best().to_vec();
    assert_eq!(search.update(&[0.1], &[0.0; 16]), Err(InvertError::Size { expected: 2, found: 1 }));
    assert_eq!(search.update(&[0.1, f32::NAN], &[0.0; 16]), Err(InvertError::NotFinite));
    let mut gradient = [0.0; 16];
    gradient[9] = f32::INFINITY;
    assert_eq!(search.update(&[0.1, 0.2], &gradient), Err(InvertError::NotFinite));
    assert!(search.step() == 0 && search.best() == before);
}

#[test]
fn a_code_stays_within_what_a_link_can_hold() {
    let model = model();
    let settings = InvertSettings { starts: 1, steps: 200, features: 0.0, seed: 1 };
    let mut search = Inversion::new(&model, &[0.0; 784], settings).unwrap();
    let mut loss = 0.0;
    while !search.is_done() {
        // Further out is better and better, whatever the prior says.
        loss -= 10.0;
        search.update(&[loss], &[-1.0; DIM]).unwrap();
    }
    assert_eq!(search.best(), [3.9; DIM]);
}

#[test]
fn the_ratio_of_signal_to_noise() {
    // An error of 0.02 of a range of 2 is a hundredth: 40 dB.
    assert!((psnr(&[0.5, -0.5], &[0.52, -0.52]) - 40.0).abs() < 1e-3);
    assert_eq!(psnr(&[0.5], &[0.5]), f32::INFINITY);
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn planted_attributes_are_found() {
    let (dim, count) = (10, 2000);
    let random = &mut Random::new(3, Stream::Metrics);
    let z = random.latent(Default::default(), count, dim);
    let mut noise = vec![0.0; count * 5];
    random.fill_normal(&mut noise);
    let mut way = vec![0.0; dim];
    random.fill_normal(&mut way);
    let length = dot(&way, &way).sqrt();
    way.iter_mut().for_each(|value| *value /= length);
    // Half told by z; wholly told, by a few components; not told; told, but rare; always the same.
    let logits = z.chunks_exact(dim).zip(noise.chunks_exact(5)).flat_map(|(z, noise)| {
        [dot(z, &way) + noise[0], 2.0 * z[0] - z[3] + 0.1 * noise[1], noise[2], z[1] - 9.0, 1.0]
    });
    let logits = logits.collect::<Vec<_>>();
    let names = ["half", "whole", "none", "rare", "always"].map(str::to_owned);
    let found = attribute_directions(&z, dim, &logits, &names).unwrap();
    assert_eq!(found.iter().map(|direction| direction.name.as_str()).collect::<Vec<_>>(), ["whole", "half"]);
    let root5 = 5.0_f32.sqrt();
    let planted = [vec![2.0 / root5, 0.0, 0.0, -1.0 / root5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], way];
    for ((direction, planted), strength) in found.iter().zip(planted).zip([root5 / 5.01_f32.sqrt(), 0.5_f32.sqrt()]) {
        assert!(
            direction.kind == DirectionKind::Attribute
                && (dot(&direction.vector, &direction.vector) - 1.0).abs() < 1e-5
        );
        assert!(dot(&direction.vector, &planted) > 0.99, "{}", direction.name);
        assert!((direction.strength - strength).abs() < 0.03, "{}: {}", direction.name, direction.strength);
    }
    // Least squares keeps apart what only comes together in the samples, where a mean of those that have it would not.
    let mixed = z.chunks_exact(dim).flat_map(|z| [z[0], z[0] + z[1]].into_iter().chain(z[2..].iter().copied()));
    let found = attribute_directions(&mixed.collect::<Vec<_>>(), dim, &logits, &names).unwrap();
    let (first, second) = (found[0].vector[0], found[0].vector[1]);
    assert!(found[0].name == "whole" && first > 0.85 && second.abs() < 0.02, "{first} {second}");

    assert!(attribute_directions(&z[..20 * dim], dim, &logits[..100], &names).is_err(), "too few to tell");
}

#[test]
fn the_leading_directions_of_a_linear_generator_are_found() {
    // y = W z with W = U S V^T: the components are V's columns, and the shares of variance are S^2 / sum of S^2.
    let (dim, features, count) = (6, 40, 3000);
    let random = &mut Random::new(4, Stream::Metrics);
    let basis = |rows: usize, columns: usize, random: &mut Random| {
        let mut basis = Vec::<Vec<f32>>::new();
        while basis.len() < columns {
            let mut next = vec![0.0; rows];
            random.fill_normal(&mut next);
            for other in &basis {
                let along = dot(&next, other);
                next.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
            }
            let length = dot(&next, &next).sqrt();
            next.iter_mut().for_each(|value| *value /= length);
            basis.push(next);
        }
        basis
    };
    let (u, v) = (basis(features, dim, random), basis(dim, dim, random));
    let s = [8.0_f32, 5.0, 3.0, 1.0, 0.5, 0.25];
    let z = random.latent(Default::default(), count, dim);
    let mut activations = Vec::new();
    for z in z.chunks_exact(dim) {
        let along = v.iter().zip(s).map(|(v, s)| s * dot(z, v)).collect::<Vec<_>>();
        // What all have in common is no component.
        activations.extend((0..features).map(|row| 7.0 + (0..dim).map(|k| along[k] * u[k][row]).sum::<f32>()));
    }
    let found = principal_directions(&z, dim, &activations, 3).unwrap();
    assert_eq!(found.iter().map(|direction| direction.name.as_str()).collect::<Vec<_>>(), ["pc1", "pc2", "pc3"]);
    let total = s.iter().map(|s| s * s).sum::<f32>();
    for (direction, (planted, s)) in found.iter().zip(v.iter().zip(s)) {
        assert!(dot(&direction.vector, planted).abs() > 0.99, "{}", direction.name);
        assert!((dot(&direction.vector, &direction.vector) - 1.0).abs() < 1e-5);
        assert!((direction.strength - s * s / total).abs() < 0.03, "{}: {}", direction.name, direction.strength);
        let largest = direction.vector.iter().max_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap();
        assert!(*largest > 0.0, "the sign is settled");
    }
    assert!(principal_directions(&z, dim, &activations[1..], 3).is_err());
}
