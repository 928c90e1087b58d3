//! The game of two players that toy GAN and DCGAN share: Goodfellow et al. 2014 (arXiv 1406.2661), algorithm 1.

mod updates;

use burn::tensor::{Device, Tensor, activation::sigmoid};
use forger_protocol::{AdversarialLoss, LatentPrior, OptimizerConfig, Penalty, Random, RandomState, StepKind, Stream};
use serde_json::{Value, json};

use crate::{
    checkpoint::{CheckpointError, Reader, Writer},
    data::Source,
    losses::adversarial,
    nets::{Discriminator, Generator},
    optimizer::Optimizer,
    parameters::{self, NamedTensor},
};

/// The names of the networks in a checkpoint.
pub const NETWORKS: [&str; 3] = ["generator", "discriminator", "average"];
/// The names of the optimizers' states in a checkpoint.
pub const OPTIMIZERS: [&str; 2] = ["generator_optimizer", "discriminator_optimizer"];

/// The name of a [`Term`] in a checkpoint.
pub const TERM: &str = "term";

/// The settings of the game, apart from the networks.
#[derive(Clone, Debug)]
pub struct Rules {
    pub loss: AdversarialLoss,
    pub prior: LatentPrior,
    pub latent_dim: usize,
    pub generator_optimizer: OptimizerConfig,
    pub discriminator_optimizer: OptimizerConfig,
    pub batch: usize,
    pub d_steps: usize,
    pub g_steps: usize,
    pub clip: f64,
    pub penalty: Penalty,
    pub penalty_weight: f64,
    pub label_smoothing: f64,
    pub instance_noise: f64,
    pub ema_decay: f64,
    pub seed: u32,
}

/// What G minimises besides the adversarial loss.
pub trait Term<const N: usize> {
    /// `[1]`, of codes `[batch, latent_dim]` and the samples that G draws from them.
    fn loss(&self, codes: Tensor<2>, samples: Tensor<N>) -> Tensor<1>;

    /// What a checkpoint keeps of it, under [`TERM`]: tensors, and what is not a tensor.
    fn save(&self) -> (Vec<NamedTensor>, Value);
}

/// A generator and a discriminator of samples of rank `N`, and all that training them needs.
pub struct Gan<G, D, S, const N: usize> {
    /// May change between steps: rates, batch, D's updates a step.
    pub rules: Rules,
    generator: G,
    discriminator: D,
    /// Moving average of G's weights: what samples are drawn with.
    average: G,
    generator_optimizer: Optimizer,
    discriminator_optimizer: Optimizer,
    source: S,
    noise: Random,
    term: Option<Box<dyn Term<N>>>,
    device: Device,
    /// Devices that take a part of every batch, besides `device`.
    helpers: Vec<Device>,
    steps: u64,
}

/// Values of a [`Board`].
pub const BOARD: usize = 6;

/// Losses and verdicts before an update, and the norms of the gradients that updated.
#[derive(Clone, Debug, Default)]
pub struct Board<T> {
    pub d_loss: T,
    pub g_loss: T,
    pub d_real: T,
    pub d_fake: T,
    pub d_gradient: T,
    pub g_gradient: T,
}

impl<T> Board<T> {
    /// In the order of [`super::System::step`].
    pub fn into_array(self) -> [T; BOARD] {
        [self.d_loss, self.g_loss, self.d_real, self.d_fake, self.d_gradient, self.g_gradient]
    }
}

impl Board<Tensor<1>> {
    /// `[BOARD]`, not read back.
    pub fn into_tensor(self) -> Tensor<1> {
        Tensor::cat(self.into_array().to_vec(), 0)
    }
}

impl<G: Generator<N>, D: Discriminator<N>, S: Source<N>, const N: usize> Gan<G, D, S, N> {
    /// The networks must be on `device.autodiff()`.
    pub fn new(rules: Rules, generator: G, discriminator: D, source: S, device: &Device) -> Self {
        let device = device.clone().autodiff();
        let mut gan = Self {
            average: generator.valid(),
            generator_optimizer: Optimizer::new(rules.generator_optimizer),
            discriminator_optimizer: Optimizer::new(rules.discriminator_optimizer),
            noise: Random::new(rules.seed, Stream::Noise),
            rules,
            generator,
            discriminator,
            source,
            term: None,
            device,
            helpers: Vec::new(),
            steps: 0,
        };
        // Its own tensors from the start: a clone would share running statistics with G.
        gan.average = parameters::blend(gan.average, &gan.generator, 0.0);
        gan
    }

    /// Back to step 0 with these new networks.
    pub fn restart(&mut self, generator: G, discriminator: D) {
        self.average = parameters::blend(generator.valid(), &generator, 0.0);
        (self.generator, self.discriminator) = (generator, discriminator);
        self.generator_optimizer = Optimizer::new(self.rules.generator_optimizer);
        self.discriminator_optimizer = Optimizer::new(self.rules.discriminator_optimizer);
        self.noise = Random::new(self.rules.seed, Stream::Noise);
        self.source.rewind();
        self.steps = 0;
    }

    /// G with the moving average of its weights, for drawing samples.
    pub fn average(&self) -> &G {
        &self.average
    }

    /// G as it is being trained.
    pub fn generator(&self) -> &G {
        &self.generator
    }

    /// D as it is being trained.
    pub fn discriminator(&self) -> &D {
        &self.discriminator
    }

    /// The device that trains, without autodiff.
    pub fn device(&self) -> Device {
        self.device.clone().inner()
    }

    /// Adds to what G minimises.
    pub fn add(&mut self, term: impl Term<N> + 'static) {
        self.term = Some(Box::new(term));
    }

    /// The rules changed: optimizers take their settings.
    pub fn tune(&mut self, rules: Rules) {
        self.generator_optimizer.tune(rules.generator_optimizer);
        self.discriminator_optimizer.tune(rules.discriminator_optimizer);
        self.rules = rules;
    }

    /// Losses and verdicts without an update of D.
    fn look(&mut self) -> Board<Tensor<1>> {
        let real = self.source.next(self.rules.batch, &self.device);
        let device = self.device.clone();
        let z = self.z(self.rules.batch, &device);
        let (a, b) = (self.discriminator.judge(real), self.discriminator.judge(self.generator.forge(z)));
        let (a, b) = (a.detach().inner(), b.detach().inner());
        Board {
            d_loss: adversarial::discriminator(self.rules.loss, self.rules.label_smoothing, a.clone(), b.clone()),
            g_loss: adversarial::generator(self.rules.loss, b.clone()),
            d_real: sigmoid(a).mean(),
            d_fake: sigmoid(b).mean(),
            d_gradient: self.zero(),
            g_gradient: self.zero(),
        }
    }

    /// The file of [`super::System::save`], of tensors that were read back by the caller: a browser must not wait.
    fn write(&self, networks: [Vec<NamedTensor>; 3], moments: [Vec<f32>; 2], config: Value) -> Vec<u8> {
        let mut writer = Writer::default();
        for (name, tensors) in NETWORKS.into_iter().zip(networks) {
            writer.network(name, tensors);
        }
        for (name, values) in OPTIMIZERS.into_iter().zip(moments) {
            let moments = NamedTensor { name: "moments".into(), shape: vec![values.len()], values };
            writer.network(name, vec![moments]);
        }
        let mut state = json!({
            "config": config,
            "steps": self.steps,
            "updates": [self.generator_optimizer.state().0, self.discriminator_optimizer.state().0],
            "noise": self.noise.state(),
            "data": self.source.state(),
        });
        if let Some(term) = &self.term {
            let (tensors, kept) = term.save();
            writer.network(TERM, tensors);
            state[TERM] = kept;
        }
        writer.finish(state)
    }

    /// The whole state, waiting for the device.
    pub fn save(&self, config: Value) -> Result<Vec<u8>, CheckpointError> {
        let read = |optimizer: &Optimizer| -> Result<Vec<f32>, CheckpointError> {
            let Some(moments) = optimizer.state().1 else { return Ok(Vec::new()) };
            Ok(parameters::try_read(moments)?.try_into_vec().unwrap_or_default())
        };
        let moments = [read(&self.generator_optimizer)?, read(&self.discriminator_optimizer)?];
        let networks = [
            parameters::try_collect(&self.generator)?,
            parameters::try_collect(&self.discriminator)?,
            parameters::try_collect(&self.average)?,
        ];
        Ok(self.write(networks, moments, config))
    }

    /// The whole state, where waiting is not allowed.
    pub async fn save_async(&self, config: Value) -> Result<Vec<u8>, CheckpointError> {
        let mut moments = [Vec::new(), Vec::new()];
        for (values, optimizer) in moments.iter_mut().zip([&self.generator_optimizer, &self.discriminator_optimizer]) {
            if let Some(tensor) = optimizer.state().1 {
                *values = parameters::read_async(tensor).await?.try_into_vec().unwrap_or_default();
            }
        }
        Ok(self.write(self.networks_async().await?, moments, config))
    }

    /// Takes the state of a checkpoint whose settings the caller has compared. The caller gives new networks, because a
    /// network that has run holds statistics that are not settled yet.
    pub fn read(&mut self, reader: &Reader<'_>, generator: G, discriminator: D) -> Result<(), CheckpointError> {
        let (steps, noise) = (reader.state["steps"].as_u64(), &reader.state["noise"]);
        let noise: Result<RandomState, _> = serde_json::from_value(noise.clone());
        let (Some(steps), Ok(noise)) = (steps, noise) else { return Err(CheckpointError::Version) };
        let average = reader.network("average", generator.valid(), &self.device())?;
        let generator = reader.network("generator", generator, &self.device)?;
        let discriminator = reader.network("discriminator", discriminator, &self.device)?;
        let restored = |index: usize, config, weights| {
            let mut optimizer = Optimizer::new(config);
            let name = format!("{}.moments", OPTIMIZERS[index]);
            let moments = reader.vector(&name, &self.device()).filter(|moments| moments.dims()[0] > 0);
            let updates = reader.state["updates"][index].as_u64().and_then(|updates| u32::try_from(updates).ok());
            let taken = updates.is_some_and(|updates| optimizer.restore(updates, moments, weights));
            if taken { Ok(optimizer) } else { Err(CheckpointError::Tensor(name)) }
        };
        let generator_optimizer = restored(0, self.rules.generator_optimizer, parameters::trained(&generator))?;
        let discriminator_optimizer =
            restored(1, self.rules.discriminator_optimizer, parameters::trained(&discriminator))?;
        if !self.source.restore(&reader.state["data"]) {
            return Err(CheckpointError::Version);
        }
        (self.generator, self.discriminator, self.average) = (generator, discriminator, average);
        (self.generator_optimizer, self.discriminator_optimizer) = (generator_optimizer, discriminator_optimizer);
        (self.noise, self.steps) = (Random::restore(noise), steps);
        Ok(())
    }

    /// One step, as [`super::System::step`] has it.
    pub fn step(&mut self, kind: StepKind) -> Tensor<1> {
        self.steps += 1;
        match kind {
            StepKind::Discriminator => self.step_discriminator().into_tensor(),
            StepKind::Generator => {
                let mut board = self.look();
                (board.g_loss, board.g_gradient) = self.step_generator();
                board.into_tensor()
            }
            StepKind::Both => {
                let mut board = self.step_discriminator();
                for _ in 1..self.rules.d_steps {
                    board = self.step_discriminator();
                }
                for _ in 0..self.rules.g_steps {
                    (board.g_loss, board.g_gradient) = self.step_generator();
                }
                board.into_tensor()
            }
        }
    }

    /// Steps done.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Generator, discriminator and moving average, read back.
    pub fn networks(&self) -> [Vec<NamedTensor>; 3] {
        [
            parameters::collect(&self.generator),
            parameters::collect(&self.discriminator),
            parameters::collect(&self.average),
        ]
    }

    /// The same where waiting is not allowed.
    pub async fn networks_async(&self) -> Result<[Vec<NamedTensor>; 3], CheckpointError> {
        Ok([
            parameters::collect_async(&self.generator).await?,
            parameters::collect_async(&self.discriminator).await?,
            parameters::collect_async(&self.average).await?,
        ])
    }
}
