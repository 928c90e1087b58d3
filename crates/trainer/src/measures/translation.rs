//! How near pictures that were made of pictures come to the truth, and to what they were made of.

use anyhow::{Context as _, Result, bail};
use burn::tensor::{Tensor, TensorData};
use forger_core::{
    data::photos::Photo,
    metrics::image,
    weights::{self, Translator},
};
use forger_protocol::Way;
use rayon::prelude::*;

use crate::device::values;

/// Most pixels that are translated at a time.
const AT_A_TIME: usize = 1 << 19;
/// How far each channel of a pixel may be from the truth that counts as right: Isola et al. 2017, where classes of a map are
/// counted, as it was measured for maps.
const RIGHT: u8 = 16;

/// Means over pictures. Values of pixels count from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Near {
    /// The mean absolute difference.
    pub l1: f64,
    /// dB.
    pub psnr: f64,
    /// The mean of red, green and blue; at most 1.
    pub ssim: f64,
    /// Share of the pixels of which no channel is further than 16 of 255 from the truth.
    pub accuracy: f64,
}

/// [`translate`], from the first domain to the second.
pub fn forward<'a>(
    translator: &Translator,
    inputs: impl Iterator<Item = &'a Photo>,
    told: &dyn Fn(usize),
) -> Result<Vec<Photo>> {
    translate(translator, Way::Forward, &inputs.collect::<Vec<_>>(), told)
}

/// What a model makes of pictures, each at its size. `told` hears how many more are done.
pub fn translate(translator: &Translator, way: Way, inputs: &[&Photo], told: &dyn Fn(usize)) -> Result<Vec<Photo>> {
    let mut made = Vec::with_capacity(inputs.len());
    for same in inputs.chunk_by(|one, other| one.shape() == other.shape()) {
        let Some([_, height, width]) = same.first().map(|photo| photo.shape()) else { continue };
        for some in same.chunks((AT_A_TIME / (height * width).max(1)).max(1)) {
            let pixels = some.iter().flat_map(|photo| photo.values()).collect::<Vec<_>>();
            let pictures = TensorData::new(pixels, [some.len(), 3, height, width]);
            let pictures = Tensor::from_data(pictures, &translator.device());
            let found = translator.translate(way, pictures).context("the model has no way back")?;
            let found = weights::to_bytes(&values(found)?);
            let photo = |pixels: &[u8]| Photo { height, width, pixels: pixels.to_vec() };
            made.extend(found.chunks_exact(3 * height * width).map(photo));
            told(some.len());
        }
    }
    Ok(made)
}

/// How near each of `made` comes to the second picture of its pair.
pub fn near(pairs: &[[Photo; 2]], made: &[Photo]) -> Near {
    let found = pairs.par_iter().zip(made).map(|([_, truth], made)| of(truth, made)).collect::<Vec<_>>();
    let mean = |of: fn(&Near) -> f64| found.iter().map(of).sum::<f64>() / found.len().max(1) as f64;
    Near {
        l1: mean(|one| one.l1),
        psnr: mean(|one| one.psnr),
        ssim: mean(|one| one.ssim),
        accuracy: mean(|one| one.accuracy),
    }
}

fn of(truth: &Photo, made: &Photo) -> Near {
    let size = [truth.height, truth.width];
    let area = truth.height * truth.width;
    let floats = |photo: &Photo| photo.pixels.iter().map(|value| f32::from(*value)).collect::<Vec<_>>();
    let (a, b) = (floats(truth), floats(made));
    let planes = a.chunks_exact(area.max(1)).zip(b.chunks_exact(area.max(1)));
    let right = |at: &usize| (0..3).all(|c| truth.pixels[c * area + at].abs_diff(made.pixels[c * area + at]) <= RIGHT);
    Near {
        l1: distance(truth, made),
        psnr: image::psnr(&a, &b),
        ssim: planes.map(|(a, b)| image::ssim(a, b, size)).sum::<f64>() / 3.0,
        accuracy: (0..area).filter(right).count() as f64 / area.max(1) as f64,
    }
}

/// The mean absolute difference of two pictures of one size, of values from 0 to 1.
pub fn distance(one: &Photo, other: &Photo) -> f64 {
    let all = one.pixels.iter().zip(&other.pixels);
    let sum = all.map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
    sum as f64 / (255 * one.pixels.len().max(1)) as f64
}

/// The mean of pictures, all made as large as the first: what a model would make that does not look at its input.
pub fn mean(photos: &[&Photo]) -> Result<Photo> {
    let Some(first) = photos.first() else { bail!("there is no picture") };
    let mut sums = vec![0_u64; first.pixels.len()];
    for photo in photos {
        let photo = photo.resized(first.height, first.width);
        sums.iter_mut().zip(photo.pixels).for_each(|(sum, value)| *sum += u64::from(value));
    }
    let count = photos.len() as u64;
    let pixels = sums.into_iter().map(|sum| ((sum + count / 2) / count) as u8).collect();
    Ok(Photo { pixels, ..(*first).clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(value: u8) -> Photo {
        Photo { height: 12, width: 16, pixels: vec![value; 3 * 12 * 16] }
    }

    #[test]
    fn what_is_near_is_measured_from_0_to_1() {
        let pairs = [[photo(9), photo(100)], [photo(9), photo(50)]];
        let found = near(&pairs, &[photo(100), photo(101)]);
        assert!((found.l1 - 0.1).abs() < 1e-9 && found.accuracy == 0.5, "{found:?}");
        let found = near(&pairs[..1], &[photo(116)]);
        assert_eq!((found.accuracy, near(&pairs[..1], &[photo(117)]).accuracy), (1.0, 0.0));
        assert!((found.psnr - 24.05).abs() < 0.01 && found.ssim < 1.0);
        assert!((near(&pairs[..1], &[photo(100)]).ssim - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_mean_is_no_pictures_own() {
        assert_eq!(mean(&[&photo(10), &photo(21)]).unwrap(), photo(16));
        assert_eq!(mean(&[&photo(10), &photo(21).resized(20, 9)]).unwrap(), photo(16));
        assert!(mean(&[]).is_err());
    }
}
