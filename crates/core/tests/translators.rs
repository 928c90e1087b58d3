//! Models that translate travel in a file, take pictures of any size, and are prepared for the tab.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use common::{
    translated::{discs, pairs, small_cyclegan, small_pix2pix},
    values,
};
use forger_core::{
    Cyclegan, Pix2pix, System, TranslationError, burn,
    checkpoint::Reader,
    nets::{patch::PatchDiscriminator, refiner::Refiner, translator::Translator as Network},
    parameters,
    protocol::{
        AdversarialLoss, Card, Conflict, CycleganConfig, Normalization, Pix2pixConfig, Random, SimganConfig, Stream,
        SystemConfig, TranslatorConfig, TranslatorNetwork, Way,
    },
    systems::pix2pix,
    tiles::tiles,
    weights::{Model, Networks as _, Translator},
};

/// A model of the networks of a run, through its file.
fn through_a_file(system: &mut impl System, name: &str) -> Model<Translator> {
    let saved = system.save().unwrap();
    let reader = Reader::new(&saved).unwrap();
    let config = SystemConfig { name: name.into(), config: reader.state["config"].clone() };
    let model = Model::<Translator>::of_checkpoint(reader, Card::new("test", config, 1), &Device::flex()).unwrap();
    let (bytes, card) = Model::write(model.card, &model.networks).unwrap();
    let declared = system.declaration().networks.iter().map(|network| network.name).collect::<Vec<_>>();
    assert_eq!(card.networks, declared);
    let read = Model::<Translator>::read(&bytes, &Device::flex()).unwrap();
    read.check(&values(read.test_output().unwrap())).unwrap();
    read
}

#[test]
fn models_travel_in_a_file_and_take_pictures_of_any_size() {
    let device = Device::flex();
    let mut paired = Pix2pix::new(small_pix2pix(), pairs(0..2), &device).unwrap();
    let mut unpaired = Cyclegan::new(small_cyclegan(), discs(2, 0, false), discs(2, 9, true), None, &device).unwrap();
    let models = [through_a_file(&mut paired, "pix2pix"), through_a_file(&mut unpaired, "cyclegan")];
    assert_eq!(models.each_ref().map(|model| model.knows(Way::Backward)), [false, true]);
    for model in &models {
        for [height, width] in [[1, 1], [5, 70], [33, 47]] {
            let picture = Tensor::<4>::zeros([1, 3, height, width], &device);
            for way in [Way::Forward, Way::Backward] {
                let made = model.translate(way, picture.clone());
                assert_eq!(made.is_some(), model.knows(way));
                assert!(made.is_none_or(|made| made.dims() == [1, 3, height, width]));
            }
        }
        let picture = Tensor::<4>::zeros([1, 3, 32, 48], &device);
        let verdicts = model.judge(Way::Forward, picture.clone(), picture).unwrap();
        assert_eq!(verdicts.dims()[..2], [1, 1]);
        assert!(values(verdicts).iter().all(|value| (0.0..=1.0).contains(value)));
        let tiny = Tensor::<4>::zeros([1, 3, 2, 2], &device);
        assert!(model.judge(Way::Forward, tiny.clone(), tiny).is_none(), "nothing is left to judge");
    }
}

/// Made as a whole and in tiles of a network that sees so far.
fn expect_no_seams(reach: usize, multiple: usize, make: impl Fn(Tensor<4>) -> Tensor<4>) {
    let device = Device::flex();
    let (height, width) = (64, 96);
    let mut picture = vec![0.0; 3 * height * width];
    Random::new(3, Stream::Data).fill_uniform(&mut picture, -1.0, 1.0);
    let whole = Tensor::from_data(TensorData::new(picture.clone(), [1, 3, height, width]), &device);
    let whole = values(make(whole));
    assert_eq!(reach % multiple, 0);
    let mut parts = vec![0.0; whole.len()];
    for tile in tiles([height, width], 16, reach) {
        let made = make(tile.cut(&picture, [height, width], &device));
        tile.paste(&values(made), 1, &mut parts, [height, width]);
    }
    // One by one: a maximum would pass over a NaN.
    let apart = whole.iter().zip(&parts).map(|(a, b)| (a - b).abs()).find(|apart| apart.is_nan() || *apart >= 1e-5);
    assert_eq!(apart, None);
}

#[test]
fn tiles_of_a_refiner_that_displaces_have_no_seams() {
    let config =
        SimganConfig { channels: 3, refiner_width: 3, blocks: 1, displacement: 0.1, ..SimganConfig::default() };
    let network = Refiner::new(&config, &mut Random::new(3, Stream::Weights), &Device::flex());
    expect_no_seams(config.reach(), config.multiple(), |pictures| network.forward(pictures));
}

#[test]
fn tiles_of_a_resnet_have_no_seams() {
    let device = Device::flex();
    let random = &mut Random::new(3, Stream::Weights);
    // Instance normalisation looks at all of a picture, which no tile does.
    let normalization = Normalization::Batch;
    for attention in [false, true] {
        let config = TranslatorConfig { normalization, attention, ..TranslatorConfig::resnet(2, 2) };
        let network = Network::new(&config, random, &device).unwrap();
        let multiple = config.multiple();
        expect_no_seams(config.reach().unwrap(), multiple, |pictures| network.translate(pictures, multiple));
    }
}

#[test]
fn networks_that_do_not_fit_their_card_are_refused() {
    let device = Device::flex();
    let random = &mut Random::new(1, Stream::Weights);
    let config = Pix2pixConfig {
        generator: TranslatorConfig { network: TranslatorNetwork::Unet, ..small_pix2pix().generator },
        ..small_pix2pix()
    };
    let generator = Network::new(&config.generator, random, &device).unwrap();
    let judge = PatchDiscriminator::new(pix2pix::shape(&config), random, &device).unwrap();
    let networks = Translator::pix2pix(config.clone(), generator, Some(judge));
    let wrong = Pix2pixConfig { discriminator_width: 7, ..config };
    let card = Card::new("test", SystemConfig::of(&wrong), 1);
    assert!(Model::write(card, &networks).is_err(), "a discriminator of another width");
}

/// Of before there was a rule of training that is nothing to how a network draws.
#[test]
fn models_of_settings_that_no_run_begins_with_any_more_still_open() {
    let (device, loss) = (Device::flex(), AdversarialLoss::Wasserstein);
    let paired = Pix2pixConfig { loss, ..small_pix2pix() };
    let unpaired = CycleganConfig { loss, ..small_cyclegan() };
    let refused = [
        Pix2pix::new(paired.clone(), pairs(0..2), &device).err(),
        Cyclegan::new(unpaired.clone(), discs(2, 0, false), discs(2, 9, true), None, &device).err(),
    ];
    assert_eq!(refused, [(); 2].map(|()| Some(TranslationError::Conflict(Conflict::NotClipped))));

    let random = &mut Random::new(1, Stream::Weights);
    let mut network = |config: &TranslatorConfig| Network::new(config, random, &device).unwrap();
    let (one, other) = (network(&paired.generator), network(&unpaired.generator));
    let judge = PatchDiscriminator::new(pix2pix::shape(&paired), random, &device).unwrap();
    for (config, networks) in [
        (SystemConfig::of(&paired), Translator::pix2pix(paired, one, Some(judge))),
        (SystemConfig::of(&unpaired), Translator::cyclegan(unpaired, other, None, [None, None])),
    ] {
        let (bytes, _) = Model::write(Card::new("test", config, 1), &networks).unwrap();
        let read = Model::<Translator>::read(&bytes, &device).unwrap();
        read.check(&values(read.test_output().unwrap())).unwrap();
    }
}

#[test]
fn what_is_prepared_for_the_tab_translates_alike() {
    let device = Device::flex();
    let random = &mut Random::new(5, Stream::Weights);
    for (width, attention) in [(3, false), (8, false), (3, true)] {
        let generator = TranslatorConfig { depth: 5, width, dropout: false, attention, ..TranslatorConfig::default() };
        let config = Pix2pixConfig { generator, image_size: 32, ..Pix2pixConfig::default() };
        let network = Network::new(&config.generator, random, &device).unwrap();
        // None of its parts is idle, statistics of normalisation included.
        let network = parameters::fill(network, &device, |name, shape| {
            let mut values = vec![0.0; shape.iter().product()];
            random.fill_normal(&mut values);
            let deviation = if name.ends_with("weight") { 0.3 / (shape[0].max(shape[1]) as f32).sqrt() } else { 0.3 };
            let shift = if name.ends_with("gamma") || name.ends_with("running_var") { 1.0 } else { 0.0 };
            values.iter_mut().for_each(|value| *value = shift + deviation * *value);
            if name.ends_with("running_var") {
                values.iter_mut().for_each(|value| *value = value.abs());
            }
            values
        });
        let trained = Translator::pix2pix(config, network, None);
        let prepared = trained.clone().prepared();
        for [height, width] in [[32, 32], [64, 96], [20, 33]] {
            let mut picture = vec![0.0; 2 * 3 * height * width];
            random.fill_uniform(&mut picture, -1.0, 1.0);
            let picture = Tensor::<4>::from_data(TensorData::new(picture, [2, 3, height, width]), &device);
            let [a, b] = [&trained, &prepared].map(|it| it.translate(Way::Forward, picture.clone()).unwrap());
            let spread = values(a.clone().abs().mean())[0];
            assert!((0.1..0.95).contains(&spread), "these pictures would show no difference: {spread}");
            let apart = values((a - b).abs()).into_iter().find(|apart| apart.is_nan() || *apart >= 2e-4);
            assert_eq!(apart, None, "at {height} x {width}");
        }
    }
}
