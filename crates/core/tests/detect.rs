//! Anomalies: what a generator of stripes can and cannot draw.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;

use std::{ops::ControlFlow, sync::OnceLock};

use common::{
    networks_of,
    stripes::{Stripes, small},
};
use forger_core::{
    Dcgan, Encoder, Images, System as _,
    burn::tensor::Device,
    detect::{self, DetectError, DetectSettings, Finding, Over, Progress, Way, baselines},
    metrics::roc::auroc,
    parameters,
    protocol::{Card, EncoderConfig, OptimizerConfig, Random, StepKind, Stream, SystemConfig, detect::Calibration},
    weights::{Drawer, Model},
};

const SIDE: usize = 28;
const SIZE: usize = SIDE * SIDE;

/// A model of so many steps; D included.
fn model_after(steps: usize) -> Drawer {
    let mut dcgan = Dcgan::new(small(), Box::new(Stripes), &Device::flex()).unwrap();
    (0..steps).for_each(|_| drop(dcgan.step(StepKind::Both)));
    let (generator, discriminator) = networks_of(&dcgan.save().unwrap());
    Drawer::new(small(), generator, Some(discriminator)).unwrap()
}

fn trained() -> &'static Drawer {
    static MODEL: OnceLock<Drawer> = OnceLock::new();
    MODEL.get_or_init(|| model_after(500))
}

/// Upright stripes of all seven shifts.
fn normal() -> Vec<f32> {
    let mut pictures = vec![0.0; 7 * SIZE];
    pictures.chunks_exact_mut(SIZE).enumerate().for_each(|(index, picture)| Stripes.write(index, picture));
    pictures
}

/// Lying and slanting stripes, a half, noise, and two that are blank.
fn strange() -> Vec<f32> {
    let stripes = |place: &dyn Fn(usize, usize) -> usize| {
        let pixel = |pixel: usize| if place(pixel % SIDE, pixel / SIDE) % 7 < 3 { 1.0 } else { -1.0 };
        (0..SIZE).map(pixel).collect::<Vec<_>>()
    };
    let random = &mut Random::new(3, Stream::Metrics);
    let mut noise = vec![0.0; SIZE];
    random.fill_normal(&mut noise);
    // As much contrast as stripes have: squares favour what is grey.
    noise.iter_mut().for_each(|value| *value = value.signum());
    let half = (0..SIZE).map(|pixel| if pixel % SIDE < 14 { 1.0 } else { -1.0 }).collect();
    [
        stripes(&|_, y| y),
        stripes(&|_, y| y + 2),
        stripes(&|x, y| x + y),
        stripes(&|x, y| x / 2 + 3 * y),
        half,
        noise,
        vec![1.0; SIZE],
        vec![-1.0; SIZE],
    ]
    .concat()
}

fn settings(way: Way) -> DetectSettings {
    DetectSettings { starts: 3, steps: 40, ..DetectSettings::of(way) }
}

fn find(model: &Drawer, pictures: &[f32], settings: DetectSettings) -> Vec<Finding> {
    detect::detect(model, pictures, settings, &[], &mut |_| ControlFlow::Continue(())).unwrap()
}

fn scores(model: &Drawer, pictures: &[f32], settings: DetectSettings) -> Vec<f32> {
    find(model, pictures, settings).iter().map(|finding| finding.score).collect()
}

#[test]
fn what_is_no_stripe_is_stranger_and_an_untrained_generator_does_not_know() {
    let untrained = model_after(0);
    for way in [Way::ANOGAN, Way::ADGAN] {
        // A shift of the stripes is a valley of its own, which only some starts reach: the least counts.
        let settings = DetectSettings { starts: 8, steps: 60, over: Over::Least, ..settings(way) };
        let area =
            |model: &Drawer| auroc(&scores(model, &normal(), settings), &scores(model, &strange(), settings)).unwrap();
        let (after, before) = (area(trained()), area(&untrained));
        assert!(after > 0.95 && before < 0.8, "{way:?}: {before} before training, {after} after it");
    }
}

#[test]
fn a_finding_holds_together() {
    for way in [Way::ANOGAN, Way::Anogan { lambda: 0.0 }, Way::ADGAN] {
        let settings = settings(way);
        let pictures = [normal(), strange()].concat();
        for (finding, picture) in find(trained(), &pictures, settings).iter().zip(pictures.chunks_exact(SIZE)) {
            let Finding { score, losses, code, reconstruction, residual, path } = finding;
            assert_eq!((losses.len(), code.len(), residual.len()), (3, 4, SIZE));
            let differences = picture.iter().zip(reconstruction).map(|(a, b)| (a - b).abs());
            assert!(differences.clone().zip(residual).all(|(a, b)| (a - b).abs() < 1e-6));
            // The reconstruction is that of the least loss.
            let least = losses.iter().copied().fold(f32::INFINITY, f32::min);
            let expected = match way {
                Way::Adgan { .. } => differences.map(|value| value * value).sum::<f32>() / SIZE as f32,
                Way::Anogan { .. } | Way::Encoder { .. } => differences.sum::<f32>() / SIZE as f32,
            };
            let has_features = way == Way::ANOGAN;
            assert!(has_features || (least - expected).abs() < 1e-4 * (1.0 + expected), "{least} {expected}");
            let mean = losses.iter().sum::<f32>() / 3.0;
            assert!((score - mean).abs() < 1e-6, "{score} {mean}");
            assert_eq!(settings.over, Over::Mean);
            assert!(path.windows(2).all(|pair| pair[1] <= pair[0]) && path.last() == Some(score), "{path:?}");
        }
    }
}

#[test]
fn no_picture_has_a_part_in_the_score_of_another() {
    let pictures = [normal(), strange()].concat().repeat(5)[..64 * SIZE].to_vec();
    for way in [Way::ANOGAN, Way::ADGAN] {
        let settings = DetectSettings { patience: 5, ..settings(way) };
        // Tuned pictures are alone anyway.
        let count = if way == Way::ANOGAN { 64 } else { 16 };
        let together = scores(trained(), &pictures[..count * SIZE], settings);
        for (index, picture) in pictures.chunks_exact(SIZE).enumerate().take(16) {
            let alone = scores(trained(), picture, settings)[0];
            let difference = (alone - together[index]).abs();
            assert!(difference <= 1e-5 * alone, "{way:?}, picture {index}: {alone} and {}", together[index]);
        }
    }
}

/// Every weight, as it is.
fn weights(model: &Drawer) -> Vec<Vec<f32>> {
    let tensors = |named: Vec<parameters::NamedTensor>| named.into_iter().map(|tensor| tensor.values);
    let generator = tensors(parameters::collect(model.generator().unwrap()));
    generator.chain(tensors(parameters::collect(model.discriminator.as_ref().unwrap()))).collect()
}

#[test]
fn the_model_is_as_it_was_after_its_weights_were_tuned() {
    let model = model_after(20);
    let before = weights(&model);
    let tuned = settings(Way::Adgan { rate: 1e-3 });
    let first = find(&model, &strange(), tuned);
    assert!(weights(&model) == before);
    assert_eq!(find(&model, &strange(), tuned), first, "a seed is a search");
    // They were tuned: a search with weights that stay comes less near.
    let fixed = find(&model, &strange(), settings(Way::Adgan { rate: 0.0 }));
    let sum = |found: &[Finding]| found.iter().map(|finding| finding.score).sum::<f32>();
    assert!(sum(&first) < 0.9 * sum(&fixed), "{} {}", sum(&first), sum(&fixed));
}

#[test]
fn a_code_that_is_given_is_where_a_search_begins() {
    let model = trained();
    let pictures = normal();
    let settings = DetectSettings { over: Over::Least, ..settings(Way::ANOGAN) };
    let found = find(model, &pictures, settings);
    let codes = found.iter().flat_map(|finding| finding.code.clone()).collect::<Vec<_>>();
    let short = DetectSettings { steps: 1, starts: 1, ..settings };
    let begun = detect::detect(model, &pictures, short, &codes, &mut |_| ControlFlow::Continue(())).unwrap();
    for (begun, found) in begun.iter().zip(&found) {
        assert!((begun.score - found.score).abs() <= 1e-5 * found.score, "{} {}", begun.score, found.score);
    }
}

/// What an encoder of so many steps knows of the trained model.
fn encoded_after(steps: usize) -> Drawer {
    let config =
        EncoderConfig { width: 8, batch: 16, optimizer: OptimizerConfig::adam(2e-3), ..EncoderConfig::default() };
    let config = EncoderConfig { constant_steps: 1000, ema_decay: 0.9, ..config }.for_model(&small(), false);
    let mut system = Encoder::new(config, trained(), Box::new(Stripes), &Device::flex()).unwrap();
    (0..steps).for_each(|_| drop(system.step(StepKind::Both)));
    let mut model = trained().clone();
    model.encoder = Some(system.average().clone());
    model
}

#[test]
fn an_encoder_learns_which_codes_stripes_have() {
    let (before, after) = (encoded_after(0), encoded_after(1000));
    let usual = DetectSettings::of(Way::ENCODER);
    let bare = DetectSettings::of(Way::Encoder { kappa: 0.0 });
    let sum = |model: &Drawer, settings| scores(model, &normal(), settings).iter().sum::<f32>();
    // What this generator can draw of stripes at all, by a search.
    let search = DetectSettings { starts: 8, steps: 60, over: Over::Least, ..settings(Way::Adgan { rate: 0.0 }) };
    let (untrained, found, best) = (sum(&before, bare), sum(&after, bare), sum(trained(), search));
    assert!(found < 1.25 * best && untrained > 1.5 * best, "{best} by a search, {untrained} before, {found} after");
    let area = auroc(&scores(&after, &normal(), usual), &scores(&after, &strange(), usual)).unwrap();
    assert!(area > 0.95, "{area}");
    // Its codes are where a search that is given nothing better begins, too.
    let codes = detect::codes(&after, &normal()).unwrap();
    let short = DetectSettings { steps: 1, starts: 1, ..settings(Way::Anogan { lambda: 0.0 }) };
    let given = detect::detect(&after, &normal(), short, &codes, &mut |_| ControlFlow::Continue(())).unwrap();
    for (given, found) in given.iter().zip(find(&after, &normal(), usual)) {
        // Together and one by one, sums round otherwise.
        assert!(given.code.iter().zip(&found.code).all(|(a, b)| (a - b).abs() < 1e-4), "{given:?} {found:?}");
    }
    assert_eq!(
        detect::detect(trained(), &normal(), usual, &[], &mut |_| ControlFlow::Continue(())).err(),
        Some(DetectError::NoEncoder)
    );
}

#[test]
fn a_file_keeps_an_encoder_and_its_card_says_so() {
    let model = encoded_after(2);
    let of = |card: Card| Model::write(card, &model);
    let card = Card { discriminator: true, ..Card::new("stripes", SystemConfig::of(&small()), 1) };
    let config = EncoderConfig { width: 8, ..EncoderConfig::default() }.for_model(&small(), false);
    let (bytes, card) = of(Card { encoder: Some(Box::new(config.clone())), ..card }).unwrap();
    let read = Model::<Drawer>::read(&bytes, &Device::flex()).unwrap();
    let usual = DetectSettings::of(Way::ENCODER);
    // Weights are rounded in a file.
    for (kept, made) in scores(&read, &normal(), usual).iter().zip(scores(&model, &normal(), usual)) {
        assert!((kept - made).abs() < 0.02 * made, "{kept} {made}");
    }
    let other = EncoderConfig { latent_dim: 5, ..config };
    assert!(of(Card { encoder: Some(Box::new(other)), ..card }).is_err());
}

#[test]
fn an_encoder_knows_the_model_whose_codes_it_gives() {
    let model = trained();
    let config = model.encoder_settings(EncoderConfig::default());
    assert!(model.is_served_by(&config) && !config.bounded && config.model.len() == 16);
    // A file rounds its weights, and it is the same model.
    let card = Card::new("stripes", SystemConfig::of(&small()), 1);
    let (bytes, _) = Model::write(card, model).unwrap();
    assert!(Model::<Drawer>::read(&bytes, &Device::flex()).unwrap().is_served_by(&config));
    // Another of the same sizes is another.
    let other = model_after(1);
    assert!(!other.is_served_by(&config));
    assert!(other.is_served_by(&EncoderConfig { model: String::new(), ..config.clone() }));
    assert!(!model.is_served_by(&EncoderConfig { bounded: true, ..config }));
}

#[test]
fn a_search_stops_early_and_can_be_given_up() {
    let mut steps = 0;
    let mut told = |progress: Progress| {
        assert_eq!(progress.pictures, 7);
        steps = progress.step;
        if steps == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let given_up = detect::detect(trained(), &normal(), settings(Way::ANOGAN), &[], &mut told);
    assert_eq!((given_up, steps), (Err(DetectError::Cancelled), 3));
    let long = DetectSettings { steps: 400, patience: 10, ..settings(Way::ANOGAN) };
    let found = find(trained(), &normal(), long);
    assert!(found.iter().all(|finding| finding.path.len() < 400));
    let whole = find(trained(), &normal()[..SIZE], DetectSettings { patience: 0, steps: 50, ..long });
    assert_eq!(whole[0].path.len(), 50);
}

#[test]
fn what_cannot_be_searched_for_is_named() {
    let model = trained();
    let run = |model: &Drawer, pictures: &[f32], settings, given: &[f32]| {
        detect::detect(model, pictures, settings, given, &mut |_| ControlFlow::Continue(())).err()
    };
    let anogan = settings(Way::ANOGAN);
    let size = |expected, found| Some(DetectError::Size { expected, found });
    assert_eq!(run(model, &[0.0; 9], anogan, &[]), size(SIZE, 9));
    assert_eq!(run(model, &[], anogan, &[]), size(SIZE, 0));
    assert_eq!(run(model, &[0.0; SIZE], anogan, &[0.0; 3]), size(4, 3));
    assert_eq!(run(model, &[f32::NAN; SIZE], anogan, &[]), Some(DetectError::NotFinite));
    assert_eq!(run(model, &[0.0; SIZE], DetectSettings { starts: 0, ..anogan }, &[]), Some(DetectError::Settings));
    let blind = Drawer::new(small(), model.generator().unwrap().clone(), None).unwrap();
    assert_eq!(run(&blind, &[0.0; SIZE], anogan, &[]), Some(DetectError::NoDiscriminator));
    assert_eq!(run(&blind, &[0.0; SIZE], settings(Way::Anogan { lambda: 0.0 }), &[]), None);
    assert!(detect::features(&blind, &[0.0; SIZE]).is_err());
    let two = detect::Search::new(model, &[0.0; 2 * SIZE], settings(Way::ADGAN), &[]).err();
    assert_eq!(two, Some(DetectError::Together { found: 2 }));
}

#[test]
fn plain_ways_know_stripes_too_and_calibration_keeps_its_word() {
    let (normal, strange) = (normal(), strange());
    let seen = [&normal, &strange].map(|pictures| detect::features(trained(), pictures).unwrap());
    let dim = seen[0].len() / 7;
    assert_eq!(seen[1].len() / 8, dim);
    for (normal, strange, dim) in [(&normal, &strange, SIZE), (&seen[0], &seen[1], dim)] {
        // Of seven shifts every one is its own nearest.
        let near = baselines::Neighbours::new(normal, dim, 1).unwrap();
        let of = |rows: &[f32]| rows.chunks_exact(dim).map(|row| near.score(row)).collect::<Vec<_>>();
        assert_eq!(auroc(&of(normal), &of(strange)), Ok(1.0));
        let plane = baselines::Pca::new(normal, dim, 6).unwrap();
        let of = |rows: &[f32]| rows.chunks_exact(dim).map(|row| plane.score(row)).collect::<Vec<_>>();
        assert_eq!(auroc(&of(normal), &of(strange)), Ok(1.0));
    }
    let calibration = Calibration::new(scores(trained(), &normal, settings(Way::ANOGAN))).unwrap();
    let found = scores(trained(), &strange, settings(Way::ANOGAN));
    assert!(found.iter().filter(|score| calibration.p_value(**score) == 1.0 / 8.0).count() >= 6, "{found:?}");
}
