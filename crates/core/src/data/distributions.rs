//! Two-dimensional distributions within `[-1, 1] x [-1, 1]`.

use std::f32::consts::{PI, TAU};

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{Distribution, Random, ToyConfig};

use super::{Chance, Draws, Source};

/// Standard deviation of each mode of [`Distribution::Ring`] and [`Distribution::Grid`].
const MODE_DEVIATION: f32 = 0.04;
/// Standard deviation of each mode of [`Distribution::Pair`].
const PAIR_DEVIATION: f32 = 0.08;
const RADIUS: f32 = 0.7;
const BLOB_RADIUS: f32 = 0.2;
const NOISE: f32 = 0.02;

/// A cluster of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// x and y, in `[-1, 1]`.
    pub centre: [f32; 2],
    /// Within this distance a sample counts as one of the cluster: three standard deviations of a Gaussian, the radius of
    /// a disc and a little.
    pub reach: f32,
}

/// The clusters, empty for distributions without.
pub fn modes(distribution: Distribution) -> Vec<Mode> {
    let all = |centres: Vec<[f32; 2]>, reach: f32| centres.into_iter().map(|centre| Mode { centre, reach }).collect();
    match distribution {
        Distribution::Ring => all(ring(8, RADIUS), 3.0 * MODE_DEVIATION),
        Distribution::Grid => {
            let centre = |k: usize| [-0.76 + 0.38 * (k % 5) as f32, -0.76 + 0.38 * (k / 5) as f32];
            all((0..25).map(centre).collect(), 3.0 * MODE_DEVIATION)
        }
        Distribution::Pair => all(vec![[-0.5, -0.3], [0.5, 0.3]], 3.0 * PAIR_DEVIATION),
        Distribution::Blobs => all(ring(3, 0.65), 1.1 * BLOB_RADIUS),
        _ => Vec::new(),
    }
}

/// Evenly round the middle, the first to the right.
fn ring(count: usize, radius: f32) -> Vec<[f32; 2]> {
    let at = |k: usize| {
        let (sin, cos) = libm::sincosf(TAU * k as f32 / count as f32);
        [radius * cos, radius * sin]
    };
    (0..count).map(at).collect()
}

/// `count` points, `[count, 2]` flat. `own` are the points of [`Distribution::Own`].
pub fn sample(distribution: Distribution, own: &[[i8; 2]], count: usize, random: &mut Random) -> Vec<f32> {
    let centres = modes(distribution);
    let mut noise = vec![0.0; count * 2];
    random.fill_normal(&mut noise);
    for point in noise.chunks_exact_mut(2) {
        let ([x, y], deviation) = match distribution {
            Distribution::Ring | Distribution::Grid => (centres[random.below(centres.len())].centre, MODE_DEVIATION),
            Distribution::Pair => (centres[random.below(centres.len())].centre, PAIR_DEVIATION),
            Distribution::Line => {
                let t = 2.0 * random.uniform() - 1.0;
                ([0.8 * t, 0.4 * t], NOISE)
            }
            Distribution::Circle => {
                let (sin, cos) = libm::sincosf(TAU * random.uniform());
                ([RADIUS * cos, RADIUS * sin], NOISE)
            }
            Distribution::Blobs => {
                let [x, y] = centres[random.below(centres.len())].centre;
                // The square root spreads points evenly over the disc.
                let distance = BLOB_RADIUS * random.uniform().sqrt();
                let (sin, cos) = libm::sincosf(TAU * random.uniform());
                ([x + distance * cos, y + distance * sin], 0.0)
            }
            Distribution::Moons => {
                let (sin, cos) = libm::sincosf(PI * random.uniform());
                let moon = if random.below(2) == 0 { [cos - 0.5, sin - 0.25] } else { [0.5 - cos, 0.25 - sin] };
                (moon.map(|v| v * 0.6), NOISE)
            }
            Distribution::Spiral => {
                // The square root spreads points evenly along the arm.
                let t = random.uniform().sqrt();
                let (sin, cos) = libm::sincosf(1.5 * TAU * t);
                ([0.85 * t * cos, 0.85 * t * sin], NOISE * 0.75)
            }
            Distribution::Checkerboard => {
                let square = random.below(8);
                let (row, column) = (square / 2, 2 * (square % 2) + square / 2 % 2);
                let at = |cell: usize, within: f32| 0.4 * (cell as f32 + within) - 0.8;
                ([at(column, random.uniform()), at(row, random.uniform())], 0.0)
            }
            Distribution::SwissRoll => {
                // As the usual three-dimensional one, without its depth: the radius grows with the angle.
                let angle = 1.5 * PI * (1.0 + 2.0 * random.uniform());
                let (sin, cos) = libm::sincosf(angle);
                let radius = 0.85 * angle / (4.5 * PI);
                ([radius * cos, radius * sin], NOISE * radius)
            }
            Distribution::Own => {
                let [x, y] = own.get(random.below(own.len())).copied().unwrap_or_default();
                ([f32::from(x) / 127.0, f32::from(y) / 127.0], 0.5 * NOISE)
            }
        };
        point[0] = x + deviation * point[0];
        point[1] = y + deviation * point[1];
    }
    noise
}

/// Endless points of a distribution.
pub struct Points {
    distribution: Distribution,
    own: Vec<[i8; 2]>,
    draws: Draws,
}

impl Points {
    /// The sequence of a run.
    pub fn new(config: &ToyConfig) -> Self {
        Self { distribution: config.distribution, own: config.points.clone(), draws: Draws::data(config.seed) }
    }

    /// The next `[count, 2]` points, flat.
    pub fn next_points(&mut self, count: usize) -> Vec<f32> {
        sample(self.distribution, &self.own, count, &mut self.draws.random)
    }
}

impl Source for Points {
    type Batch = Tensor<2>;

    fn next(&mut self, count: usize, device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.next_points(count), [count, 2]), device)
    }

    fn chance(&mut self) -> &mut dyn Chance {
        &mut self.draws
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::Stream;

    #[test]
    fn every_distribution_fits_the_square_and_fills_it() {
        for distribution in Distribution::ALL {
            let points = sample(distribution, &[], 4000, &mut Random::new(1, Stream::Data));
            assert!(points.iter().all(|v| v.abs() < 1.05), "{distribution:?}");
            let widest = points.chunks(2).map(|p| p[0]).fold(0.0, f32::max);
            assert!(widest > 0.6, "{distribution:?} reaches {widest} only");
        }
    }

    #[test]
    fn modes_are_equally_likely() {
        for (distribution, range) in
            [(Distribution::Grid, 850..1120), (Distribution::Blobs, 8100..8600), (Distribution::Pair, 12_000..12_700)]
        {
            let points = sample(distribution, &[], 25_000, &mut Random::new(1, Stream::Data));
            for Mode { centre: c, reach } in modes(distribution) {
                let near = points.chunks(2).filter(|p| (p[0] - c[0]).hypot(p[1] - c[1]) < reach).count();
                assert!(range.contains(&near), "{distribution:?}: {near}");
            }
        }
    }

    #[test]
    fn own_points_are_near_what_was_drawn() {
        let own = [[127, -127], [0, 64]];
        let points = sample(Distribution::Own, &own, 1000, &mut Random::new(1, Stream::Data));
        let near = |x: f32, y: f32| points.chunks(2).filter(|p| (p[0] - x).hypot(p[1] - y) < 0.05).count();
        assert_eq!(near(1.0, -1.0) + near(0.0, 64.0 / 127.0), 1000);
        assert!(near(1.0, -1.0) > 400);
    }

    #[test]
    fn a_checkerboard_has_empty_squares() {
        let points = sample(Distribution::Checkerboard, &[], 8000, &mut Random::new(1, Stream::Data));
        let mut squares = [0; 16];
        for p in points.chunks(2) {
            squares[((p[1] + 0.8) / 0.4) as usize * 4 + ((p[0] + 0.8) / 0.4) as usize] += 1;
        }
        assert_eq!(squares.iter().filter(|count| **count == 0).count(), 8);
        assert!(squares.iter().all(|count| *count == 0 || (850..1150).contains(count)));
    }
}
