//! A classifier learns, and a generator that learns from it draws what its codes ask for.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use common::values;
use forger_core::{
    Auxiliary, Dcgan, Images, Simgan, System,
    burn::tensor::{Device, Tensor, TensorData},
    classifier::{Judge, Training},
    latent::attribute_directions,
    nets::Generator,
    protocol::{ClassifierConfig, DcganConfig, OptimizerConfig, Random, SimganConfig, StepKind, Stream},
    systems::semantic::{Semantic, SemanticError},
    weights::File,
};

const DIM: usize = 4;
const SAMPLES: usize = 500;
/// How many of the pictures are brighter above.
const SHARE: f64 = 0.25;

/// Every other picture is bright, one in four is brighter above than below.
struct Halves;

fn is(index: usize) -> [bool; 2] {
    [index.is_multiple_of(2), (index / 2).is_multiple_of(4)]
}

impl Images for Halves {
    fn len(&self) -> usize {
        64
    }
    fn shape(&self) -> [usize; 3] {
        [1, 28, 28]
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        let [bright, above] = is(index);
        for (pixel, value) in out.iter_mut().enumerate() {
            let side = if (pixel < 392) == above { 0.3 } else { -0.3 };
            *value = if bright { 0.4 } else { -0.4 } + side + (index as f32 * 0.7).sin() * 0.1;
        }
    }
}

fn judge() -> Judge {
    let labels = (0..64).map(|index| is(index).to_vec()).collect::<Vec<_>>();
    let config = ClassifierConfig {
        image_size: 28,
        channels: 1,
        width: 4,
        features: 8,
        attributes: vec!["bright".into(), "above".into()],
        batch: 16,
        ..ClassifierConfig::default()
    };
    let mut training = Training::new(config, &Device::flex()).unwrap();
    for _ in 0..30 {
        assert!(training.epoch(&Halves, &labels, 2e-3, |_, _| true));
    }
    Judge::load(&training.judge().save(), &Device::flex()).unwrap()
}

fn config(auxiliary: f64) -> DcganConfig {
    DcganConfig {
        image_size: 28,
        channels: 1,
        latent_dim: DIM,
        mapping: 16,
        width: 4,
        batch: 16,
        ema_decay: 0.9,
        auxiliary,
        generator_optimizer: OptimizerConfig::adam(1e-3),
        discriminator_optimizer: OptimizerConfig::adam(1e-3),
        ..DcganConfig::default()
    }
}

fn new(auxiliary: f64) -> Dcgan {
    Dcgan::new(config(auxiliary), Box::new(Halves), &Device::flex()).unwrap()
}

fn train(dcgan: &mut Dcgan, steps: usize) {
    (0..steps).for_each(|_| drop(dcgan.step(StepKind::Both)));
}

/// Codes of samples, and what the classifier says of them.
fn look(dcgan: &Dcgan, judge: &Judge) -> (Vec<f32>, Vec<f32>) {
    let z = Random::new(1, Stream::Metrics).latent(config(0.0).prior, SAMPLES, DIM);
    let codes = dcgan.ema_generator().codes(Tensor::from_data(TensorData::new(z, [SAMPLES, DIM]), &Device::flex()));
    (values(codes.clone()), values(judge.logits(dcgan.ema_generator().draw(codes))))
}

/// What the classifier says of the pictures of the set.
fn set(judge: &Judge) -> Vec<f32> {
    let mut pictures = vec![0.0; 64 * 784];
    pictures.chunks_exact_mut(784).enumerate().for_each(|(index, out)| Halves.write(index, out));
    values(judge.logits(Tensor::from_data(TensorData::new(pictures, [64, 1, 28, 28]), &Device::flex())))
}

/// As if three in four pictures of the set were brighter above.
fn turned(judge: &Judge) -> Vec<f32> {
    set(judge).chunks_exact(2).flat_map(|logits| [logits[0], -logits[1]]).collect()
}

fn auxiliary(dcgan: &Dcgan, judge: &Judge) -> Auxiliary {
    let (codes, logits) = look(dcgan, judge);
    Auxiliary::find(judge.clone(), &[], (&codes, DIM), &logits, &turned(judge)).unwrap().unwrap()
}

/// For each attribute the share of samples that have it, and of those on the right side of the border that lies best across
/// the best axis.
fn measure(dcgan: &Dcgan, judge: &Judge) -> Vec<[f64; 2]> {
    let (codes, logits) = look(dcgan, judge);
    let directions = attribute_directions(&codes, DIM, &logits, &judge.config.attributes).unwrap();
    let share = |count: usize| count as f64 / SAMPLES as f64;
    let of = |(place, name): (usize, &String)| {
        let having = logits.chunks_exact(2).map(|logits| logits[place] > 0.0).collect::<Vec<_>>();
        let count = having.iter().filter(|having| **having).count();
        let Some(axis) = directions.iter().find(|axis| axis.name == *name) else { return [share(count), 0.0] };
        let along = |code: &[f32]| code.iter().zip(&axis.vector).map(|(a, b)| a * b).sum::<f32>();
        let along = codes.chunks_exact(DIM).map(along).collect::<Vec<_>>();
        let mut order = (0..SAMPLES).collect::<Vec<_>>();
        order.sort_by(|a, b| along[*b].total_cmp(&along[*a]));
        let right = order.iter().enumerate().filter(|(rank, sample)| (*rank < count) == having[**sample]);
        [share(count), share(right.count())]
    };
    judge.config.attributes.iter().enumerate().map(of).collect()
}

/// One that has learned without, and goes on with a classifier of this weight, or without.
fn go_on(from: &[u8], weight: f64, judge: &Judge) -> Dcgan {
    let mut dcgan = new(weight);
    assert_eq!(dcgan.begin_with(&File::of_checkpoint(from).unwrap()), Ok(Vec::new()));
    if weight > 0.0 {
        let auxiliary = auxiliary(&dcgan, judge);
        assert_eq!(auxiliary.attributes().len(), 2);
        dcgan.assist(auxiliary);
    }
    dcgan
}

fn learned() -> Vec<u8> {
    let mut dcgan = new(0.0);
    train(&mut dcgan, 600);
    dcgan.save().unwrap()
}

#[test]
fn a_small_classifier_tells_bright_from_dark_and_above_from_below() {
    let seen = set(&judge());
    let right =
        |(index, logits): &(usize, &[f32])| is(*index).iter().zip(*logits).all(|(is, logit)| (*logit > 0.0) == *is);
    assert!(seen.chunks_exact(2).enumerate().filter(right).count() >= 62);
}

#[test]
fn where_no_attribute_follows_codes_there_is_no_axis() {
    let judge = judge();
    let codes = Random::new(1, Stream::Metrics).latent(config(0.0).prior, SAMPLES, DIM);
    let find =
        |wanted: &[String], logits: &[f32]| Auxiliary::find(judge.clone(), wanted, (&codes, DIM), logits, &set(&judge));
    let along = codes.chunks_exact(DIM).flat_map(|code| [code[0], 1.0]).collect::<Vec<_>>();
    assert_eq!(find(&[], &along).unwrap().unwrap().attributes(), ["bright"]);
    assert!(find(&["above".into()], &along).unwrap().is_none());
    assert!(find(&[], &vec![f32::NAN; 2 * SAMPLES]).is_err());
}

/// The game alone keeps the shares of the pictures, by 0.02 to 0.05 after however many steps; with a classifier they came to lie 0.29
/// and more above that, so that no rounding decides here.
#[test]
fn an_auxiliary_classifier_has_pictures_show_what_codes_ask_for() {
    let (judge, learned) = (judge(), learned());
    let [without, with] = [0.0, 10.0].map(|weight| {
        let mut dcgan = go_on(&learned, weight, &judge);
        train(&mut dcgan, 300);
        measure(&dcgan, &judge)
    });
    assert!(without[1][0] < SHARE + 0.1 && with[1][0] > SHARE + 0.2, "{without:?} {with:?}");
    assert!(with.iter().all(|[_, straight]| *straight > 0.8), "{with:?}");
}

#[test]
fn a_run_with_an_auxiliary_classifier_goes_on_from_a_checkpoint() {
    let (judge, learned) = (judge(), learned());
    let [mut whole, mut half] = [(); 2].map(|()| go_on(&learned, 2.0, &judge));
    train(&mut whole, 6);
    train(&mut half, 2);
    let mut resumed = new(2.0).resumed(&half.save().unwrap()).unwrap();
    train(&mut resumed, 4);
    assert!(whole.save().unwrap() == resumed.save().unwrap());
    // Without the classifier it goes elsewhere.
    let mut without = go_on(&learned, 0.0, &judge);
    train(&mut without, 6);
    let end = |dcgan: &Dcgan| values(dcgan.ema_generator().project.weight.val());
    assert_ne!(end(&whole), end(&without));
}

/// The bright ones only.
struct Bright;

impl Images for Bright {
    fn len(&self) -> usize {
        32
    }
    fn shape(&self) -> [usize; 3] {
        Halves.shape()
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        Halves.write(2 * index, out);
    }
}

/// The share of dark pictures that are still dark, to the classifier, once a refiner that has only ever seen bright ones as real is
/// through with them.
fn still_dark(semantic: f64, judge: &Judge) -> f64 {
    let adam = OptimizerConfig::adam(2e-3);
    let config = SimganConfig {
        image_height: 28,
        image_width: 28,
        refiner_width: 4,
        blocks: 1,
        discriminator_width: 4,
        lambda: 0.0,
        semantic,
        history: 0,
        refiner_pretraining: 20,
        discriminator_pretraining: 10,
        refiner_optimizer: adam,
        discriminator_optimizer: adam,
        batch: 16,
        ema_decay: 0.9,
        ..SimganConfig::default()
    };
    let device = Device::flex();
    let mut simgan = Simgan::new(config, Box::new(Halves), Box::new(Bright), Some(judge), &device).unwrap();
    (0..120).for_each(|_| drop(simgan.step(StepKind::Both)));
    let mut pictures = vec![0.0; 32 * 784];
    pictures.chunks_exact_mut(784).enumerate().for_each(|(index, out)| Halves.write(2 * index + 1, out));
    let refined = simgan.average().forward(Tensor::from_data(TensorData::new(pictures, [32, 1, 28, 28]), &device));
    values(judge.logits(refined)).chunks_exact(2).filter(|logits| logits[0] < 0.0).count() as f64 / 32.0
}

#[test]
fn what_is_made_of_a_picture_keeps_what_a_classifier_sees_in_it() {
    let judge = judge();
    let (with, without) = (still_dark(300.0, &judge), still_dark(0.0, &judge));
    assert!(with > 0.9 && without < 0.5, "{with} with semantic consistency, {without} without");
}

#[test]
fn semantic_consistency_has_a_classifier_that_fits() {
    let (judge, device) = (judge(), Device::flex());
    let new = |weight, judge, pictures| Semantic::new(weight, judge, pictures, &device).map(|term| term.is_some());
    assert_eq!(new(0.0, None, [3, 64, 64]), Ok(false));
    assert_eq!(new(1.0, None, [1, 28, 28]), Err(SemanticError::NoClassifier));
    for pictures in [[3, 28, 28], [1, 28, 56], [1, 32, 32]] {
        let expected = SemanticError::OtherSize { judged: [1, 28], pictures };
        assert_eq!(new(1.0, Some(&judge), pictures), Err(expected));
    }
    // Pictures of twice the size are seen as those of which every pixel is there four times.
    let loss = |times: usize| {
        let picture = |phase: f32| {
            let value = |at: usize| ((at / (28 * times) / times * 28 + at % (28 * times) / times) as f32 * phase).sin();
            let values = (0..784 * times * times).map(value).collect::<Vec<_>>();
            Tensor::from_data(TensorData::new(values, [1, 1, 28 * times, 28 * times]), &device.clone().autodiff())
        };
        let term = Semantic::new(1.0, Some(&judge), [1, 28 * times, 28 * times], &device).unwrap().unwrap();
        values(term.loss(picture(0.1), picture(0.7)).inner())[0]
    };
    assert!(loss(1) > 1e-3 && (loss(1) - loss(2)).abs() < 1e-5, "{} {}", loss(1), loss(2));
}
