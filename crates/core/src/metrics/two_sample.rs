//! Distances between two sets of points of the plane, and what they read when both come from the same distribution.
//!
//! A finite sample of the data itself is not at distance 0 from the data: the [`Score`] carries the band in which a perfect
//! generator would lie, so that nobody trains towards what cannot be had.

use forger_protocol::{
    Distribution, Random, Stream, ToyConfig,
    message::{EXTENT, Score},
};

use crate::data::distributions::sample;

/// Cells a side of the grid of [`jensen_shannon`].
const GRID: usize = 25;
/// Directions of [`sliced_wasserstein`].
const SLICES: usize = 32;
/// Points that stand for the data: many, so that they add little noise of their own.
const REFERENCE: usize = 20_000;
/// Draws of the data that make the bands.
const DRAWS: usize = 41;

/// Counts of the points in each cell of a grid over the plane; what lies outside counts for the nearest cell.
fn histogram(points: &[f32]) -> Vec<f64> {
    let mut counts = vec![0.0; GRID * GRID];
    let cell = |v: f32| (((v + EXTENT) / (2.0 * EXTENT) * GRID as f32).floor().max(0.0) as usize).min(GRID - 1);
    for point in points.chunks_exact(2) {
        counts[cell(point[1]) * GRID + cell(point[0])] += 1.0;
    }
    let total = (points.len() / 2).max(1) as f64;
    counts.iter_mut().for_each(|count| *count /= total);
    counts
}

fn divergence(p: &[f64], q: &[f64]) -> f32 {
    let half = |p: f64, q: f64| if p > 0.0 { p * libm::log2(2.0 * p / (p + q)) } else { 0.0 };
    let sum: f64 = p.iter().zip(q).map(|(p, q)| half(*p, *q) + half(*q, *p)).sum();
    (0.5 * sum) as f32
}

/// Jensen-Shannon divergence (Lin 1991) in bits, `[0, 1]`, of the histograms of two sets of points `[n, 2]` flat.
pub fn jensen_shannon(a: &[f32], b: &[f32]) -> f32 {
    divergence(&histogram(a), &histogram(b))
}

/// The projections of points on a direction, sorted.
fn slice(points: &[f32], index: usize) -> Vec<f32> {
    let (sin, cos) = libm::sincosf(std::f32::consts::PI * index as f32 / SLICES as f32);
    let mut along = points.chunks_exact(2).map(|p| cos * p[0] + sin * p[1]).collect::<Vec<_>>();
    along.sort_unstable_by(f32::total_cmp);
    along
}

/// Area between two empirical distribution functions, given sorted values: the Wasserstein-1 distance on a line.
fn wasserstein(a: &[f32], b: &[f32]) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    let (share_a, share_b) = (1.0 / a.len().max(1) as f64, 1.0 / b.len().max(1) as f64);
    let mut last = f32::NEG_INFINITY;
    while i < a.len() || j < b.len() {
        let next = match (a.get(i), b.get(j)) {
            (Some(a), Some(b)) => a.min(*b),
            (Some(rest), None) | (None, Some(rest)) => *rest,
            (None, None) => break,
        };
        if last > f32::NEG_INFINITY {
            sum += f64::from(next - last) * (i as f64 * share_a - j as f64 * share_b).abs();
        }
        last = next;
        while a.get(i).is_some_and(|a| *a <= next) {
            i += 1;
        }
        while b.get(j).is_some_and(|b| *b <= next) {
            j += 1;
        }
        // What is not a number would never be passed.
        if next.is_nan() {
            return f64::NAN;
        }
    }
    sum
}

/// [`wasserstein`] where `b` has a whole number of values for each of `a`: each meets its own block.
fn wasserstein_blocks(a: &[f32], b: &[f32]) -> f64 {
    let block = b.len() / a.len().max(1);
    let pairs = a.iter().zip(b.chunks_exact(block.max(1)));
    let sum: f64 = pairs.map(|(a, block)| f64::from(block.iter().map(|b| (a - b).abs()).sum::<f32>())).sum();
    sum / b.len().max(1) as f64
}

/// Sliced Wasserstein-1 distance (Bonneel et al. 2015, section 3) in units of the plane: the mean over 32 directions.
pub fn sliced_wasserstein(a: &[f32], b: &[f32]) -> f32 {
    let distance = |index| wasserstein(&slice(a, index), &slice(b, index));
    ((0..SLICES).map(distance).sum::<f64>() / SLICES as f64) as f32
}

/// The data of a run, ready to be compared with samples of `count` points.
pub struct Reference {
    distribution: Distribution,
    own: Vec<[i8; 2]>,
    histogram: Vec<f64>,
    slices: Vec<Vec<f32>>,
    jensen_shannon: (f32, f32),
    sliced_wasserstein: (f32, f32),
}

impl Reference {
    /// Draws the data, and what perfect generators would draw. The seed of the run has no part in it.
    pub fn new(config: &ToyConfig, count: usize) -> Self {
        let random = &mut Random::new(0, Stream::Metrics);
        let mut draw = |count| sample(config.distribution, &config.points, count, random);
        let data = draw(REFERENCE);
        let mut reference = Self {
            distribution: config.distribution,
            own: config.points.clone(),
            histogram: histogram(&data),
            slices: (0..SLICES).map(|index| slice(&data, index)).collect(),
            jensen_shannon: (0.0, 0.0),
            sliced_wasserstein: (0.0, 0.0),
        };
        let perfect = (0..DRAWS).map(|_| draw(count)).collect::<Vec<_>>();
        reference.jensen_shannon = band(perfect.iter().map(|points| reference.jensen_shannon(points).value));
        reference.sliced_wasserstein = band(perfect.iter().map(|points| reference.sliced_wasserstein(points).value));
        reference
    }

    /// Whether it is of the data of these settings.
    pub fn fits(&self, config: &ToyConfig) -> bool {
        self.distribution == config.distribution && self.own == config.points
    }

    /// Of fakes `[count, 2]` flat.
    pub fn jensen_shannon(&self, fakes: &[f32]) -> Score {
        let (floor_low, floor_high) = self.jensen_shannon;
        Score { value: divergence(&histogram(fakes), &self.histogram), floor_low, floor_high }
    }

    /// Of fakes `[count, 2]` flat.
    pub fn sliced_wasserstein(&self, fakes: &[f32]) -> Score {
        let whole = !fakes.is_empty() && REFERENCE.is_multiple_of(fakes.len() / 2);
        let distance = |(index, data): (usize, &Vec<f32>)| match slice(fakes, index) {
            along if whole => wasserstein_blocks(&along, data),
            along => wasserstein(&along, data),
        };
        let sum: f64 = self.slices.iter().enumerate().map(distance).sum();
        let (floor_low, floor_high) = self.sliced_wasserstein;
        Score { value: (sum / SLICES as f64) as f32, floor_low, floor_high }
    }
}

/// The 5th and the 95th percentile.
fn band(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let mut values = values.collect::<Vec<_>>();
    values.sort_unstable_by(f32::total_cmp);
    let last = values.len().saturating_sub(1);
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    (at(last.div_ceil(20)), at(last - last.div_ceil(20)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_sampler_lies_in_its_band_and_a_collapsed_one_far_above() {
        for distribution in Distribution::ALL {
            let config = ToyConfig { distribution, ..ToyConfig::default() };
            let reference = Reference::new(&config, 2000);
            let draws = 20;
            let (mut above_js, mut above_sw) = (0, 0);
            for seed in 0..draws {
                let fair = sample(distribution, &[], 2000, &mut Random::new(100 + seed, Stream::Data));
                let (js, sw) = (reference.jensen_shannon(&fair), reference.sliced_wasserstein(&fair));
                above_js += u32::from(js.value > js.floor_high);
                above_sw += u32::from(sw.value > sw.floor_high);
            }
            // One in twenty is expected.
            assert!(above_js < 5 && above_sw < 5, "{distribution:?}: {above_js} and {above_sw} of {draws}");
            let collapsed = [0.7, 0.0].repeat(2000);
            let (js, sw) = (reference.jensen_shannon(&collapsed), reference.sliced_wasserstein(&collapsed));
            assert!(
                js.value > 5.0 * js.floor_high && sw.value > 5.0 * sw.floor_high,
                "{distribution:?}: {js:?} {sw:?}"
            );
        }
    }

    #[test]
    fn what_is_not_a_number_ends() {
        assert!(wasserstein(&[0.0, f32::NAN], &[0.0, 1.0]).is_nan());
        assert_eq!(wasserstein(&[0.0, 1.0], &[0.5, 1.5]), 0.5);
        assert!(wasserstein_blocks(&[0.0, f32::NAN], &[0.0, 1.0]).is_nan());
    }

    #[test]
    fn what_shares_nothing_is_one_bit_apart() {
        assert_eq!(jensen_shannon(&[0.0, 0.0], &[1.0, 1.0]), 1.0);
    }

    #[test]
    fn blocks_are_a_shorter_way_to_the_same_distance() {
        let (a, b) = ([-1.0, 0.25, 0.5], [-1.5, -1.0, 0.0, 0.25, 0.75, 2.0]);
        assert!((wasserstein_blocks(&a, &b) - wasserstein(&a, &b)).abs() < 1e-9);
    }
}
