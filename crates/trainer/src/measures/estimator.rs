//! The proof of SimGAN: a small classifier learns from pictures whose labels are known, and is asked of real ones.

use anyhow::Result;
use burn::tensor::Device;
use forger_core::classifier::Training;
use forger_protocol::{Augment, ClassifierConfig, Random, Stream};

use super::{classified::Classified, refined::Set};
use crate::device::values;

/// Looks at every picture.
const EPOCHS: usize = 6;

/// A classifier that has learned these pictures, `[count, side, side]`, of classes by their number. All that learn from as many
/// pictures by the same seed begin and go on alike.
pub fn taught(pictures: &Set, classes: &[usize], names: &[String], seed: u32) -> Result<Classified> {
    let config = ClassifierConfig {
        image_size: pictures.size[0],
        channels: 1,
        attributes: names.to_vec(),
        // A digit in a mirror is none.
        mirror: false,
        augment: Augment { translation: true, ..Augment::default() },
        seed,
        ..ClassifierConfig::default()
    };
    let rows = classes.iter().map(|class| (0..names.len()).map(|place| place == *class).collect()).collect::<Vec<_>>();
    let device = Device::flex();
    let mut training = Training::new(config.clone(), &device)?;
    for epoch in 0..EPOCHS {
        // Along half a cosine, as `forger train classifier` does.
        let angle = std::f64::consts::PI * epoch as f64 / EPOCHS as f64;
        let rate = config.optimizer.learning_rate() * 0.5 * (1.0 + angle.cos());
        let mut failed = None;
        // Read back, so that no queue grows.
        training.epoch(pictures, &rows, rate, |_, loss| {
            failed = values(loss).err();
            failed.is_none()
        });
        if let Some(error) = failed {
            return Err(error);
        }
    }
    Ok(Classified::new(training.judge(), device))
}

/// The share of pictures that a classifier finds to be of their class: the one whose logit is the largest.
pub fn accuracy(classified: &Classified, pictures: &Set, classes: &[usize]) -> Result<f64> {
    let logits = classified.logits(&pictures.values)?;
    let count = classified.judge.config.attributes.len();
    let right = logits.chunks_exact(count).zip(classes).filter(|(row, class)| {
        let found = row.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place);
        found == Some(**class)
    });
    Ok(right.count() as f64 / classes.len().max(1) as f64)
}

/// So many places of a set, by chance, each once.
pub fn chosen(len: usize, count: usize, seed: u32) -> Vec<usize> {
    let mut places = (0..len).collect::<Vec<_>>();
    Random::new(seed, Stream::Metrics).shuffle(&mut places);
    places.truncate(count);
    places
}

/// The mean, and the standard deviation of a sample of so few.
pub fn spread(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (mean, (square / (count - 1.0).max(1.0)).sqrt())
}

/// How much of the way from what synthetic pictures teach to what real ones do: 0 for nothing, 1 for all. `None` where there is no way
/// to go.
pub fn gap_closed(synthetic: f64, refined: f64, real: f64) -> Option<f64> {
    let gap = real - synthetic;
    (gap > 0.0).then(|| (refined - synthetic) / gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bright above or below.
    fn halves(count: usize, noise: f32) -> (Set, Vec<usize>) {
        let random = &mut Random::new(1, Stream::Data);
        let classes = (0..count).map(|index| index % 2).collect::<Vec<_>>();
        let pixel = |class: usize, at: usize| if (at < 28 * 14) == (class == 0) { 0.4 } else { -0.4 };
        let all = classes.iter().flat_map(|class| (0..784).map(|at| pixel(*class, at)).collect::<Vec<_>>());
        let values = all.map(|value| value + noise * (random.uniform() - 0.5)).collect();
        (Set { size: [28, 28], values }, classes)
    }

    #[test]
    fn a_classifier_learns_what_it_is_shown_and_nothing_of_other_labels() {
        let names = ["above", "below"].map(String::from);
        let (pictures, classes) = halves(160, 0.5);
        let (unseen, truth) = halves(40, 1.0);
        let right = accuracy(&taught(&pictures, &classes, &names, 1).unwrap(), &unseen, &truth).unwrap();
        assert!(right > 0.95, "{right}");
        let turned = classes.iter().map(|class| 1 - class).collect::<Vec<_>>();
        let wrong = accuracy(&taught(&pictures, &turned, &names, 1).unwrap(), &unseen, &truth).unwrap();
        assert!(wrong < 0.05, "{wrong}");
    }

    #[test]
    fn the_gap_is_counted_from_synthetic_to_real() {
        assert_eq!(gap_closed(0.5, 0.75, 1.0), Some(0.5));
        assert!(gap_closed(0.5, 0.4, 1.0).is_some_and(|gap| gap < 0.0) && gap_closed(0.9, 0.9, 0.9).is_none());
        assert_eq!((spread(&[1.0, 3.0]), spread(&[2.0])), ((2.0, 2.0_f64.sqrt()), (2.0, 0.0)));
        let places = chosen(100, 30, 1);
        assert!(places.len() == 30 && places != chosen(100, 30, 2));
    }
}
