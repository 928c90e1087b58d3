//! The model file: round trip, and every way in which a file can be wrong.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use common::values;
use forger_core::{
    burn::tensor::{Device, Tensor, TensorData},
    nets::{
        Generator as _,
        dcgan::{Discriminator, Generator},
    },
    parameters,
    protocol::{
        Card, DcganConfig, Normalization, Random, Stream, SystemConfig,
        card::{Direction, DirectionKind},
        detect::{Calibration, DetectSettings, Normal, Patches, Way},
        error::ModelError,
    },
    weights::{self, Drawer, Model},
};
use safetensors::SafeTensors;

fn config() -> DcganConfig {
    DcganConfig { image_size: 28, channels: 1, latent_dim: 4, width: 2, ..DcganConfig::default() }
}

fn card() -> Card {
    Card::new("test", SystemConfig::of(&config()), 3)
}

fn write(
    card: Card,
    generator: &Generator,
    discriminator: Option<&Discriminator>,
) -> Result<(Vec<u8>, Card), ModelError> {
    let networks = Drawer::new(config_of(&card), generator.clone(), discriminator.cloned()).unwrap();
    Model::write(card, &networks)
}

fn file() -> (Vec<u8>, Card) {
    let generator = Generator::new(&config(), &mut Random::new(3, Stream::Weights), &Device::flex()).unwrap();
    write(card(), &generator, None).unwrap()
}

fn discriminator(config: &DcganConfig) -> Discriminator {
    Discriminator::new(config, &mut Random::new(4, Stream::Weights), &Device::flex()).unwrap()
}

fn open(bytes: &[u8]) -> Result<Model<Drawer>, ModelError> {
    let model = Model::<Drawer>::read(bytes, &Device::flex())?;
    model.check(&values(model.test_output()?))?;
    Ok(model)
}

/// Changes the settings on a card.
fn set(card: &mut Card, change: impl FnOnce(&mut DcganConfig)) {
    let mut config = card.system.settings().unwrap();
    change(&mut config);
    card.system = SystemConfig::of(&config);
}

/// The file with its metadata's text changed, and its tensors if asked for.
fn edited(change: impl Fn(&mut Card), tensors: impl Fn(&str, &mut Vec<u8>) -> bool) -> Vec<u8> {
    let (bytes, mut card) = file();
    change(&mut card);
    edited_tensors(&bytes, &card, tensors)
}

fn edited_tensors(bytes: &[u8], card: &Card, tensors: impl Fn(&str, &mut Vec<u8>) -> bool) -> Vec<u8> {
    let parsed = SafeTensors::deserialize(bytes).unwrap();
    let mut kept = Vec::new();
    for (name, view) in parsed.tensors() {
        let mut data = view.data().to_vec();
        if tensors(&name, &mut data) {
            kept.push((name, view.dtype(), view.shape().to_vec(), data));
        }
    }
    let views = kept.iter().map(|(name, dtype, shape, data)| {
        (name.as_str(), safetensors::tensor::TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    let metadata = [("forger.card".to_owned(), serde_json::to_string(card).unwrap())].into();
    safetensors::serialize(views, Some(metadata)).unwrap()
}

#[test]
fn what_is_written_reads_and_draws_the_same() {
    let (bytes, card) = file();
    let model = open(&bytes).unwrap();
    assert_eq!(model.card, card);
    assert_eq!(card.test_vector.output.len(), 16);
    let entry = weights::entry(&bytes, card);
    assert!(entry.file.starts_with("test-") && entry.file.ends_with(".safetensors") && entry.file.len() == 25);
    weights::verify(&bytes, &entry).unwrap();

    // f16 keeps 11 bits, so that the pictures are within a step of 8 bits of those of the f32 weights.
    let generator = Generator::new(&config(), &mut Random::new(3, Stream::Weights), &Device::flex()).unwrap();
    let z = Tensor::<2>::from_data(TensorData::new(vec![0.5f32; 8], [2, 4]), &Device::flex());
    let (before, after) = (values(generator.forward(z.clone())), values(model.draw(z)));
    assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 2.0 / 255.0));
}

#[test]
fn a_mapping_network_travels_with_the_generator() {
    let mut card = card();
    set(&mut card, |config| config.mapping = 6);
    let config = config_of(&card);
    let generator = Generator::new(&config, &mut Random::new(3, Stream::Weights), &Device::flex()).unwrap();
    let bytes = write(card, &generator, None).unwrap().0;
    let model = open(&bytes).unwrap();
    let z = Random::new(7, Stream::Latent).latent(config.prior, 1, 4);
    let expected = values(generator.codes(Tensor::from_data(TensorData::new(z, [1, 4]), &Device::flex())));
    let found = model.codes.sample(7, 0);
    // The file has half the digits.
    let most = 5e-3 * expected.iter().map(|value| value.abs()).fold(0.0, f32::max);
    assert_eq!(found.len(), expected.len());
    assert!(expected.iter().zip(&found).all(|(a, b)| (a - b).abs() < most), "{expected:?} {found:?}");
    let without = edited_tensors(&bytes, &model.card, |name, _| name != "mapping.out.weight");
    assert!(matches!(open(&without), Err(ModelError::Tensor { tensor, .. }) if tensor == "mapping.out.weight"));
}

#[test]
fn a_prepared_model_draws_the_same() {
    for normalization in [Normalization::Batch, Normalization::Instance, Normalization::None] {
        let config = DcganConfig { normalization, ..config() };
        let card = Card { system: SystemConfig::of(&config), ..card() };
        let (random, device) = (&mut Random::new(3, Stream::Weights), Device::flex());
        let network = Generator::new(&config, random, &device).unwrap();
        // A fresh network draws grey; stronger weights make pictures that can differ.
        let network = parameters::fill(network, &device, |name, shape| {
            let mut values = vec![0.0; shape.iter().product()];
            random.fill_normal(&mut values);
            let variance = name.ends_with("running_var");
            values.into_iter().map(|value| if variance { value.abs() } else { 0.5 * value }).collect()
        });
        let model = open(&write(card, &network, None).unwrap().0).unwrap();
        let z = Tensor::<2>::from_data(TensorData::new(vec![0.5f32, -1.0, 2.0, 0.1], [1, 4]), &Device::flex());
        let (before, after) = (values(model.draw(z.clone())), values(model.clone().prepared().draw(z)));
        assert!(before.iter().any(|value| value.abs() > 0.1), "{normalization:?}: nothing to see");
        assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-5), "{normalization:?}");
        model.check(&values(model.clone().prepared().test_output().unwrap())).unwrap();
    }
}

#[test]
fn every_cut_is_refused() {
    let (bytes, card) = file();
    let entry = weights::entry(&bytes, card);
    for cut in [0, 4, 8, 100, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(open(&bytes[..cut]), Err(ModelError::Malformed { .. })), "cut at {cut}");
        assert!(matches!(weights::verify(&bytes[..cut], &entry), Err(ModelError::Damaged { .. })));
    }
}

#[test]
fn every_flipped_byte_is_noticed_by_the_manifest() {
    let (bytes, card) = file();
    let entry = weights::entry(&bytes, card);
    for position in (0..bytes.len()).step_by(97) {
        let mut flipped = bytes.clone();
        flipped[position] ^= 0x40;
        assert!(matches!(weights::verify(&flipped, &entry), Err(ModelError::Damaged { .. })));
        // Without a manifest it must at least not panic.
        let _ = open(&flipped);
    }
}

#[test]
fn each_fault_has_its_own_error() {
    let keep = |_: &str, _: &mut Vec<u8>| true;
    let newer = edited(|card| card.schema += 1, keep);
    assert!(matches!(open(&newer), Err(ModelError::BadCard { .. })));

    let wider = edited(|card| set(card, |config| config.width = 4), keep);
    assert!(matches!(open(&wider), Err(ModelError::Tensor { found: Some(_), .. })));

    let huge = edited(|card| set(card, |config| config.width = usize::MAX), keep);
    assert!(matches!(open(&huge), Err(ModelError::BadCard { .. })));

    let lacking = edited(|_| {}, |name, _| name != "out.bias");
    assert_eq!(
        open(&lacking).unwrap_err(),
        ModelError::Tensor { tensor: "out.bias".into(), expected: vec![1], found: None }
    );

    let infinite = edited(
        |_| {},
        |name, data| {
            if name == "out.weight" {
                data[..2].copy_from_slice(&[0x00, 0x7c]);
            }
            true
        },
    );
    assert_eq!(open(&infinite).unwrap_err(), ModelError::NotFinite { tensor: "out.weight".into() });

    let other = edited(
        |_| {},
        |name, data| {
            if name == "out.bias" {
                data.copy_from_slice(&[0x00, 0x3c]);
            }
            true
        },
    );
    assert!(matches!(open(&other), Err(ModelError::TestVector { .. })));

    let plain = safetensors::serialize(Vec::<(&str, safetensors::tensor::TensorView)>::new(), None).unwrap();
    assert_eq!(open(&plain).unwrap_err(), ModelError::NoCard);
}

#[test]
fn a_discriminator_travels_with_its_vectors() {
    let mut card = card();
    set(&mut card, |config| config.spectral_norm = true);
    let config = config_of(&card);
    let discriminator = discriminator(&config);
    let generator = Generator::new(&config, &mut Random::new(3, Stream::Weights), &Device::flex()).unwrap();
    let (bytes, card) = write(card, &generator, Some(&discriminator)).unwrap();
    let model = open(&bytes).unwrap();
    assert!(card.discriminator && model.card == card);
    let pictures = (0..2 * 784).map(|i| (0.37 * i as f32).sin()).collect::<Vec<_>>();
    let pictures = Tensor::<4>::from_data(TensorData::new(pictures, [2, 1, 28, 28]), &Device::flex());
    let judge = |discriminator: &Discriminator| values(discriminator.forward(pictures.clone()));
    let (before, after) = (judge(&discriminator), judge(model.discriminator.as_ref().unwrap()));
    let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-3 * a.abs().max(0.1));
    assert!(close(&before, &after), "{before:?} {after:?}");
    let other = judge(
        &Discriminator::new(
            &DcganConfig { spectral_norm: false, ..config_of(&card) },
            &mut Random::new(4, Stream::Weights),
            &Device::flex(),
        )
        .unwrap(),
    );
    assert!(!close(&before, &other), "without its vectors it must judge otherwise");

    // What was read is written again as it was, to the last bit.
    let again = write(model.card.clone(), model.generator().unwrap(), model.discriminator.as_ref()).unwrap();
    assert!(again.0 == bytes && again.1 == card);
    // Unless its test vector is of another network.
    let mut other = model.card.clone();
    other.test_vector.output[3] += 0.1;
    let refused = write(other, model.generator().unwrap(), model.discriminator.as_ref()).map(|_| ());
    assert!(matches!(refused, Err(ModelError::TestVector { .. })), "{refused:?}");

    for name in ["discriminator.input.bias", "discriminator.spectral.1"] {
        let lacking = edited_tensors(&bytes, &card, |found, _| found != name);
        let error = open(&lacking).unwrap_err();
        assert!(matches!(&error, ModelError::Tensor { tensor, found: None, .. } if tensor == name), "{error}");
    }
    let infinite = edited_tensors(&bytes, &card, |name, data| {
        if name == "discriminator.out.weight" {
            data[..2].copy_from_slice(&[0x00, 0x7c]);
        }
        true
    });
    assert_eq!(open(&infinite).unwrap_err(), ModelError::NotFinite { tensor: "discriminator.out.weight".into() });
    // A card that does not speak of it leaves it alone.
    let silent = edited_tensors(&bytes, &Card { discriminator: false, ..card }, |_, _| true);
    assert!(open(&silent).unwrap().discriminator.is_none());
    // One that speaks of what is not there is refused.
    let boasting = edited(|card| card.discriminator = true, |_, _| true);
    assert!(matches!(open(&boasting), Err(ModelError::Tensor { found: None, .. })));
}

fn config_of(card: &Card) -> DcganConfig {
    card.system.settings().unwrap()
}

#[test]
fn a_direction_must_fit_z() {
    let direction = |vector: Vec<f32>, strength| {
        let directions = vec![Direction { name: "a".into(), kind: DirectionKind::Attribute, strength, vector }];
        let generator = Generator::new(&config(), &mut Random::new(3, Stream::Weights), &Device::flex()).unwrap();
        write(Card { directions, ..card() }, &generator, None)
    };
    let (bytes, _) = direction(vec![0.6, 0.8, 0.0, 0.0], 0.5).unwrap();
    assert_eq!(open(&bytes).unwrap().card.directions[0].name, "a");
    for (vector, strength) in [(vec![1.0; 3], 0.5), (vec![f32::NAN; 4], 0.5), (vec![0.5; 4], f32::INFINITY)] {
        assert!(matches!(direction(vector, strength), Err(ModelError::BadCard { .. })));
    }
    let long = Direction { name: "b".into(), kind: DirectionKind::Principal, strength: 0.5, vector: vec![0.1; 5] };
    let long = edited(|card| card.directions = vec![long.clone()], |_, _| true);
    assert!(matches!(open(&long), Err(ModelError::BadCard { detail }) if detail.contains("b")));
}

#[test]
fn patches_must_leave_nothing_out_and_be_few() {
    let (search, scores) = (DetectSettings::of(Way::ADGAN), Calibration::new(vec![1.0]).unwrap());
    let (what, data) = ("tiles".into(), "tiles".into());
    let normal = Normal { what, data, strokes: false, patches: None, search, scores, strange: None };
    for (stride, is_right) in [(7, true), (28, true), (6, false), (29, false)] {
        let normal = Normal { patches: Some(Patches { stride }), ..normal.clone() };
        let file = edited(|card| card.normal = Some(Box::new(normal.clone())), |_, _| true);
        assert_eq!(open(&file).is_ok(), is_right, "{stride}");
    }
}
