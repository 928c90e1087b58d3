//! How well scores tell two kinds apart.

use anyhow::{Result, bail};
use burn::{
    data::dataloader::Progress,
    tensor::{Device, Tensor, TensorData},
};
use burn_train::metric::{AurocMetric, ConfusionStatsInput, Metric, MetricMetadata, Numeric};

/// What a metric of burn is told of the training it is not used in.
pub(super) fn metadata() -> MetricMetadata {
    let progress = Progress { items_processed: 1, items_total: 1, unit: None };
    MetricMetadata { progress, iteration: None, lr: None }
}

/// Area under the curve of the receiver: the chance that a positive scores higher than a negative, ties counting half
/// (Hanley and McNeil 1982, doi 10.1148/radiology.143.1.7063747); `[0, 1]`, 0.5 by chance. Fails for scores that are not
/// numbers, and when one of the kinds is missing.
pub fn auroc(scores: &[f32], is_positive: &[bool]) -> Result<f64> {
    if scores.len() != is_positive.len() {
        bail!("{} scores have {} labels", scores.len(), is_positive.len());
    }
    if let Some(index) = scores.iter().position(|score| score.is_nan()) {
        bail!("score {index} is not a number");
    }
    if !(is_positive.contains(&true) && is_positive.contains(&false)) {
        bail!("scores of one kind only cannot be told apart from another");
    }
    let (device, count) = (Device::flex(), scores.len());
    let predictions = Tensor::from_data(TensorData::new(scores.to_vec(), [count, 1]), &device);
    let targets = Tensor::from_data(TensorData::new(is_positive.to_vec(), [count, 1]), &device);
    let mut metric = AurocMetric::binary();
    metric.update(&ConfusionStatsInput::new(predictions, targets), &metadata())?;
    metric.compute()?;
    // burn has per cent.
    Ok(metric.final_value().current() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_statistic_of_mann_and_whitney() {
        let scores = [0.1, 0.4, 0.35, 0.8, 0.4, -2.0];
        let labels = [false, false, true, true, true, false];
        // Of nine pairs the positive wins seven, and one is even: 0.35 wins over two, 0.8 over three, 0.4 over two.
        assert!((auroc(&scores, &labels).unwrap() - 7.5 / 9.0).abs() < 1e-9);
        assert_eq!(auroc(&[1.0, 1.0, 1.0], &[true, false, true]).unwrap(), 0.5);
        assert_eq!(auroc(&[1.0, 0.0], &[false, true]).unwrap(), 0.0);
        // Of `tests/reference/pictures.py`.
        let wave = |i: usize| (0.37 * i as f64).sin() as f32;
        let scores = (0..200).map(|i| wave(i * i % 211) + if i % 3 == 0 { 0.4 } else { 0.0 }).collect::<Vec<_>>();
        let labels = (0..200).map(|i| i % 3 == 0).collect::<Vec<_>>();
        assert!((auroc(&scores, &labels).unwrap() - 0.643_811_047).abs() < 1e-6);
    }

    #[test]
    fn what_has_no_value_is_refused() {
        assert!(auroc(&[], &[]).is_err());
        assert!(auroc(&[1.0], &[true]).is_err());
        assert!(auroc(&[1.0, 2.0], &[true]).is_err());
        assert!(auroc(&[1.0, f32::NAN], &[true, false]).is_err());
    }
}
