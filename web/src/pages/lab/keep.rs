//! What a run goes on from: in another worker, and on this machine after its tab was closed.

use std::time::Duration;

use forger_protocol::{Command, Request, message::SessionState};
use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};

use super::run::Run;
use crate::state::saved::SavedRun;

/// Time between states that are kept.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// A state and its step.
pub struct Kept {
    step: u64,
    state: Vec<u8>,
}

impl Run {
    /// Keeps states from now on, as long as the page is there.
    pub fn keep_on(self) {
        if let Ok(timer) = set_interval_with_handle(move || self.keep(self.is_running()), KEEP_EVERY) {
            on_cleanup(move || timer.clear());
        }
        // Where it stops is kept as well, unless it began anew.
        Effect::new(move |before: Option<bool>| {
            let running = self.state() == SessionState::Running;
            if before == Some(true) && !running && untrack(move || self.step()) > 0 {
                self.keep(true);
            }
            running
        });
    }

    /// Keeps the state for another worker, and on this machine if it has been trained.
    fn keep(self, trained: bool) {
        let step = untrack(move || self.step());
        if !trained && self.kept.with_value(|kept| kept.as_ref().map_or(0, |kept| kept.step) == step) {
            return;
        }
        let config = self.config.get_untracked();
        spawn_local(async move {
            // A run that cannot be kept now can be kept in five seconds.
            if let Ok((step, state)) = self.saved().await
                && let Some(replayable) = self.replayable.try_get_untracked()
            {
                let state = Uint8Array::new(&state).to_vec();
                if trained {
                    SavedRun::keep(step, replayable, &state);
                }
                // Another run may have begun meanwhile, which this is no state of.
                if self.config.get_untracked() == config {
                    self.kept.try_update_value(|kept| *kept = Some(Kept { step, state }));
                }
            }
        });
    }

    /// Goes on in a new worker: from what was kept last, or else from the start.
    pub fn go_on(self, until: Option<u64>) {
        // What could be taken back went with the old worker.
        self.past.update_value(Vec::clear);
        self.back_to_now();
        let was_running = self.is_running();
        let kept = self.kept.with_value(|kept| {
            let Kept { step, state } = kept.as_ref()?;
            Some((*step, Uint8Array::from(state.as_slice()).buffer()))
        });
        let Some((step, state)) = kept else {
            self.engine.lab.set(Default::default());
            self.ask(Request::LabOpen(self.config.get_untracked()), Vec::new());
            if let Some(step) = until {
                self.command(Command::TrainUntil(step));
            } else if was_running {
                self.command(Command::Train);
            }
            return;
        };
        self.ask(Request::LabImport, vec![state]);
        // A rate may have changed since.
        self.ask(Request::LabTune(self.config.get_untracked()), Vec::new());
        if was_running {
            let end = until.filter(|until| *until > step);
            self.ask(Request::LabCommand(end.map_or(Command::Train, Command::TrainUntil)), Vec::new());
        }
    }
}
