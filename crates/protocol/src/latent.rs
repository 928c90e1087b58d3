//! Arithmetic on latent codes, as slices: small enough to live with the page, which keeps them in its URL.

use crate::{Random, Stream};

/// The mean of codes of one length; empty for none. Radford et al. 2016 (arXiv 1511.06434), section 6.3.2, averages
/// three exemplars before the arithmetic, since single codes are unstable.
pub fn mean(codes: &[&[f32]]) -> Vec<f32> {
    let Some(first) = codes.first() else { return Vec::new() };
    let mut sum = vec![0.0; first.len()];
    for code in codes {
        for (total, value) in sum.iter_mut().zip(*code) {
            *total += value / codes.len() as f32;
        }
    }
    sum
}

/// `sum of sign * code`, such as `glasses - man + woman`.
pub fn combine(terms: &[(f32, &[f32])]) -> Vec<f32> {
    let Some((_, first)) = terms.first() else { return Vec::new() };
    let mut sum = vec![0.0; first.len()];
    for (sign, code) in terms {
        for (total, value) in sum.iter_mut().zip(*code) {
            *total += sign * value;
        }
    }
    sum
}

/// The straight line from `a` (t = 0) to `b` (t = 1).
pub fn lerp(a: &[f32], b: &[f32], t: f32) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + (b - a) * t).collect()
}

/// The great circle from `a` (t = 0) to `b` (t = 1), with the length going linearly: Gaussian codes lie near a sphere,
/// and the straight line leaves it. White 2016 (arXiv 1609.04468), section 2.1. Falls back to [`lerp`] where no great
/// circle is defined: for (nearly) parallel, opposite or zero codes.
pub fn slerp(a: &[f32], b: &[f32], t: f32) -> Vec<f32> {
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
    let (length_a, length_b) = (libm::sqrtf(dot(a, a)), libm::sqrtf(dot(b, b)));
    let cosine = (dot(a, b) / (length_a * length_b)).clamp(-1.0, 1.0);
    let angle = libm::acosf(cosine);
    let sine = libm::sinf(angle);
    if sine.is_nan() || sine < 1e-4 {
        return lerp(a, b, t);
    }
    let length = length_a + (length_b - length_a) * t;
    let weight_a = libm::sinf((1.0 - t) * angle) / sine / length_a;
    let weight_b = libm::sinf(t * angle) / sine / length_b;
    a.iter().zip(b).map(|(a, b)| length * (weight_a * a + weight_b * b)).collect()
}

/// `count` codes around one: plus or minus uniform noise of 0.25, as in Radford et al. 2016, figure 7.
pub fn neighbours(code: &[f32], count: usize, seed: u32) -> Vec<Vec<f32>> {
    let random = &mut Random::new(seed, Stream::Latent);
    let mut neighbour = || {
        let mut noise = vec![0.0; code.len()];
        random.fill_uniform(&mut noise, -0.25, 0.25);
        code.iter().zip(noise).map(|(value, noise)| value + noise).collect()
    };
    (0..count).map(|_| neighbour()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &[f32], b: &[f32]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6)
    }

    #[test]
    fn slerp_keeps_to_the_circle() {
        let middle = slerp(&[1.0, 0.0], &[0.0, 1.0], 0.5);
        assert!(close(&middle, &[0.5f32.sqrt(), 0.5f32.sqrt()]), "{middle:?}");
        let third = slerp(&[1.0, 0.0], &[0.0, 2.0], 1.0 / 3.0);
        let length = (third[0] * third[0] + third[1] * third[1]).sqrt();
        assert!((length - 4.0 / 3.0).abs() < 1e-6, "{third:?}");
    }

    #[test]
    fn slerp_starts_at_a_and_ends_at_b() {
        let (a, b) = ([0.3, -1.0, 2.0], [1.5, 0.2, -0.4]);
        assert!(close(&slerp(&a, &b, 0.0), &a));
        assert!(close(&slerp(&a, &b, 1.0), &b));
    }

    #[test]
    fn slerp_survives_what_has_no_great_circle() {
        assert!(close(&slerp(&[1.0, 0.0], &[-1.0, 0.0], 0.25), &[0.5, 0.0]));
        assert!(close(&slerp(&[0.0, 0.0], &[1.0, 0.0], 0.5), &[0.5, 0.0]));
        assert!(close(&slerp(&[1.0, 1.0], &[1.0, 1.0], 0.7), &[1.0, 1.0]));
    }

    #[test]
    fn neighbours_are_near_and_differ() {
        let found = neighbours(&[1.0, -1.0], 8, 1);
        assert!(found.iter().all(|code| (code[0] - 1.0).abs() <= 0.25 && (code[1] + 1.0).abs() <= 0.25));
        assert!(found.len() == 8 && found[0] != found[1]);
    }

    #[test]
    fn the_sentence() {
        let (glasses, man, woman) = ([1.0, 1.0], [0.0, 1.0], [0.0, -1.0]);
        assert_eq!(combine(&[(1.0, &glasses), (-1.0, &man), (1.0, &woman)]), [1.0, -1.0]);
        assert_eq!(mean(&[&glasses, &man]), [0.5, 1.0]);
        assert!(mean(&[]).is_empty() && combine(&[]).is_empty());
    }
}
