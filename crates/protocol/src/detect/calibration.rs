//! What a score means beside those of normal pictures: conformal p-values (Vovk et al. 2005, chapter 2; Laxhammar and Falkman
//! 2010).

use std::cmp::Ordering;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Why scores are nothing to measure by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    /// There is nothing to measure by.
    #[error("there are no scores")]
    Empty,
    /// A score that cannot be ordered.
    #[error("a score is not a number")]
    NotFinite,
}

/// Scores of normal pictures that were not trained on, to measure others by; or of strange ones, to measure a threshold by.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The lowest first.
    scores: Vec<f32>,
}

impl Calibration {
    /// Of scores in any order.
    pub fn new(mut scores: Vec<f32>) -> Result<Self, CalibrationError> {
        if scores.is_empty() {
            return Err(CalibrationError::Empty);
        }
        if !scores.iter().all(|score| score.is_finite()) {
            return Err(CalibrationError::NotFinite);
        }
        scores.sort_by(f32::total_cmp);
        Ok(Self { scores })
    }

    /// The scores, the lowest first.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// How many of the normal pictures are at least as strange.
    pub fn as_strange(&self, score: f32) -> usize {
        let below = self.scores.partition_point(|normal| normal.partial_cmp(&score) == Some(Ordering::Less));
        self.scores.len() - below
    }

    /// How many of the pictures are called strange by a threshold, which is what has a score above it.
    pub fn called(&self, threshold: f32) -> usize {
        self.scores.len() - self.scores.partition_point(|normal| *normal <= threshold)
    }

    /// The chance that a normal picture, drawn like those, is at least as strange: `(1 + k) / (1 + n)`, of which at most a share
    /// of p is p or less however scores are distributed.
    pub fn p_value(&self, score: f32) -> f64 {
        (1 + self.as_strange(score)) as f64 / (1 + self.scores.len()) as f64
    }

    /// Scores above this have a p-value of at most `rate`: of normal pictures, that share is called strange on average. `None`
    /// where there are too few scores to say so, which is below `1 / rate - 1`.
    pub fn threshold(&self, rate: f64) -> Option<f32> {
        // What is 2 in exact numbers must not be 1.9999.
        let called = (rate * (1 + self.scores.len()) as f64 + 1e-9).floor();
        let called = if called >= 1.0 { (called as usize).min(self.scores.len()) } else { return None };
        self.scores.get(self.scores.len() - called).copied()
    }
}

/// Base64 of f32: a list of numbers would take twice the room on a card.
impl Serialize for Calibration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.scores.iter().flat_map(|score| score.to_le_bytes()).collect::<Vec<_>>();
        serializer.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Calibration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        let (scores, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(D::Error::custom("scores that are cut"));
        }
        Self::new(scores.iter().map(|score| f32::from_le_bytes(*score)).collect()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_ordered_is_refused() {
        assert_eq!(Calibration::new(vec![f32::INFINITY]), Err(CalibrationError::NotFinite));
        assert_eq!(Calibration::new(Vec::new()), Err(CalibrationError::Empty));
    }

    #[test]
    fn p_values_count_what_is_at_least_as_strange() {
        let calibration = Calibration::new(vec![3.0, 1.0, 2.0, 2.0]).unwrap();
        let found = [0.0, 1.0, 2.0, 2.5, 3.0, 4.0].map(|score| (calibration.p_value(score) * 5.0).round());
        assert_eq!(found, [5.0, 5.0, 4.0, 2.0, 2.0, 1.0]);
        assert_eq!((calibration.as_strange(2.0), calibration.called(2.0), calibration.called(0.0)), (3, 1, 4));
    }

    #[test]
    fn a_threshold_keeps_its_rate() {
        let calibration = Calibration::new((1..=99).map(|score| score as f32).collect()).unwrap();
        for (rate, expected) in [(0.05, Some(95.0)), (0.01, Some(99.0)), (0.009, None), (0.0, None), (1.0, Some(1.0))] {
            assert_eq!(calibration.threshold(rate), expected, "{rate}");
        }
        for rate in [0.01, 0.02, 0.05, 0.29, 0.5] {
            let threshold = calibration.threshold(rate).unwrap();
            for score in (0..=100).map(|score| score as f32) {
                assert_eq!(score > threshold, calibration.p_value(score) <= rate + 1e-12, "{score} at {rate}");
            }
        }
    }

    #[test]
    fn scores_survive_their_card_to_the_last_bit() {
        let calibration = Calibration::new(vec![0.1, 1e-7, 3.5e4]).unwrap();
        let text = serde_json::to_string(&calibration).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&text).unwrap(), calibration);
        // Not base64, cut, nothing, and what is no number.
        for wrong in ["\"*\"", "\"AAAA\"", "\"\"", "\"AADAfw==\"", "[1.0]"] {
            assert!(serde_json::from_str::<Calibration>(wrong).is_err(), "{wrong}");
        }
    }
}
