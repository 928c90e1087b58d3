//! How well scores tell the strange from the normal: the ROC curve and the area under it (Fawcett 2006, doi
//! 10.1016/j.patrec.2005.10.010).

use super::Calibration;

/// Why there is no curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RocError {
    /// Both kinds are needed.
    #[error("{normal} normal and {strange} strange scores: there must be some of each")]
    Empty {
        /// Normal scores that there are.
        normal: usize,
        /// Strange ones.
        strange: usize,
    },
    /// A score that cannot be ordered.
    #[error("a score is not a number")]
    NotFinite,
}

/// What a threshold does: all whose score is at least as high are called strange.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    /// Infinite at the first point, where nothing is called strange.
    pub threshold: f32,
    /// Share of the normal that is called strange: the false positive rate.
    pub false_alarms: f64,
    /// Share of the strange that is called so: the true positive rate, recall.
    pub hits: f64,
    /// Share of what is called strange that is so; 1 where nothing is.
    pub precision: f64,
}

/// One point for every score that occurs, the highest first, after the point where nothing is called strange. Scores that are
/// equal are called the same.
pub fn roc(normal: &[f32], strange: &[f32]) -> Result<Vec<Operating>, RocError> {
    if normal.is_empty() || strange.is_empty() {
        return Err(RocError::Empty { normal: normal.len(), strange: strange.len() });
    }
    let of = |scores: &[f32], kind: bool| scores.iter().map(|score| (*score, kind)).collect::<Vec<_>>();
    let mut all = of(normal, false);
    all.extend(of(strange, true));
    if !all.iter().all(|(score, _)| score.is_finite()) {
        return Err(RocError::NotFinite);
    }
    all.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut points = vec![Operating { threshold: f32::INFINITY, false_alarms: 0.0, hits: 0.0, precision: 1.0 }];
    let (mut alarms, mut hits) = (0_usize, 0_usize);
    // -0 is 0.
    for equal in all.chunk_by(|(a, _), (b, _)| a == b) {
        let strange_ones = equal.iter().filter(|(_, kind)| *kind).count();
        hits += strange_ones;
        alarms += equal.len() - strange_ones;
        points.push(Operating {
            threshold: equal[0].0,
            false_alarms: alarms as f64 / normal.len() as f64,
            hits: hits as f64 / strange.len() as f64,
            precision: hits as f64 / (hits + alarms) as f64,
        });
    }
    Ok(points)
}

/// The area under a curve of [`roc`]: the chance that something strange has a higher score than something normal, ties counted
/// half. 0.5 is a coin.
pub fn area(points: &[Operating]) -> f64 {
    let area = |pair: &[Operating]| (pair[1].false_alarms - pair[0].false_alarms) * (pair[0].hits + pair[1].hits) / 2.0;
    points.windows(2).map(area).sum()
}

/// The [`area`] under the curve of these scores.
pub fn auroc(normal: &[f32], strange: &[f32]) -> Result<f64, RocError> {
    Ok(area(&roc(normal, strange)?))
}

/// How many pictures of each kind a threshold is wrong about. What has a score above it is called strange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Normal pictures that are called strange.
    pub false_alarms: usize,
    /// Strange ones that are not.
    pub missed: usize,
}

impl Wrong {
    /// Of a threshold among known scores.
    pub fn at(normal: &Calibration, strange: &Calibration, threshold: f32) -> Self {
        let missed = strange.scores().len() - strange.called(threshold);
        Self { false_alarms: normal.called(threshold), missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(normal: &[f32], strange: &[f32]) -> Vec<(f64, f64)> {
        roc(normal, strange).unwrap().iter().map(|point| (point.false_alarms, point.hits)).collect()
    }

    #[test]
    fn ties_are_called_together_and_count_half() {
        // Of four pairs (1, 2), (1, 3) and (2, 3) are in order, and (2, 2) is a tie.
        assert_eq!(curve(&[1.0, 2.0], &[3.0, 2.0]), [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
        assert_eq!(auroc(&[1.0, 2.0], &[3.0, 2.0]), Ok(3.5 / 4.0));
        // All the same: from nothing to everything at once, which is a coin; -0 is 0.
        assert_eq!(curve(&[0.0, -0.0], &[-0.0]), [(0.0, 0.0), (1.0, 1.0)]);
        assert_eq!(auroc(&[0.0, -0.0], &[-0.0]), Ok(0.5));
    }

    #[test]
    fn one_of_each_is_enough_and_none_is_not() {
        assert_eq!(curve(&[2.0], &[3.0, 1.0]), [(0.0, 0.0), (0.0, 0.5), (1.0, 0.5), (1.0, 1.0)]);
        assert_eq!(auroc(&[2.0], &[3.0, 1.0]), Ok(0.5));
        assert_eq!(auroc(&[2.0], &[1.0]), Ok(0.0));
        assert_eq!(roc(&[1.0], &[]), Err(RocError::Empty { normal: 1, strange: 0 }));
        assert_eq!(auroc(&[], &[1.0]), Err(RocError::Empty { normal: 0, strange: 1 }));
        assert_eq!(auroc(&[1.0], &[f32::NAN]), Err(RocError::NotFinite));
    }

    #[test]
    fn a_threshold_is_a_point_of_the_curve() {
        let of = |scores: &[f32]| Calibration::new(scores.to_vec()).unwrap();
        let (normal, strange) = (of(&[1.0, 2.0, 2.0, 4.0]), of(&[2.0, 3.0, 5.0]));
        let wrong = |threshold| {
            let Wrong { false_alarms, missed } = Wrong::at(&normal, &strange, threshold);
            (false_alarms, missed)
        };
        assert_eq!([0.0, 1.0, 2.0, 3.5, 5.0].map(wrong), [(4, 0), (3, 0), (1, 1), (1, 2), (0, 3)]);
        let points = curve(normal.scores(), strange.scores());
        for threshold in [0.5, 1.5, 2.5, 4.5, 9.0] {
            let (false_alarms, missed) = wrong(threshold);
            let point = (false_alarms as f64 / 4.0, (3 - missed) as f64 / 3.0);
            assert!(points.contains(&point), "{point:?} at {threshold}");
        }
    }
}
