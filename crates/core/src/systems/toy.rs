//! The toy GAN: two perceptrons and a two-dimensional distribution.

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{OutOfRange, Random, StepKind, Stream, ToyConfig};
use serde_json::json;

use super::{
    System,
    gan::{Gan, Rules},
};
use crate::{
    CheckpointError, checkpoint::Reader, data::distributions::Points, nets::Discriminator as _, nets::Generator as _,
    nets::mlp::Mlp,
};

/// A toy GAN in training.
pub struct Toy {
    config: ToyConfig,
    gan: Gan<Mlp, Mlp, Points, 2>,
}

impl Toy {
    /// Fails for settings out of range.
    pub fn new(config: ToyConfig, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        let (generator, discriminator) = networks(&config, device);
        let points = Points::new(config.distribution, config.seed);
        Ok(Self { config, gan: Gan::new(rules(&config), generator, discriminator, points, device) })
    }

    /// A run that goes on from a checkpoint, with the settings that it holds.
    pub fn resume(checkpoint: &[u8], device: &Device) -> Result<Self, CheckpointError> {
        let reader = Reader::new(checkpoint)?;
        let config = serde_json::from_value(reader.state["config"].clone());
        let mut toy = Self::new(config.map_err(|_| CheckpointError::Version)?, device)?;
        toy.load(checkpoint)?;
        Ok(toy)
    }

    /// The settings.
    pub fn config(&self) -> &ToyConfig {
        &self.config
    }

    /// Takes other settings, where [`ToyConfig::is_live_change`] allows it; false where it does not.
    pub fn tune(&mut self, config: ToyConfig) -> bool {
        let allowed = config.validate().is_ok() && self.config.is_live_change(&config);
        if allowed {
            self.config = config;
            self.gan.rules = rules(&config);
        }
        allowed
    }

    /// The device that trains.
    pub fn device(&self) -> Device {
        self.gan.device()
    }

    /// z to points `[n, 2]`, by the moving average of G.
    pub fn forge(&self, z: Tensor<2>) -> Tensor<2> {
        self.gan.average().forge(z)
    }

    /// Fake points for people to look at, `[count, 2]`: the same z every time, so that points move and do not flicker.
    pub fn fakes(&self, count: usize) -> Tensor<2> {
        let ToyConfig { seed, prior, latent_dim, .. } = self.config;
        let z = Random::new(seed, Stream::Latent).latent(prior, count, latent_dim);
        self.forge(Tensor::from_data(TensorData::new(z, [count, latent_dim]), &self.device()))
    }

    /// D's logits, `[side * side, 1]`, at the cell centres of a grid over `[-extent, extent]^2`, row by row from below.
    pub fn heat_map(&self, side: usize, extent: f32) -> Tensor<2> {
        let centre = |cell: usize| extent * ((2 * cell + 1) as f32 / side as f32 - 1.0);
        let cells = (0..side * side).flat_map(|cell| [centre(cell % side), centre(cell / side)]).collect::<Vec<_>>();
        let cells = Tensor::from_data(TensorData::new(cells, [side * side, 2]), &self.device());
        burn::module::Module::valid(self.gan.discriminator()).judge(cells)
    }

    /// The game itself.
    pub fn gan(&self) -> &Gan<Mlp, Mlp, Points, 2> {
        &self.gan
    }
}

fn networks(config: &ToyConfig, device: &Device) -> (Mlp, Mlp) {
    let device = device.clone().autodiff();
    let random = &mut Random::new(config.seed, Stream::Weights);
    let generator = Mlp::new(config.latent_dim, config.generator, 2, random, &device);
    (generator, Mlp::new(2, config.discriminator, 1, random, &device))
}

fn rules(config: &ToyConfig) -> Rules {
    Rules {
        loss: config.loss,
        prior: config.prior,
        latent_dim: config.latent_dim,
        generator_optimizer: config.generator_optimizer,
        discriminator_optimizer: config.discriminator_optimizer,
        batch: config.batch,
        d_steps: config.d_steps,
        clip: config.clip,
        ema_decay: config.ema_decay,
        seed: config.seed,
    }
}

impl System for Toy {
    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        self.gan.step(kind)
    }

    fn steps(&self) -> u64 {
        self.gan.steps()
    }

    fn reset(&mut self) {
        let (generator, discriminator) = networks(&self.config, &self.device());
        self.gan.restart(generator, discriminator);
    }

    fn save(&self) -> Vec<u8> {
        self.gan.save(json!(self.config))
    }

    async fn save_async(&self) -> Vec<u8> {
        self.gan.save_async(json!(self.config)).await
    }

    fn load(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError> {
        let reader = Reader::new(checkpoint)?;
        let config: ToyConfig =
            serde_json::from_value(reader.state["config"].clone()).map_err(|_| CheckpointError::Version)?;
        if !self.config.is_live_change(&config) {
            return Err(CheckpointError::OtherRun("networks or data".into()));
        }
        let (generator, discriminator) = networks(&self.config, &self.device());
        self.gan.read(&reader, generator, discriminator)
    }
}
