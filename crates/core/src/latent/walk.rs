//! The z of a point of the plane, so that one can see what a search does: that of AnoGAN (Schlegl et al. 2017, section 2.2) in two
//! dimensions, in plain loops over the few thousand weights of a toy.

use forger_protocol::LatentPrior;

use super::{InvertError, adam::Adam};
use crate::host::mlp::{HostMlp, Pass, columns, padded, rows};

/// Steps of every search. Its first place is where it starts, so that there is one more.
pub const STEPS: usize = 60;
/// Points that are searched for at once: few enough for the cache.
const AT_ONCE: usize = 8;
/// The largest |z| of a Gaussian, which one value in 400 is beyond: what lies there is drawn too seldom to count as drawn.
const LARGEST: f32 = 3.0;

/// The way of every start towards one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// z, `[STEPS + 1, starts, dim]`.
    pub codes: Vec<f32>,
    /// What G makes of them, `[STEPS + 1, starts, 2]`.
    pub places: Vec<f32>,
    /// Which of the places is nearest to the point.
    pub nearest: usize,
    /// From there to the point.
    pub distance: f32,
}

/// Searches with one generator from the same starts, so that distances can be compared.
pub struct Walker<'a> {
    generator: &'a HostMlp,
    /// `[starts, dim]`.
    starts: &'a [f32],
    dim: usize,
    largest: f32,
}

impl<'a> Walker<'a> {
    /// `generator` draws points of the plane; `starts` are codes of the prior, `[starts, dim]`.
    pub fn new(generator: &'a HostMlp, prior: LatentPrior, starts: &'a [f32]) -> Result<Self, InvertError> {
        let (Some(dim), Some(found)) = (generator.widths.first().copied(), generator.widths.last().copied()) else {
            return Err(InvertError::Settings);
        };
        if found != 2 {
            return Err(InvertError::Size { expected: 2, found });
        }
        if dim == 0 || starts.is_empty() || !starts.len().is_multiple_of(dim) {
            return Err(InvertError::Settings);
        }
        // ReLU makes 0 of what is not a number, which would then not be seen.
        if !generator.values.iter().chain(starts).all(|value| value.is_finite()) {
            return Err(InvertError::NotFinite);
        }
        let largest = if prior == LatentPrior::Uniform { 1.0 } else { LARGEST };
        Ok(Self { generator, starts, dim, largest })
    }

    /// The way to a point.
    pub fn walk(&self, at: [f32; 2]) -> Result<Walk, InvertError> {
        let count = self.count();
        let (mut codes, mut places) = (Vec::new(), Vec::new());
        let found = self.search(&at, |z, drawn| {
            codes.extend(rows(z, self.dim, count));
            places.extend(rows(drawn, 2, count));
        })?;
        let (nearest, squared) = found.first().copied().unwrap_or((0, f32::INFINITY));
        Ok(Walk { codes, places, nearest, distance: squared.sqrt() })
    }

    /// How near the same search comes to each of `points`, `[n, 2]`. None has a part in the distance of another.
    pub fn distances(&self, points: &[f32]) -> Result<Vec<f32>, InvertError> {
        let mut distances = Vec::with_capacity(points.len() / 2);
        for points in points.chunks(2 * AT_ONCE) {
            distances.extend(self.search(points, |_, _| {})?.into_iter().map(|(_, squared)| squared.sqrt()));
        }
        Ok(distances)
    }

    fn count(&self) -> usize {
        self.starts.len() / self.dim
    }

    /// For each of `points`, `[n, 2]`, which of its places is nearest, and its squared distance. `see` is shown all codes and
    /// places of each step, feature by feature.
    fn search(&self, points: &[f32], mut see: impl FnMut(&[f32], &[f32])) -> Result<Vec<(usize, f32)>, InvertError> {
        let (count, all) = (self.count(), points.len() / 2 * self.count());
        let batch = padded(all);
        let mut z = columns(&self.starts.repeat(points.len() / 2), self.dim);
        let (mut mean, mut square) = (vec![0.0; z.len()], vec![0.0; z.len()]);
        let mut nearest = vec![(0, f32::INFINITY); points.len() / 2];
        let mut pass = Pass::default();
        for step in 0..=STEPS {
            self.generator.forward_into(z.clone(), &mut pass);
            let drawn = pass.output();
            see(&z, drawn);
            let mut slopes = vec![0.0; 2 * batch];
            for code in 0..all {
                let (point, start) = (code / count, code % count);
                let apart = [0, 1].map(|axis| drawn[axis * batch + code] - points[2 * point + axis]);
                let squared = apart[0] * apart[0] + apart[1] * apart[1];
                if !squared.is_finite() {
                    return Err(InvertError::NotFinite);
                }
                if squared < nearest[point].1 {
                    nearest[point] = (step * count + start, squared);
                }
                (slopes[code], slopes[batch + code]) = (2.0 * apart[0], 2.0 * apart[1]);
            }
            if step == STEPS {
                break;
            }
            let slopes = self.generator.backward(&pass, slopes, None);
            let adam = Adam::at(step, STEPS);
            for ((z, slope), (mean, square)) in z.iter_mut().zip(slopes).zip(mean.iter_mut().zip(&mut square)) {
                if !slope.is_finite() {
                    return Err(InvertError::NotFinite);
                }
                *z = (*z - adam.step(slope, mean, square)).clamp(-self.largest, self.largest);
            }
        }
        Ok(nearest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{Activation, Random, Stream};

    /// `x = z A + b`, of two dimensions, where the second of z does nothing if `flat`.
    fn linear(flat: bool) -> HostMlp {
        let second = if flat { [0.0, 0.0] } else { [-0.2, 0.4] };
        HostMlp { widths: vec![2, 2], activation: Activation::Relu, values: [[0.3, 0.1], second, [0.1, -0.1]].concat() }
    }

    fn starts(count: usize) -> Vec<f32> {
        Random::new(1, Stream::Latent).latent(LatentPrior::Gaussian, count, 2)
    }

    #[test]
    fn a_search_reaches_what_a_linear_generator_draws() {
        let (generator, starts) = (linear(false), starts(8));
        let walker = Walker::new(&generator, LatentPrior::Gaussian, &starts).unwrap();
        // z = (1, -0.5).
        let walk = walker.walk([0.5, -0.2]).unwrap();
        assert!(walk.distance < 5e-3, "{}", walk.distance);
        let z = &walk.codes[2 * walk.nearest..][..2];
        assert!((z[0] - 1.0).hypot(z[1] + 0.5) < 0.02, "{z:?}");
        let place = &walk.places[2 * walk.nearest..][..2];
        assert!(((place[0] - 0.5).hypot(place[1] + 0.2) - walk.distance).abs() < 1e-6);
        // It begins where it was told to, and every start is there in every step.
        assert_eq!(walk.codes[..starts.len()], starts);
        assert_eq!((walk.codes.len(), walk.places.len()), (61 * 8 * 2, 61 * 8 * 2));
    }

    #[test]
    fn what_lies_beside_all_that_is_drawn_keeps_its_distance() {
        let (generator, starts) = (linear(true), starts(8));
        let walker = Walker::new(&generator, LatentPrior::Gaussian, &starts).unwrap();
        // Along (3, 1) from (0.1, -0.1), and then 0.5 at right angles to it.
        let aside = 0.5 / 10.0_f32.sqrt();
        let walk = walker.walk([0.4 - aside, 3.0 * aside]).unwrap();
        assert!((walk.distance - 0.5).abs() < 1e-3, "{}", walk.distance);
        // At its largest z it draws (1, 0.2), of a uniform prior (0.4, 0).
        let beyond = walker.walk([1.6, 0.4]).unwrap().distance;
        assert!((beyond - 0.6_f32.hypot(0.2)).abs() < 1e-3, "{beyond}");
        let starts = Random::new(1, Stream::Latent).latent(LatentPrior::Uniform, 8, 2);
        let walker = Walker::new(&generator, LatentPrior::Uniform, &starts).unwrap();
        let beyond = walker.walk([1.0, 0.2]).unwrap().distance;
        assert!((beyond - 0.6_f32.hypot(0.2)).abs() < 1e-3, "{beyond}");
    }

    #[test]
    fn no_point_has_a_part_in_the_distance_of_another() {
        let (generator, starts) = (linear(false), starts(5));
        let walker = Walker::new(&generator, LatentPrior::Gaussian, &starts).unwrap();
        let points = Random::new(2, Stream::Data).latent(LatentPrior::Uniform, 19, 2);
        let together = walker.distances(&points).unwrap();
        let alone = points.chunks(2).map(|point| walker.walk([point[0], point[1]]).unwrap().distance);
        assert_eq!(together, alone.collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_number_and_no_search_is_refused() {
        let starts = starts(8);
        let refused = |generator: &HostMlp, starts: &[f32]| Walker::new(generator, LatentPrior::Gaussian, starts).err();
        let mut broken = linear(false);
        broken.values[0] = f32::NAN;
        assert_eq!(refused(&broken, &starts), Some(InvertError::NotFinite));
        assert_eq!(refused(&linear(false), &[f32::NAN, 0.0]), Some(InvertError::NotFinite));
        assert_eq!(refused(&linear(false), &[]), Some(InvertError::Settings));
        assert_eq!(refused(&linear(false), &[0.0; 3]), Some(InvertError::Settings));
        let judge = HostMlp { widths: vec![2, 1], values: vec![0.0; 3], ..linear(false) };
        assert_eq!(refused(&judge, &starts), Some(InvertError::Size { expected: 2, found: 1 }));
        // Weights that are numbers still, whose squares are not.
        let mut huge = linear(false);
        huge.values[0] = 1e30;
        let walker = Walker::new(&huge, LatentPrior::Gaussian, &starts).unwrap();
        assert_eq!(walker.walk([0.0, 0.0]), Err(InvertError::NotFinite));
        let sound = linear(false);
        let walker = Walker::new(&sound, LatentPrior::Gaussian, &starts).unwrap();
        assert_eq!(walker.walk([f32::NAN, 0.0]), Err(InvertError::NotFinite));
    }
}
