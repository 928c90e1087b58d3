//! The toy run of a page: what is asked of the engine, and when.

use std::time::Duration;

use forger_protocol::{Command, EngineError, Reply, Request, ToyConfig, message::SessionState};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::labels,
    engine_client::{Engine, Status, use_engine},
    i18n::*,
    state::{
        saved::SavedRun,
        toasts::{Toasts, use_toasts},
    },
};

/// Time between states kept on this machine.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// The run of the page that provided it.
#[derive(Clone, Copy)]
pub struct Run {
    pub config: RwSignal<ToyConfig>,
    engine: Engine,
    toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
}

/// Opens a run of `config`, trained up to step `until` if given, and keeps it on this machine while it goes on.
pub fn provide_run(config: ToyConfig, until: Option<u64>) -> Run {
    let run = Run { config: RwSignal::new(config), engine: use_engine(), toasts: use_toasts(), i18n: use_i18n() };
    provide_context(run);
    run.engine.lab.set(Default::default());
    // A new engine knows nothing of the run of the old one.
    Effect::new(move |before: Option<bool>| {
        let failed = matches!(run.engine.status.get(), Status::Failed(_));
        if before.is_none() || (before == Some(true) && !failed) {
            run.open();
            if let Some(step) = until {
                run.command(Command::TrainUntil(step));
            }
        }
        failed
    });
    if let Ok(timer) = set_interval_with_handle(move || run.keep(), KEEP_EVERY) {
        on_cleanup(move || timer.clear());
    }
    on_cleanup(move || {
        if run.is_running() {
            run.command(Command::Pause);
        }
    });
    run
}

/// The run of this page.
pub fn use_run() -> Run {
    expect_context()
}

impl Run {
    /// What the engine last said of it.
    pub fn state(self) -> SessionState {
        self.engine.lab.with(|look| look.update.as_ref().map(|update| update.state)).unwrap_or_default()
    }

    fn is_running(self) -> bool {
        let state = self.engine.lab.try_with_untracked(|look| look.update.as_ref().map(|update| update.state));
        state.flatten() == Some(SessionState::Running)
    }

    pub fn step(self) -> u64 {
        self.engine.lab.with(|look| look.update.as_ref().map_or(0, |update| update.step))
    }

    fn ask(self, request: Request, buffers: Vec<ArrayBuffer>) {
        spawn_local(async move {
            match self.engine.request(request, buffers).await {
                Ok(_) | Err(EngineError::Cancelled) => {}
                Err(error) => self.toasts.error(labels::error(self.i18n.get_locale_untracked(), &error)),
            }
        });
    }

    /// Starts anew.
    pub fn open(self) {
        self.engine.lab.set(Default::default());
        self.ask(Request::LabOpen(self.config.get_untracked()), Vec::new());
    }

    pub fn command(self, command: Command) {
        if command == Command::Reset {
            self.engine.lab.set(Default::default());
        }
        self.ask(Request::LabCommand(command), Vec::new());
    }

    /// Takes other settings, in the running session where that is possible.
    pub fn change(self, config: ToyConfig) {
        let before = self.config.get_untracked();
        self.config.set(config);
        if before.is_live_change(&config) {
            self.ask(Request::LabTune(config), Vec::new());
        } else {
            self.open();
        }
    }

    /// Keeps the state on this machine, if it is going on.
    fn keep(self) {
        if !self.is_running() {
            return;
        }
        let config = self.config.get_untracked();
        spawn_local(async move {
            if let Ok((Reply::LabSaved { step }, buffers)) = self.engine.request(Request::LabSave, Vec::new()).await
                && let Some(state) = buffers.first()
            {
                SavedRun::keep(config, step, &Uint8Array::new(state).to_vec());
            }
        });
    }

    /// Goes on with a run that was kept.
    pub fn restore(self, saved: &SavedRun) {
        self.config.set(saved.config);
        self.engine.lab.set(Default::default());
        let state = Uint8Array::from(saved.state().as_slice()).buffer();
        self.ask(Request::LabRestore(saved.config), vec![state]);
    }
}
