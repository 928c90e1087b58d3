//! The open run: its training, what there is to see of it, and what is kept of it on this machine.

use std::rc::Rc;

use burn::tensor::Device;
use forger_core::{
    System,
    checkpoint::Reader,
    weights::{self, Drawer, Model},
};
use forger_protocol::{
    Card, Command, DeviceChoice, DeviceKind, EngineError, Event,
    message::RunUpdate,
    runs::{DrawnSet, PictureSet, RunConfig, RunData, RunInfo, presets},
};

use super::{card, lessons::Lessons, shown::Shown, start::Start};
use crate::{
    channel::Channel,
    contest::Contest,
    detect::Plan,
    devices::Devices,
    failures::Failures,
    frames::Frames,
    schedule::now,
    store::{
        kept_runs::{self, Saved},
        locks::Lock,
    },
    training::{Told, Training, bad_run},
};

/// Milliseconds after which the state is saved again: no more is lost with a tab.
const SAVE_EVERY: f64 = 10_000.0;
/// Milliseconds between pictures at least, and in parts of what they take: most of the time is for training.
const PICTURES_EVERY: f64 = 500.0;
const PICTURES_SHARE: f64 = 15.0;

/// A run.
pub struct Run {
    pub id: String,
    pub config: RunConfig,
    /// Keeps other tabs from its files.
    pub lock: Rc<Lock>,
    lessons: Rc<Lessons>,
    training: Training<dyn System>,
    /// Whether a GPU is faster, while that is open.
    contest: Option<Contest>,
    frames: Option<Frames>,
    next: kept_runs::Next,
    /// When pictures were made, and how long that took.
    pictured: (f64, f64),
    saved: Option<(u64, f64)>,
    /// When saving was tried.
    tried: f64,
    /// Saves that failed.
    failures: Failures,
}

impl Run {
    /// Opens it, idle, where the user wants it to train.
    pub async fn open(devices: &mut Devices, lessons: Rc<Lessons>, start: Start) -> Result<Self, EngineError> {
        let Start { id, config, lock, beginning, next, saved, frames } = start;
        let kind = match devices.choice {
            DeviceChoice::WebGpu => DeviceKind::WebGpu,
            DeviceChoice::Cpu | DeviceChoice::Auto => DeviceKind::Cpu,
        };
        let training = lessons.begin(devices, kind, &config, &beginning).await?;
        let mut run = Self {
            id,
            config,
            lock,
            lessons,
            training,
            contest: None,
            frames,
            next,
            pictured: (f64::MIN, 0.0),
            saved,
            tried: now(),
            failures: Failures::default(),
        };
        run.contend(devices);
        Ok(run)
    }

    /// Finds out whether a GPU is faster, where that is open.
    fn contend(&mut self, devices: &mut Devices) {
        let is_open = devices.is_gpu_promising() && self.training.device() == DeviceKind::Cpu;
        self.contest = is_open.then(|| Contest::begin(devices, self.lessons.make(&self.config.system)));
    }

    pub fn is_running(&self) -> bool {
        self.training.is_running()
    }

    /// Does what the user asks for, and shows it.
    pub async fn command(&mut self, channel: &Channel, command: Command) -> Result<(), EngineError> {
        let is_reset = command == Command::Reset;
        if is_reset && self.config.from.is_some() {
            return Err(EngineError::BadRun(
                "it began with a model, which is not kept: begin another run with it".into(),
            ));
        }
        if self.training.command(command).await? || is_reset {
            if is_reset {
                self.frames = None;
            }
            self.pictured = (f64::MIN, 0.0);
            self.look(channel).await?;
        }
        if command == Command::Pause || is_reset {
            self.keep(channel).await?;
        }
        Ok(())
    }

    /// Trains for one slice.
    pub async fn advance(&mut self, channel: &Channel, devices: &mut Devices) -> Result<(), EngineError> {
        self.decide(devices).await?;
        devices.used = self.training.device();
        if self.training.advance().await? {
            self.look(channel).await?;
        }
        self.training.keep().await?;
        if now() - self.tried >= SAVE_EVERY {
            self.keep(channel).await?;
        }
        Ok(())
    }

    /// Reads the run back and shows it to the page.
    pub async fn look(&mut self, channel: &Channel) -> Result<(), EngineError> {
        self.see().await.map(|shown| self.show(channel, shown))
    }

    /// Reads the run back.
    pub async fn see(&mut self) -> Result<Option<Shown>, EngineError> {
        self.training.settle().await?;
        let mut shown = self.draw().await?;
        if shown.as_ref().is_some_and(|shown| !shown.finite) {
            self.training.diverge();
            self.pictured = (f64::MIN, 0.0);
            shown = self.draw().await?;
        }
        let step = self.training.system().steps();
        if let Some(shown) = &shown {
            let size = [shown.pictures.height, shown.pictures.width];
            let frames = self.frames.get_or_insert_with(|| Frames::new(size));
            frames.cut(step);
            if frames.is_due(step) {
                frames.keep(step, shown.kept());
            }
        }
        Ok(shown)
    }

    /// Shows the page what was seen.
    pub fn show(&mut self, channel: &Channel, shown: Option<Shown>) {
        let Told { state, step, steps_per_second, metrics } = self.training.told();
        let update = RunUpdate {
            id: self.id.clone(),
            state,
            step,
            steps_per_second,
            batch: self.training.system().declaration().examples(&self.config.system.config) as usize,
            pictures: self.lessons.smaller(),
            metrics,
            shown: shown.as_ref().map(|shown| shown.pictures.clone()),
            frames: self.frames.as_ref().map(Frames::steps).unwrap_or_default(),
            saved: self.saved,
            device: self.training.device(),
        };
        let buffers = shown.map(|shown| shown.buffers()).unwrap_or_default();
        channel.tell(Event::Run(Box::new(update)), &buffers);
    }

    /// The pictures of this moment, if it is time for some.
    async fn draw(&mut self) -> Result<Option<Shown>, EngineError> {
        let (when, took) = self.pictured;
        let start = now();
        if self.is_running() && start - when < PICTURES_EVERY.max(PICTURES_SHARE * took) {
            return Ok(None);
        }
        let shown = Shown::draw(self.training.system(), self.lessons.first()).await?;
        self.pictured = (now(), now() - start);
        Ok(shown)
    }

    /// The pictures of a moment that is kept, RGBA, how many there are, and height and width.
    pub fn frame(&self, step: u64) -> Option<(&[u8], usize, [usize; 2])> {
        self.frames.as_ref()?.at(step)
    }

    /// Saves the run; where it cannot be kept, the page is told once, and training goes on.
    pub async fn keep(&mut self, channel: &Channel) -> Result<(), EngineError> {
        let Saved { kept, past, .. } = self.save().await?;
        if let Err(error) = kept.and(past)
            && self.failures.is_first()
        {
            channel.tell(Event::Warning(error), &[]);
        }
        Ok(())
    }

    /// Saves the run on this machine. Fails where its state cannot be had; whether it could be kept is in what this gives back.
    pub async fn save(&mut self) -> Result<Saved, EngineError> {
        let (step, state) = self.training.save().await?;
        self.tried = now();
        let saved = (step, js_sys::Date::now());
        let kept = kept_runs::write(&self.id, &mut self.next, &self.config, saved, &state).await;
        self.tried = now();
        let past = match &mut self.frames {
            Some(frames) if kept.is_ok() => kept_runs::write_frames(&self.id, frames).await,
            _ => Ok(()),
        };
        if kept.is_ok() {
            self.saved = Some(saved);
            if past.is_ok() {
                self.failures.end();
            }
        }
        Ok(Saved { state, kept, past })
    }

    /// Changes learning rates.
    pub async fn tune(&mut self, devices: &mut Devices, rates: &[(String, f64)]) -> Result<(), EngineError> {
        let mut config = self.config.clone();
        rates.iter().for_each(|(key, rate)| presets::set_rate(&mut config.system.config, key, *rate));
        let (_, state) = self.training.save().await?;
        let kind = self.training.device();
        let mut tuned = self.lessons.train(devices, kind, &config, Some(&state)).await?;
        tuned.replace(&mut self.training);
        (self.training, self.config) = (tuned, config);
        Ok(())
    }

    /// Makes a model file of it.
    pub async fn export(&mut self, name: &str) -> Result<(Vec<u8>, Card), EngineError> {
        let (_, state) = self.training.save().await?;
        let reader = Reader::new(&state).map_err(bad_run)?;
        let card = card::of(&reader, name, &self.config, &self.lessons)?;
        weights::write_checkpoint(reader, card).map_err(EngineError::from)
    }

    /// What it takes to make a model of it that tells strange pictures.
    pub async fn plan(&mut self, name: &str, what: String) -> Result<Plan, EngineError> {
        let (_, state) = self.training.save().await?;
        let reader = Reader::new(&state).map_err(bad_run)?;
        let card = card::of(&reader, name, &self.config, &self.lessons)?;
        let data = card.data.name.clone();
        let model = Model::<Drawer>::of_checkpoint(reader, card, &Device::flex())?;
        let pictures = self.lessons.kept_back(&model.config);
        let strokes = self.config.data == RunData::Pictures(PictureSet::Drawn(DrawnSet::Digits));
        Ok(Plan { model, pictures, what, data, strokes })
    }

    /// Goes on where the user wants it to; on CPU from the last state kept when the old device is lost.
    pub async fn migrate(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        let device = self.training.device();
        let kind = match devices.choice {
            DeviceChoice::WebGpu => DeviceKind::WebGpu,
            DeviceChoice::Cpu => DeviceKind::Cpu,
            DeviceChoice::Auto if devices.is_gpu_promising() => device,
            DeviceChoice::Auto => DeviceKind::Cpu,
        };
        if kind != device {
            let state = self.training.leave(devices).await?;
            self.go_on_at(devices, kind, &state).await?;
        }
        if self.contest.is_none() || !devices.is_gpu_promising() {
            self.contend(devices);
        }
        Ok(())
    }

    /// Moves to the GPU if that turns out to be faster, and ends the contest then.
    async fn decide(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        if Contest::is_won(&mut self.contest, devices).await? {
            let (_, state) = self.training.save().await?;
            self.go_on_at(devices, DeviceKind::WebGpu, &state).await?;
        }
        Ok(())
    }

    async fn go_on_at(&mut self, devices: &mut Devices, kind: DeviceKind, state: &[u8]) -> Result<(), EngineError> {
        let mut moved = self.lessons.train(devices, kind, &self.config, Some(state)).await?;
        moved.replace(&mut self.training);
        self.training = moved;
        Ok(())
    }

    /// What it is as it was saved last, or at its beginning.
    pub fn info(&self) -> RunInfo {
        let (step, saved) = self.saved.unwrap_or_default();
        RunInfo { id: self.id.clone(), config: self.config.clone(), step, saved, bytes: 0.0 }
    }
}
