//! Training that begins with trained networks.

use forger_protocol::{SystemConfig, error::ModelError};
use serde_json::Value;

use super::System;
use crate::{player::Trained, weights::File};

/// Where settings differ of those that `shape` names, as `width=24 where 32 is asked for`.
pub(super) fn differences(shape: &[&str], theirs: &Value, ours: &Value) -> Vec<String> {
    let of = |config: &Value, key| config.pointer(&format!("/{key}")).cloned().unwrap_or_default();
    let both = shape.iter().map(|key| (key.replace('/', "."), of(theirs, key), of(ours, key)));
    let others = both.filter(|(_, theirs, ours)| theirs != ours);
    others.map(|(key, theirs, ours)| format!("{key}={theirs} where {ours} is asked for")).collect()
}

/// [`System::begin_with`], as it is for most.
pub(super) fn begin_with(
    system: &mut (impl System + ?Sized),
    file: &File<'_>,
) -> Result<Vec<&'static str>, ModelError> {
    let SystemConfig { name: found, config } = &file.card.system;
    let expected = system.declaration().name;
    if expected != found {
        return Err(ModelError::OtherSystem { expected: expected.into(), found: found.clone() });
    }
    let differences = system.settings().differences(config);
    if !differences.is_empty() {
        return Err(ModelError::OtherNetworks { settings: differences.join(", ") });
    }
    let mut players = system.parts().players.into_iter();
    // The first draws: without it there is nothing to begin with, and what is missing is told.
    if let Some(drawing) = players.next() {
        drawing.begin_with(file)?;
    }
    begin_where_held(players, file)
}

/// Has players take their networks from a file where it holds them; the others.
pub(super) fn begin_where_held<'a>(
    players: impl Iterator<Item = &'a mut dyn Trained>,
    file: &File<'_>,
) -> Result<Vec<&'static str>, ModelError> {
    let mut others = Vec::new();
    for player in players {
        if player.is_in(file) {
            player.begin_with(file)?;
        } else {
            others.push(player.name());
        }
    }
    Ok(others)
}
