//! Training of pictures: the open run. What is kept of all runs is in [`crate::store`].

mod card;
mod lessons;
pub mod pictures;
mod run;
mod shown;
mod start;

use std::rc::Rc;

use forger_protocol::{
    EngineError, Event, Reply, RunRequest,
    runs::{RunConfig, RunInfo, Weight},
};
use js_sys::ArrayBuffer;

use crate::{
    answer::{Answer, Outcome, done},
    channel::{Caller, Channel, bytes, to_bytes},
    detect::Calibrating,
    devices::Devices,
    frames::Frames,
    schedule::yield_now,
    store::{
        kept_runs::{self, Saved},
        locks::{self, Lock},
        own_models,
    },
    task::Task,
};
pub use lessons::ENOUGH;
use lessons::Lessons;
use run::Run;
use start::{Beginning, Start, begin};

/// Bytes that a run may take: a tab has 4 GB at most, and others are open.
const MOST_BYTES: f64 = 2.75e9;

/// What a new run will take. Refuses what would not fit: where it is weighed already, so that nobody is let begin it; but not a run
/// that is kept here, which has been open in a tab.
async fn affordable(config: &RunConfig) -> Result<Weight, EngineError> {
    // Before its pictures are loaded, which alone may take more than there is.
    let weight = lessons::weigh(config).await?;
    let Weight { bytes, .. } = weight;
    if bytes > MOST_BYTES { Err(EngineError::TooMuch { bytes, most: MOST_BYTES }) } else { Ok(weight) }
}

#[derive(Default)]
pub struct Runs {
    open: Option<Run>,
    /// The pictures that were asked for last: what is weighed is begun with next.
    lessons: Option<Rc<Lessons>>,
}

impl Runs {
    /// Whether there are steps to do.
    pub fn is_running(&self) -> bool {
        self.open.as_ref().is_some_and(Run::is_running)
    }

    /// Whether it is this run that is open.
    pub fn is_open(&self, id: &str) -> bool {
        self.open.as_ref().is_some_and(|run| run.id == id)
    }

    /// The name of a run, open or kept, that learns from this set of the user's.
    pub async fn learning_from(&self, set: &str) -> Result<Option<String>, EngineError> {
        let open = self.open.iter().map(|run| run.config.clone());
        let kept = kept_runs::all().await?.into_iter().map(|run| run.config);
        Ok(open.chain(kept).find(|config| config.data.has_own(set)).map(|config| config.name))
    }

    pub async fn answer(
        &mut self,
        caller: &Caller,
        request: RunRequest,
        buffers: &[ArrayBuffer],
        channel: &Channel,
        devices: &mut Devices,
    ) -> Result<Outcome, EngineError> {
        let answer = match request {
            RunRequest::Weigh(config) => {
                let weight = affordable(&config).await?;
                let lessons = self.lessons(caller, &config).await?;
                // Where the pictures were here already, nobody has asked that yet.
                yield_now().await;
                caller.wants_more()?;
                // What cannot be built is not begun, either.
                lessons.suit(&config.system)?;
                (Reply::Weight(weight), Vec::new())
            }
            RunRequest::Begin(config) => {
                let start = begin(*config, buffers.first().map(to_bytes)).await?;
                affordable(&start.config).await?;
                self.open(caller, start, channel, devices).await?
            }
            RunRequest::Resume { id } => {
                // Before anything else: where another tab has it, what is open here stays so.
                let lock = self.lock_of(&id).await?;
                // What is open may be newer than what was saved.
                self.close().await?;
                let (info, state, next) = kept_runs::read(&id).await?;
                let frames = kept_runs::read_frames(&id).await.ok().flatten();
                let RunInfo { config, step, saved, .. } = info;
                let frames = frames.and_then(|file| Frames::read(&file));
                let (beginning, saved) = (Beginning::State(state), Some((step, saved)));
                let start = Start { id, config, lock, beginning, next, saved, frames };
                self.open(caller, start, channel, devices).await?
            }
            RunRequest::Command(command) => {
                self.run()?.command(channel, command).await?;
                done()
            }
            RunRequest::Tune(rates) => {
                let run = self.run()?;
                run.tune(devices, &rates).await?;
                run.look(channel).await?;
                as_it_is(run.info())
            }
            RunRequest::Save => {
                let run = self.run()?;
                let Saved { state, kept, past } = run.save().await?;
                // Where nothing can be kept, this is the only way out.
                if let Err(error) = kept.and(past) {
                    channel.tell(Event::Warning(error), &[]);
                }
                (Reply::Run(Box::new(run.info())), vec![bytes(&state)])
            }
            RunRequest::Frame { step } => {
                let run = self.run()?;
                let missing = || EngineError::NotOpen(format!("step {step}"));
                let (pictures, count, [height, width]) = run.frame(step).ok_or_else(missing)?;
                let reply = Reply::Pictures { count, width, height, milliseconds: 0.0, device: devices.report().used };
                (reply, vec![bytes(pictures)])
            }
            RunRequest::Export { name } => {
                let (file, card) = self.run()?.export(&name).await?;
                own_models::made(caller, &file, card).await
            }
            RunRequest::Close { anyway } => {
                match self.close().await {
                    Err(error) if !anyway || matches!(error, EngineError::DeviceLost(_)) => return Err(error),
                    Err(error) => {
                        self.open = None;
                        channel.tell(Event::Warning(error), &[]);
                    }
                    Ok(()) => {}
                }
                // The next page may be of something else, and they take more than all models.
                self.lessons = None;
                done()
            }
            RunRequest::Calibrate { name, what } => {
                let plan = self.run()?.plan(&name, what).await?;
                let calibrating = Calibrating::open(caller.clone(), plan)?;
                return Ok(Outcome::Task(Task::Calibrating(Box::new(calibrating))));
            }
        };
        Ok(Outcome::Answer(answer))
    }

    /// The pictures of such a run.
    async fn lessons(&mut self, caller: &Caller, config: &RunConfig) -> Result<Rc<Lessons>, EngineError> {
        let lessons = match self.lessons.take().filter(|lessons| lessons.are_of(config)) {
            Some(lessons) => lessons,
            None => Lessons::load(caller, config).await?,
        };
        Ok(self.lessons.insert(lessons).clone())
    }

    /// The lock of a run: the open one has it.
    async fn lock_of(&self, id: &str) -> Result<Rc<Lock>, EngineError> {
        match self.open.as_ref().filter(|run| run.id == id) {
            Some(run) => Ok(run.lock.clone()),
            None => locks::of_run(id).await.map(Rc::new),
        }
    }

    /// Opens a run in place of the one there is, which is saved.
    async fn open(
        &mut self,
        caller: &Caller,
        start: Start,
        channel: &Channel,
        devices: &mut Devices,
    ) -> Result<Answer, EngineError> {
        let lessons = self.lessons(caller, &start.config).await?;
        let is_new = start.saved.is_none();
        // Where the pictures were here already, nobody has asked that yet.
        caller.wants_more()?;
        // The new one must open before the old one goes.
        let mut run = Run::open(devices, lessons, start).await?;
        // What came meanwhile is heard before that.
        yield_now().await;
        caller.wants_more()?;
        // Where its GPU is lost by now it is begun once more, and must not lie on the disk twice.
        let shown = run.see().await?;
        self.close().await?;
        if is_new {
            run.keep(channel).await?;
        }
        run.show(channel, shown);
        let info = run.info();
        self.open = Some(run);
        Ok(as_it_is(info))
    }

    /// Saves the open run and forgets it. One that cannot be saved stays.
    async fn close(&mut self) -> Result<(), EngineError> {
        if let Some(run) = &mut self.open {
            run.save().await?.kept.map_err(|error| match error {
                EngineError::Storage(detail) => EngineError::Unsaved(detail),
                other => other,
            })?;
            self.open = None;
        }
        Ok(())
    }

    /// The run cannot go on; what was saved last is there.
    pub fn end(&mut self) {
        self.open = None;
    }

    /// Trains for one slice.
    pub async fn train(&mut self, channel: &Channel, devices: &mut Devices) -> Result<(), EngineError> {
        self.run()?.advance(channel, devices).await
    }

    /// Goes on where the user wants it to.
    pub async fn migrate(&mut self, devices: &mut Devices) -> Result<(), EngineError> {
        match &mut self.open {
            Some(run) => run.migrate(devices).await,
            None => Ok(()),
        }
    }

    /// Gives the open run another name.
    pub async fn rename(&mut self, name: String) -> Result<(), EngineError> {
        let run = self.run()?;
        run.config.name = name;
        run.save().await?.kept
    }

    fn run(&mut self) -> Result<&mut Run, EngineError> {
        self.open.as_mut().ok_or_else(|| EngineError::NotOpen("run".into()))
    }
}

fn as_it_is(info: RunInfo) -> Answer {
    (Reply::Run(Box::new(info)), Vec::new())
}
