//! The toy GAN: two perceptrons and a two-dimensional distribution.
//!
//! On the CPU the game runs in [`crate::host`], elsewhere on burn. Both start from the same weights and draw the same
//! chance, and their checkpoints are the same, so a run can move from one to the other.

mod checkpoint;
pub mod look;

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{OutOfRange, Random, StepKind, Stream, ToyConfig};

use super::{
    System,
    gan::{BOARD, Gan, Rules},
};
use crate::{
    CheckpointError,
    checkpoint::Reader,
    data::distributions::Points,
    host::{game::HostGame, mlp::HostMlp, spectral::Spectral},
    nets::mlp::Mlp,
    parameters::{self, NamedTensor},
};
use look::Look;

/// The game on burn's devices.
pub type BurnGame = Gan<Mlp, Mlp, Points, 2>;

enum Game {
    Host(Box<HostGame>),
    Burn(Box<BurnGame>),
}

/// A toy GAN in training.
pub struct Toy {
    config: ToyConfig,
    game: Game,
}

impl Toy {
    /// Fails for settings out of range.
    pub fn new(config: ToyConfig, device: &Device) -> Result<Self, OutOfRange> {
        if *device != Device::flex() {
            return Self::on_burn(config, device);
        }
        config.validate()?;
        let (generator, discriminator) = networks(&config, device);
        let [generator, discriminator] = [(generator, &config.generator), (discriminator, &config.discriminator)]
            .map(|(network, settings)| HostMlp::from_tensors(&parameters::collect(&network), settings.activation));
        let game = Game::Host(Box::new(HostGame::new(config.clone(), generator, discriminator)));
        Ok(Self { config, game })
    }

    /// The same game on burn, also where the host would be faster: for comparing the two.
    pub fn on_burn(config: ToyConfig, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        let (generator, discriminator) = networks(&config, &device.clone().autodiff());
        let points = Points::new(&config);
        let game = Game::Burn(Box::new(Gan::new(rules(&config), generator, discriminator, points, device)));
        Ok(Self { config, game })
    }

    /// A run that goes on from a checkpoint, with the settings that it holds.
    pub fn resume(checkpoint: &[u8], device: &Device) -> Result<Self, CheckpointError> {
        let mut toy = Self::new(Self::config_of(checkpoint)?, device)?;
        toy.load(checkpoint)?;
        Ok(toy)
    }

    /// The settings that a checkpoint holds.
    pub fn config_of(checkpoint: &[u8]) -> Result<ToyConfig, CheckpointError> {
        let config = Reader::new(checkpoint)?.state["config"].take();
        serde_json::from_value(config).map_err(|_| CheckpointError::Version)
    }

    /// The settings.
    pub fn config(&self) -> &ToyConfig {
        &self.config
    }

    /// Takes other settings, where [`ToyConfig::is_live_change`] allows it; false where it does not.
    pub fn tune(&mut self, config: ToyConfig) -> bool {
        let allowed = config.validate().is_ok() && self.config.is_live_change(&config);
        if allowed {
            match &mut self.game {
                Game::Host(game) => game.tune(config.clone()),
                Game::Burn(game) => game.tune(rules(&config)),
            }
            self.config = config;
        }
        allowed
    }

    /// The networks as they are, waiting for the device.
    pub fn look(&self) -> Look {
        match &self.game {
            Game::Host(game) => self.host_look(game),
            Game::Burn(game) => self.burn_look(game.networks()),
        }
    }

    /// [`Toy::look`] where waiting is not allowed.
    pub async fn look_async(&self) -> Result<Look, CheckpointError> {
        match &self.game {
            Game::Host(game) => Ok(self.host_look(game)),
            Game::Burn(game) => Ok(self.burn_look(game.networks_async().await?)),
        }
    }

    fn host_look(&self, game: &HostGame) -> Look {
        let generator = HostMlp { values: game.average.clone(), ..game.generator.clone() };
        Look::new(self.config.clone(), generator, game.judge())
    }

    fn burn_look(&self, [_, discriminator, average]: [Vec<NamedTensor>; 3]) -> Look {
        let generator = HostMlp::from_tensors(&average, self.config.generator.activation);
        let raw = HostMlp::from_tensors(&discriminator, self.config.discriminator.activation);
        let judge = match checkpoint::spectral(&raw, &discriminator) {
            Some(spectral) => Spectral::normalised(&spectral, &raw).network,
            None => raw,
        };
        Look::new(self.config.clone(), generator, judge)
    }

    /// The weights of generator, discriminator and moving average, waiting for the device.
    pub fn networks(&self) -> [Vec<NamedTensor>; 3] {
        match &self.game {
            Game::Host(game) => checkpoint::networks(game),
            Game::Burn(game) => game.networks(),
        }
    }

    /// The same where waiting is not allowed.
    pub async fn networks_async(&self) -> Result<[Vec<NamedTensor>; 3], CheckpointError> {
        match &self.game {
            Game::Host(game) => Ok(checkpoint::networks(game)),
            Game::Burn(game) => game.networks_async().await,
        }
    }
}

fn networks(config: &ToyConfig, device: &Device) -> (Mlp, Mlp) {
    let random = &mut Random::new(config.seed, Stream::Weights);
    let generator = Mlp::new(config.latent_dim, config.generator, 2, random, device);
    let discriminator = Mlp::new(2, config.discriminator, 1, random, device);
    (generator, if config.spectral_norm { discriminator.with_spectral_norm() } else { discriminator })
}

/// The settings of the game on burn.
pub fn rules(config: &ToyConfig) -> Rules {
    Rules {
        loss: config.loss,
        prior: config.prior,
        latent_dim: config.latent_dim,
        generator_optimizer: config.generator_optimizer,
        discriminator_optimizer: config.discriminator_optimizer,
        batch: config.batch,
        d_steps: config.d_steps,
        g_steps: config.g_steps,
        clip: config.clip,
        penalty: config.penalty,
        penalty_weight: config.penalty_weight,
        label_smoothing: config.label_smoothing,
        instance_noise: config.instance_noise,
        ema_decay: config.ema_decay,
        seed: config.seed,
    }
}

/// One step on the host, as [`System::step`] has it.
fn host_step(game: &mut HostGame, kind: StepKind) -> [f32; BOARD] {
    game.steps += 1;
    let mut board = match kind {
        StepKind::Generator => game.look(),
        StepKind::Discriminator => game.step_discriminator(),
        StepKind::Both => {
            for _ in 1..game.config.d_steps {
                game.step_discriminator();
            }
            game.step_discriminator()
        }
    };
    let updates = match kind {
        StepKind::Discriminator => 0,
        StepKind::Generator => 1,
        StepKind::Both => game.config.g_steps,
    };
    for _ in 0..updates {
        let of_g = game.step_generator();
        (board.g_loss, board.g_gradient) = (of_g.g_loss, of_g.g_gradient);
    }
    board.into_array()
}

impl System for Toy {
    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        match &mut self.game {
            Game::Host(game) => {
                Tensor::from_data(TensorData::new(host_step(game, kind).to_vec(), [BOARD]), &Device::flex())
            }
            Game::Burn(game) => game.step(kind),
        }
    }

    fn slow_down(&mut self, factor: f64) -> bool {
        let mut config = self.config.clone();
        for optimizer in [&mut config.generator_optimizer, &mut config.discriminator_optimizer] {
            *optimizer = optimizer.with_learning_rate(optimizer.learning_rate() * factor);
        }
        self.tune(config)
    }

    fn steps(&self) -> u64 {
        match &self.game {
            Game::Host(game) => game.steps,
            Game::Burn(game) => game.steps(),
        }
    }

    fn reset(&mut self) {
        let device = match &self.game {
            Game::Host(_) => None,
            Game::Burn(game) => Some(game.device()),
        };
        // The settings were valid when they were taken.
        let fresh = match device {
            None => Self::new(self.config.clone(), &Device::flex()),
            Some(device) => Self::on_burn(self.config.clone(), &device),
        };
        if let Ok(fresh) = fresh {
            *self = fresh;
        }
    }

    fn save(&self) -> Result<Vec<u8>, CheckpointError> {
        match &self.game {
            Game::Host(game) => Ok(checkpoint::save(game)),
            Game::Burn(game) => game.save(serde_json::json!(self.config)),
        }
    }

    async fn save_async(&self) -> Result<Vec<u8>, CheckpointError> {
        match &self.game {
            Game::Host(game) => Ok(checkpoint::save(game)),
            Game::Burn(game) => game.save_async(serde_json::json!(self.config)).await,
        }
    }

    fn load(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError> {
        let config = Self::config_of(checkpoint)?;
        if !self.config.is_live_change(&config) {
            return Err(CheckpointError::OtherRun("networks or data".into()));
        }
        let reader = Reader::new(checkpoint)?;
        // The optimizers' states are those of the checkpoint's settings; ours may have changed since.
        match &mut self.game {
            Game::Host(game) => {
                let ours = game.config.clone();
                game.tune(config);
                let read = checkpoint::read(game, &reader);
                game.tune(ours);
                read
            }
            Game::Burn(game) => {
                let ours = game.rules.clone();
                game.tune(rules(&config));
                let (generator, discriminator) = networks(&self.config, &game.device().autodiff());
                let read = game.read(&reader, generator, discriminator);
                game.tune(ours);
                read
            }
        }
    }
}
