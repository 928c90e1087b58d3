//! How well a score tells the strange from the normal: the ROC curve and the area under it (Fawcett 2006, doi
//! 10.1016/j.patrec.2005.10.010), precision and recall (Davis and Goadrich 2006, doi 10.1145/1143844.1143874). What a score means
//! beside those of normal pictures is in `forger_protocol::detect`.

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

/// The area under the ROC curve: the chance that something strange has a higher score than something normal, ties counted half.
/// 0.5 is a coin.
pub fn auroc(normal: &[f32], strange: &[f32]) -> Result<f64, RocError> {
    let points = roc(normal, strange)?;
    let area = |pair: &[Operating]| (pair[1].false_alarms - pair[0].false_alarms) * (pair[0].hits + pair[1].hits) / 2.0;
    Ok(points.windows(2).map(area).sum())
}

/// The area under the curve of precision and recall as average precision: the precision at each threshold, weighted by the
/// recall that it adds. The share of the strange among all is a coin.
pub fn aupr(normal: &[f32], strange: &[f32]) -> Result<f64, RocError> {
    let points = roc(normal, strange)?;
    Ok(points.windows(2).map(|pair| (pair[1].hits - pair[0].hits) * pair[1].precision).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_those_of_the_curves() {
        // Of six pairs (2, 1), (2, 3), (4, 1), (4, 3), (3, 1) are in order, (3, 3) is a tie, and (2, 3) is not.
        let (normal, strange) = ([1.0, 3.0], [2.0, 4.0, 3.0]);
        assert_eq!(auroc(&normal, &strange), Ok((4.0 + 0.5) / 6.0));
        // By threshold: 4 (1 of 1), 3 (2 of 3), 2 (3 of 4).
        let expected = (1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0;
        assert!((aupr(&normal, &strange).unwrap() - expected).abs() < 1e-12);
        let points = roc(&normal, &strange).unwrap();
        let of = |point: &Operating| (point.threshold, point.false_alarms, (point.hits * 3.0).round());
        let found = points.iter().map(of).collect::<Vec<_>>();
        let expected = [(f32::INFINITY, 0.0, 0.0), (4.0, 0.0, 1.0), (3.0, 0.5, 2.0), (2.0, 0.5, 3.0), (1.0, 1.0, 3.0)];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_best_the_worst_and_a_coin() {
        assert_eq!(auroc(&[1.0, 2.0], &[3.0, 4.0]), Ok(1.0));
        assert_eq!(aupr(&[1.0, 2.0], &[3.0, 4.0]), Ok(1.0));
        assert_eq!(auroc(&[3.0, 4.0], &[1.0, 2.0]), Ok(0.0));
        // A constant knows nothing, whatever the order of the pictures.
        assert_eq!(auroc(&[0.0, -0.0, 0.0], &[0.0, -0.0]), Ok(0.5));
        assert_eq!(aupr(&[0.0; 3], &[0.0; 2]), Ok(0.4));
    }

    #[test]
    fn what_cannot_be_ordered_is_refused() {
        assert_eq!(auroc(&[], &[1.0]), Err(RocError::Empty { normal: 0, strange: 1 }));
        assert_eq!(aupr(&[1.0], &[f32::NAN]), Err(RocError::NotFinite));
    }
}
