//! GAN systems, one file each.

pub mod begin;
pub mod build;
pub mod cyclegan;
pub mod dcgan;
pub mod encoder;
pub mod gan;
pub mod pix2pix;
mod pool;
pub mod semantic;
pub mod simgan;
pub mod superres;
pub mod toy;

use burn::tensor::Tensor;
use forger_protocol::{OptimizerConfig, Settings, StepKind, error::ModelError, system::Declaration};
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use crate::{
    CheckpointError,
    checkpoint::Reader,
    data::Chance,
    parameters::NamedTensor,
    player::Trained,
    snapshot::{self, Part, Snapshot},
    weights::File,
};

/// All that the steps of a system change.
pub struct Parts<'a> {
    /// In the order of [`Declaration::networks`], less those that the settings leave out.
    pub players: Vec<&'a mut dyn Trained>,
    /// All that it draws random numbers from, each under another name.
    pub chances: Vec<&'a mut dyn Chance>,
    /// Steps done.
    pub steps: &'a mut u64,
}

/// [`Settings`] of whichever system.
pub trait AnySettings {
    /// [`Settings::SYSTEM`].
    fn declaration(&self) -> &'static Declaration;

    /// As a checkpoint keeps them.
    fn value(&self) -> Value;

    /// Whether a run of them can go on from the state of a run of settings that a checkpoint has: they are the same, but for the
    /// numbers of optimizers whose state means the same, such as a learning rate, and for what is free to change (`FREE`).
    fn is_same(&self, theirs: &Value) -> bool;

    /// Where they differ from those of a model so that weights do not fit, as `width=24 where 32 is asked for`.
    fn differences(&self, theirs: &Value) -> Vec<String>;
}

impl<C: Settings> AnySettings for C {
    fn declaration(&self) -> &'static Declaration {
        &C::SYSTEM
    }

    fn value(&self) -> Value {
        json!(self)
    }

    fn is_same(&self, theirs: &Value) -> bool {
        // By way of `C`, so that what an old checkpoint does not say has its default.
        let Ok(theirs) = C::deserialize(theirs) else { return false };
        let (Value::Object(ours), theirs) = (self.value(), theirs.value()) else { return false };
        let optimizer = |value: &Value| OptimizerConfig::deserialize(value).ok();
        ours.iter().all(|(key, ours)| {
            let theirs = &theirs[key];
            let pair = optimizer(ours).zip(optimizer(theirs));
            ours == theirs
                || FREE.contains(&key.as_str())
                || pair.is_some_and(|(ours, theirs)| ours.is_same_kind(&theirs))
        })
    }

    fn differences(&self, theirs: &Value) -> Vec<String> {
        // By way of `C`, as above.
        let theirs = C::deserialize(theirs).map_or(Value::Null, |theirs| theirs.value());
        begin::differences(C::SYSTEM.shape, &theirs, &self.value())
    }
}

/// Networks, optimizers and one `step`: what a [`crate::Session`] runs. Saving, loading and beginning anew are done here, for
/// all systems, from what they list.
pub trait System {
    /// Its settings.
    fn settings(&self) -> &dyn AnySettings;

    /// What it tells and trains.
    fn declaration(&self) -> &'static Declaration {
        self.settings().declaration()
    }

    /// The settings, as a checkpoint keeps them.
    fn config(&self) -> Value {
        self.settings().value()
    }

    /// Whether it can go on from the state of a run of these settings.
    fn accepts(&self, config: &Value) -> bool {
        self.settings().is_same(config)
    }

    /// All that steps change.
    fn parts(&mut self) -> Parts<'_>;

    /// Steps done.
    fn steps(&self) -> u64;

    /// Updates the players that `kind` names. Returns `[scalars]`, in the order of the declaration and not read back: losses
    /// and verdicts as they were before the updates, and the norms of the gradients that updated.
    fn step(&mut self, kind: StepKind) -> Tensor<1>;

    /// Puts new networks, of the same seed, in the place of those there are. [`System::reset`] does the rest.
    fn restart(&mut self);

    /// The pictures that it shows of itself, `[count, channels, height, width]` in `[-1, 1]` for each of
    /// [`Declaration::visuals`], as many and as large of one as of the other; none if there is nothing to show.
    fn visuals(&self) -> Vec<Tensor<4>> {
        Vec::new()
    }

    /// What a checkpoint keeps besides, under [`TERM`]: tensors, and what is not a tensor.
    fn term(&self) -> Option<(Vec<Part>, Value)> {
        None
    }

    /// Takes [`System::term`] back, if the checkpoint has one.
    fn take_term(&mut self, _reader: &Reader<'_>) -> Result<(), CheckpointError> {
        Ok(())
    }

    /// Multiplies all learning rates, as after a loss that was not a number.
    fn slow_down(&mut self, factor: f64) {
        self.parts().players.iter_mut().for_each(|player| player.slow_down(factor));
    }

    /// Back to step 0, with the same seed.
    fn reset(&mut self) {
        self.restart();
        let Parts { chances, steps, .. } = self.parts();
        chances.into_iter().for_each(|chance| chance.rewind());
        *steps = 0;
    }

    /// The whole training state. A run that goes on from it ends bit-equal to one that never stopped, on CPU.
    fn snapshot(&mut self) -> Snapshot {
        let mut state = json!({ "system": self.declaration().name, "config": self.config() });
        let term = self.term();
        let Parts { players, chances, steps } = self.parts();
        state["steps"] = json!(*steps);
        state["players"] = Map::from_iter(players.iter().map(|it| (it.name().into(), json!(it.progress())))).into();
        state["chance"] = Map::from_iter(chances.iter().map(|it| (it.name().into(), it.state()))).into();
        let mut parts = players.iter().flat_map(|player| player.parts()).collect::<Vec<_>>();
        if let Some((tensors, kept)) = term {
            parts.extend(tensors);
            state[TERM] = kept;
        }
        Snapshot { parts, state }
    }

    /// The file of [`System::snapshot`]. Waits for the device, and fails when it is lost.
    fn save(&mut self) -> Result<Vec<u8>, CheckpointError> {
        self.snapshot().write()
    }

    /// Takes a state of the same settings back. One that does not fit changes nothing.
    fn load(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError> {
        load(self, checkpoint)
    }

    /// Begins, at step 0, with the networks of a model or of another run in place of those of chance; optimizers are new. Returns the
    /// networks that the file does not hold as the settings have them: they stay as chance made them. The one that draws must be there.
    fn begin_with(&mut self, file: &File<'_>) -> Result<Vec<&'static str>, ModelError> {
        begin::begin_with(self, file)
    }

    /// At the state of a checkpoint.
    fn resumed(mut self, checkpoint: &[u8]) -> Result<Self, CheckpointError>
    where
        Self: Sized,
    {
        self.load(checkpoint)?;
        Ok(self)
    }
}

/// The name of [`System::term`] in a checkpoint.
pub const TERM: &str = "term";

/// [`System::load`], as it is for most.
pub fn load(system: &mut (impl System + ?Sized), checkpoint: &[u8]) -> Result<(), CheckpointError> {
    let reader = Reader::new(checkpoint)?;
    let (expected, found) = (system.declaration().name, reader.state["system"].as_str().unwrap_or_default());
    if expected != found {
        return Err(CheckpointError::OtherSystem { expected: expected.into(), found: found.into() });
    }
    if !system.accepts(&reader.state["config"]) {
        return Err(CheckpointError::OtherRun("the configuration differs".into()));
    }
    let done = reader.steps()?;
    for player in &system.parts().players {
        player.fits(&reader)?;
    }
    let mut chances = system.parts().chances;
    let before = chances.iter().map(|chance| chance.state()).collect::<Vec<_>>();
    let restored = chances.iter_mut().all(|chance| chance.restore(&reader.state["chance"][chance.name()]));
    let taken = if restored { system.take_term(&reader) } else { Err(CheckpointError::Version) };
    if taken.is_err() {
        for (chance, before) in system.parts().chances.into_iter().zip(&before) {
            let _ = chance.restore(before);
        }
        return taken;
    }
    let Parts { players, steps, .. } = system.parts();
    players.into_iter().for_each(|player| player.take(&reader));
    *steps = done;
    Ok(())
}

/// Settings that no part of a state depends on, besides the numbers of optimizers: how the learning rate falls, and how exactly
/// a device computes. A run may go on with others.
pub const FREE: [&str; 3] = ["constant_steps", "decay_steps", "mixed_precision"];

/// The weights that a system has come to, of each network and then of each moving average; read back.
pub fn networks(system: &mut (impl System + ?Sized)) -> Result<Vec<Vec<NamedTensor>>, CheckpointError> {
    snapshot::read(network_parts(system))
}

/// [`networks`] where waiting is not allowed.
pub async fn networks_async(system: &mut (impl System + ?Sized)) -> Result<Vec<Vec<NamedTensor>>, CheckpointError> {
    snapshot::read_async(network_parts(system)).await
}

/// How many numbers the networks of a system hold: all that a file keeps of them, so that running statistics and the vectors of spectral
/// normalisation count as well as what is learned.
pub fn parameters(system: &mut (impl System + ?Sized)) -> usize {
    system.parts().players.iter().filter_map(|player| Some(player.parts().first()?.len())).sum()
}

fn network_parts(system: &mut (impl System + ?Sized)) -> Vec<Part> {
    let players = system.parts().players;
    let (mut networks, mut averages) = (Vec::new(), Vec::new());
    for player in players {
        let mut parts = player.parts().into_iter();
        networks.extend(parts.next());
        // The optimizer lies between.
        averages.extend(parts.nth(1));
    }
    networks.extend(averages);
    networks
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::DcganConfig;

    #[test]
    fn a_run_goes_on_at_another_rate_and_with_nothing_else_changed() {
        let kept = DcganConfig::default();
        let with = |change: fn(&mut DcganConfig)| {
            let mut config = kept.clone();
            change(&mut config);
            config.is_same(&json!(kept))
        };
        assert!(with(|_| {}) && with(|config| config.mixed_precision = true));
        assert!(with(|config| config.generator_optimizer = OptimizerConfig::adam(1e-5)));
        assert!(!with(|config| config.seed = 2) && !with(|config| config.batch = 2));
        // What Adam remembers is nothing to another optimizer.
        let sgd = |momentum| OptimizerConfig::Sgd { learning_rate: 0.1, momentum };
        assert!(
            !with(|config| config.generator_optimizer = OptimizerConfig::Sgd { learning_rate: 0.1, momentum: 0.0 })
        );
        let still = DcganConfig { discriminator_optimizer: sgd(0.0), ..kept.clone() };
        let moving = DcganConfig { discriminator_optimizer: sgd(0.5), ..kept.clone() };
        assert!(!moving.is_same(&json!(still)));
        // Old checkpoints do not have every setting.
        assert!(kept.is_same(&json!({ "seed": 1 })) && !kept.is_same(&Value::Null));
    }
}
