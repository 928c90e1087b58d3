//! The toy run of a page: what is asked of the engine, and when.

use forger_protocol::{Command, EngineError, LabRequest, Request, StepKind, ToyConfig, message::SessionState};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};

use super::{
    keep::Kept,
    look::{LabLook, Moment},
    undo::Past,
    visits::Visits,
};
use crate::{
    components::labels,
    engine_client::{Engine, use_engine},
    i18n::*,
    state::toasts::{Toasts, use_toasts},
};

/// The run of the page that provided it.
#[derive(Clone, Copy)]
pub struct Run {
    pub config: RwSignal<ToyConfig>,
    /// What the engine said of it.
    pub look: RwSignal<LabLook>,
    /// The kept moment that is shown instead of the newest.
    pub visit: RwSignal<Option<Moment>>,
    /// The step that the user wants to see, before it is there.
    pub aim: RwSignal<Option<u64>>,
    /// Whether settings and step say all there is to say, so that a link reproduces the run.
    pub replayable: RwSignal<bool>,
    pub(super) visits: StoredValue<Visits>,
    pub(super) past: StoredValue<Vec<Past>>,
    /// Whether states are kept on this machine, for another visit.
    pub(super) is_kept: bool,
    /// The step to which it trains by itself, as a link, a lesson or what is offered as trained asks for; `None` where the user trains.
    pub(super) until: StoredValue<Option<u64>>,
    /// None until there is something to lose.
    pub(super) kept: StoredValue<Option<Kept>>,
    pub(super) engine: Engine,
    toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
}

/// Opens a run of `config`, trained up to step `until` if given, and keeps it on this machine while it goes on.
pub fn provide_run(config: ToyConfig, until: Option<u64>) -> Run {
    provide(config, until, true)
}

/// Opens a run of `config` that begins by itself: it takes no kept run's place.
pub fn provide_show(config: ToyConfig) -> Run {
    provide(config, None, false)
}

fn provide(config: ToyConfig, until: Option<u64>, is_kept: bool) -> Run {
    let run = Run {
        config: RwSignal::new(config),
        look: RwSignal::new(LabLook::default()),
        visit: RwSignal::new(None),
        aim: RwSignal::new(None),
        replayable: RwSignal::new(true),
        visits: StoredValue::default(),
        past: StoredValue::new(Vec::new()),
        is_kept,
        until: StoredValue::new(None),
        kept: StoredValue::new(None),
        engine: use_engine(),
        toasts: use_toasts(),
        i18n: use_i18n(),
    };
    provide_context(run);
    let number = run.engine.listen_to_lab(move |update, buffers| {
        run.look.try_update(|look| look.take(update, buffers));
    });
    // What another page did is not to be taken back here.
    run.forget();
    run.open();
    if let Some(step) = until {
        run.command(Command::TrainUntil(step));
    }
    // A new worker knows nothing of the run of the old one.
    Effect::new(move |before: Option<()>| {
        run.engine.restarts.track();
        if before.is_some() {
            run.go_on();
        }
    });
    run.keep_on();
    on_cleanup(move || {
        // The next page may have opened its own run before this one is gone.
        if run.engine.leave_lab(number) {
            run.forget();
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
        self.look.with(|look| look.update.as_ref().map(|update| update.state)).unwrap_or_default()
    }

    pub(super) fn is_running(self) -> bool {
        let state = self.look.try_with_untracked(|look| look.update.as_ref().map(|update| update.state));
        state.flatten() == Some(SessionState::Running)
    }

    pub fn step(self) -> u64 {
        self.look.with(|look| look.update.as_ref().map_or(0, |update| update.step))
    }

    /// The step that is shown: the newest, or that of a visit.
    pub fn shown_step(self) -> u64 {
        self.visit.with(|visit| visit.as_ref().map(|moment| moment.step)).unwrap_or_else(|| self.step())
    }

    /// What is to be shown: the moment that is visited, or the newest.
    pub fn with_moment<T>(self, show: impl FnOnce(&Moment) -> T) -> T {
        self.visit.with(|visit| match visit {
            Some(moment) => show(moment),
            None => self.look.with(|look| show(&look.moment)),
        })
    }

    pub fn tell(self, error: &EngineError) {
        labels::tell_lab(self.toasts, self.i18n.get_locale_untracked(), error);
    }

    pub(super) fn ask(self, request: LabRequest, buffers: Vec<ArrayBuffer>) {
        spawn_local(async move {
            if let Err(error) = self.engine.request(Request::Lab(request), buffers).await {
                self.tell(&error);
            }
        });
    }

    /// The engine needs no session any more.
    fn forget(self) {
        spawn_local(async move {
            // Where there is none, there is nothing to tell.
            let _ = self.engine.request(Request::Lab(LabRequest::Close), Vec::new()).await;
        });
    }

    /// Starts anew.
    pub fn open(self) {
        self.remember(true);
        self.replayable.set(true);
        self.start_over();
        self.ask(LabRequest::Open(self.config.get_untracked()), Vec::new());
    }

    fn start_over(self) {
        self.back_to_now();
        self.kept.set_value(None);
        self.until.set_value(None);
        self.look.set(Default::default());
    }

    pub fn command(self, command: Command) {
        match command {
            Command::Reset => {
                self.remember(true);
                self.replayable.set(true);
                self.start_over();
            }
            // A link can say how many whole steps there were, and nothing of others.
            Command::Step(StepKind::Discriminator | StepKind::Generator) => self.replayable.set(false),
            _ => {}
        }
        match command {
            Command::TrainUntil(step) => self.until.set_value(Some(step)),
            Command::Train | Command::Step(_) => self.until.set_value(None),
            Command::Pause | Command::Reset => {}
        }
        if command != Command::Pause {
            self.back_to_now();
        }
        self.ask(LabRequest::Command(command), Vec::new());
    }

    /// Takes other settings, in the running session where that is possible.
    pub fn change(self, config: ToyConfig) {
        let before = self.config.get_untracked();
        if before == config {
            return;
        }
        self.config.set(config.clone());
        if before.is_live_change(&config) {
            self.remember(false);
            // Before the first step, a change is as good as a start.
            if self.is_running() || untrack(|| self.step()) > 0 {
                self.replayable.set(false);
            }
            self.ask(LabRequest::Tune(config), Vec::new());
        } else {
            self.open();
        }
    }

    /// A new run of other settings, trained up to a step.
    pub fn start(self, config: ToyConfig, until: u64) {
        self.config.set(config);
        self.open();
        self.command(Command::TrainUntil(until));
    }
}
