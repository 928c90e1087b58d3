//! The game of two players that toy GAN and DCGAN share: Goodfellow et al. 2014 (arXiv 1406.2661), algorithm 1.

mod updates;

use burn::tensor::{Device, Tensor};
use forger_protocol::{AdversarialLoss, LatentPrior, OptimizerConfig, Penalty, StepKind, runs::Origin, system::GAME};
use serde_json::Value;

use super::{Parts, TERM};
use crate::{
    data::{Draws, Source},
    losses::adversarial,
    nets::{Discriminator, Generator},
    parameters::NamedTensor,
    player::Player,
    scalars::Scalars,
    snapshot::Part,
};

/// The settings of the game, apart from the networks.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What both players minimise.
    pub loss: AdversarialLoss,
    /// What z is drawn from.
    pub prior: LatentPrior,
    /// Dimensions of z.
    pub latent_dim: usize,
    /// Trains G.
    pub generator_optimizer: OptimizerConfig,
    /// Trains D.
    pub discriminator_optimizer: OptimizerConfig,
    /// Real samples in an update of D, and as many fake ones; shared among all devices.
    pub batch: usize,
    /// Updates of D in a full step, before those of G.
    pub d_steps: usize,
    /// Updates of G in a full step.
    pub g_steps: usize,
    /// Weights of D stay within `[-clip, clip]`; used by [`AdversarialLoss::Wasserstein`] without a penalty only.
    pub clip: f64,
    /// What is added to D's loss.
    pub penalty: Penalty,
    /// The factor of the penalty.
    pub penalty_weight: f64,
    /// D aims at `1 - label_smoothing` for real samples; 0 for none.
    pub label_smoothing: f64,
    /// Standard deviation of the noise added to all that D sees; 0 for none.
    pub instance_noise: f64,
    /// Decay of the moving average of G's weights, an update.
    pub ema_decay: f64,
    /// Gives the noise. Networks and data come with chance of their own.
    pub seed: u32,
}

/// What G minimises besides the adversarial loss.
pub trait Term<const N: usize> {
    /// `[1]`, of codes `[batch, latent_dim]` and the samples that G draws from them.
    fn loss(&self, codes: Tensor<2>, samples: Tensor<N>) -> Tensor<1>;

    /// What a checkpoint keeps of it: tensors, and what is not a tensor.
    fn save(&self) -> (Vec<NamedTensor>, Value);
}

/// A generator and a discriminator of samples of rank `N`, and all that training them needs.
pub struct Gan<G, D, S, const N: usize> {
    /// May change between steps: rates, batch, D's updates a step.
    pub rules: Rules,
    generator: Player<G>,
    discriminator: Player<D>,
    source: S,
    noise: Draws,
    term: Option<Box<dyn Term<N>>>,
    device: Device,
    /// Devices that take a part of every batch, besides `device`.
    helpers: Vec<Device>,
    steps: u64,
}

impl<G: Generator<N>, D: Discriminator<N>, S: Source<Batch = Tensor<N>>, const N: usize> Gan<G, D, S, N> {
    /// The networks must be on `device.autodiff()`.
    pub fn new(rules: Rules, generator: G, discriminator: D, source: S, device: &Device) -> Self {
        Self {
            generator: Player::new("generator", generator, rules.generator_optimizer).averaged(),
            discriminator: Player::new("discriminator", discriminator, rules.discriminator_optimizer),
            noise: Draws::noise(rules.seed),
            rules,
            source,
            term: None,
            device: device.clone().autodiff(),
            helpers: Vec::new(),
            steps: 0,
        }
    }

    /// Takes new networks, as at step 0.
    pub fn restart(&mut self, generator: G, discriminator: D) {
        self.generator.restart(generator, self.rules.generator_optimizer);
        self.discriminator.restart(discriminator, self.rules.discriminator_optimizer);
    }

    /// Takes another generator, as at step 0, of the weights of a model.
    pub fn take_generator(&mut self, generator: G, origin: Option<Origin>) {
        self.generator.restart(generator, self.rules.generator_optimizer);
        self.generator.origin = origin;
    }

    /// All that steps change.
    pub fn parts(&mut self) -> Parts<'_> {
        Parts {
            players: vec![&mut self.generator, &mut self.discriminator],
            chances: vec![&mut self.noise, self.source.chance()],
            steps: &mut self.steps,
        }
    }

    /// G with the moving average of its weights, for drawing samples.
    pub fn average(&self) -> &G {
        self.generator.average()
    }

    /// G as it is being trained.
    pub fn generator(&self) -> &G {
        &self.generator.network
    }

    /// D as it is being trained.
    pub fn discriminator(&self) -> &D {
        &self.discriminator.network
    }

    /// The device that trains, without autodiff.
    pub fn device(&self) -> Device {
        self.device.clone().inner()
    }

    /// Adds to what G minimises.
    pub fn add(&mut self, term: impl Term<N> + 'static) {
        self.term = Some(Box::new(term));
    }

    /// What a checkpoint keeps of [`Gan::add`].
    pub fn term(&self) -> Option<(Vec<Part>, Value)> {
        let (tensors, kept) = self.term.as_ref()?.save();
        Some((vec![Part::host(TERM, tensors)], kept))
    }

    /// The rules changed: optimizers take their settings.
    pub fn tune(&mut self, rules: Rules) {
        self.generator.tune(rules.generator_optimizer);
        self.discriminator.tune(rules.discriminator_optimizer);
        self.rules = rules;
    }

    /// Losses and verdicts without an update of D.
    fn look(&mut self) -> Scalars {
        let real = self.source.next(self.rules.batch, &self.device);
        let device = self.device.clone();
        let z = self.z(self.rules.batch, &device);
        let fake = self.generator().forge(z);
        let (a, b) = (self.discriminator().judge(real), self.discriminator().judge(fake));
        let (a, b) = (a.detach().inner(), b.detach().inner());
        let loss = adversarial::discriminator(self.rules.loss, self.rules.label_smoothing, a.clone(), b.clone());
        self.told(loss, a, b)
    }

    /// D's loss, and what else the logits of real samples and fake ones say; without autodiff.
    fn told(&self, d_loss: Tensor<1>, a: Tensor<2>, b: Tensor<2>) -> Scalars {
        let mut told = Scalars::new(&GAME, &a.device());
        told.tell("d_loss", d_loss);
        told.tell("g_loss", adversarial::generator(self.rules.loss, b.clone()));
        told.tell("d_real", adversarial::verdict(self.rules.loss, a).mean());
        told.tell("d_fake", adversarial::verdict(self.rules.loss, b).mean());
        told
    }

    /// One step, as [`super::System::step`] has it.
    pub fn step(&mut self, kind: StepKind) -> Tensor<1> {
        self.steps += 1;
        let (mut told, updates) = match kind {
            StepKind::Discriminator => (self.step_discriminator(), 0),
            StepKind::Generator => (self.look(), 1),
            StepKind::Both => {
                for _ in 1..self.rules.d_steps {
                    self.step_discriminator();
                }
                (self.step_discriminator(), self.rules.g_steps)
            }
        };
        for _ in 0..updates {
            let (loss, norm) = self.step_generator();
            told.tell("g_loss", loss);
            told.tell("g_gradient", norm);
        }
        told.into_tensor()
    }

    /// Steps done.
    pub fn steps(&self) -> u64 {
        self.steps
    }
}
