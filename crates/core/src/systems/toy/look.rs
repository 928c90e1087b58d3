//! Pictures of a toy run: what people look at. Made on the host from the weights, whatever the device that trains.

use forger_protocol::{
    Random, Stream, ToyConfig,
    detect::Calibration,
    message::{Coverage, EXTENT, MOST_WEIGHTS_SHOWN, mesh},
};

use crate::{
    data::distributions,
    host::{
        losses,
        mlp::{HostMlp, columns, rows},
        penalty::input_gradient,
    },
    latent::{
        InvertError,
        walk::{STEPS, Walk, Walker},
    },
    metrics::coverage::coverage,
};

/// Codes that a search for a point starts from: the noise of the first fakes.
pub const STARTS: usize = 8;
/// Real points that are searched for as well, at most, and how many it takes to call anything strange at one in twenty.
const REALS: [usize; 2] = [200, 19];
/// Multiplications that they may take, about: an eighth of a second natively, on one core.
const WORK: usize = 900_000_000;

/// The networks at one moment.
pub struct Look {
    config: ToyConfig,
    /// The moving average, which samples are drawn with.
    generator: HostMlp,
    discriminator: HostMlp,
}

impl Look {
    /// `discriminator` as it judges: normalised where it is to be.
    pub fn new(config: ToyConfig, generator: HostMlp, discriminator: HostMlp) -> Self {
        Self { config, generator, discriminator }
    }

    /// z `[n, latent_dim]` to points `[n, 2]`, flat.
    pub fn forge(&self, z: &[f32]) -> Vec<f32> {
        let count = z.len() / self.config.latent_dim;
        rows(self.generator.forward(columns(z, self.config.latent_dim)).output(), 2, count)
    }

    /// Fake points `[count, 2]`: the same z every time, so that points move and do not flicker.
    pub fn fakes(&self, count: usize) -> Vec<f32> {
        let ToyConfig { seed, prior, latent_dim, .. } = self.config;
        self.forge(&Random::new(seed, Stream::Latent).latent(prior, count, latent_dim))
    }

    /// D's logits of points `[n, 2]`.
    pub fn logits(&self, points: &[f32]) -> Vec<f32> {
        let judged = self.discriminator.forward(columns(points, 2));
        judged.output().iter().take(points.len() / 2).copied().collect()
    }

    /// D's verdicts, `[side, side]` in `[0, 1]`, at the cell centres of a grid over the plane, row by row from below.
    pub fn verdicts(&self, side: usize) -> Vec<f32> {
        let centre = |cell: usize| EXTENT * ((2 * cell + 1) as f32 / side as f32 - 1.0);
        let cells = (0..side * side).flat_map(|cell| [centre(cell % side), centre(cell / side)]).collect::<Vec<_>>();
        self.logits(&cells).into_iter().map(|logit| losses::verdict(self.config.loss, logit)).collect()
    }

    /// What G makes of [`mesh`].
    pub fn manifold(&self) -> Vec<f32> {
        self.forge(&mesh(self.config.prior, self.config.latent_dim))
    }

    /// For each point `[n, 2]`, minus the gradient of G's loss for it alone: where D would push it.
    pub fn push(&self, points: &[f32]) -> Vec<f32> {
        let pass = self.discriminator.forward(columns(points, 2));
        let slopes = input_gradient(&self.discriminator, &pass);
        let mut push = rows(&slopes, 2, points.len() / 2);
        for (pair, logit) in push.chunks_exact_mut(2).zip(pass.output()) {
            let slope = -losses::generator(self.config.loss, *logit).1;
            pair.iter_mut().for_each(|value| *value *= slope);
        }
        push
    }

    /// How well points cover the modes of the data.
    pub fn coverage(&self, points: &[f32]) -> Option<Coverage> {
        coverage(self.config.distribution, points)
    }

    /// The search for a z that draws a point, and how near the same search comes to real points.
    pub fn walk(&self, at: [f32; 2]) -> Result<(Walk, Calibration), InvertError> {
        let ToyConfig { seed, prior, latent_dim, .. } = self.config;
        let starts = Random::new(seed, Stream::Latent).latent(prior, STARTS, latent_dim);
        let walker = Walker::new(&self.generator, prior, &starts)?;
        let walk = walker.walk(at)?;
        // Forward and backward.
        let each = 2 * STARTS * STEPS * self.generator.values.len().max(1);
        let [most, fewest] = REALS;
        let random = &mut Random::new(seed, Stream::Metrics);
        let count = (WORK / each).clamp(fewest, most);
        let reals = distributions::sample(self.config.distribution, &self.config.points, count, random);
        let distances = Calibration::new(walker.distances(&reals)?).map_err(|_| InvertError::NotFinite)?;
        Ok((walk, distances))
    }

    /// The weights of G and D, or nothing where there are too many to be drawn.
    pub fn weights(&self) -> [&[f32]; 2] {
        [&self.generator, &self.discriminator].map(|network| match network.values.len() {
            0..=MOST_WEIGHTS_SHOWN => network.values.as_slice(),
            _ => &[],
        })
    }

    /// The settings of the run at that moment.
    pub fn config(&self) -> &ToyConfig {
        &self.config
    }

    /// Whether every weight is a number.
    pub fn is_finite(&self) -> bool {
        [&self.generator, &self.discriminator].iter().all(|network| network.values.iter().all(|v| v.is_finite()))
    }
}

/// Share of points `[n, 2]` in each cell of a grid over the plane, `[side, side]` row by row from below.
pub fn density(points: &[f32], side: usize) -> Vec<f32> {
    let mut cells = vec![0.0; side * side];
    let share = 1.0 / (points.len() / 2).max(1) as f32;
    let cell = |v: f32| {
        let at = ((v + EXTENT) / (2.0 * EXTENT) * side as f32).floor();
        (0.0..side as f32).contains(&at).then_some(at as usize)
    };
    for point in points.chunks_exact(2) {
        if let (Some(column), Some(row)) = (cell(point[0]), cell(point[1])) {
            cells[row * side + column] += share;
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{System as _, Toy};
    use burn::tensor::Device;
    use forger_protocol::{
        AdversarialLoss, Distribution, MlpConfig, StepKind,
        trained::{Trained, trained},
    };

    #[test]
    fn a_generator_that_has_learned_draws_real_points_and_no_corner() {
        let Trained { config, steps } = trained(Distribution::Pair).unwrap();
        let mut toy = Toy::new(config, &Device::flex()).unwrap();
        (0..steps).for_each(|_| drop(toy.step(StepKind::Both)));
        let look = toy.look().unwrap();
        let (walk, reals) = look.walk([0.5, 0.3]).unwrap();
        assert!(walk.distance < 0.03 && reals.p_value(walk.distance) > 0.2, "{}", walk.distance);
        let (walk, reals) = look.walk([-1.2, 1.2]).unwrap();
        assert!(walk.distance > 0.5 && reals.p_value(walk.distance) < 0.01, "{}", walk.distance);
        // It starts at the fakes that are shown first, and what was asked before plays no part.
        assert_eq!(walk.places[..2 * STARTS], look.fakes(STARTS));
        assert_eq!(look.walk([-1.2, 1.2]), Ok((walk, reals)));
    }

    #[test]
    fn the_map_is_in_the_middle_half_way_between_the_aims_of_d() {
        let of = |loss| {
            let discriminator = MlpConfig { layers: 0, ..MlpConfig::default() };
            let config = ToyConfig { loss, discriminator, ..ToyConfig::default() };
            let mut look = Toy::new(config, &Device::flex()).unwrap().look().unwrap();
            // The logit is 0.4 x.
            look.discriminator.values = vec![0.4, 0.0, 0.0];
            look.verdicts(4)
        };
        // At -0.9375, -0.3125, 0.3125 and 0.9375.
        let near = |map: &[f32], row: [f32; 4]| map[..4].iter().zip(row).all(|(a, b)| (a - b).abs() < 1e-3);
        assert!(near(&of(AdversarialLoss::LeastSquares), [0.0, 0.0, 0.125, 0.375]));
        assert!(near(&of(AdversarialLoss::NonSaturating), [0.4073, 0.4688, 0.5312, 0.5927]));
    }

    #[test]
    fn a_generator_of_no_numbers_is_an_error() {
        let look = Toy::new(ToyConfig::default(), &Device::flex()).unwrap().look().unwrap();
        let mut broken = look.generator.clone();
        broken.values[7] = f32::NAN;
        let look = Look::new(look.config, broken, look.discriminator);
        assert_eq!(look.walk([0.0, 0.0]), Err(InvertError::NotFinite));
    }
}
