//! Runs: a folder each, with the state in two files in turn and the pictures of its past.

use std::sync::Arc;

use forger_protocol::{
    EngineError,
    runs::{RunConfig, RunInfo},
};
use serde::{Deserialize, Serialize};

use super::{files, locks};
use crate::{
    age::is_over_a_day,
    frames::Frames,
    slots::{self, Head},
};

const FOLDER: &str = "runs";
const SLOTS: [&str; 2] = ["state-a", "state-b"];

/// What a state is of.
#[derive(Serialize, Deserialize)]
struct Description {
    config: RunConfig,
    step: u64,
    /// Milliseconds since 1970.
    saved: f64,
}

/// Where the next state goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Next {
    slot: usize,
    number: u64,
}

/// What became of a run that was to be saved.
pub struct Saved {
    pub state: Arc<[u8]>,
    /// Whether it is on this machine.
    pub kept: Result<(), EngineError>,
    /// Whether the pictures of the run's past are.
    pub past: Result<(), EngineError>,
}

/// A state on the disk.
struct Kept {
    slot: usize,
    head: Head,
    description: Description,
    bytes: u64,
}

fn path(id: &str, file: &str) -> String {
    format!("{FOLDER}/{id}/{file}")
}

/// Keeps a state of a run, which is of this step and time, in the file whose turn it is.
pub async fn write(
    id: &str,
    next: &mut Next,
    config: &RunConfig,
    (step, saved): (u64, f64),
    state: &[u8],
) -> Result<(), EngineError> {
    let description = Description { config: config.clone(), step, saved };
    let text = serde_json::to_vec(&description).map_err(|error| EngineError::Internal(error.to_string()))?;
    let head = slots::head(next.number, &text, state);
    files::write(&path(id, SLOTS[next.slot]), &[&head, state]).await?;
    *next = Next { slot: 1 - next.slot, number: next.number + 1 };
    Ok(())
}

/// The states of a run that were written to their end, the newest first.
async fn kept(id: &str) -> Result<Vec<Kept>, EngineError> {
    let mut found = Vec::new();
    for (slot, name) in SLOTS.iter().enumerate() {
        let Some((beginning, size)) = files::beginning(&path(id, name), slots::BEGINNING).await? else { continue };
        let Some(head) = Head::of(&beginning, size) else { continue };
        let description = head.description(&beginning).and_then(|text| serde_json::from_slice(text).ok());
        let Some(description) = description else { continue };
        found.push(Kept { slot, head, description, bytes: size });
    }
    found.sort_by_key(|kept| std::cmp::Reverse(kept.head.number));
    Ok(found)
}

/// The newest whole state of a run, and where the next one goes.
pub async fn read(id: &str) -> Result<(RunInfo, Vec<u8>, Next), EngineError> {
    for Kept { slot, head, description, bytes } in kept(id).await? {
        let Some(file) = files::read(&path(id, SLOTS[slot])).await? else { continue };
        // One that changed on the disk does not count, and the one before does.
        let Some(content) = head.content(&file) else { continue };
        let Description { config, step, saved } = description;
        let info = RunInfo { id: id.to_owned(), config, step, saved, bytes: bytes as f64 };
        return Ok((info, content.to_vec(), Next { slot: 1 - slot, number: head.number + 1 }));
    }
    Err(EngineError::Storage(format!("no whole state of run {id}")))
}

/// Every run that has a whole state, the newest first; without those that cannot be looked at now, as another tab writes them.
pub async fn list() -> Result<Vec<RunInfo>, EngineError> {
    let mut runs = found().await?.into_iter().flatten().collect::<Vec<_>>();
    runs.sort_by(|a, b| b.saved.total_cmp(&a.saved));
    Ok(runs)
}

/// Every run that has a whole state. Fails where one cannot be looked at now.
pub async fn all() -> Result<Vec<RunInfo>, EngineError> {
    found().await?.into_iter().collect()
}

/// Every run that has a whole state, or why one cannot be looked at.
async fn found() -> Result<Vec<Result<RunInfo, EngineError>>, EngineError> {
    let mut runs = Vec::new();
    for id in files::list(FOLDER).await? {
        let states = match kept(&id).await {
            Ok(states) => states,
            Err(error) => {
                runs.push(Err(error));
                continue;
            }
        };
        let bytes = states.iter().map(|kept| kept.bytes as f64).sum();
        match states.into_iter().next() {
            Some(Kept { description: Description { config, step, saved }, .. }) => {
                runs.push(Ok(RunInfo { id, config, step, saved, bytes }));
            }
            None => sweep(&id).await,
        }
    }
    Ok(runs)
}

/// Deletes a run of which nothing was kept whole, if it was begun long ago and is open nowhere.
async fn sweep(id: &str) {
    if is_over_a_day(id, js_sys::Date::now())
        && let Some(_lock) = locks::if_free(id).await
        && is_cut_off(id).await.unwrap_or_default()
    {
        let _ = files::remove_folder(&format!("{FOLDER}/{id}")).await;
    }
}

/// Whether neither state of a run was written to its end. One that was and says what only a newer Forger knows stays.
async fn is_cut_off(id: &str) -> Result<bool, EngineError> {
    for name in SLOTS {
        let beginning = files::beginning(&path(id, name), slots::BEGINNING).await?;
        if beginning.is_some_and(|(beginning, size)| Head::of(&beginning, size).is_some()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives a run another name that is not open here. It is as old as it was.
pub async fn rename(id: &str, name: String) -> Result<(), EngineError> {
    let _lock = locks::of_run(id).await?;
    let (info, state, mut next) = read(id).await?;
    let config = RunConfig { name, ..info.config };
    write(id, &mut next, &config, (info.step, info.saved), &state).await
}

/// Deletes a run that is open nowhere.
pub async fn delete(id: &str) -> Result<(), EngineError> {
    let _lock = locks::of_run(id).await?;
    files::remove_folder(&format!("{FOLDER}/{id}")).await
}

/// Keeps the pictures of a run's past, if there are new ones.
pub async fn write_frames(id: &str, frames: &mut Frames) -> Result<(), EngineError> {
    if frames.is_new {
        files::write(&path(id, "frames"), &[&frames.write()]).await?;
        frames.is_new = false;
    }
    Ok(())
}

/// The pictures of a run's past, if there are any.
pub async fn read_frames(id: &str) -> Result<Option<Vec<u8>>, EngineError> {
    files::read(&path(id, "frames")).await
}
