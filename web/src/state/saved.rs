//! The last toy run, kept so that a closed tab loses nothing.
//!
//! One run only, about 100 kB for the default networks: well within what every browser's local storage holds.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use super::storage;

const KEY: &str = "run";

/// A toy run on this machine.
#[derive(Serialize, Deserialize)]
pub struct SavedRun {
    pub step: u64,
    /// Whether a link of its settings and step leads there again.
    #[serde(default)]
    pub replayable: bool,
    /// What `LabRequest::Save` gave, in base64: it holds the settings, too.
    state: String,
}

impl SavedRun {
    /// Keeps a run in place of the one before. A run that is too large is not kept.
    pub fn keep(step: u64, replayable: bool, state: &[u8]) {
        let run = Self { step, replayable, state: STANDARD.encode(state) };
        if let Ok(text) = serde_json::to_string(&run) {
            storage::set(KEY, &text);
        }
    }

    /// The run that was kept last, if there is one.
    pub fn load() -> Option<Self> {
        serde_json::from_str(&storage::get(KEY)?).ok()
    }

    pub fn state(&self) -> Vec<u8> {
        STANDARD.decode(&self.state).unwrap_or_default()
    }

    pub fn forget() {
        storage::remove(KEY);
    }
}
