//! The toy session: slices of training, looks at it, and moving it between devices.

use forger_core::{Session, System, Toy, data::distributions, metrics::coverage};
use forger_protocol::{
    Command, DeviceChoice, DeviceKind, EngineError, Event, Random, Stream, ToyConfig,
    message::{LabUpdate, SessionState, StepMetrics},
};

use crate::{
    channel::{Channel, floats},
    devices::{Devices, read},
    schedule::{now, within, yield_now},
};

/// Length of a slice of training in milliseconds: the worker answers within this and a look.
const SLICE: f64 = 12.0;
/// Milliseconds between looks while it trains. A look costs about as much as ten steps.
const LOOK_EVERY: f64 = 100.0;
/// Milliseconds between states kept for the case that training diverges or the device is lost.
const KEEP_EVERY: f64 = 2000.0;
/// Points of each kind in a look.
const POINTS: usize = 800;
/// Cells a side of the heat map, which spans `[-EXTENT, EXTENT]` in both directions.
const HEAT_SIDE: usize = 40;
const EXTENT: f32 = 1.25;

/// An open toy session.
pub struct Lab {
    session: Session<Toy>,
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
    /// What to go on from on another device.
    good: Option<Vec<u8>>,
}

impl Lab {
    /// Opens a session on the device of the user's choice, at `saved` if given.
    pub async fn open(devices: &mut Devices, config: ToyConfig, saved: Option<&[u8]>) -> Result<Self, EngineError> {
        config.validate()?;
        let kind = choose(devices, config).await?;
        let mut toy = Toy::new(config, &devices.get(kind).await?)?;
        if let Some(saved) = saved {
            toy.load(saved).map_err(|error| EngineError::Protocol(error.to_string()))?;
        }
        Ok(Self {
            session: Session::new(toy),
            device: kind,
            looked: 0.0,
            kept: now(),
            rated: (0, now()),
            rate: 0.0,
            burst: 1,
            metrics: Vec::new(),
            good: None,
        })
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
    pub async fn command(&mut self, channel: &Channel, command: Command) -> Result<(), EngineError> {
        self.settle().await?;
        self.session.handle(command);
        if command == Command::Reset {
            self.metrics.clear();
        }
        self.rated = (self.session.system().steps(), now());
        if self.is_running() && !matches!(command, Command::Step(_)) {
            return Ok(());
        }
        self.session.advance(&mut || true);
        self.look(channel).await
    }

    /// Whether there are steps to do.
    pub fn is_running(&self) -> bool {
        self.session.state() == SessionState::Running
    }

    /// Trains for one slice.
    pub async fn advance(&mut self, channel: &Channel, devices: &mut Devices) -> Result<(), EngineError> {
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
            self.look(channel).await?;
        }
        if now() - self.kept >= KEEP_EVERY && self.is_running() {
            self.keep().await;
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

    /// Remembers this state, which the last look found finite.
    async fn keep(&mut self) {
        let state = self.session.system().save_async().await;
        self.good = Some(state.clone());
        self.session.keep(state);
        self.kept = now();
    }

    /// Reads the session back and shows it to the page.
    pub async fn look(&mut self, channel: &Channel) -> Result<(), EngineError> {
        self.settle().await?;
        let (mut fakes, mut heat) = self.pictures().await?;
        if !fakes.iter().chain(&heat).all(|value| value.is_finite()) {
            self.session.diverge();
            (fakes, heat) = self.pictures().await?;
        }
        let toy = self.session.system();
        let config = *toy.config();
        let verdicts = heat.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect::<Vec<_>>();
        let reals = distributions::sample(config.distribution, POINTS, &mut Random::new(config.seed, Stream::Metrics));
        let (steps, time) = (toy.steps(), now());
        let (steps_before, time_before) = self.rated;
        if self.is_running() && time - time_before > LOOK_EVERY / 2.0 && steps > steps_before {
            let rate = (steps - steps_before) as f64 / (time - time_before) * 1000.0;
            self.rate = if self.rate > 0.0 { 0.8 * self.rate + 0.2 * rate } else { rate };
            self.rated = (steps, time);
        }
        let update = LabUpdate {
            state: self.session.state(),
            step: steps,
            steps_per_second: if self.is_running() { self.rate } else { 0.0 },
            metrics: std::mem::take(&mut self.metrics),
            coverage: coverage::coverage(config.distribution, &fakes),
            heat_side: HEAT_SIDE,
            device: self.device,
        };
        channel.event(0, Event::Lab(update), &[floats(&reals), floats(&fakes), floats(&verdicts)]);
        self.looked = now();
        Ok(())
    }

    async fn pictures(&self) -> Result<(Vec<f32>, Vec<f32>), EngineError> {
        let toy = self.session.system();
        Ok((read(toy.fakes(POINTS)).await?, read(toy.heat_map(HEAT_SIDE, EXTENT)).await?))
    }

    /// The whole state and its step.
    pub async fn save(&mut self) -> Result<(u64, Vec<u8>), EngineError> {
        self.settle().await?;
        let toy = self.session.system();
        Ok((toy.steps(), toy.save_async().await))
    }

    /// Goes on where the user wants it to; on CPU from the last state kept when the old device is lost.
    pub async fn migrate(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        let config = *self.session.system().config();
        let kind = choose(devices, config).await?;
        if kind == self.device {
            return Ok(());
        }
        let was_running = self.is_running();
        let from_lost = self.device == DeviceKind::WebGpu && devices.lost.is_some();
        let state = if from_lost { self.good.take() } else { Some(self.save().await?.1) };
        let mut moved = Self::open(devices, config, state.as_deref()).await?;
        moved.metrics = std::mem::take(&mut self.metrics);
        if was_running {
            moved.session.handle(Command::Train);
        }
        *self = moved;
        Ok(())
    }
}

/// The device for these settings. An open choice is settled by timing a few steps on both.
async fn choose(devices: &mut Devices, config: ToyConfig) -> Result<DeviceKind, EngineError> {
    let kind = match devices.choice {
        DeviceChoice::Cpu => DeviceKind::Cpu,
        DeviceChoice::WebGpu => DeviceKind::WebGpu,
        DeviceChoice::Auto if devices.is_gpu_promising() => {
            let cpu = time(devices, DeviceKind::Cpu, config).await;
            let gpu = time(devices, DeviceKind::WebGpu, config).await;
            match (cpu, gpu) {
                (Some(cpu), Some(gpu)) if gpu < cpu => DeviceKind::WebGpu,
                (None, Some(_)) => DeviceKind::WebGpu,
                _ => DeviceKind::Cpu,
            }
        }
        DeviceChoice::Auto => DeviceKind::Cpu,
    };
    devices.get(kind).await?;
    devices.used = kind;
    Ok(kind)
}

/// Milliseconds a step, or `None` when the device does not answer soon.
async fn time(devices: &mut Devices, kind: DeviceKind, config: ToyConfig) -> Option<f64> {
    let device = devices.get(kind).await.ok()?;
    let mut toy = Toy::new(config, &device).ok()?;
    // The first steps compile kernels.
    for _ in 0..2 {
        let warm_up = toy.step(forger_protocol::StepKind::Both);
        within(1500, read(warm_up)).await?.ok()?;
        yield_now().await;
    }
    let start = now();
    let mut last = toy.step(forger_protocol::StepKind::Both);
    for _ in 1..4 {
        last = toy.step(forger_protocol::StepKind::Both);
    }
    within(1500, read(last)).await?.ok()?;
    Some((now() - start) / 4.0)
}
