//! Where a run begins: at the beginning, at a state that was saved, or with the networks of a model.

use std::rc::Rc;

use forger_core::{checkpoint::Reader, weights::File};
use forger_protocol::{
    EngineError,
    error::ModelError,
    runs::{Origin, RunConfig, presets},
};

use crate::{
    frames::Frames,
    store::{
        fresh_id, kept_runs,
        locks::{self, Lock},
    },
    training::bad_run,
};

/// What a run is at first.
pub enum Beginning {
    /// As chance makes it.
    Chance,
    /// Where another was, or itself: a checkpoint.
    State(Vec<u8>),
    /// At step 0, with the networks of a model file.
    Model(Vec<u8>),
}

/// All that a run is opened with.
pub struct Start {
    pub id: String,
    pub config: RunConfig,
    pub lock: Rc<Lock>,
    pub beginning: Beginning,
    pub next: kept_runs::Next,
    /// The step and time of the state on the disk.
    pub saved: Option<(u64, f64)>,
    pub frames: Option<Frames>,
}

/// A new run, from its beginning, from a checkpoint, or where the configuration says so from a model: the settings are those of the
/// file then.
pub async fn begin(mut config: RunConfig, file: Option<Vec<u8>>) -> Result<Start, EngineError> {
    let beginning = match file {
        None if config.from.is_some() => return Err(ModelError::NoCard.into()),
        None => Beginning::Chance,
        Some(model) if config.from.is_some() => {
            take_model(&mut config, &model)?;
            Beginning::Model(model)
        }
        Some(checkpoint) => {
            take_checkpoint(&mut config, &checkpoint)?;
            Beginning::State(checkpoint)
        }
    };
    let id = fresh_id();
    let lock = Rc::new(locks::of_run(&id).await?);
    Ok(Start { id, config, lock, beginning, next: kept_runs::Next::default(), saved: None, frames: None })
}

/// Takes the settings of a checkpoint, and what it began with.
fn take_checkpoint(config: &mut RunConfig, checkpoint: &[u8]) -> Result<(), EngineError> {
    let reader = Reader::new(checkpoint).map_err(bad_run)?;
    let found = reader.state["system"].as_str().unwrap_or_default();
    if found != config.system.name {
        return Err(EngineError::BadRun(format!("the checkpoint is of {found}, not of {}", config.system.name)));
    }
    config.system.config = reader.state["config"].clone();
    config.from = reader.origin();
    Ok(())
}

/// Takes the settings of a model, and what its card says of it.
fn take_model(config: &mut RunConfig, model: &[u8]) -> Result<(), EngineError> {
    let card = File::of_model(model)?.card;
    if card.system.name != config.system.name {
        let (expected, found) = (config.system.name.clone(), card.system.name);
        return Err(ModelError::OtherSystem { expected, found }.into());
    }
    config.system = presets::begun_with(&card.system);
    config.from = Some(Origin { name: card.name, licence: card.licence });
    Ok(())
}
