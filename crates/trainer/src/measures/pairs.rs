//! How close pictures are to the pictures they should be: for reconstructions, not for free samples.

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor, TensorData};
use burn_train::metric::{
    Metric, Numeric,
    vision::{PsnrInput, PsnrMetric, PsnrMetricConfig, SsimInput, SsimMetric, SsimMetricConfig},
};

use super::ranking::metadata;

/// From -1 to 1.
const RANGE: f32 = 2.0;
/// Side of the window of SSIM in pixels.
const WINDOW: usize = 11;

/// Two sets of pictures `[count, channels, side, side]` flat in `[-1, 1]`, of which each belongs to one of the other.
fn tensors(a: &[f32], b: &[f32], (channels, side): (usize, usize)) -> Result<(Tensor<4>, Tensor<4>)> {
    let size = channels * side * side;
    if size == 0 || a.is_empty() || !a.len().is_multiple_of(size) || a.len() != b.len() {
        bail!("{} and {} values are not pairs of pictures of {channels} x {side} x {side}", a.len(), b.len());
    }
    let tensor = |values: &[f32]| {
        let shape = [values.len() / size, channels, side, side];
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    };
    Ok((tensor(a), tensor(b)))
}

/// Peak signal-to-noise ratio in dB, `10 log10(2^2 / mean square error)` of each pair and then the mean; higher is better.
/// Equal pictures have 106 dB, where burn ends.
pub fn psnr(pictures: &[f32], targets: &[f32], shape: (usize, usize)) -> Result<f64> {
    let (pictures, targets) = tensors(pictures, targets, shape)?;
    let mut metric = PsnrMetric::new(PsnrMetricConfig::new(f64::from(RANGE)));
    metric.update(&PsnrInput::new(pictures, targets), &metadata())?;
    Ok(metric.final_value().current())
}

/// Structural similarity: Wang et al. 2004 (doi 10.1109/TIP.2003.819861), section III.B, with the Gaussian window of 11
/// pixels and deviation 1.5; up to 1, higher is better. Beyond the edges of a picture burn takes 0, which is mid-grey here;
/// others leave the edge out.
pub fn ssim(pictures: &[f32], targets: &[f32], shape: (usize, usize)) -> Result<f64> {
    if shape.1 < WINDOW {
        bail!("pictures of {} pixels are too small for SSIM, which has a window of {WINDOW}", shape.1);
    }
    let (pictures, targets) = tensors(pictures, targets, shape)?;
    let mut metric = SsimMetric::new(SsimMetricConfig::new(RANGE));
    metric.update(&SsimInput::new(pictures, targets), &metadata())?;
    Ok(metric.final_value().current())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pictures of `tests/reference/pictures.py`.
    fn pictures() -> (Vec<f32>, Vec<f32>) {
        let wave = |i: usize, phase: f64| (0.37 * i as f64 + phase).sin() as f32;
        let target = (0..2 * 3 * 16 * 16).map(|i| wave(i, 0.1)).collect::<Vec<_>>();
        let noisy = target.iter().enumerate().map(|(i, x)| 0.8 * x + 0.1 * wave(i * i % 1009, 0.7)).collect();
        (noisy, target)
    }

    #[test]
    fn agrees_with_the_formulas_in_numpy() {
        let (noisy, target) = pictures();
        let (psnr, ssim) = (psnr(&noisy, &target, (3, 16)).unwrap(), ssim(&noisy, &target, (3, 16)).unwrap());
        assert!((psnr - 22.056_054).abs() < 1e-3, "{psnr}");
        assert!((ssim - 0.930_867).abs() < 1e-4, "{ssim}");
    }

    #[test]
    fn equal_pictures_are_the_best_there_is() {
        let (_, target) = pictures();
        assert!(psnr(&target, &target, (3, 16)).unwrap() > 100.0);
        assert!((ssim(&target, &target, (3, 16)).unwrap() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for (a, b, shape) in [(768, 512, (3, 16)), (767, 767, (3, 16)), (0, 0, (3, 16)), (4, 4, (0, 2))] {
            assert!(psnr(&vec![0.0; a], &vec![0.0; b], shape).is_err());
            assert!(ssim(&vec![0.0; a], &vec![0.0; b], shape).is_err());
        }
        assert!(ssim(&[0.0; 100], &[0.0; 100], (1, 10)).is_err());
    }
}
