//! Directions of the user's own, kept on this machine.

use forger_protocol::latent_url::Code;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::explorer::Explorer;
use crate::{i18n::*, state::storage};

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

/// The directions of a text that read; `None` if it is of none.
fn read(text: &str) -> Option<Vec<OwnDirection>> {
    let read = |saved: Saved| Some(OwnDirection { name: saved.name, code: saved.code.parse().ok()? });
    Some(serde_json::from_str::<Vec<Saved>>(text).ok()?.into_iter().filter_map(read).collect())
}

fn write(list: &[OwnDirection]) -> String {
    let saved = |own: &OwnDirection| Saved { name: own.name.clone(), code: own.code.to_string() };
    serde_json::to_string(&list.iter().map(saved).collect::<Vec<_>>()).unwrap_or_default()
}

/// What is kept now: another tab may have changed it.
fn stored() -> Option<Vec<OwnDirection>> {
    storage::get(KEY).and_then(|text| read(&text))
}

/// The user's directions, of whatever model.
#[derive(Clone, Copy)]
pub struct Own {
    explorer: Explorer,
    pub list: RwSignal<Vec<OwnDirection>>,
}

impl Own {
    pub fn load(explorer: Explorer) -> Self {
        let list = RwSignal::new(stored().unwrap_or_default());
        storage::on_change(KEY, move || list.set(stored().unwrap_or_default()));
        Self { explorer, list }
    }

    /// Keeps a direction, in place of another of that name.
    pub fn add(self, name: &str, vector: &[f32]) -> OwnDirection {
        let largest = vector.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
        let scaled = vector.iter().map(|value| value / largest * LARGEST).collect::<Vec<_>>();
        let added = OwnDirection { name: name.to_owned(), code: Code::nearest(&scaled) };
        self.change(|list| {
            list.retain(|direction| direction.name != name);
            list.push(added.clone());
        });
        added
    }

    pub fn remove(self, name: &str) {
        self.change(|list| list.retain(|direction| direction.name != name));
    }

    /// What cannot be kept lasts as long as the page, and that is said.
    fn change(self, change: impl FnOnce(&mut Vec<OwnDirection>)) {
        let before = stored().unwrap_or_else(|| self.list.get_untracked());
        let mut list = before.clone();
        change(&mut list);
        if list != before && !storage::set(KEY, &write(&list)) {
            self.explorer.toasts.error(td_string!(self.explorer.locale(), no_room).to_string());
        }
        self.list.set(list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_read_as_they_were_written_and_what_is_none_is_left_out() {
        let list = [("age", 1.0), ("hat", -2.0)]
            .map(|(name, value)| OwnDirection { name: name.into(), code: Code::nearest(&[value, 0.0]) });
        assert_eq!(read(&write(&list)).unwrap(), list);
        assert!(read("{}").is_none() && read("").is_none());
        let strange = write(&list).replacen(&list[0].code.to_string(), "no code", 1);
        assert_eq!(read(&strange).unwrap(), list[1..]);
    }
}
