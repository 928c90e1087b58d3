//! Fidelity and diversity apart: improved precision and recall, density and coverage.
//!
//! Each point stands for the ball around it that reaches its k-th nearest neighbour of its own set; the union of the balls
//! is the manifold of that set. Balls are closed, and a point is not its own neighbour, in both papers:
//!
//! - Kynkäänniemi et al. 2019, "Improved Precision and Recall Metric for Assessing Generative Models" (arXiv 1904.06991),
//!   equations 1 and 2, with k = 3 as in section 3;
//! - Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for Generative Models" (arXiv 2002.09797), equations 4
//!   and 6, with k = 5 as in section 3.

use super::features::{FeatureError, Features};

/// Neighbours that make the balls of precision and recall.
pub const PRECISION_NEIGHBOURS: usize = 3;
/// Neighbours that make the balls of density and coverage.
pub const DENSITY_NEIGHBOURS: usize = 5;

/// How fakes lie among real pictures. Higher is better for each; what a perfect generator scores is not 1 for finite sets:
/// see [`expected_coverage`], or measure real pictures against others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manifold {
    /// Share of fakes on the manifold of the data, `[0, 1]`: fidelity.
    pub precision: f64,
    /// Share of real pictures on the manifold of the fakes, `[0, 1]`: diversity.
    pub recall: f64,
    /// Balls of real pictures that a fake lies in, in units of k, from 0: 1 is expected where fakes are distributed as the
    /// data, and more where they crowd in its densest parts.
    pub density: f64,
    /// Share of real pictures with a fake in their ball, `[0, 1]`: diversity that outliers among the fakes do not feign.
    pub coverage: f64,
}

/// Measures fakes against real pictures, with the k of the papers. Needs six real pictures and four fakes; takes
/// `O(count^2 dim)` time and `O(count)` memory.
pub fn manifold(real: &Features<'_>, fake: &Features<'_>) -> Result<Manifold, FeatureError> {
    real.comparable(fake)?;
    let near = Neighbours::of(real, PRECISION_NEIGHBOURS.max(DENSITY_NEIGHBOURS))?;
    let near_fakes = Neighbours::of(fake, PRECISION_NEIGHBOURS)?;
    let mut on_real = vec![false; fake.count()];
    let mut on_fake = vec![false; real.count()];
    let mut covered = vec![false; real.count()];
    let mut balls = 0_u64;
    real.pairs(fake, |i, j, square| {
        on_real[j] |= square <= near.radius(i, PRECISION_NEIGHBOURS);
        on_fake[i] |= square <= near_fakes.radius(j, PRECISION_NEIGHBOURS);
        let is_in = square <= near.radius(i, DENSITY_NEIGHBOURS);
        covered[i] |= is_in;
        balls += u64::from(is_in);
    });
    Ok(Manifold {
        precision: share(&on_real),
        recall: share(&on_fake),
        density: balls as f64 / (DENSITY_NEIGHBOURS * fake.count()) as f64,
        coverage: share(&covered),
    })
}

/// The coverage that a perfect generator is expected to score (Naeem et al. 2020, lemma 2), with so many real pictures
/// and fakes.
pub fn expected_coverage(real: usize, fake: usize) -> f64 {
    let factor = |k: usize| real.saturating_sub(k) as f64 / (real + fake).saturating_sub(k).max(1) as f64;
    1.0 - (1..=DENSITY_NEIGHBOURS).map(factor).product::<f64>()
}

fn share(hits: &[bool]) -> f64 {
    hits.iter().filter(|hit| **hit).count() as f64 / hits.len() as f64
}

/// The squared distances of each point to its nearest others, nearest first.
struct Neighbours {
    squares: Vec<f32>,
    kept: usize,
}

impl Neighbours {
    fn of(points: &Features<'_>, kept: usize) -> Result<Self, FeatureError> {
        points.at_least(kept + 1)?;
        let mut found = Self { squares: vec![f32::INFINITY; points.count() * kept], kept };
        points.pairs_within(|i, j, square| {
            found.meet(i, square);
            found.meet(j, square);
        });
        Ok(found)
    }

    fn meet(&mut self, point: usize, square: f32) {
        let nearest = &mut self.squares[point * self.kept..(point + 1) * self.kept];
        let last = self.kept - 1;
        if square < nearest[last] {
            let place = nearest.partition_point(|other| *other <= square);
            nearest[place..].rotate_right(1);
            nearest[place] = square;
        }
    }

    /// The squared distance to the k-th neighbour; k counts from 1.
    fn radius(&self, point: usize, k: usize) -> f32 {
        self.squares[point * self.kept + k - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{LatentPrior, Random, Stream};

    fn cloud(count: usize, dim: usize, seed: u32) -> Vec<f32> {
        Random::new(seed, Stream::Metrics).latent(LatentPrior::Gaussian, count, dim)
    }

    fn measured(real: &[f32], fake: &[f32], dim: usize) -> Manifold {
        manifold(&Features::new(real, dim).unwrap(), &Features::new(fake, dim).unwrap()).unwrap()
    }

    #[test]
    fn nearest_neighbours_come_in_order() {
        let line = [0.0, 1.0, 3.0, 7.0, 15.0];
        let found = Neighbours::of(&Features::new(&line, 1).unwrap(), 3).unwrap();
        assert_eq!(found.squares[..6], [1.0, 9.0, 49.0, 1.0, 4.0, 36.0]);
        assert_eq!((found.radius(4, 1), found.radius(4, 3)), (64.0, 196.0));
    }

    #[test]
    fn a_perfect_generator_scores_what_is_expected() {
        let found = measured(&cloud(800, 6, 1), &cloud(400, 6, 2), 6);
        assert!((found.density - 1.0).abs() < 0.06, "{found:?}");
        assert!((found.coverage - expected_coverage(800, 400)).abs() < 0.03, "{found:?}");
        assert!(found.precision > 0.6 && found.recall > 0.6, "{found:?}");
    }

    #[test]
    fn a_collapsed_generator_is_precise_and_covers_nothing() {
        let real = cloud(300, 6, 1);
        let fake = cloud(300, 6, 2).iter().map(|value| 0.02 * value).collect::<Vec<_>>();
        let found = measured(&real, &fake, 6);
        assert!(found.precision > 0.9 && found.recall < 0.05 && found.coverage < 0.3, "{found:?}");
        // The other way round, the data are spread too far.
        let found = measured(&fake, &real, 6);
        assert!(found.precision < 0.05 && found.recall > 0.9, "{found:?}");
    }

    #[test]
    fn too_few_and_other_spaces_are_refused() {
        let real = cloud(6, 2, 1);
        let short = |count: usize| Features::new(&real[..2 * count], 2).unwrap();
        assert!(manifold(&short(6), &short(4)).is_ok());
        assert_eq!(manifold(&short(5), &short(4)), Err(FeatureError::TooFew { count: 5, needed: 6 }));
        assert_eq!(manifold(&short(6), &short(3)), Err(FeatureError::TooFew { count: 3, needed: 4 }));
        let other = Features::new(&real, 3).unwrap();
        assert_eq!(manifold(&short(6), &other), Err(FeatureError::DimensionsDiffer { real: 2, fake: 3 }));
    }

    #[test]
    fn identical_points_are_on_each_other_and_nowhere_else() {
        let all = Manifold { precision: 1.0, recall: 1.0, density: 10.0 / 5.0, coverage: 1.0 };
        assert_eq!(measured(&[0.5; 10], &[0.5; 8], 1), all);
        let none = Manifold { precision: 0.0, recall: 0.0, density: 0.0, coverage: 0.0 };
        assert_eq!(measured(&[0.5; 10], &[0.25; 8], 1), none);
    }
}
