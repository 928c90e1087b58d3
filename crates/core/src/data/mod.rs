//! What a GAN learns from.

pub mod alpha;
pub mod augment;
pub mod degrade;
pub mod derived;
pub mod distributions;
pub mod domains;
pub mod images;
pub mod jpeg;
pub mod light;
pub mod patches;
pub mod photos;
pub mod resize;
pub mod squares;

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{Random, RandomState, Stream};
use serde::Deserialize as _;
use serde_json::Value;

/// A source of chance in a run: the order of its data, noise, an image pool.
pub trait Chance {
    /// What a checkpoint calls it.
    fn name(&self) -> &'static str;
    /// Back to the beginning.
    fn rewind(&mut self);
    /// Where it stands, for a checkpoint.
    fn state(&self) -> Value;
    /// Goes on where [`Chance::state`] was taken; false, and nothing happens, for a state that does not read.
    fn restore(&mut self, state: &Value) -> bool;
}

/// Gives batches of real samples, reproducibly.
pub trait Source {
    /// What a step learns from: samples, or [`Pairs`] of them.
    type Batch;
    /// The next `count` samples.
    fn next(&mut self, count: usize, device: &Device) -> Self::Batch;
    /// What D is to see of samples, real or forged. Differentiable.
    fn augment(&mut self, samples: Self::Batch) -> Self::Batch {
        samples
    }
    /// Where it stands.
    fn chance(&mut self) -> &mut dyn Chance;
}

/// Two batches of pictures, `[batch, channels, height, width]` in `[-1, 1]`.
#[derive(Clone, Debug)]
pub struct Pairs {
    /// What the network is given: of super-resolution small patches, of CycleGAN the first domain.
    pub input: Tensor<4>,
    /// What it is to make of each: of super-resolution patches `scale` times as high and wide. Of CycleGAN the second domain, where no
    /// picture belongs to one of the first.
    pub target: Tensor<4>,
}

/// A sequence of random numbers, by its name in a checkpoint.
#[derive(Clone, Debug)]
pub struct Draws {
    name: &'static str,
    /// The sequence where it stands.
    pub random: Random,
}

impl Draws {
    /// From the beginning.
    pub fn new(name: &'static str, seed: u32, stream: Stream) -> Self {
        Self { name, random: Random::new(seed, stream) }
    }

    /// The noise of a run: z, and what is added to samples.
    pub fn noise(seed: u32) -> Self {
        Self::new("noise", seed, Stream::Noise)
    }

    /// The choice of its data.
    pub fn data(seed: u32) -> Self {
        Self::new("data", seed, Stream::Data)
    }

    /// With normal noise of this standard deviation on top; 0 draws nothing.
    pub fn noisy<const N: usize>(&mut self, x: Tensor<N>, deviation: f64) -> Tensor<N> {
        if deviation == 0.0 {
            return x;
        }
        let (shape, device) = (x.dims(), x.device());
        let mut noise = vec![0.0; shape.iter().product()];
        self.random.fill_normal(&mut noise);
        x + Tensor::from_data(TensorData::new(noise, shape), &device) * deviation
    }
}

impl Chance for Draws {
    fn name(&self) -> &'static str {
        self.name
    }

    fn rewind(&mut self) {
        self.random = Random::restore(RandomState { position: 0, ..self.random.state() });
    }

    fn state(&self) -> Value {
        serde_json::to_value(self.random.state()).unwrap_or_default()
    }

    fn restore(&mut self, state: &Value) -> bool {
        let state = RandomState::deserialize(state);
        state.map(|state| self.random = Random::restore(state)).is_ok()
    }
}
