//! A network in training, and what a checkpoint keeps of it.

use burn::{
    module::Module,
    tensor::{Gradients, Tensor},
};
use forger_protocol::{OptimizerConfig, error::ModelError, runs::Origin};

use crate::{
    checkpoint::{CheckpointError, Reader},
    optimizer::Optimizer,
    parameters,
    snapshot::{Part, Values},
    weights::File,
};

/// A network with its optimizer and, where it draws, the moving average of its weights.
pub struct Player<M> {
    name: &'static str,
    /// With autodiff, and the weights that the optimizer changes.
    pub network: M,
    optimizer: Optimizer,
    /// Without autodiff.
    average: Option<M>,
    /// The model that its weights began with, where they did not begin by chance.
    pub(crate) origin: Option<Origin>,
}

/// A player as a checkpoint sees it, on burn's devices or on the host.
pub trait Trained {
    /// What the names of its tensors begin with: [`forger_protocol::system::Network::name`].
    fn name(&self) -> &'static str;

    /// Its tensors, not read back.
    fn parts(&self) -> Vec<Part>;

    /// Where it began, and how far its optimizer is.
    fn progress(&self) -> Progress;

    /// Whether a checkpoint has all that [`Trained::take`] takes.
    fn fits(&self, reader: &Reader<'_>) -> Result<(), CheckpointError>;

    /// Takes what a checkpoint keeps, which fits.
    fn take(&mut self, reader: &Reader<'_>);

    /// Whether a file has its network. None has one of those that play on the host: the toy leaves no model file.
    fn is_in(&self, _file: &File<'_>) -> bool {
        false
    }

    /// Takes its network, and the average of it, from a file that [`Trained::is_in`] knows; the optimizer stays as it is. An error
    /// changes nothing.
    fn begin_with(&mut self, _file: &File<'_>) -> Result<(), ModelError> {
        Err(ModelError::NoCard)
    }

    /// Multiplies its learning rate, as after a loss that was not a number.
    fn slow_down(&mut self, factor: f64);
}

/// How far a player is.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// Updates done, by which Adam corrects its means.
    pub updates: u32,
    /// By what the learning rate of the settings is multiplied.
    #[serde(default = "one")]
    pub pace: f64,
    /// The model that its weights began with: its name and licence stay with what is made of them, wherever the checkpoint goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

const fn one() -> f64 {
    1.0
}

/// The prefix of the moving average of a player's weights.
pub fn average_of(player: &str) -> String {
    format!("{player}_average")
}

/// The name of the moments of a player's optimizer.
pub fn moments_of(player: &str) -> String {
    format!("{player}_optimizer.moments")
}

impl<M: Module> Player<M> {
    /// A new optimizer for a network with autodiff.
    pub fn new(name: &'static str, network: M, optimizer: OptimizerConfig) -> Self {
        Self { name, network, optimizer: Optimizer::new(optimizer), average: None, origin: None }
    }

    /// With a moving average of its weights, which begins as they are.
    pub fn averaged(mut self) -> Self {
        // Its own tensors from the start: a clone would share running statistics with the network.
        self.average = Some(parameters::blend(self.network.valid(), &self.network, 0.0));
        self
    }

    /// Takes another network in place of the one there is, which was never trained.
    pub fn restart(&mut self, network: M, optimizer: OptimizerConfig) {
        let is_averaged = self.average.is_some();
        *self = Self::new(self.name, network, optimizer);
        if is_averaged {
            self.average = Some(parameters::blend(self.network.valid(), &self.network, 0.0));
        }
    }

    /// The network with the moving average of its weights; the network itself, where there is none.
    pub fn average(&self) -> &M {
        self.average.as_ref().unwrap_or(&self.network)
    }

    /// Other settings of the optimizer: its state is kept where it means the same.
    pub fn tune(&mut self, optimizer: OptimizerConfig) {
        self.optimizer.tune(optimizer);
    }

    /// One update by the gradient of a loss, `[1]`; the norm of the gradient, if there was one.
    pub fn learn(&mut self, loss: &Tensor<1>) -> Option<Tensor<1>> {
        self.learn_shared(&mut loss.backward(), Vec::new())
    }

    /// [`Player::learn`] by the gradients of a loss that other networks may share, or by the mean of several: see [`Optimizer::step_shared`].
    pub fn learn_shared(&mut self, gradients: &mut Gradients, others: Vec<Tensor<1>>) -> Option<Tensor<1>> {
        let (network, norm) = self.optimizer.step_shared(self.network.clone(), gradients, others);
        self.network = network;
        norm
    }

    /// Moves the average, where there is one, towards the weights: `average = decay * average + (1 - decay) * weights`.
    pub fn follow(&mut self, decay: f64) {
        if let Some(average) = self.average.take() {
            self.average = Some(parameters::blend(average, &self.network, decay));
        }
    }

    /// [`Player::follow`] in step `step` of a run, counted from 1: with less decay at first, so that the average soon forgets where the
    /// network began, `min(decay, step / (step + 9))`.
    pub fn follow_in(&mut self, step: u64, decay: f64) {
        self.follow(decay.min(step as f64 / (step + 9) as f64));
    }
}

impl<M: Module> Trained for Player<M> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn parts(&self) -> Vec<Part> {
        let moments = match self.optimizer.state().1 {
            Some(moments) => Values::Device(Box::new(moments)),
            None => Values::Host(Vec::new()),
        };
        let mut parts = vec![Part::of(self.name, &self.network), Part::vector(moments_of(self.name), moments)];
        parts.extend(self.average.as_ref().map(|average| Part::of(&average_of(self.name), average)));
        parts
    }

    fn progress(&self) -> Progress {
        let (updates, pace) = (self.optimizer.state().0, self.optimizer.pace());
        Progress { updates, pace, origin: self.origin.clone() }
    }

    fn fits(&self, reader: &Reader<'_>) -> Result<(), CheckpointError> {
        reader.check(self.name, &self.network)?;
        if let Some(average) = &self.average {
            reader.check(&average_of(self.name), average)?;
        }
        self.restored(reader).map(|_| ())
    }

    fn take(&mut self, reader: &Reader<'_>) {
        if let Some(optimizer) = self.restored(reader).ok().filter(|_| self.fits(reader).is_ok()) {
            self.optimizer = optimizer;
            self.origin = reader.progress(self.name).ok().and_then(|progress| progress.origin);
            self.network = reader.fill(self.name, &self.network);
            self.average = self.average.take().map(|average| reader.fill(&average_of(self.name), &average));
        }
    }

    fn is_in(&self, file: &File<'_>) -> bool {
        file.fits(self.name, &self.network)
    }

    fn begin_with(&mut self, file: &File<'_>) -> Result<(), ModelError> {
        let device = self.network.devices().into_iter().next().unwrap_or_default();
        // A clone would share running statistics.
        let empty = self.network.valid();
        let empty = if device.is_autodiff() { empty.train() } else { empty };
        self.network = file.network(self.name, empty, &device)?;
        self.origin = file.origin(self.name);
        if self.average.is_some() {
            self.average = Some(parameters::blend(self.network.valid(), &self.network, 0.0));
        }
        Ok(())
    }

    fn slow_down(&mut self, factor: f64) {
        self.optimizer.slow_down(factor);
    }
}

impl<M: Module> Player<M> {
    fn restored(&self, reader: &Reader<'_>) -> Result<Optimizer, CheckpointError> {
        let name = moments_of(self.name);
        let device = self.network.devices().into_iter().next().unwrap_or_default().inner();
        let moments = reader.vector(&name, &device).filter(|moments| moments.dims()[0] > 0);
        self.optimizer
            .restored(reader.progress(self.name)?, moments, parameters::trained(&self.network))
            .ok_or(CheckpointError::Tensor(name))
    }
}
