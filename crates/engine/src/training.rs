//! A system in training, of whatever kind: slices that leave room for requests, what is kept of it, and how it moves between
//! devices. What it shows of itself is the business of whoever owns it.

use std::sync::Arc;

use forger_core::{CheckpointError, Session, System, history::History};
use forger_protocol::{
    Command, DeviceKind, EngineError,
    message::{SessionState, StepMetrics},
};

use crate::{
    devices::{Devices, read},
    schedule::now,
};

/// Length of a slice of training in milliseconds: the worker answers within this and a look.
const SLICE: f64 = 12.0;
/// Milliseconds between looks while it trains.
const LOOK_EVERY: f64 = 100.0;
/// Milliseconds between states kept for the case that training diverges or the device is lost.
const KEEP_EVERY: f64 = 2000.0;
/// Moments that one can go back to, and steps between them at first.
const MOMENTS: (usize, u64) = (120, 20);
/// Bytes that they may take together: the widest networks are kept less often.
const MOST_BYTES: usize = 64 << 20;

/// A session of a system, on a device.
pub struct Training<S: System + ?Sized> {
    session: Session<S>,
    device: DeviceKind,
    looked: f64,
    kept: f64,
    /// Steps and time of the last look that measured the rate.
    rated: (u64, f64),
    rate: f64,
    /// Steps a slice on a GPU, where steps are only queued and their time shows when they are read back.
    burst: usize,
    /// Metrics that are settled and not told yet.
    metrics: Vec<StepMetrics>,
    pub history: History,
    /// Whether there are more moments in it than the first.
    remembers: bool,
    /// The newest state that was read back, for whatever reason: where a lost device is gone on from.
    newest: Arc<[u8]>,
}

/// What a look tells of the training itself.
pub struct Told {
    pub state: SessionState,
    pub step: u64,
    pub steps_per_second: f64,
    /// Since the last look.
    pub metrics: Vec<StepMetrics>,
}

impl<S: System + ?Sized> Training<S> {
    /// A session that is idle, at `saved` if given, of a system that is on this device.
    pub async fn open(mut system: Box<S>, device: DeviceKind, saved: Option<&[u8]>) -> Result<Self, EngineError> {
        if let Some(saved) = saved {
            system.load(saved).map_err(bad_run)?;
        }
        let (steps, newest) = (system.steps(), state_of(&mut *system).await?);
        let mut session = Session::new(system);
        // Where it diverges before it has kept anything, it is back here and not at its beginning, which would be saved over the run.
        session.keep(newest.clone());
        Ok(Self {
            session,
            device,
            looked: 0.0,
            kept: now(),
            rated: (steps, now()),
            rate: 0.0,
            burst: 1,
            metrics: Vec::new(),
            history: history_from(steps, &newest),
            remembers: true,
            newest,
        })
    }

    /// For a session whose moments nobody goes back to: they would take memory, and time to read back.
    pub fn without_moments(mut self) -> Self {
        self.remembers = false;
        self
    }

    /// What is being trained.
    pub fn system(&self) -> &S {
        self.session.system()
    }

    /// For changes that the system allows while it runs.
    pub fn system_mut(&mut self) -> &mut S {
        self.session.system_mut()
    }

    /// Where it is.
    pub fn device(&self) -> DeviceKind {
        self.device
    }

    /// Whether there are steps to do.
    pub fn is_running(&self) -> bool {
        self.session.state() == SessionState::Running
    }

    /// Does what the user asks for. Whether it is to be shown at once: what runs on is shown soon.
    pub async fn command(&mut self, command: Command) -> Result<bool, EngineError> {
        self.settle().await?;
        self.session.handle(command);
        if command == Command::Reset {
            self.metrics.clear();
            let state = self.state().await?;
            self.history = history_from(self.system().steps(), &state);
        }
        self.rated = (self.system().steps(), now());
        if self.is_running() && !matches!(command, Command::Step(_)) {
            return Ok(false);
        }
        self.session.advance(&mut || true);
        self.settle().await?;
        self.remember().await?;
        Ok(true)
    }

    /// Trains for one slice and reads back what it told, so that what is kept next is known to be finite. Whether it is time for a
    /// look. Follow with [`Training::keep`].
    pub async fn advance(&mut self) -> Result<bool, EngineError> {
        let start = now();
        if self.device == DeviceKind::Cpu {
            self.session.advance(&mut || now() - start < SLICE);
            self.settle().await?;
        } else {
            let mut left = self.burst;
            self.session.advance(&mut || {
                left = left.saturating_sub(1);
                left > 0
            });
            self.settle().await?;
            let took = now() - start;
            self.burst = if took < LOOK_EVERY / 2.0 { self.burst * 2 } else { (self.burst / 2).max(1) };
        }
        Ok(now() - self.looked >= LOOK_EVERY || !self.is_running())
    }

    /// Reads back what the steps so far have told.
    pub async fn settle(&mut self) -> Result<(), EngineError> {
        if let Some((first, metrics)) = self.session.take_metrics() {
            let values = read(metrics).await?;
            self.metrics.extend(self.session.settle(first, &values));
            if self.session.state() == SessionState::Diverged {
                self.forget_newest();
            }
        }
        Ok(())
    }

    /// A look found something that is not a number: back to the last good state.
    pub fn diverge(&mut self) {
        self.session.diverge();
        self.forget_newest();
    }

    /// What was read back last may be what diverged: the last good state takes its place, or where it was opened. What came after
    /// that is no moment to go back to.
    fn forget_newest(&mut self) {
        let first = self.history.steps().first().copied().unwrap_or_default();
        if let Some(state) = self.session.good().or_else(|| self.history.at(first)) {
            self.newest = state.clone();
        }
        self.history.cut(self.system().steps());
    }

    /// What a look tells that is made now.
    pub fn told(&mut self) -> Told {
        let (step, time, is_running) = (self.system().steps(), now(), self.is_running());
        let (step_before, time_before) = self.rated;
        if is_running && time - time_before > LOOK_EVERY / 2.0 && step > step_before {
            let rate = (step - step_before) as f64 / (time - time_before) * 1000.0;
            self.rate = if self.rate > 0.0 { 0.8 * self.rate + 0.2 * rate } else { rate };
            self.rated = (step, time);
        }
        self.looked = time;
        Told {
            state: self.session.state(),
            step,
            steps_per_second: if is_running { self.rate } else { 0.0 },
            metrics: std::mem::take(&mut self.metrics),
        }
    }

    /// Keeps what is due: a moment for the user to go back to, and a state to go on from. Its steps are settled.
    pub async fn keep(&mut self) -> Result<(), EngineError> {
        self.remember().await?;
        if now() - self.kept >= KEEP_EVERY && self.is_running() {
            let state = self.state().await?;
            self.session.keep(state);
            self.kept = now();
        }
        Ok(())
    }

    async fn remember(&mut self) -> Result<(), EngineError> {
        let step = self.system().steps();
        if self.remembers && self.history.is_due(step) {
            let state = self.state().await?;
            self.history.keep(step, state);
        }
        Ok(())
    }

    /// The whole state, read back.
    async fn state(&mut self) -> Result<Arc<[u8]>, EngineError> {
        self.newest = state_of(self.session.system_mut()).await?;
        Ok(self.newest.clone())
    }

    /// The whole state and its step.
    pub async fn save(&mut self) -> Result<(u64, Arc<[u8]>), EngineError> {
        self.settle().await?;
        let state = self.state().await?;
        Ok((self.system().steps(), state))
    }

    /// What to go on from on another device: its state, or where its own device is lost the newest that was read back.
    pub async fn leave(&mut self, devices: &Devices) -> Result<Arc<[u8]>, EngineError> {
        if self.device == DeviceKind::WebGpu && devices.lost.is_some() {
            return Ok(self.newest.clone());
        }
        Ok(self.save().await?.1)
    }

    /// Goes on in the place of another, which it is at the state of: it runs if that ran.
    pub fn replace(&mut self, before: &mut Self) {
        self.metrics = std::mem::take(&mut before.metrics);
        self.history = before.history.clone();
        self.session.go_on_like(&before.session);
    }
}

/// Why a saved state is refused.
pub fn bad_run(error: CheckpointError) -> EngineError {
    EngineError::BadRun(error.to_string())
}

/// All that reading back can fail at.
pub fn lost(error: CheckpointError) -> EngineError {
    EngineError::DeviceLost(error.to_string())
}

async fn state_of(system: &mut (impl System + ?Sized)) -> Result<Arc<[u8]>, EngineError> {
    Ok(system.snapshot().write_async().await.map_err(lost)?.into())
}

/// A history that begins with this state.
fn history_from(step: u64, state: &Arc<[u8]>) -> History {
    // However large it is: the start, and one more.
    let most = (MOST_BYTES / state.len().max(1)).clamp(2, MOMENTS.0);
    let mut history = History::new(most, MOMENTS.1);
    history.keep(step, state.clone());
    history
}
