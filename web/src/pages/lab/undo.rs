//! Changes of a run, and how they are taken back.

use forger_protocol::{LabRequest, Reply, Request, ToyConfig, message::LabUpdate};
use leptos::{prelude::*, task::spawn_local};

use super::{curves::Curves, run::Run};

/// Changes whose curves are kept, to come back with an undo.
const MOST_PAST: usize = 8;

/// What an undo brings back that the engine does not have.
pub struct Past {
    /// None where they go on, as after another learning rate.
    pub curves: Option<Curves>,
    pub replayable: bool,
}

impl Run {
    /// Keeps the curves, if what comes now ends them, for an undo.
    pub(super) fn remember(self, ends: bool) {
        let past = Past {
            curves: ends.then(|| self.look.with_untracked(|look| look.curves.clone())),
            replayable: self.replayable.get_untracked(),
        };
        self.past.update_value(|pasts| {
            pasts.push(past);
            if pasts.len() > MOST_PAST {
                pasts.remove(0);
            }
        });
    }

    /// Whether there is something to take back.
    pub fn can_undo(self) -> bool {
        self.look.with(|look| look.update.as_ref().is_some_and(|update| update.can_undo))
    }

    /// Takes back the last change.
    pub fn undo(self) {
        self.back_to_now();
        spawn_local(async move {
            match self.engine.request(Request::Lab(LabRequest::Undo), Vec::new()).await {
                Ok((Reply::LabOpened(config), _)) => {
                    let past = self.past.try_update_value(Vec::pop).flatten();
                    let past = past.unwrap_or_else(|| Past { curves: Some(Curves::default()), replayable: false });
                    self.opened(*config, past);
                }
                Ok(_) => {}
                Err(error) => self.tell(&error),
            }
        });
    }

    /// The engine has put another session in place of the one there was.
    pub(super) fn opened(self, config: ToyConfig, past: Past) {
        // The page may have been left meanwhile.
        if self.config.try_set(config).is_some() {
            return;
        }
        self.replayable.set(past.replayable);
        self.look.update(|look| {
            if let Some(curves) = past.curves {
                look.curves = curves;
            }
            if let Some(update) = look.update.clone() {
                look.curves.keep_until(update.step);
                let last = look.curves.metrics.last().map(|metrics| metrics.step);
                let newer = update.metrics.iter().filter(|metrics| last.is_none_or(|last| metrics.step > last));
                look.curves.metrics.extend(newer.cloned());
                look.curves.add(&LabUpdate { metrics: Vec::new(), ..update });
            }
        });
    }
}
