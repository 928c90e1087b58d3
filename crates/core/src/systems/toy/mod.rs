//! The toy GAN: two perceptrons and a two-dimensional distribution.
//!
//! On the CPU the game runs in [`crate::host`], elsewhere on burn. Both start from the same weights and draw the same
//! chance, and their checkpoints are the same, so a run can move from one to the other.

pub mod look;

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{OutOfRange, Random, Settings, StepKind, Stream, ToyConfig, system::GAME};
use serde::Deserialize as _;
use serde_json::Value;

use super::{
    AnySettings, Parts, System,
    gan::{Gan, Rules},
    load,
};
use crate::{
    CheckpointError,
    checkpoint::Reader,
    data::{Source as _, distributions::Points},
    host::{
        game::{HostGame, Told},
        mlp::HostMlp,
        player::spectral,
        spectral::Spectral,
    },
    nets::mlp::Mlp,
    parameters::{self, NamedTensor},
    snapshot::{self, Part},
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
        let (generator, discriminator) = networks(&config);
        let [generator, discriminator] = [(generator, &config.generator), (discriminator, &config.discriminator)]
            .map(|(network, settings)| HostMlp::from_tensors(&parameters::collect(&network), settings.activation));
        let game = Game::Host(Box::new(HostGame::new(config.clone(), generator, discriminator)));
        Ok(Self { config, game })
    }

    /// The same game on burn, also where the host would be faster: for comparing the two.
    pub fn on_burn(config: ToyConfig, device: &Device) -> Result<Self, OutOfRange> {
        config.validate()?;
        let (generator, discriminator) = networks(&config);
        let there = device.clone().autodiff();
        let [generator, discriminator] = [generator, discriminator].map(|network| parameters::copy(&network, &there));
        let points = Points::new(&config);
        let game = Game::Burn(Box::new(Gan::new(rules(&config), generator, discriminator, points, device)));
        Ok(Self { config, game })
    }

    /// A run that goes on from a checkpoint, with the settings that it holds.
    pub fn resume(checkpoint: &[u8], device: &Device) -> Result<Self, CheckpointError> {
        let mut toy = Self::new(Reader::new(checkpoint)?.settings()?, device)?;
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
            match &mut self.game {
                Game::Host(game) => game.tune(config.clone()),
                Game::Burn(game) => game.tune(rules(&config)),
            }
            self.config = config;
        }
        allowed
    }

    /// The networks as they are, waiting for the device.
    pub fn look(&self) -> Result<Look, CheckpointError> {
        match &self.game {
            Game::Host(game) => Ok(self.host_look(game)),
            Game::Burn(game) => Ok(self.burn_look(&snapshot::read(shown(game))?)),
        }
    }

    /// [`Toy::look`] where waiting is not allowed.
    pub async fn look_async(&self) -> Result<Look, CheckpointError> {
        match &self.game {
            Game::Host(game) => Ok(self.host_look(game)),
            Game::Burn(game) => Ok(self.burn_look(&snapshot::read_async(shown(game)).await?)),
        }
    }

    fn host_look(&self, HostGame { generator, discriminator, .. }: &HostGame) -> Look {
        let values = generator.average.clone().unwrap_or_default();
        let drawing = HostMlp { values, ..generator.network.clone() };
        Look::new(self.config.clone(), drawing, discriminator.normalised())
    }

    /// Of what is [`shown`].
    fn burn_look(&self, networks: &[Vec<NamedTensor>]) -> Look {
        let tensors = |index: usize| networks.get(index).map(Vec::as_slice).unwrap_or_default();
        let generator = HostMlp::from_tensors(tensors(0), self.config.generator.activation);
        let raw = HostMlp::from_tensors(tensors(1), self.config.discriminator.activation);
        let judge = match spectral(&raw, tensors(1)) {
            Some(spectral) => Spectral::normalised(&spectral, &raw).network,
            None => raw,
        };
        Look::new(self.config.clone(), generator, judge)
    }
}

/// The moving average of G, and D.
fn shown(game: &BurnGame) -> Vec<Part> {
    vec![Part::of("generator", game.average()), Part::of("discriminator", game.discriminator())]
}

/// On the CPU: what D is divided by follows from weights that are read back, and a browser's GPU cannot be waited for.
fn networks(config: &ToyConfig) -> (Mlp, Mlp) {
    let device = &Device::flex();
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
fn host_step(game: &mut HostGame, kind: StepKind) -> Told {
    game.steps += 1;
    let mut told = match kind {
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
        (told.g_loss, told.g_gradient) = (of_g.g_loss, of_g.g_gradient);
    }
    told
}

impl System for Toy {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn accepts(&self, config: &Value) -> bool {
        ToyConfig::deserialize(config).is_ok_and(|config| self.config.is_live_change(&config))
    }

    fn parts(&mut self) -> Parts<'_> {
        match &mut self.game {
            Game::Host(game) => Parts {
                players: vec![&mut game.generator, &mut game.discriminator],
                chances: vec![&mut game.noise, game.points.chance()],
                steps: &mut game.steps,
            },
            Game::Burn(game) => game.parts(),
        }
    }

    fn steps(&self) -> u64 {
        match &self.game {
            Game::Host(game) => game.steps,
            Game::Burn(game) => game.steps(),
        }
    }

    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        match &mut self.game {
            Game::Host(game) => {
                let told = host_step(game, kind).into_array();
                Tensor::from_data(TensorData::new(told.to_vec(), [GAME.len()]), &Device::flex())
            }
            Game::Burn(game) => game.step(kind),
        }
    }

    fn restart(&mut self) {
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

    /// The optimizers' states are those of the checkpoint's settings; ours may have changed since.
    fn load(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError> {
        let (ours, theirs) = (self.config.clone(), Reader::new(checkpoint)?.settings()?);
        if !self.tune(theirs) {
            return Err(CheckpointError::OtherRun("networks or data".into()));
        }
        let loaded = load(self, checkpoint);
        self.tune(ours);
        loaded
    }
}
