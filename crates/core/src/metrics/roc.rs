//! How well a score tells the strange from the normal: precision and recall (Davis and Goadrich 2006, doi
//! 10.1145/1143844.1143874) beside the ROC curve, which pages draw, too, so that it is in `forger_protocol::detect`.

pub use forger_protocol::detect::roc::{Operating, RocError, auroc, roc};

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
