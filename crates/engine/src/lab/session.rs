//! A toy session: its pictures and measures, and the device that it trains on.
//!
//! Where the choice of device is open, it begins on the CPU at once; a GPU that may be faster shows it behind
//! ([`crate::contest`]), and the session moves when it is.

use std::rc::Rc;

use burn::tensor::Device;
use forger_core::{
    System, Toy,
    metrics::two_sample::Reference,
    systems::toy::look::{Look, STARTS},
};
use forger_protocol::{
    Command, DeviceChoice, DeviceKind, EngineError, Event, Reply, Settings, ToyConfig,
    message::{LabUpdate, Measures, SessionState, Walked},
};
use js_sys::ArrayBuffer;

use super::shown::{MAP_SIDE, MEASURED, Shown};
use crate::{
    answer::Answer,
    channel::{Channel, floats},
    contest::Contest,
    devices::Devices,
    schedule::now,
    training::{Told, Training, bad_run, lost},
    undo::Before,
};

/// Milliseconds between measurements of the fakes while it trains: each takes as long as a few looks.
const MEASURE_EVERY: f64 = 400.0;

/// An open toy session.
pub struct ToySession {
    pub training: Training<Toy>,
    /// Whether a GPU is faster, while that is open.
    contest: Option<Contest>,
    reference: Rc<Reference>,
    /// The last measurement, and when it was made.
    measured: Option<(Measures, f64)>,
}

impl ToySession {
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
        let contest = devices.is_gpu_promising().then(|| {
            let config = config.clone();
            Contest::begin(devices, Rc::new(move |device| Ok(Box::new(Toy::new(config.clone(), device)?))))
        });
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
        let toy = Toy::new(config, &devices.get(kind).await?)?;
        devices.used = kind;
        let training = Training::open(Box::new(toy), kind, saved).await?;
        Ok(Self { training, contest, reference, measured: None })
    }

    /// The settings of the session.
    pub fn config(&self) -> &ToyConfig {
        self.training.system().config()
    }

    /// Whether there are steps to do.
    pub fn is_running(&self) -> bool {
        self.training.is_running()
    }

    /// Takes settings that may change while it runs.
    pub fn tune(&mut self, config: ToyConfig) -> Result<(), EngineError> {
        config.validate()?;
        if self.training.system_mut().tune(config) {
            return Ok(());
        }
        Err(EngineError::Protocol("these settings need a new session".into()))
    }

    /// Does what the user asks for, and shows it.
    pub async fn command(&mut self, channel: &Channel, command: Command, can_undo: bool) -> Result<(), EngineError> {
        if self.training.command(command).await? {
            self.look(channel, can_undo).await?;
        }
        Ok(())
    }

    /// Trains for one slice.
    pub async fn advance(
        &mut self,
        channel: &Channel,
        devices: &mut Devices,
        can_undo: bool,
    ) -> Result<(), EngineError> {
        devices.used = self.training.device();
        if self.training.advance().await? {
            self.look(channel, can_undo).await?;
        }
        self.training.keep().await
    }

    /// Reads the session back and shows it to the page.
    pub async fn look(&mut self, channel: &Channel, can_undo: bool) -> Result<(), EngineError> {
        self.training.settle().await?;
        let recent = self.measured.filter(|(_, when)| self.is_running() && now() - when < MEASURE_EVERY);
        let mut shown = self.show(recent.map(|(measures, _)| measures)).await?;
        if !shown.finite {
            self.training.diverge();
            shown = self.show(None).await?;
        }
        self.measured = recent.or(Some((shown.measures, now())));
        let Told { state, step, steps_per_second, metrics } = self.training.told();
        let update = LabUpdate { state, step, steps_per_second, metrics, ..self.update(&shown, can_undo) };
        channel.tell(Event::Lab(update), &shown.buffers);
        Ok(())
    }

    /// The pictures of this moment.
    async fn show(&self, measures: Option<Measures>) -> Result<Shown, EngineError> {
        let toy = self.training.system();
        let look = toy.look_async().await.map_err(lost)?;
        Ok(Shown::new(&look, toy.steps(), &self.reference, measures))
    }

    /// What is told of a moment at which nothing runs.
    fn update(&self, shown: &Shown, can_undo: bool) -> LabUpdate {
        LabUpdate {
            state: SessionState::Paused,
            step: shown.step,
            steps_per_second: 0.0,
            metrics: Vec::new(),
            measures: shown.measures,
            map_side: MAP_SIDE,
            kept: self.training.history.steps(),
            can_undo,
            device: self.training.device(),
        }
    }

    /// All that it takes to have it back.
    pub async fn as_it_is(&mut self) -> Result<Before, EngineError> {
        let (_, state) = self.training.save().await?;
        Ok(Before { config: self.config().clone(), state, history: Some(self.training.history.clone()) })
    }

    /// The newest kept moment at or before a step.
    pub fn visit(&self, step: u64, can_undo: bool) -> Result<(LabUpdate, Vec<ArrayBuffer>), EngineError> {
        let (look, step) = self.kept_look(step)?;
        let shown = Shown::new(&look, step, &self.reference, None);
        Ok((self.update(&shown, can_undo), shown.buffers))
    }

    /// Searches for a z that draws a point, now or at a kept moment.
    pub async fn walk(&self, at: [f32; 2], step: Option<u64>) -> Result<Answer, EngineError> {
        let look = match step {
            Some(step) => self.kept_look(step)?.0,
            None => self.training.system().look_async().await.map_err(lost)?,
        };
        let (walk, reals) = look.walk(at).map_err(|error| EngineError::Internal(error.to_string()))?;
        let walked = Walked {
            starts: STARTS,
            nearest: walk.nearest,
            distance: walk.distance,
            as_far: reals.as_strange(walk.distance),
            reals: reals.scores().len(),
            p: reals.p_value(walk.distance),
        };
        Ok((Reply::LabWalked(walked), vec![floats(&walk.codes), floats(&walk.places)]))
    }

    /// A session that goes on from there, with the moments up to it.
    pub async fn branch(&self, devices: &mut Devices, step: u64) -> Result<Self, EngineError> {
        let mut branch = Self::open(devices, self.config().clone(), Some(self.kept(step)?), Some(self)).await?;
        branch.training.history = self.training.history.clone();
        branch.training.history.cut(step);
        Ok(branch)
    }

    /// The networks of the newest kept moment at or before a step, and its step.
    fn kept_look(&self, step: u64) -> Result<(Look, u64), EngineError> {
        let toy = Toy::resume(self.kept(step)?, &Device::flex()).map_err(bad_run)?;
        Ok((toy.look().map_err(bad_run)?, toy.steps()))
    }

    fn kept(&self, step: u64) -> Result<&[u8], EngineError> {
        let kept = self.training.history.at(step).map(|state| &state[..]);
        kept.ok_or_else(|| EngineError::NotOpen(format!("step {step}")))
    }

    /// Goes on where the user wants it to; on CPU from the last state kept when the old device is lost.
    pub async fn migrate(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        let device = self.training.device();
        let is_there = match devices.choice {
            DeviceChoice::WebGpu => device == DeviceKind::WebGpu,
            DeviceChoice::Cpu => device == DeviceKind::Cpu,
            // Where there is a GPU, whether to stay on the CPU is open anew.
            DeviceChoice::Auto => device == DeviceKind::Cpu && self.contest.is_some() == devices.is_gpu_promising(),
        };
        if is_there {
            self.contest = self.contest.take().filter(|_| devices.is_gpu_promising());
            return Ok(());
        }
        let state = self.training.leave(devices).await?;
        let moved = Self::open(devices, self.config().clone(), Some(&state), Some(self)).await?;
        self.go_on_as(moved);
        Ok(())
    }

    /// Moves to the GPU if that turns out to be faster, and ends the contest then.
    pub async fn decide(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        if Contest::is_won(&mut self.contest, devices).await? {
            let (_, state) = self.training.save().await?;
            let there = (DeviceKind::WebGpu, None);
            let moved = Self::open_on(devices, there, self.config().clone(), Some(&state), Some(self)).await?;
            self.go_on_as(moved);
        }
        Ok(())
    }

    /// Takes the place of the session, which runs if it ran.
    fn go_on_as(&mut self, mut moved: Self) {
        moved.training.replace(&mut self.training);
        *self = moved;
    }
}
