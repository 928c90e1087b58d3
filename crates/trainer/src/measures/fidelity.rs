//! PSNR and SSIM on test sets, as the literature of super-resolution measures them.

use anyhow::Result;
use burn::tensor::Device;
use forger_core::{data::photos::Photo, metrics::image, weights::Upscaler};
use rayon::prelude::*;

use crate::{data::photos::Pair, upscaling::enlarge};

/// The means over a test set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fidelity {
    /// dB.
    pub psnr: f64,
    /// At most 1.
    pub ssim: f64,
    /// [`image::sharpness`] as a share of the original's: 1 is as sharp as the original.
    pub sharpness: f64,
}

/// Bicubic interpolation by `scale`.
pub fn bicubic(small: &Photo, scale: usize) -> Photo {
    small.resized(small.height * scale, small.width * scale)
}

/// [`measure_by`] of what a model makes.
pub fn measure(set: &[Pair], upscaler: &Upscaler) -> Result<Fidelity> {
    let scale = upscaler.config.scale;
    if upscaler.device() == Device::flex() {
        return measure_by(set, scale, |small| enlarge(upscaler, small));
    }
    // A GPU makes one picture after the other.
    let made = set.iter().map(|pair| enlarge(upscaler, &pair.small)).collect::<Result<Vec<_>>>()?;
    Ok(mean(&set.par_iter().zip(&made).map(|(pair, made)| of(pair, made, scale)).collect::<Vec<_>>()))
}

/// Measures what `enlarge` makes of the small pictures, several at a time.
pub fn measure_by(set: &[Pair], scale: usize, enlarge: impl Fn(&Photo) -> Result<Photo> + Sync) -> Result<Fidelity> {
    let one = |pair: &Pair| Ok(of(pair, &enlarge(&pair.small)?, scale));
    Ok(mean(&set.par_iter().map(one).collect::<Result<Vec<_>>>()?))
}

/// In the order of the set, whichever came first: the last bit of a sum depends on it.
fn mean(found: &[Fidelity]) -> Fidelity {
    let mean = |of: fn(&Fidelity) -> f64| found.iter().map(of).sum::<f64>() / found.len().max(1) as f64;
    Fidelity { psnr: mean(|one| one.psnr), ssim: mean(|one| one.ssim), sharpness: mean(|one| one.sharpness) }
}

/// How near a picture is to the original, without a border of `scale` pixels. A grey one is compared as it is, others by their
/// luminance.
fn of(Pair { large, is_grey, .. }: &Pair, made: &Photo, scale: usize) -> Fidelity {
    let size = [large.height, large.width];
    let y = if *is_grey { image::grey } else { image::luma };
    let plane = |photo: &Photo| image::inside(&y(&photo.pixels), size, scale);
    let ((made, _), (real, inner)) = (plane(made), plane(large));
    Fidelity {
        psnr: image::psnr(&made, &real),
        ssim: image::ssim(&made, &real, inner),
        sharpness: image::sharpness(&made, inner) / image::sharpness(&real, inner).max(f64::MIN_POSITIVE),
    }
}
