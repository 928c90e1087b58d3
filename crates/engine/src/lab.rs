//! The toy session: slices of training, looks at it, and moving it between devices.
//!
//! Where the choice of device is open, it begins on the CPU at once; a GPU that may be faster shows it behind
//! ([`crate::contest`]), and the session moves when it is.

use std::rc::Rc;

use burn::tensor::Device;
use forger_core::{
    CheckpointError, Session, System, Toy,
    data::distributions,
    history::History,
    metrics::two_sample::Reference,
    systems::toy::look::{Look, density},
};
use forger_protocol::{
    Command, DeviceChoice, DeviceKind, EngineError, Event, Random, Stream, ToyConfig,
    message::{LabUpdate, Measures, SessionState, StepMetrics},
};
use js_sys::ArrayBuffer;

use crate::{
    channel::{Channel, floats},
    contest::Contest,
    devices::{Devices, read},
    schedule::now,
};

/// Length of a slice of training in milliseconds: the worker answers within this and a look.
const SLICE: f64 = 12.0;
/// Milliseconds between looks while it trains.
const LOOK_EVERY: f64 = 100.0;
/// Milliseconds between states kept for the case that training diverges or the device is lost.
const KEEP_EVERY: f64 = 2000.0;
/// Milliseconds between measurements of the fakes while it trains: each takes as long as a few looks.
const MEASURE_EVERY: f64 = 400.0;
/// Real and fake points in a look, a thousand each.
const POINTS: usize = 1000;
/// Fakes that are measured.
const MEASURED: usize = 2000;
/// Cells a side of the maps.
const MAP_SIDE: usize = 50;
/// Moments that one can go back to, and steps between them at first.
const MOMENTS: (usize, u64) = (120, 20);
/// Bytes that they may take together: the widest networks are kept less often.
const MOST_BYTES: usize = 64 << 20;

/// What the page is shown of one moment, and how far its fakes are from the data.
struct Shown {
    measures: Measures,
    buffers: Vec<ArrayBuffer>,
    finite: bool,
}

/// An open toy session.
pub struct Lab {
    session: Session<Toy>,
    device: DeviceKind,
    /// Whether a GPU is faster, while that is open.
    contest: Option<Contest>,
    looked: f64,
    kept: f64,
    /// Steps and time of the last look that measured the rate.
    rated: (u64, f64),
    rate: f64,
    /// Steps a slice on a GPU, where steps are only queued and their time shows when they are read back.
    burst: usize,
    /// Metrics that are settled and not told yet.
    metrics: Vec<StepMetrics>,
    /// What to go on from on another device.
    good: Option<Vec<u8>>,
    pub history: History,
    reference: Rc<Reference>,
    /// The last measurement, and when it was made.
    measured: Option<(Measures, f64)>,
}

impl Lab {
    /// Opens a session on the device of the user's choice, at `saved` if given. `before` is the session that it follows:
    /// on the same data, it need not be measured again what a perfect generator scores.
    pub async fn open(
        devices: &mut Devices,
        config: ToyConfig,
        saved: Option<&[u8]>,
        before: Option<&Self>,
    ) -> Result<Self, EngineError> {
        config.validate()?;
        let kind = match devices.choice {
            DeviceChoice::WebGpu => DeviceKind::WebGpu,
            DeviceChoice::Cpu | DeviceChoice::Auto => DeviceKind::Cpu,
        };
        let contest = devices.is_gpu_promising().then(|| Contest::begin(devices, config.clone()));
        Self::open_on(devices, (kind, contest), config, saved, before).await
    }

    async fn open_on(
        devices: &mut Devices,
        (kind, contest): (DeviceKind, Option<Contest>),
        config: ToyConfig,
        saved: Option<&[u8]>,
        before: Option<&Self>,
    ) -> Result<Self, EngineError> {
        let known = before.map(|before| before.reference.clone()).filter(|reference| reference.fits(&config));
        let reference = known.unwrap_or_else(|| Rc::new(Reference::new(&config, MEASURED)));
        let mut toy = Toy::new(config, &devices.get(kind).await?)?;
        devices.used = kind;
        if let Some(saved) = saved {
            toy.load(saved).map_err(|error| EngineError::BadRun(error.to_string()))?;
        }
        let history = history_from(toy.steps(), state_of(&toy).await?);
        Ok(Self {
            session: Session::new(toy),
            device: kind,
            contest,
            looked: 0.0,
            kept: now(),
            rated: (0, now()),
            rate: 0.0,
            burst: 1,
            metrics: Vec::new(),
            good: None,
            history,
            reference,
            measured: None,
        })
    }

    /// The settings of the session.
    pub fn config(&self) -> &ToyConfig {
        self.session.system().config()
    }

    /// Takes settings that may change while it runs.
    pub fn tune(&mut self, config: ToyConfig) -> Result<(), EngineError> {
        config.validate()?;
        if self.session.system_mut().tune(config) {
            return Ok(());
        }
        Err(EngineError::Protocol("these settings need a new session".into()))
    }

    /// Does what the user asks for, and shows it.
    pub async fn command(&mut self, channel: &Channel, command: Command, can_undo: bool) -> Result<(), EngineError> {
        self.settle().await?;
        self.session.handle(command);
        if command == Command::Reset {
            self.metrics.clear();
            let toy = self.session.system();
            self.history = history_from(toy.steps(), state_of(toy).await?);
        }
        self.rated = (self.session.system().steps(), now());
        if self.is_running() && !matches!(command, Command::Step(_)) {
            return Ok(());
        }
        self.session.advance(&mut || true);
        self.remember().await?;
        self.look(channel, can_undo).await
    }

    /// Whether there are steps to do.
    pub fn is_running(&self) -> bool {
        self.session.state() == SessionState::Running
    }

    /// Trains for one slice.
    pub async fn advance(
        &mut self,
        channel: &Channel,
        devices: &mut Devices,
        can_undo: bool,
    ) -> Result<(), EngineError> {
        devices.used = self.device;
        let start = now();
        if self.device == DeviceKind::Cpu {
            self.session.advance(&mut || now() - start < SLICE);
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
        if now() - self.looked >= LOOK_EVERY || !self.is_running() {
            self.look(channel, can_undo).await?;
        }
        self.remember().await?;
        if now() - self.kept >= KEEP_EVERY && self.is_running() {
            self.keep().await?;
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), EngineError> {
        if let Some((first, metrics)) = self.session.take_metrics() {
            let values = read(metrics).await?;
            self.metrics.extend(self.session.settle(first, &values));
        }
        Ok(())
    }

    /// Keeps this moment for the user to go back to, if it is time for one.
    async fn remember(&mut self) -> Result<(), EngineError> {
        let step = self.session.system().steps();
        if self.history.is_due(step) {
            self.history.keep(step, state_of(self.session.system()).await?);
        }
        Ok(())
    }

    /// Remembers this state, which the last look found finite.
    async fn keep(&mut self) -> Result<(), EngineError> {
        let state = state_of(self.session.system()).await?;
        self.good = Some(state.clone());
        self.session.keep(state);
        self.kept = now();
        Ok(())
    }

    /// Reads the session back and shows it to the page.
    pub async fn look(&mut self, channel: &Channel, can_undo: bool) -> Result<(), EngineError> {
        self.settle().await?;
        let recent = self.measured.filter(|(_, when)| self.is_running() && now() - when < MEASURE_EVERY);
        let look = self.session.system().look_async().await.map_err(lost)?;
        let mut shown = self.show(&look, self.session.system().steps(), recent.map(|(measures, _)| measures));
        if !shown.finite {
            self.session.diverge();
            let look = self.session.system().look_async().await.map_err(lost)?;
            shown = self.show(&look, self.session.system().steps(), None);
        }
        let (steps, time) = (self.session.system().steps(), now());
        self.measured = recent.or(Some((shown.measures, time)));
        let (steps_before, time_before) = self.rated;
        if self.is_running() && time - time_before > LOOK_EVERY / 2.0 && steps > steps_before {
            let rate = (steps - steps_before) as f64 / (time - time_before) * 1000.0;
            self.rate = if self.rate > 0.0 { 0.8 * self.rate + 0.2 * rate } else { rate };
            self.rated = (steps, time);
        }
        let update = LabUpdate {
            state: self.session.state(),
            steps_per_second: if self.is_running() { self.rate } else { 0.0 },
            metrics: std::mem::take(&mut self.metrics),
            ..self.update(shown.measures, steps, can_undo)
        };
        channel.event(0, Event::Lab(update), &shown.buffers);
        self.looked = now();
        Ok(())
    }

    fn update(&self, measures: Measures, step: u64, can_undo: bool) -> LabUpdate {
        LabUpdate {
            state: SessionState::Paused,
            step,
            steps_per_second: 0.0,
            metrics: Vec::new(),
            measures,
            map_side: MAP_SIDE,
            kept: self.history.steps(),
            can_undo,
            device: self.device,
        }
    }

    /// The pictures of one moment, measured anew where no `measures` are given.
    fn show(&self, look: &Look, step: u64, measures: Option<Measures>) -> Shown {
        let config = look.config();
        let random = &mut Random::new(config.seed, Stream::Metrics);
        let reals = distributions::sample(config.distribution, &config.points, POINTS, random);
        let many = look.fakes(MEASURED);
        // The first of many are the same points that few would be.
        let fakes = &many[..2 * POINTS];
        let measures = measures.unwrap_or_else(|| Measures {
            step,
            coverage: look.coverage(&many),
            jensen_shannon: self.reference.jensen_shannon(&many),
            sliced_wasserstein: self.reference.sliced_wasserstein(&many),
        });
        let verdicts = look.verdicts(MAP_SIDE);
        let finite = look.is_finite() && fakes.iter().chain(&verdicts).all(|value| value.is_finite());
        let [generator, discriminator] = look.weights();
        let buffers = [
            &reals,
            fakes,
            &verdicts,
            &density(&many, MAP_SIDE),
            &look.manifold(),
            &look.push(fakes),
            generator,
            discriminator,
        ];
        Shown { measures, buffers: buffers.map(floats).to_vec(), finite }
    }

    /// The newest kept moment at or before a step.
    pub fn visit(&self, step: u64, can_undo: bool) -> Result<(LabUpdate, Vec<ArrayBuffer>), EngineError> {
        let state = self.history.at(step).ok_or_else(|| EngineError::NotOpen(format!("step {step}")))?;
        let toy = Toy::resume(state, &Device::flex()).map_err(|error| EngineError::BadRun(error.to_string()))?;
        let shown = self.show(&toy.look(), toy.steps(), None);
        Ok((self.update(shown.measures, toy.steps(), can_undo), shown.buffers))
    }

    /// The whole state and its step.
    pub async fn save(&mut self) -> Result<(u64, Vec<u8>), EngineError> {
        self.settle().await?;
        let toy = self.session.system();
        Ok((toy.steps(), state_of(toy).await?))
    }

    /// Goes on where the user wants it to; on CPU from the last state kept when the old device is lost.
    pub async fn migrate(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        let is_there = match devices.choice {
            DeviceChoice::WebGpu => self.device == DeviceKind::WebGpu,
            DeviceChoice::Cpu => self.device == DeviceKind::Cpu,
            // Where there is a GPU, whether to stay on the CPU is open anew.
            DeviceChoice::Auto => {
                self.device == DeviceKind::Cpu && self.contest.is_some() == devices.is_gpu_promising()
            }
        };
        if is_there {
            self.contest = self.contest.take().filter(|_| devices.is_gpu_promising());
            return Ok(());
        }
        let from_lost = self.device == DeviceKind::WebGpu && devices.lost.is_some();
        let state = if from_lost { self.last_good() } else { Some(self.save().await?.1) };
        let moved = Self::open(devices, self.config().clone(), state.as_deref(), Some(self)).await?;
        self.go_on_as(moved);
        Ok(())
    }

    /// What to go on from where the session cannot be read any more.
    fn last_good(&mut self) -> Option<Vec<u8>> {
        self.good.take().or_else(|| self.history.at(u64::MAX).map(<[u8]>::to_vec))
    }

    /// Moves to the GPU if that turns out to be faster, and ends the contest then.
    pub async fn decide(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        let Some(gpu) = self.contest.as_mut().and_then(Contest::contender) else { return Ok(()) };
        self.contest = None;
        let gpu = match gpu {
            Ok(Some(gpu)) => gpu,
            Err(error @ EngineError::DeviceLost(_)) => return Err(error),
            // A GPU that cannot be opened, or not train this, is not needed.
            Ok(None) | Err(_) => return Ok(()),
        };
        if devices.is_gpu_promising() && gpu.wins().await? {
            let state = self.save().await?.1;
            let there = (DeviceKind::WebGpu, None);
            let moved = Self::open_on(devices, there, self.config().clone(), Some(&state), Some(self)).await?;
            self.go_on_as(moved);
        }
        Ok(())
    }

    /// Takes the place of the session, which runs if it ran.
    fn go_on_as(&mut self, mut moved: Self) {
        moved.metrics = std::mem::take(&mut self.metrics);
        moved.history = self.history.clone();
        moved.session.go_on_like(&self.session);
        *self = moved;
    }
}

/// The whole state, read back.
async fn state_of(toy: &Toy) -> Result<Vec<u8>, EngineError> {
    toy.save_async().await.map_err(lost)
}

/// All that reading back can fail at.
fn lost(error: CheckpointError) -> EngineError {
    EngineError::DeviceLost(error.to_string())
}

/// A history that begins with this state.
fn history_from(step: u64, state: Vec<u8>) -> History {
    let most = (MOST_BYTES / state.len().max(1)).clamp(8, MOMENTS.0);
    let mut history = History::new(most, MOMENTS.1);
    history.keep(step, state);
    history
}
