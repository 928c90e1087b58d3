//! PSNR and SSIM on test sets, as the literature of super-resolution measures them.

use anyhow::Result;
use forger_core::{data::photos::Photo, metrics::image, weights::Upscaler};

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
    measure_by(set, upscaler.config.scale, |small| enlarge(upscaler, small, |_| {}))
}

/// Measures what `enlarge` makes of the small pictures, without a border of `scale` pixels. A grey picture is compared as it
/// is, the others by their luminance.
pub fn measure_by(set: &[Pair], scale: usize, mut enlarge: impl FnMut(&Photo) -> Result<Photo>) -> Result<Fidelity> {
    let mut sum = Fidelity::default();
    for Pair { small, large, is_grey } in set {
        let made = enlarge(small)?;
        let size = [large.height, large.width];
        let y = if *is_grey { image::grey } else { image::luma };
        let plane = |photo: &Photo| image::inside(&y(&photo.pixels), size, scale);
        let ((made, _), (real, inner)) = (plane(&made), plane(large));
        sum.psnr += image::psnr(&made, &real);
        sum.ssim += image::ssim(&made, &real, inner);
        sum.sharpness += image::sharpness(&made, inner) / image::sharpness(&real, inner).max(f64::MIN_POSITIVE);
    }
    let count = set.len().max(1) as f64;
    Ok(Fidelity { psnr: sum.psnr / count, ssim: sum.ssim / count, sharpness: sum.sharpness / count })
}
