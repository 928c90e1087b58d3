//! One source of chance for everything: weights, data, noise and shared links.
//!
//! Drawn on the host with ChaCha8 and libm only, so that a seed means the same numbers native, in wasm, and whatever
//! device the tensors live on. The state is a seed, a stream and a position, so a run can be saved and go on.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde::{Deserialize, Serialize};

use crate::config::LatentPrior;

/// Independent sequences that a seed gives, so that (say) another batch size leaves the initial weights as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Stream {
    /// Initial weights.
    Weights = 1,
    /// Which real examples, and their order.
    Data = 2,
    /// z in training.
    Noise = 3,
    /// z of the pictures that people look at.
    Latent = 4,
    /// What metrics are measured on.
    Metrics = 5,
    /// How pictures are augmented.
    Augment = 6,
    /// Faces of the data set that Forger draws.
    Avatars = 7,
    /// Eyes and digits that simulators draw.
    Simulators = 8,
    /// The order of real pictures, where those of a simulator have that of [`Stream::Data`].
    Real = 9,
}

/// A seeded random number generator whose state can be kept.
#[derive(Clone, Debug)]
pub struct Random {
    seed: u32,
    chacha: ChaCha8Rng,
}

/// Where a [`Random`] stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RandomState {
    /// What was given to [`Random::new`].
    pub seed: u32,
    /// A [`Stream`] by its number.
    pub stream: u64,
    /// 32-bit words drawn so far.
    pub position: u64,
}

impl Random {
    /// The start of one of the sequences of a seed.
    pub fn new(seed: u32, stream: Stream) -> Self {
        Self::restore(RandomState { seed, stream: stream as u64, position: 0 })
    }

    /// Goes on where [`Random::state`] was taken.
    pub fn restore(state: RandomState) -> Self {
        let mut chacha = ChaCha8Rng::seed_from_u64(u64::from(state.seed));
        chacha.set_stream(state.stream);
        chacha.set_word_pos(u128::from(state.position));
        Self { seed: state.seed, chacha }
    }

    /// Where the sequence stands.
    pub fn state(&self) -> RandomState {
        RandomState {
            seed: self.seed,
            stream: self.chacha.get_stream(),
            position: u64::try_from(self.chacha.get_word_pos()).unwrap_or(u64::MAX),
        }
    }

    /// Uniform in `[0, 1)`, a multiple of 2^-24.
    pub fn uniform(&mut self) -> f32 {
        (self.chacha.next_u32() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// Uniform in `0..bound`; 0 for an empty range. Lemire's multiplication, whose bias is under `bound / 2^32`.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.chacha.next_u32()) * bound as u64) >> 32) as usize
    }

    /// Fills with standard normals, by the Box-Muller transform.
    pub fn fill_normal(&mut self, out: &mut [f32]) {
        for pair in out.chunks_mut(2) {
            // 1 - u lies in (0, 1], so that the logarithm is finite.
            let radius = libm::sqrtf(-2.0 * libm::logf(1.0 - self.uniform()));
            let (sin, cos) = libm::sincosf(std::f32::consts::TAU * self.uniform());
            for (value, part) in pair.iter_mut().zip([cos, sin]) {
                *value = radius * part;
            }
        }
    }

    /// Fills with uniforms in `[low, high)`.
    pub fn fill_uniform(&mut self, out: &mut [f32], low: f32, high: f32) {
        for value in out {
            *value = low + (high - low) * self.uniform();
        }
    }

    /// `[count, dim]` values of a prior.
    pub fn latent(&mut self, prior: LatentPrior, count: usize, dim: usize) -> Vec<f32> {
        let mut z = vec![0.0; count * dim];
        match prior {
            LatentPrior::Gaussian => self.fill_normal(&mut z),
            LatentPrior::Uniform => self.fill_uniform(&mut z, -1.0, 1.0),
        }
        z
    }

    /// A fair shuffle (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_where_it_stood() {
        let mut random = Random::new(7, Stream::Noise);
        random.latent(LatentPrior::Gaussian, 3, 5);
        let mut again = Random::restore(random.state());
        assert_eq!(random.latent(LatentPrior::Uniform, 4, 4), again.latent(LatentPrior::Uniform, 4, 4));
    }

    #[test]
    fn streams_and_seeds_differ() {
        let first = |seed, stream| Random::new(seed, stream).uniform();
        assert_ne!(first(1, Stream::Noise), first(1, Stream::Data));
        assert_ne!(first(1, Stream::Noise), first(2, Stream::Noise));
    }

    #[test]
    fn normals_have_mean_0_and_variance_1() {
        let values = Random::new(1, Stream::Noise).latent(LatentPrior::Gaussian, 100_000, 1);
        let mean = values.iter().sum::<f32>() / 1e5;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    /// A shared link must mean the same numbers for ever: these were printed once and must never change.
    #[test]
    fn a_seed_means_the_same_for_ever() {
        let z = Random::new(1, Stream::Latent).latent(LatentPrior::Gaussian, 1, 4);
        assert_eq!(z.map_bits(), [3_204_837_501, 3_210_295_316, 3_198_704_773, 1_046_758_980]);
    }

    trait MapBits {
        fn map_bits(&self) -> Vec<u32>;
    }

    impl MapBits for Vec<f32> {
        fn map_bits(&self) -> Vec<u32> {
            self.iter().map(|v| v.to_bits()).collect()
        }
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<_> = (0..100).collect();
        Random::new(3, Stream::Data).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
