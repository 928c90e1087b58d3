//! Directions of the user's own, kept on this machine.

use forger_protocol::latent_url::Code;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::state::storage;

const KEY: &str = "directions";
/// The largest value of a code: a direction is kept as long as it can be, and so as exact.
const LARGEST: f32 = 127.0 / 32.0;

/// A direction with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnDirection {
    pub name: String,
    pub code: Code,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    name: String,
    code: String,
}

/// The user's directions, of whatever model.
#[derive(Clone, Copy)]
pub struct Own {
    pub list: RwSignal<Vec<OwnDirection>>,
}

impl Own {
    pub fn load() -> Self {
        let saved = storage::get(KEY).and_then(|text| serde_json::from_str::<Vec<Saved>>(&text).ok());
        let read = |saved: Saved| Some(OwnDirection { name: saved.name, code: saved.code.parse().ok()? });
        Self { list: RwSignal::new(saved.unwrap_or_default().into_iter().filter_map(read).collect()) }
    }

    /// Keeps a direction, in place of another of that name.
    pub fn add(self, name: &str, vector: &[f32]) -> OwnDirection {
        let largest = vector.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
        let scaled = vector.iter().map(|value| value / largest * LARGEST).collect::<Vec<_>>();
        let added = OwnDirection { name: name.to_owned(), code: Code::nearest(&scaled) };
        self.remove(name);
        self.list.update(|list| list.push(added.clone()));
        self.keep();
        added
    }

    pub fn remove(self, name: &str) {
        self.list.update(|list| list.retain(|direction| direction.name != name));
        self.keep();
    }

    fn keep(self) {
        let saved = |own: &OwnDirection| Saved { name: own.name.clone(), code: own.code.to_string() };
        let list = self.list.with_untracked(|list| list.iter().map(saved).collect::<Vec<_>>());
        if let Ok(text) = serde_json::to_string(&list) {
            storage::set(KEY, &text);
        }
    }
}
