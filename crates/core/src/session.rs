//! The training state machine, the same in the tab and on the command line.
//!
//! Whoever owns a session calls [`Session::advance`] in its own rhythm, reads [`Session::take_metrics`] back in its own
//! way (a browser must not wait for a GPU), gives them to [`Session::settle`], and decides when to save.

use std::sync::Arc;

use burn::tensor::Tensor;
use forger_protocol::{
    Command, StepKind,
    message::{SessionState, StepMetrics},
};

use crate::systems::System;

/// A system and what a user does to it; of any kind, as `Session<dyn System>`.
pub struct Session<S: System + ?Sized> {
    state: SessionState,
    /// A step that the user asked for alone.
    single: Option<StepKind>,
    /// Where to pause, if anywhere.
    until: Option<u64>,
    /// Metrics of the steps since the last look, `[scalars]` each.
    pending: Vec<Tensor<1>>,
    /// Step of the first of them.
    first: u64,
    /// The last state known to be good.
    good: Option<Arc<[u8]>>,
    system: Box<S>,
}

impl<S: System + ?Sized> Session<S> {
    /// Idle, at whatever step the system is.
    pub fn new(system: Box<S>) -> Self {
        Self { system, state: SessionState::Idle, single: None, until: None, pending: Vec::new(), first: 0, good: None }
    }

    /// What is being trained.
    pub fn system(&self) -> &S {
        &self.system
    }

    /// For changes that the system allows while it runs.
    pub fn system_mut(&mut self) -> &mut S {
        &mut self.system
    }

    /// The state.
    pub fn state(&self) -> SessionState {
        self.state
    }

    /// Does what the user asks for.
    pub fn handle(&mut self, command: Command) {
        match command {
            Command::Train => (self.state, self.until) = (SessionState::Running, None),
            Command::TrainUntil(step) => {
                let done = self.system.steps() >= step;
                (self.state, self.until) =
                    (if done { SessionState::Paused } else { SessionState::Running }, Some(step));
            }
            Command::Pause if self.state == SessionState::Running => self.state = SessionState::Paused,
            Command::Pause => {}
            Command::Step(kind) => (self.state, self.single) = (SessionState::Running, Some(kind)),
            Command::Reset => {
                self.system.reset();
                self.forget();
                (self.state, self.good) = (SessionState::Idle, None);
            }
        }
    }

    /// Is what the session is whose place this one takes: it runs on, as far as that would have.
    pub fn go_on_like(&mut self, before: &Self) {
        (self.state, self.until) = (before.state, before.until);
    }

    fn forget(&mut self) {
        self.pending.clear();
        (self.single, self.until) = (None, None);
    }

    /// Does steps while running and while `more` says so: at least one.
    pub fn advance(&mut self, more: &mut dyn FnMut() -> bool) {
        while self.state == SessionState::Running {
            let kind = self.single.take();
            if self.pending.is_empty() {
                self.first = self.system.steps() + 1;
            }
            self.pending.push(self.system.step(kind.unwrap_or(StepKind::Both)));
            let reached = self.until.is_some_and(|until| self.system.steps() >= until);
            if kind.is_some() || reached {
                (self.state, self.until) = (SessionState::Paused, None);
            }
            if !more() {
                break;
            }
        }
    }

    /// Metrics of the steps since the last call, `[n, scalars]`, not read back, with the number of the first of these steps.
    pub fn take_metrics(&mut self) -> Option<(u64, Tensor<2>)> {
        if self.pending.is_empty() {
            return None;
        }
        Some((self.first, Tensor::stack(std::mem::take(&mut self.pending), 0)))
    }

    /// Takes the metrics of steps from `first` on, read back: `[n, scalars]`. When one is not a number, the session is
    /// [`SessionState::Diverged`] and back at its last good state (or at its start); what follows is not returned.
    pub fn settle(&mut self, first: u64, values: &[f32]) -> Vec<StepMetrics> {
        let scalars = self.system.declaration().scalars.len();
        let mut metrics = Vec::with_capacity(values.len() / scalars);
        for (row, step) in values.chunks_exact(scalars).zip(first..) {
            if !row.iter().all(|value| value.is_finite()) {
                self.diverge();
                break;
            }
            metrics.push(StepMetrics { step, values: row.to_vec() });
        }
        metrics
    }

    /// Back to the last good state, or to the start: for a caller that saw what is not a number.
    pub fn diverge(&mut self) {
        self.forget();
        let restored = self.good.as_ref().is_some_and(|good| self.system.load(good).is_ok());
        if !restored {
            self.system.reset();
        }
        self.state = SessionState::Diverged;
    }

    /// Remembers a state, made of [`System::snapshot`], as the last good one. Not while there are metrics to take, which may say that
    /// it is none: settle them first.
    pub fn keep(&mut self, state: Arc<[u8]>) {
        if self.pending.is_empty() {
            self.good = Some(state);
        }
    }

    /// What was last [kept](Session::keep).
    pub fn good(&self) -> Option<&Arc<[u8]>> {
        self.good.as_ref()
    }
}
