//! What a run goes on from: in another worker, and on this machine after its tab was closed.

use std::time::Duration;

use forger_protocol::{Command, EngineError, LabRequest, Reply, Request, message::SessionState};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};

use super::{curves::Curves, run::Run, undo::Past};
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
        // What begins by itself takes no place of what the user trained.
        let is_own = trained && self.is_kept && self.until.get_value().is_none();
        spawn_local(async move {
            // A run that cannot be kept now can be kept in five seconds.
            if let Ok((step, state)) = self.saved().await
                && let Some(replayable) = self.replayable.try_get_untracked()
            {
                let state = Uint8Array::new(&state).to_vec();
                if is_own {
                    SavedRun::keep(step, replayable, &state);
                }
                // Another run may have begun meanwhile, which this is no state of.
                if self.config.get_untracked() == config {
                    self.kept.try_update_value(|kept| *kept = Some(Kept { step, state }));
                }
            }
        });
    }

    /// Goes on in a new worker, to the same end: from what was kept last, or else from the start.
    pub fn go_on(self) {
        // What could be taken back went with the old worker.
        self.past.update_value(Vec::clear);
        self.back_to_now();
        let (was_running, until) = (self.is_running(), self.until.get_value());
        let kept = self.kept.with_value(|kept| {
            let kept = kept.as_ref()?;
            Some(Uint8Array::from(kept.state.as_slice()).buffer())
        });
        let Some(state) = kept else {
            self.look.set(Default::default());
            self.ask(LabRequest::Open(self.config.get_untracked()), Vec::new());
            if let Some(step) = until {
                self.command(Command::TrainUntil(step));
            } else if was_running {
                self.command(Command::Train);
            }
            return;
        };
        self.ask(LabRequest::Import, vec![state]);
        // A rate may have changed since.
        self.ask(LabRequest::Tune(self.config.get_untracked()), Vec::new());
        if was_running {
            self.ask(LabRequest::Command(until.map_or(Command::Train, Command::TrainUntil)), Vec::new());
        }
    }

    /// The whole state, and its step.
    pub async fn saved(self) -> Result<(u64, ArrayBuffer), EngineError> {
        match self.engine.request(Request::Lab(LabRequest::Save), Vec::new()).await? {
            (Reply::LabSaved { step }, buffers) => match buffers.into_iter().next() {
                Some(state) => Ok((step, state)),
                None => Err(EngineError::Protocol("no state".into())),
            },
            (other, _) => Err(EngineError::Protocol(format!("{other:?}"))),
        }
    }

    /// Goes on with a run that was exported or kept.
    pub fn import(self, state: ArrayBuffer, replayable: bool) {
        self.remember(true);
        self.back_to_now();
        spawn_local(async move {
            match self.engine.request(Request::Lab(LabRequest::Import), vec![state]).await {
                Ok((Reply::LabOpened(config), _)) => {
                    self.opened(*config, Past { curves: Some(Curves::default()), replayable });
                }
                Ok(_) => {}
                Err(error) => {
                    // Nothing was opened, so there is nothing to undo.
                    let _ = self.past.try_update_value(Vec::pop);
                    self.tell(&error);
                }
            }
        });
    }

    /// Goes on with the run that was kept on this machine.
    pub fn restore(self, saved: &SavedRun) {
        self.import(Uint8Array::from(saved.state().as_slice()).buffer(), saved.replayable);
    }
}
