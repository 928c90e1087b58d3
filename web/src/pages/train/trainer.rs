//! What is on the page: what is to be trained, the run that is open, and what lies on this machine.

use forger_protocol::{
    Command, EngineError, Reply, Request, RunRequest,
    message::SessionState,
    runs::{RunInfo, Stored},
};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};

use super::{
    form::Form,
    look::{RunLook, Shown},
    reading::Reading,
};
use crate::{
    components::labels,
    engine_client::{Engine, Underway, use_engine},
    i18n::*,
    state::toasts::{Toasts, use_toasts},
};

/// How often what says how long ago something was is renewed.
const TICK: std::time::Duration = std::time::Duration::from_secs(1);

#[derive(Clone, Copy)]
pub struct Trainer {
    pub engine: Engine,
    pub toasts: Toasts,
    i18n: leptos_i18n::I18nContext<Locale>,
    pub form: Form,
    /// What lies on this machine; `None` until the worker has said it.
    pub stored: RwSignal<Option<Stored>>,
    /// Why nothing can be kept here.
    pub unkept: RwSignal<Option<String>>,
    /// Whether the browser promised to keep it; `None` before it was asked.
    pub promised: RwSignal<Option<bool>>,
    /// The run that is open.
    pub open: RwSignal<Option<RunInfo>>,
    /// Why the open run could not be saved when it was to go.
    pub unsaved: RwSignal<Option<String>>,
    /// The run that was to be opened, and is so in another tab.
    pub elsewhere: RwSignal<Option<String>>,
    pub look: RwSignal<RunLook>,
    /// The newest pictures of the run.
    pub shown: RwSignal<Option<Shown>>,
    /// Earlier ones that are shown instead.
    pub visit: RwSignal<Option<Shown>>,
    /// The step that the user wants to see, before it is there.
    pub aim: RwSignal<Option<u64>>,
    /// The step at which the user wants the open run to stop.
    pub stop_at: RwSignal<Option<u64>>,
    /// Whether a run is being begun or opened, and which request does it.
    pub is_busy: RwSignal<bool>,
    pub underway: RwSignal<Option<Underway>>,
    /// What a run is to begin with, on its way to the page: the worker has not been asked yet.
    pub reading: Reading,
    /// Milliseconds since 1970, to the second.
    pub now: RwSignal<f64>,
    /// Whether the part of the user's pictures was asked for.
    pub adding: RwSignal<bool>,
}

impl Trainer {
    pub fn new() -> Self {
        let trainer = Self {
            engine: use_engine(),
            toasts: use_toasts(),
            i18n: use_i18n(),
            form: Form::new(),
            stored: RwSignal::new(None),
            unkept: RwSignal::new(None),
            promised: RwSignal::new(None),
            open: RwSignal::new(None),
            unsaved: RwSignal::new(None),
            elsewhere: RwSignal::new(None),
            look: RwSignal::new(RunLook::default()),
            shown: RwSignal::new(None),
            visit: RwSignal::new(None),
            aim: RwSignal::new(None),
            stop_at: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            underway: RwSignal::new(None),
            reading: Reading::new(),
            now: RwSignal::new(js_sys::Date::now()),
            adding: RwSignal::new(false),
        };
        let number = trainer.engine.listen_to_run(move |update, buffers| {
            if trainer.look.try_with_untracked(|look| look.is_of(&update.id)) == Some(false) {
                trainer.shown.set(None);
                trainer.back_to_now();
            }
            if let Some(pictures) = &update.shown {
                trainer.shown.try_set(Some(Shown::new(pictures, buffers)));
            }
            trainer.look.try_update(|look| look.take(update));
        });
        // A new worker knows nothing of the run of the old one.
        Effect::new(move |before: Option<()>| {
            trainer.engine.restarts.track();
            if before.is_some() {
                trainer.recover();
            }
        });
        if let Ok(timer) = set_interval_with_handle(move || trainer.now.set(js_sys::Date::now()), TICK) {
            on_cleanup(move || timer.clear());
        }
        on_cleanup(move || {
            trainer.end_reading();
            trainer.cancel();
            // The next page of this kind may have opened its own run before this one is gone.
            if trainer.engine.leave_run(number) {
                spawn_local(async move {
                    // Where there is none, there is nothing to tell.
                    let _ = trainer.engine.request(Request::Run(RunRequest::Close { anyway: true }), Vec::new()).await;
                });
            }
        });
        trainer.refresh();
        trainer
    }

    pub fn locale(self) -> Locale {
        self.i18n.get_locale_untracked()
    }

    pub fn tell(self, error: &EngineError) {
        labels::tell(self.toasts, self.locale(), error);
    }

    /// What the run is doing. Tracked.
    pub fn state(self) -> SessionState {
        self.look.with(RunLook::state)
    }

    pub fn is_running(self) -> bool {
        self.state() == SessionState::Running
    }

    /// Whether the worker is opening a run: what it is asked from now on is done to that one. Tracked.
    pub fn is_opening(self) -> bool {
        self.is_busy.get() && !self.reading.is_on()
    }

    /// Opens a run of this machine where it was saved last, and trains on.
    pub fn go_on(self, id: String) {
        spawn_local(self.train_on(id));
    }

    async fn train_on(self, id: String) {
        self.train(RunRequest::Resume { id }, Vec::new()).await;
    }

    /// Opens what is asked for in place of what is open, and trains it.
    pub(super) async fn train(self, request: RunRequest, buffers: Vec<ArrayBuffer>) {
        if self.is_busy.try_update(|is_busy| std::mem::replace(is_busy, true)) != Some(false) {
            return;
        }
        // A film of the run that is open would go on with pictures of the new one.
        self.back_to_now();
        // The worker saves the run that is open, and keeps it where the new one does not open; for one of this machine it goes first.
        let of = if let RunRequest::Resume { id } = &request { Some(id.clone()) } else { None };
        let answer = self.bring(request, buffers).await;
        let is_elsewhere = self.note_elsewhere(of.as_deref(), &answer);
        if self.is_busy.try_set(false).is_some() {
            // The page was left meanwhile.
            return;
        }
        match answer {
            Ok(()) => {
                // That was of the run before.
                self.stop_at.set(None);
                self.command(Command::Train);
            }
            // Before anything went.
            Err(_) if is_elsewhere => {}
            Err(EngineError::Unsaved(why)) => self.unsaved.set(Some(why)),
            Err(error) => {
                if of.is_some() {
                    self.forget();
                }
                let lost = td_string!(self.locale(), train_opening_lost).to_string();
                labels::tell_loss(self.toasts, self.locale(), &error, lost);
            }
        }
        self.refresh();
    }

    pub(super) fn forget(self) {
        self.back_to_now();
        self.open.try_set(None);
        self.unsaved.try_set(None);
        self.stop_at.try_set(None);
        self.shown.try_set(None);
        self.look.try_set(RunLook::default());
    }

    /// Opens a run, idle.
    async fn bring(self, request: RunRequest, buffers: Vec<ArrayBuffer>) -> Result<(), EngineError> {
        if self.open.try_with_untracked(|_| ()).is_none() {
            return Err(EngineError::Cancelled);
        }
        let (id, answer) = self.engine.send(Request::Run(request), buffers);
        self.engine.follow(id, self.underway);
        let answer = answer.await;
        if self.underway.try_get_untracked().flatten().is_some_and(|underway| underway.id == id) {
            self.underway.set(None);
        }
        match answer? {
            (Reply::Run(info), _) => {
                self.open.try_set(Some(*info));
                self.unsaved.try_set(None);
                Ok(())
            }
            _ => Err(EngineError::Protocol("run".into())),
        }
    }

    /// Ends the reading of what a run is to begin with. Whether there was any.
    pub(super) fn end_reading(self) -> bool {
        let was_on = self.reading.end();
        if was_on {
            self.is_busy.set(false);
        }
        was_on
    }

    /// Stops what is being begun or opened.
    pub fn cancel(self) {
        if self.end_reading() {
            return;
        }
        if let Some(underway) = self.underway.try_get_untracked().flatten() {
            self.engine.cancel(underway.id);
        }
    }

    /// Brings the run into a new worker, where it was saved last.
    fn recover(self) {
        let Some(info) = self.open.get_untracked() else { return };
        let was_running = self.look.with_untracked(RunLook::state) == SessionState::Running;
        self.back_to_now();
        spawn_local(async move {
            let answer = self.bring(RunRequest::Resume { id: info.id.clone() }, Vec::new()).await;
            let is_elsewhere = self.note_elsewhere(Some(&info.id), &answer);
            match answer {
                Ok(()) if was_running && !self.open.is_disposed() => self.train_on_now(),
                // Another worker takes the place of this one, too.
                Ok(()) | Err(EngineError::Restarted(_)) => {}
                // Another tab was faster.
                Err(_) if is_elsewhere => self.forget(),
                Err(error) => {
                    self.forget();
                    self.tell(&error);
                }
            }
        });
    }

    pub fn back_to_now(self) {
        self.aim.try_set(None);
        self.visit.try_set(None);
    }

    /// Asks for something of the run that is answered by what it is now, if by anything. Gives the buffers.
    pub async fn ask(self, request: RunRequest) -> Result<Vec<ArrayBuffer>, EngineError> {
        let (reply, buffers) = self.engine.request(Request::Run(request), Vec::new()).await?;
        if let Reply::Run(info) = reply {
            self.open.try_set(Some(*info));
        }
        Ok(buffers)
    }

    fn send(self, request: RunRequest) {
        spawn_local(async move {
            if let Err(error) = self.ask(request).await {
                self.tell(&error);
            }
        });
    }

    pub fn command(self, command: Command) {
        if command != Command::Pause {
            self.back_to_now();
        }
        self.send(RunRequest::Command(command));
    }

    /// Changes learning rates.
    pub fn tune(self, rates: Vec<(String, f64)>) {
        self.send(RunRequest::Tune(rates));
    }
}
