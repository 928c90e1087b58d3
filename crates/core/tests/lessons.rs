//! The failures of the gallery fail, and their cures cure, over three seeds: see `public/lessons/lessons.json`.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use forger_core::{
    System, Toy,
    burn::tensor::Device,
    metrics::two_sample::Reference,
    protocol::{
        StepKind, ToyConfig,
        lab_url::from_query,
        lesson::{Lessons, Measure, Promise, Scene},
    },
};

const SEEDS: [u32; 3] = [1, 2, 3];

fn lessons() -> Lessons {
    serde_json::from_str(include_str!("../../../public/lessons/lessons.json")).unwrap()
}

fn config(scene: &Scene) -> ToyConfig {
    let pairs = scene.settings.split('&').filter_map(|pair| pair.split_once('='));
    let (config, wrong) = from_query(pairs);
    assert!(wrong.is_empty(), "{}: {wrong:?}", scene.title.en);
    config
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// What the promise is about, at the last step.
fn measure(scene: &Scene, seed: u32) -> f64 {
    let config = ToyConfig { seed, ..config(scene) };
    let mut toy = Toy::new(config.clone(), &Device::flex()).unwrap();
    let mut boards = Vec::new();
    for _ in 0..scene.steps {
        boards.push(toy.step(StepKind::Both).into_data().try_into_vec::<f32>().unwrap());
    }
    let last = |count: usize| &boards[boards.len().saturating_sub(count)..];
    let certainty = |board: &Vec<f32>| f64::from(board[2] - board[3]);
    let fakes = || toy.look().unwrap().fakes(2000);
    let reference = || Reference::new(&config, 2000);
    match scene.shows.measure {
        Measure::Modes => toy.look().unwrap().coverage(&fakes()).unwrap().covered as f64,
        Measure::JensenShannon => f64::from(reference().jensen_shannon(&fakes()).value),
        Measure::SlicedWasserstein => f64::from(reference().sliced_wasserstein(&fakes()).value),
        Measure::GeneratorGradient => mean(&last(100).iter().map(|board| f64::from(board[5])).collect::<Vec<_>>()),
        Measure::Certainty => mean(&last(100).iter().map(certainty).collect::<Vec<_>>()),
        Measure::Swing => {
            let values = last(1000).iter().map(certainty).collect::<Vec<_>>();
            let middle = mean(&values);
            mean(&values.iter().map(|value| (value - middle).powi(2)).collect::<Vec<_>>()).sqrt()
        }
    }
}

fn keeps(Promise { min, max, .. }: Promise, value: f64) -> bool {
    value >= min.unwrap_or(f64::NEG_INFINITY) && value <= max.unwrap_or(f64::INFINITY)
}

#[test]
fn every_failure_fails_and_every_cure_cures() {
    let mut broken = Vec::new();
    for lesson in lessons().lessons {
        for scene in [&lesson.failure, &lesson.cure] {
            let found = SEEDS.map(|seed| measure(scene, seed));
            println!("{}, {}: {found:.4?} of {:?}", lesson.id, scene.title.en, scene.shows);
            if !found.iter().all(|value| keeps(scene.shows, *value)) {
                broken.push(format!("{}: {found:?} of {:?}", scene.title.en, scene.shows));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// A promise that both scenes would keep would show nothing.
#[test]
fn a_cure_promises_what_its_failure_does_not() {
    for lesson in lessons().lessons {
        let (failure, cure) = (lesson.failure.shows, lesson.cure.shows);
        assert_eq!(failure.measure, cure.measure, "{}", lesson.id);
        let apart = match (failure.min, failure.max, cure.min, cure.max) {
            (Some(low), _, _, Some(high)) => high < low,
            (_, Some(high), Some(low), _) => low > high,
            _ => false,
        };
        assert!(apart, "{}: the two promises overlap", lesson.id);
        assert!(lesson.paper.url.starts_with("https://arxiv.org/abs/"));
        for text in [&lesson.failure.text, &lesson.cure.text] {
            assert_eq!(text.en.matches(". ").count(), 1, "two sentences: {}", text.en);
        }
    }
}
