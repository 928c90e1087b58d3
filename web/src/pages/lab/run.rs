//! The toy run of a page: what is asked of the engine, and when.

use std::sync::atomic::{AtomicU32, Ordering};

use forger_protocol::{Command, EngineError, Reply, Request, StepKind, ToyConfig, message::SessionState};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};

use super::keep::Kept;
use crate::{
    components::labels,
    engine_client::{Curves, Engine, Moment, use_engine},
    i18n::*,
    state::{
        saved::SavedRun,
        toasts::{Toasts, use_toasts},
    },
};

/// Changes whose curves are kept, to come back with an undo.
const MOST_PAST: usize = 8;

/// Runs so far of this page: the last one is the engine's.
static RUNS: AtomicU32 = AtomicU32::new(0);

/// What an undo brings back that the engine does not have.
pub(super) struct Past {
    /// None where they go on, as after another learning rate.
    curves: Option<Curves>,
    replayable: bool,
}

/// Looks at kept moments: one request at a time, and the latest wish wins.
#[derive(Default)]
struct Visits {
    wanted: Option<u64>,
    under_way: bool,
}

/// The run of the page that provided it.
#[derive(Clone, Copy)]
pub struct Run {
    pub config: RwSignal<ToyConfig>,
    /// The kept moment that is shown instead of the newest.
    pub visit: RwSignal<Option<Moment>>,
    /// The step that the user wants to see, before it is there.
    pub aim: RwSignal<Option<u64>>,
    /// Whether settings and step say all there is to say, so that a link reproduces the run.
    pub replayable: RwSignal<bool>,
    visits: StoredValue<Visits>,
    pub(super) past: StoredValue<Vec<Past>>,
    /// None until there is something to lose.
    pub(super) kept: StoredValue<Option<Kept>>,
    pub(super) engine: Engine,
    toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
}

/// Opens a run of `config`, trained up to step `until` if given, and keeps it on this machine while it goes on.
pub fn provide_run(config: ToyConfig, until: Option<u64>) -> Run {
    let run = Run {
        config: RwSignal::new(config),
        visit: RwSignal::new(None),
        aim: RwSignal::new(None),
        replayable: RwSignal::new(true),
        visits: StoredValue::default(),
        past: StoredValue::new(Vec::new()),
        kept: StoredValue::new(None),
        engine: use_engine(),
        toasts: use_toasts(),
        i18n: use_i18n(),
    };
    provide_context(run);
    run.engine.lab.set(Default::default());
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
            run.go_on(until);
        }
    });
    run.keep_on();
    let number = RUNS.fetch_add(1, Ordering::Relaxed) + 1;
    on_cleanup(move || {
        // The next page may have opened its own run before this one is gone.
        if RUNS.load(Ordering::Relaxed) == number {
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
        self.engine.lab.with(|look| look.update.as_ref().map(|update| update.state)).unwrap_or_default()
    }

    pub(super) fn is_running(self) -> bool {
        let state = self.engine.lab.try_with_untracked(|look| look.update.as_ref().map(|update| update.state));
        state.flatten() == Some(SessionState::Running)
    }

    pub fn step(self) -> u64 {
        self.engine.lab.with(|look| look.update.as_ref().map_or(0, |update| update.step))
    }

    /// The step that is shown: the newest, or that of a visit.
    pub fn shown_step(self) -> u64 {
        self.visit.with(|visit| visit.as_ref().map(|moment| moment.step)).unwrap_or_else(|| self.step())
    }

    /// What is to be shown: the moment that is visited, or the newest.
    pub fn with_moment<T>(self, show: impl FnOnce(&Moment) -> T) -> T {
        self.visit.with(|visit| match visit {
            Some(moment) => show(moment),
            None => self.engine.lab.with(|look| show(&look.moment)),
        })
    }

    pub fn tell(self, error: &EngineError) {
        if !error.is_quiet() {
            self.toasts.error(labels::error(self.i18n.get_locale_untracked(), error));
        }
    }

    pub(super) fn ask(self, request: Request, buffers: Vec<ArrayBuffer>) {
        spawn_local(async move {
            if let Err(error) = self.engine.request(request, buffers).await {
                self.tell(&error);
            }
        });
    }

    /// The engine needs no session any more.
    fn forget(self) {
        spawn_local(async move {
            // Where there is none, there is nothing to tell.
            let _ = self.engine.request(Request::LabClose, Vec::new()).await;
        });
    }

    /// Keeps the curves, if what comes now ends them, for an undo.
    fn remember(self, ends: bool) {
        let past = Past {
            curves: ends.then(|| self.engine.lab.with_untracked(|look| look.curves.clone())),
            replayable: self.replayable.get_untracked(),
        };
        self.past.update_value(|pasts| {
            pasts.push(past);
            if pasts.len() > MOST_PAST {
                pasts.remove(0);
            }
        });
    }

    /// Starts anew.
    pub fn open(self) {
        self.remember(true);
        self.replayable.set(true);
        self.start_over();
        self.ask(Request::LabOpen(self.config.get_untracked()), Vec::new());
    }

    fn start_over(self) {
        self.back_to_now();
        self.kept.set_value(None);
        self.engine.lab.set(Default::default());
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
        if command != Command::Pause {
            self.back_to_now();
        }
        self.ask(Request::LabCommand(command), Vec::new());
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
            self.ask(Request::LabTune(config), Vec::new());
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

    /// Whether there is something to take back.
    pub fn can_undo(self) -> bool {
        self.engine.lab.with(|look| look.update.as_ref().is_some_and(|update| update.can_undo))
    }

    /// Takes back the last change.
    pub fn undo(self) {
        self.back_to_now();
        spawn_local(async move {
            match self.engine.request(Request::LabUndo, Vec::new()).await {
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
    fn opened(self, config: ToyConfig, past: Past) {
        // The page may have been left meanwhile.
        if self.config.try_set(config).is_some() {
            return;
        }
        self.replayable.set(past.replayable);
        self.engine.lab.update(|look| {
            if let Some(curves) = past.curves {
                look.curves = curves;
            }
            if let Some(update) = look.update.clone() {
                look.curves.keep_until(update.step);
                let last = look.curves.metrics.last().map(|metrics| metrics.step);
                let newer = update.metrics.iter().filter(|metrics| last.is_none_or(|last| metrics.step > last));
                look.curves.metrics.extend(newer);
                look.curves.add(&forger_protocol::message::LabUpdate { metrics: Vec::new(), ..update });
            }
        });
    }

    /// Shows a kept moment.
    pub fn visit(self, step: u64) {
        self.aim.set(Some(step));
        let start = self.visits.try_update_value(|visits| {
            visits.wanted = Some(step);
            !std::mem::replace(&mut visits.under_way, true)
        });
        if start != Some(true) {
            return;
        }
        spawn_local(async move {
            while let Some(step) = self.visits.try_with_value(|visits| visits.wanted).flatten() {
                let answer = self.engine.request(Request::LabVisit { step }, Vec::new()).await;
                let wanted = self.visits.try_update_value(|visits| {
                    let wanted = visits.wanted;
                    if wanted == Some(step) {
                        visits.wanted = None;
                    }
                    wanted
                });
                match answer {
                    // Whoever went back to now meanwhile wants nothing.
                    Ok((Reply::LabView(update), buffers)) if wanted.flatten().is_some() => {
                        let _ = self.visit.try_set(Some(Moment::new(&update, &buffers)));
                    }
                    Ok(_) => {}
                    Err(error) => self.tell(&error),
                }
            }
            let _ = self.visits.try_update_value(|visits| visits.under_way = false);
        });
    }

    /// Shows the newest moment again.
    pub fn back_to_now(self) {
        let _ = self.visits.try_update_value(|visits| visits.wanted = None);
        if self.aim.try_with_untracked(Option::is_some) == Some(true) {
            self.aim.set(None);
            self.visit.set(None);
        }
    }

    /// Goes on from the moment that is visited.
    pub fn branch(self, step: u64) {
        self.remember(true);
        self.replayable.set(false);
        self.back_to_now();
        self.ask(Request::LabBranch { step }, Vec::new());
    }

    /// The whole state, and its step.
    pub async fn saved(self) -> Result<(u64, ArrayBuffer), EngineError> {
        match self.engine.request(Request::LabSave, Vec::new()).await? {
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
            match self.engine.request(Request::LabImport, vec![state]).await {
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
