//! Whether models work on this device: each is opened, which compares its hash and what its networks make with its card, and
//! closed again.

use forger_protocol::{DeviceChoice, DeviceKind, EngineError, ManifestEntry};
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::stock::{Item, Place, Stock};
use crate::{engine_client::Source, shelf::Opened, state::screen::now};

/// What came of a check.
#[derive(Clone, PartialEq)]
pub enum Verdict {
    Works { milliseconds: f64, device: DeviceKind },
    Refused(EngineError),
}

/// What is checked now.
#[derive(Clone, PartialEq)]
pub struct Checking {
    /// [`Item::key`].
    pub key: String,
    /// How many of the same row were checked before.
    pub done: usize,
    pub total: usize,
}

/// A file of the user's, by its name where it is not open.
#[derive(Clone)]
pub enum Tried {
    Underway(String),
    Opened(Box<Item>),
    Refused(String, EngineError),
}

impl Stock {
    /// Checks models one after the other, in place of what is checked now.
    pub fn check(self, items: Vec<Item>) {
        let (turn, total) = (self.begin(), items.len());
        spawn_local(async move {
            for (done, item) in items.into_iter().enumerate() {
                let (key, entry) = (item.key(), item.entry);
                self.checking.try_set(Some(Checking { key: key.clone(), done, total }));
                let source = match item.place {
                    Place::Here => Source::Stored(entry.file),
                    Place::Site | Place::File => Source::Site(Box::new(entry)),
                };
                let verdict = match self.opened(source).await {
                    Ok((_, verdict)) => verdict,
                    Err(error) => Verdict::Refused(error),
                };
                if !self.is_wanted(turn) {
                    return;
                }
                self.verdicts.update(|verdicts| {
                    verdicts.insert(key, verdict);
                });
            }
            self.checking.try_set(None);
        });
    }

    /// Opens a file of the user's, whatever its system, and closes it again.
    pub fn try_file(self, file: File) {
        let (turn, name, bytes) = (self.begin(), file.name(), file.size() as u64);
        self.tried.set(Some(Tried::Underway(name.clone())));
        spawn_local(async move {
            let tried = match self.opened(Source::File(file)).await {
                Ok((Opened { card, sha256, .. }, verdict)) => {
                    let entry = ManifestEntry { file: name, bytes, sha256, card };
                    let item = Item { place: Place::File, entry };
                    self.verdicts.try_update(|verdicts| verdicts.insert(item.key(), verdict));
                    Tried::Opened(Box::new(item))
                }
                Err(error) => Tried::Refused(name, error),
            };
            if self.is_wanted(turn) {
                self.tried.set(Some(tried));
            }
        });
    }

    async fn opened(self, source: Source) -> Result<(Opened, Verdict), EngineError> {
        let start = now();
        let opened = self.shelf.open(source).await?;
        let milliseconds = now() - start;
        self.shelf.close(opened.card.name.clone());
        // The worker opens on the CPU where the choice is open.
        let is_lost =
            self.engine.device.with_untracked(|report| report.as_ref().is_none_or(|report| report.lost.is_some()));
        let is_gpu = self.engine.choice.get_untracked() == DeviceChoice::WebGpu && !is_lost;
        let device = if is_gpu { DeviceKind::WebGpu } else { DeviceKind::Cpu };
        self.engine.used(device);
        Ok((opened, Verdict::Works { milliseconds, device }))
    }

    /// How many do not work here, and of how many, where each of several was checked. Tracked.
    pub fn refused(self) -> Option<(usize, usize)> {
        let all = self.all();
        let is_bad = |item: &Item| {
            let verdict = self.verdicts.with(|verdicts| verdicts.get(&item.key()).cloned())?;
            Some(matches!(verdict, Verdict::Refused(_)))
        };
        let bad = all.iter().map(is_bad).collect::<Option<Vec<_>>>()?;
        (bad.len() > 1).then(|| (bad.iter().filter(|bad| **bad).count(), bad.len()))
    }

    /// Begins something, in place of what is under way. Gives the number that [`Stock::is_wanted`] wants.
    fn begin(self) -> u32 {
        self.cancel();
        self.turn.get_value()
    }

    fn is_wanted(self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    /// Stops what is under way. What was found before stays.
    pub fn cancel(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.shelf.cancel();
        self.checking.set(None);
        if self.tried.with_untracked(|tried| matches!(tried, Some(Tried::Underway(_)))) {
            self.tried.set(None);
        }
    }
}
