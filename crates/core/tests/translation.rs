//! pix2pix and CycleGAN learn, go on where they stood, and travel in a model file.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use common::values;
use forger_core::{
    Cyclegan, Pix2pix, System, burn,
    checkpoint::Reader,
    data::photos::Photo,
    nets::{patch::PatchDiscriminator, translator::Translator as Network},
    parameters,
    protocol::{
        Augment, Card, CycleganConfig, Normalization, OptimizerConfig, Pix2pixConfig, Random, StepKind, Stream,
        SystemConfig, TranslatorConfig, TranslatorNetwork, Way,
    },
    systems::pix2pix,
    tiles::tiles,
    weights::{Model, Networks as _, Translator},
};

/// A dark picture with two rectangles of label colours.
fn labels(seed: u32) -> Photo {
    let random = &mut Random::new(seed, Stream::Data);
    let mut pixels = vec![20; 3 * 32 * 32];
    for channel in [0, 1] {
        let (top, left) = (random.below(20), random.below(20));
        for (row, column) in (0..12).flat_map(|row| (0..12).map(move |column| (row, column))) {
            pixels[channel * 1024 + (top + row) * 32 + left + column] = 230;
        }
    }
    Photo { height: 32, width: 32, pixels }
}

/// What is to be made of labels: the first colour becomes light, the second one striped.
fn painted(labels: &Photo) -> Photo {
    let at = |channel: usize, pixel: usize| labels.pixels[channel * 1024 + pixel] > 128;
    let value = |index: usize| {
        let (channel, pixel) = (index / 1024, index % 1024);
        match (at(0, pixel), at(1, pixel)) {
            (true, _) => 200 + 20 * channel as u8,
            (_, true) => {
                if pixel % 4 < 2 {
                    240
                } else {
                    60
                }
            }
            _ => 90,
        }
    };
    Photo { height: 32, width: 32, pixels: (0..3 * 1024).map(value).collect() }
}

fn pairs(seeds: std::ops::Range<u32>) -> Vec<[Photo; 2]> {
    seeds
        .map(labels)
        .map(|labels| {
            let truth = painted(&labels);
            [labels, truth]
        })
        .collect()
}

fn tensor(photos: &[Photo]) -> Tensor<4> {
    let shape = [photos.len(), 3, photos[0].height, photos[0].width];
    let pixels = photos.iter().flat_map(Photo::values).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(pixels, shape), &Device::flex())
}

fn apart(a: Tensor<4>, b: Tensor<4>) -> f32 {
    values((a - b).abs().mean())[0]
}

fn small_pix2pix() -> Pix2pixConfig {
    Pix2pixConfig {
        generator: TranslatorConfig { depth: 5, width: 6, ..TranslatorConfig::default() },
        image_size: 32,
        patch: 16,
        discriminator_width: 6,
        batch: 4,
        generator_optimizer: OptimizerConfig::adam(2e-3),
        discriminator_optimizer: OptimizerConfig::adam(2e-3),
        ema_decay: 0.9,
        ..Pix2pixConfig::default()
    }
}

#[test]
fn pix2pix_learns_what_labels_mean() {
    let mut system = Pix2pix::new(small_pix2pix(), pairs(0..40), &Device::flex()).unwrap();
    for _ in 0..120 {
        system.step(StepKind::Both);
    }
    let unseen = pairs(1000..1016);
    let (input, truth) = unseen.into_iter().map(|[x, y]| (x, y)).unzip::<_, _, Vec<_>, Vec<_>>();
    let (input, truth) = (tensor(&input), tensor(&truth));
    let found = apart(system.average().forward(input, None), truth.clone());
    // The best that one and the same picture can do.
    let constant = apart(truth.clone().mean_dim(0).expand(truth.dims()), truth.clone());
    assert!(found < 0.6 * constant, "{found} where a constant picture has {constant}");
}

/// Bright discs on dark ground, red or blue.
fn discs(count: u32, first: u32, blue: bool) -> Vec<Photo> {
    let disc = |seed| {
        let random = &mut Random::new(first + seed, Stream::Data);
        let (y, x) = (3 + random.below(10) as i32, 3 + random.below(10) as i32);
        let value = |index: i32| {
            let (channel, row, column) = (index / 256, index % 256 / 16, index % 16);
            let is_inside = (row - y).pow(2) + (column - x).pow(2) < 16;
            let is_own = channel == if blue { 2 } else { 0 };
            match (is_inside, is_own) {
                (true, true) => 240,
                (true, false) => 60,
                (false, true) => 60,
                (false, false) => 15,
            }
        };
        Photo { height: 16, width: 16, pixels: (0..768).map(value).collect() }
    };
    (0..count).map(disc).collect()
}

fn small_cyclegan() -> CycleganConfig {
    CycleganConfig {
        generator: TranslatorConfig::resnet(6, 1),
        image_size: 16,
        patch: 16,
        discriminator_width: 8,
        batch: 4,
        pool: 8,
        identity: 0.0,
        generator_optimizer: OptimizerConfig::adam(2e-3),
        discriminator_optimizer: OptimizerConfig::adam(2e-3),
        ema_decay: 0.9,
        ..CycleganConfig::default()
    }
}

#[test]
fn cyclegan_learns_the_other_domain_and_the_way_back() {
    let (red, blue) = (discs(30, 0, false), discs(40, 500, true));
    let mut system = Cyclegan::new(small_cyclegan(), red, blue, &Device::flex()).unwrap();
    for _ in 0..150 {
        system.step(StepKind::Both);
    }
    let (x, real) = (tensor(&discs(16, 2000, false)), tensor(&discs(16, 3000, true)));
    let [g, f] = system.averages();
    let y = g.forward(x.clone(), None);
    // How much bluer than red: all the way from the one domain to the other is 1.
    let blue = |pictures: &Tensor<4>| {
        let channel = |channel| values(pictures.clone().narrow(1, channel, 1).mean())[0];
        channel(2) - channel(0)
    };
    let way = (blue(&y) - blue(&x)) / (blue(&real) - blue(&x));
    assert!((0.7..1.3).contains(&way), "{way} of the way");
    let back = apart(f.forward(y, None), x);
    assert!(back < 0.1, "{back} after there and back");
}

/// A run of six steps, and one that was saved after three.
fn goes_on<S: System>(new: impl Fn() -> S) {
    let (mut whole, mut first, mut second) = (new(), new(), new());
    for _ in 0..6 {
        whole.step(StepKind::Both);
    }
    for _ in 0..3 {
        first.step(StepKind::Both);
    }
    second.load(&first.save().unwrap()).unwrap();
    for _ in 0..3 {
        second.step(StepKind::Both);
    }
    assert_eq!(whole.save().unwrap(), second.save().unwrap(), "bit-equal");
    // Back at the start, it is as new.
    second.reset();
    assert_eq!(second.save().unwrap(), new().save().unwrap());
}

#[test]
fn a_run_goes_on_bit_equal() {
    goes_on(|| {
        let config = Pix2pixConfig { constant_steps: 2, decay_steps: 3, ..small_pix2pix() };
        Pix2pix::new(config, pairs(0..5), &Device::flex()).unwrap()
    });
    // With a pool that is full by then, dropout and augmentation.
    goes_on(|| {
        let config = CycleganConfig {
            generator: TranslatorConfig { dropout: true, ..TranslatorConfig::resnet(2, 1) },
            augment: Augment { color: true, translation: true, cutout: false },
            identity: 0.5,
            identity_steps: 4,
            ..small_cyclegan()
        };
        Cyclegan::new(config, discs(5, 0, false), discs(7, 9, true), &Device::flex()).unwrap()
    });
}

#[test]
fn there_is_something_to_learn_from_or_it_is_said() {
    let device = Device::flex();
    let refused = Pix2pix::new(small_pix2pix(), Vec::new(), &device).err().unwrap().to_string();
    assert!(refused.contains("pair of pictures"), "{refused}");
    let refused = Cyclegan::new(small_cyclegan(), discs(1, 0, true), Vec::new(), &device).err().unwrap().to_string();
    assert!(refused.contains("second domain"), "{refused}");
}

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
    let mut unpaired = Cyclegan::new(small_cyclegan(), discs(2, 0, false), discs(2, 9, true), &device).unwrap();
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

#[test]
fn tiles_of_a_resnet_have_no_seams() {
    let device = Device::flex();
    let random = &mut Random::new(3, Stream::Weights);
    // Instance normalisation looks at all of a picture, which no tile does.
    let normalization = Normalization::Batch;
    let config = TranslatorConfig { normalization, ..TranslatorConfig::resnet(2, 2) };
    let network = Network::new(&config, random, &device).unwrap();
    let (height, width, multiple) = (64, 96, config.multiple());
    let mut picture = vec![0.0; 3 * height * width];
    random.fill_uniform(&mut picture, -1.0, 1.0);
    let whole = Tensor::from_data(TensorData::new(picture.clone(), [1, 3, height, width]), &device);
    let whole = values(network.translate(whole, multiple));
    let mut parts = vec![0.0; whole.len()];
    for tile in tiles([height, width], 16, config.reach().unwrap()) {
        let made = network.translate(tile.cut(&picture, [height, width], &device), multiple);
        tile.paste(&values(made), 1, &mut parts, [height, width]);
    }
    let apart = whole.iter().zip(&parts).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-5, "{apart}");
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

#[test]
fn what_is_prepared_for_the_tab_translates_alike() {
    let device = Device::flex();
    let random = &mut Random::new(5, Stream::Weights);
    for width in [3, 8] {
        let generator = TranslatorConfig { depth: 5, width, dropout: false, ..TranslatorConfig::default() };
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
            let worst = values((a - b).abs().max())[0];
            assert!(worst < 2e-4, "{worst} at {height} x {width}");
        }
    }
}
