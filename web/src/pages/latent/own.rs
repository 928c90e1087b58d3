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

/// What is kept, and what could not be, in place of what has its name.
fn joined(mut kept: Vec<OwnDirection>, lost: &[OwnDirection]) -> Vec<OwnDirection> {
    kept.retain(|own| lost.iter().all(|lost| lost.name != own.name));
    kept.extend_from_slice(lost);
    kept
}

/// Of a list that there is no room for, what stays of what is kept, and what is lost with the page.
fn parted(list: &[OwnDirection], mut kept: Vec<OwnDirection>) -> (Vec<OwnDirection>, Vec<OwnDirection>) {
    let lost = list.iter().filter(|own| !kept.contains(own)).cloned().collect();
    // One that is in place of another of its name is lost alone.
    kept.retain(|own| list.iter().any(|other| other.name == own.name));
    (kept, lost)
}

/// The user's directions, of whatever model.
#[derive(Clone, Copy)]
pub struct Own {
    explorer: Explorer,
    pub list: RwSignal<Vec<OwnDirection>>,
    /// Of these, those that could not be kept.
    lost: StoredValue<Vec<OwnDirection>>,
}

impl Own {
    pub fn load(explorer: Explorer) -> Self {
        let (list, lost) = (RwSignal::new(stored().unwrap_or_default()), StoredValue::new(Vec::new()));
        let own = Self { explorer, list, lost };
        storage::on_change(KEY, move || list.set(own.with_lost(stored().unwrap_or_default())));
        own
    }

    fn with_lost(self, kept: Vec<OwnDirection>) -> Vec<OwnDirection> {
        self.lost.with_value(|lost| joined(kept, lost))
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
        let stored = stored();
        let before = stored.clone().map_or_else(|| self.list.get_untracked(), |kept| self.with_lost(kept));
        let mut list = before.clone();
        change(&mut list);
        if list != before && storage::set(KEY, &write(&list)) {
            self.lost.set_value(Vec::new());
        } else if list != before {
            let stored = stored.unwrap_or_default();
            let (kept, lost) = parted(&list, stored.clone());
            if kept != stored {
                // Less than was kept there is room for.
                storage::set(KEY, &write(&kept));
            }
            self.lost.set_value(lost);
            self.explorer.toasts.error(td_string!(self.explorer.locale(), no_room).to_string());
        }
        self.list.set(list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, value: f32) -> OwnDirection {
        OwnDirection { name: name.into(), code: Code::nearest(&[value, 0.0]) }
    }

    #[test]
    fn what_cannot_be_kept_is_not_lost_by_what_comes_after() {
        let stored = vec![named("age", 1.0), named("hat", 2.0)];
        let mut lost = Vec::new();
        // Another `age` than the one that is kept.
        for added in [named("smile", 3.0), named("age", -1.0), named("beard", 0.5)] {
            let mut list = joined(stored.clone(), &lost);
            list.retain(|own| own.name != added.name);
            list.push(added);
            let parts = parted(&list, stored.clone());
            assert_eq!(parts.0, stored);
            lost = parts.1;
        }
        let all = [named("hat", 2.0), named("smile", 3.0), named("age", -1.0), named("beard", 0.5)];
        assert_eq!(joined(stored.clone(), &lost), all);
        // What is removed does not come back.
        let (kept, lost) = parted(&all[1..], stored);
        assert_eq!((kept.as_slice(), lost.len()), (&[named("age", 1.0)][..], 3));
    }

    #[test]
    fn directions_are_read_as_they_were_written_and_what_is_none_is_left_out() {
        let list = [named("age", 1.0), named("hat", -2.0)];
        assert_eq!(read(&write(&list)).unwrap(), list);
        assert!(read("{}").is_none() && read("").is_none());
        let strange = write(&list).replacen(&list[0].code.to_string(), "no code", 1);
        assert_eq!(read(&strange).unwrap(), list[1..]);
    }
}
