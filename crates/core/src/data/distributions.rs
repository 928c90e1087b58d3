//! Two-dimensional distributions within `[-1, 1] x [-1, 1]`.

use std::f32::consts::{PI, TAU};

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{Distribution, Random, Stream};
use serde_json::Value;

use super::Source;

/// Standard deviation of each mode of [`Distribution::Ring`] and [`Distribution::Grid`].
pub const MODE_DEVIATION: f32 = 0.04;
const RING_RADIUS: f32 = 0.7;
const NOISE: f32 = 0.02;

/// Centres of the modes, empty for distributions without modes.
pub fn modes(distribution: Distribution) -> Vec<[f32; 2]> {
    match distribution {
        Distribution::Ring => (0..8)
            .map(|k| {
                let angle = TAU * k as f32 / 8.0;
                [RING_RADIUS * angle.cos(), RING_RADIUS * angle.sin()]
            })
            .collect(),
        Distribution::Grid => (0..25).map(|k| [-0.76 + 0.38 * (k % 5) as f32, -0.76 + 0.38 * (k / 5) as f32]).collect(),
        Distribution::Line | Distribution::Moons | Distribution::Spiral => Vec::new(),
    }
}

/// `count` points, `[count, 2]` flat.
pub fn sample(distribution: Distribution, count: usize, random: &mut Random) -> Vec<f32> {
    let centres = modes(distribution);
    let mut noise = vec![0.0; count * 2];
    random.fill_normal(&mut noise);
    for point in noise.chunks_exact_mut(2) {
        let ([x, y], deviation) = match distribution {
            Distribution::Ring | Distribution::Grid => (centres[random.below(centres.len())], MODE_DEVIATION),
            Distribution::Line => {
                let t = 2.0 * random.uniform() - 1.0;
                ([0.8 * t, 0.4 * t], NOISE)
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
        };
        point[0] = x + deviation * point[0];
        point[1] = y + deviation * point[1];
    }
    noise
}

/// Endless points of a distribution.
pub struct Points {
    distribution: Distribution,
    random: Random,
}

impl Points {
    /// The sequence of a seed.
    pub fn new(distribution: Distribution, seed: u32) -> Self {
        Self { distribution, random: Random::new(seed, Stream::Data) }
    }
}

impl Source<2> for Points {
    fn next(&mut self, count: usize, device: &Device) -> Tensor<2> {
        let points = sample(self.distribution, count, &mut self.random);
        Tensor::from_data(TensorData::new(points, [count, 2]), device)
    }

    fn rewind(&mut self) {
        self.random = Random::new(self.random.state().seed, Stream::Data);
    }

    fn state(&self) -> Value {
        serde_json::to_value(self.random.state()).unwrap_or_default()
    }

    fn restore(&mut self, state: &Value) -> bool {
        let state = serde_json::from_value(state.clone());
        state.map(|state| self.random = Random::restore(state)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_fits_the_square_and_fills_it() {
        for distribution in Distribution::ALL {
            let points = sample(distribution, 4000, &mut Random::new(1, Stream::Data));
            assert!(points.iter().all(|v| v.abs() < 1.0), "{distribution:?}");
            let widest = points.chunks(2).map(|p| p[0]).fold(0.0, f32::max);
            assert!(widest > 0.6, "{distribution:?} reaches {widest} only");
        }
    }

    #[test]
    fn modes_are_equally_likely() {
        let centres = modes(Distribution::Grid);
        let points = sample(Distribution::Grid, 25_000, &mut Random::new(1, Stream::Data));
        let near = |c: &[f32; 2]| points.chunks(2).filter(|p| (p[0] - c[0]).hypot(p[1] - c[1]) < 0.12).count();
        assert!(centres.iter().all(|c| (850..1120).contains(&near(c))));
    }
}
