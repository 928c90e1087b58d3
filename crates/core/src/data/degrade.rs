//! Small pictures as people have them: blurred, noisy, and JPEG, each by chance.

use forger_protocol::Random;

use super::{jpeg, photos::Photo, resize::resize};

/// How often each is done.
const BLURRED: f32 = 0.7;
const NOISY: f32 = 0.5;
const COMPRESSED: f32 = 0.7;
/// The largest deviation of the blur, in pixels of the large picture for each time it becomes smaller.
const BLUR: f32 = 0.4;
/// The largest deviation of the noise, in steps of 8 bits.
const NOISE: f32 = 10.0;
/// The worst and the best quality of JPEG.
const QUALITY: [usize; 2] = [40, 95];

/// A small picture of `large`, whose sides are multiples of `scale`: blur, bicubic, noise, JPEG.
pub fn degrade(large: &Photo, scale: usize, random: &mut Random) -> Photo {
    let (height, width) = (large.height / scale, large.width / scale);
    let mut values = large.pixels.iter().map(|value| f32::from(*value)).collect::<Vec<_>>();
    if random.uniform() < BLURRED {
        let deviation = random.uniform() * BLUR * scale as f32;
        blur(&mut values, [large.height, large.width], deviation);
    }
    let mut values = resize(&values, large.shape(), [height, width]);
    if random.uniform() < NOISY {
        let deviation = random.uniform() * NOISE;
        let mut noise = vec![0.0; values.len()];
        random.fill_normal(&mut noise);
        values.iter_mut().zip(noise).for_each(|(value, noise)| *value += deviation * noise);
    }
    values.iter_mut().for_each(|value| *value = value.round().clamp(0.0, 255.0));
    if random.uniform() < COMPRESSED {
        let quality = QUALITY[0] + random.below(QUALITY[1] - QUALITY[0] + 1);
        jpeg::compress(&mut values, [height, width], quality);
    }
    Photo { height, width, pixels: values.into_iter().map(|value| value as u8).collect() }
}

/// A Gaussian in both directions; beyond the edges the last value is repeated.
fn blur(values: &mut [f32], [height, width]: [usize; 2], deviation: f32) {
    let reach = (3.0 * deviation).ceil() as isize;
    if reach == 0 {
        return;
    }
    let weight = |step: isize| libm::expf(-(step * step) as f32 / (2.0 * deviation * deviation));
    let weights = (-reach..=reach).map(weight).collect::<Vec<_>>();
    let sum = weights.iter().sum::<f32>();
    let mut pass = |length: usize, stride: usize, starts: &dyn Fn(usize) -> usize, lines: usize| {
        let mut line = vec![0.0; length];
        for start in (0..lines).map(starts) {
            line.iter_mut().enumerate().for_each(|(place, value)| *value = values[start + place * stride]);
            for place in 0..length {
                let at = |step: isize| line[(place as isize + step).clamp(0, length as isize - 1) as usize];
                let blurred = weights.iter().zip(-reach..=reach).map(|(weight, step)| weight * at(step)).sum::<f32>();
                values[start + place * stride] = blurred / sum;
            }
        }
    };
    pass(width, 1, &|line| line * width, 3 * height);
    pass(height, width, &|line| line / width * height * width + line % width, 3 * width);
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::Stream;

    #[test]
    fn a_point_spreads_evenly_and_keeps_its_sum() {
        let mut values = vec![0.0; 3 * 15 * 17];
        values[7 * 17 + 8] = 1.0;
        blur(&mut values, [15, 17], 1.0);
        let at = |row: usize, column: usize| values[row * 17 + column];
        assert!((values.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!((at(7, 8) - 0.1592).abs() < 2e-3 && (at(6, 8) / at(7, 8) - 0.6065).abs() < 1e-3, "{}", at(7, 8));
        assert!((at(7, 6) - at(9, 8)).abs() < 1e-7);
    }

    #[test]
    fn pictures_differ_from_bicubic_ones_but_not_by_much() {
        let large = Photo {
            height: 64,
            width: 48,
            pixels: (0..3 * 64 * 48).map(|i| (100.0 + 80.0 * (i as f32 * 0.05).sin()) as u8).collect(),
        };
        let plain = large.resized(16, 12);
        let mut random = Random::new(1, Stream::Data);
        let distance = |photo: Photo| {
            let pairs = photo.pixels.iter().zip(&plain.pixels);
            pairs.map(|(a, b)| f32::from(a.abs_diff(*b))).sum::<f32>() / plain.pixels.len() as f32
        };
        let found = (0..20).map(|_| distance(degrade(&large, 4, &mut random))).collect::<Vec<_>>();
        assert!(found.iter().all(|distance| *distance < 30.0), "{found:?}");
        assert!(found.iter().filter(|distance| **distance > 1.0).count() > 10, "{found:?}");
    }
}
