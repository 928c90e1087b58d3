//! The loop of the worker: one request after the other, and training in between.

use forger_core::Toy;
use forger_protocol::{
    Command, DeviceChoice, DeviceKind, DeviceReport, EngineError, Event, PROTOCOL_VERSION, Reply, Request,
};
use js_sys::ArrayBuffer;

use crate::{
    channel::{self, Channel, Incoming},
    devices::Devices,
    fetch::fetch,
    lab::Lab,
    likeness::likeness,
    models::Models,
    schedule::yield_now,
    search::Search,
    task::Task,
    undo::{Before, Undo},
    upscaling::Upscaling,
};

struct Engine {
    channel: Channel,
    devices: Devices,
    lab: Option<Lab>,
    undo: Undo,
    models: Models,
    task: Option<Task>,
}

pub type Answer = Result<(Reply, Vec<ArrayBuffer>), EngineError>;

fn done() -> Answer {
    Ok((Reply::Done, Vec::new()))
}

/// Starts the loop, which ends with the worker.
pub fn start() {
    let channel = Channel::open();
    wasm_bindgen_futures::spawn_local(async move {
        let devices = Devices::find().await;
        channel.event(0, Event::Ready { version: PROTOCOL_VERSION }, &[]);
        channel.event(0, Event::Device(devices.report()), &[]);
        Engine { channel, devices, lab: None, undo: Undo::default(), models: Models::default(), task: None }
            .run()
            .await;
    });
}

impl Engine {
    async fn run(&mut self) {
        loop {
            while let Some(incoming) = self.channel.poll() {
                let id = incoming.id;
                if matches!(incoming.request, Request::Invert { .. } | Request::Upscale { .. }) {
                    self.begin(incoming).await;
                    continue;
                }
                let before = self.devices.report();
                let mut answer = self.answer(incoming.clone()).await;
                if let Err(EngineError::DeviceLost(reason)) = answer {
                    answer = match self.recover(reason).await {
                        Ok(()) => self.answer(incoming).await,
                        Err(error) => Err(error),
                    };
                }
                self.tell_device(&before);
                self.end(id, answer);
            }
            let lab = self.lab.as_mut().filter(|lab| lab.is_running());
            if lab.is_none() && self.task.is_none() {
                self.channel.wait().await;
                continue;
            }
            if let Some(lab) = lab {
                let before = self.devices.report();
                let can_undo = self.undo.is_possible();
                let advanced = match lab.decide(&mut self.devices).await {
                    Ok(()) => lab.advance(&self.channel, &mut self.devices, can_undo).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = advanced {
                    self.training_failed(error).await;
                }
                self.tell_device(&before);
            }
            self.go_on().await;
            yield_now().await;
        }
    }

    /// A task is answered when it ends; a new one takes the place of the one before.
    async fn begin(&mut self, Incoming { id, request, buffers }: Incoming) {
        if let Some(before) = self.task.take() {
            self.end(before.id(), Err(EngineError::Cancelled));
        }
        let before = self.devices.report();
        let mut opened = self.open_task(id, request.clone(), &buffers).await;
        if let Err(EngineError::DeviceLost(reason)) = opened {
            opened = match self.recover(reason).await {
                Ok(()) => self.open_task(id, request, &buffers).await,
                Err(error) => Err(error),
            };
        }
        self.tell_device(&before);
        match opened {
            Ok(task) => self.task = Some(task),
            Err(error) => self.end(id, Err(error)),
        }
    }

    async fn open_task(&mut self, id: u32, request: Request, buffers: &[ArrayBuffer]) -> Result<Task, EngineError> {
        let pixels = buffers.first().map(channel::to_bytes).unwrap_or_default();
        let (models, devices) = (&mut self.models, &mut self.devices);
        match request {
            Request::Invert { model, settings } => {
                let search = Search::open(models, devices, (id, model, settings), &pixels).await?;
                Ok(Task::Search(Box::new(search)))
            }
            Request::Upscale { model, scale, width, height } => {
                let upscaling = Upscaling::open(models, devices, (id, model, scale), [height, width], pixels).await?;
                Ok(Task::Upscaling(Box::new(upscaling)))
            }
            _ => Err(EngineError::Internal("no task".into())),
        }
    }

    fn end(&self, id: u32, answer: Answer) {
        match answer {
            Ok((reply, buffers)) => self.channel.reply(id, reply, &buffers),
            Err(error) => self.channel.reply(id, Reply::Failed(error), &[]),
        }
        self.channel.done(id);
    }

    async fn go_on(&mut self) {
        let Some(mut task) = self.task.take() else { return };
        let (id, before) = (task.id(), self.devices.report());
        match task.advance(&self.channel, &mut self.models, &mut self.devices).await {
            Ok(None) => self.task = Some(task),
            Ok(Some(answer)) => self.end(id, Ok(answer)),
            Err(EngineError::DeviceLost(reason)) => {
                let recovered = self.recover(reason).await;
                match recovered.and(task.again(&mut self.models, &mut self.devices).await) {
                    Ok(task) => self.task = Some(task),
                    Err(error) => self.end(id, Err(error)),
                }
            }
            Err(error) => self.end(id, Err(error)),
        }
        self.tell_device(&before);
    }

    /// Tells the page where work is done, and that there is no GPU any more, if that has changed.
    fn tell_device(&self, before: &DeviceReport) {
        let report = self.devices.report();
        if report != *before {
            self.channel.event(0, Event::Device(report), &[]);
        }
    }

    async fn training_failed(&mut self, error: EngineError) {
        let error = match error {
            EngineError::DeviceLost(reason) => match self.recover(reason).await {
                Ok(()) => return,
                Err(error) => error,
            },
            error => {
                self.lab = None;
                error
            }
        };
        self.channel.event(0, Event::Warning(error), &[]);
    }

    /// The GPU is gone: says so, and everything goes on on CPU.
    async fn recover(&mut self, reason: String) -> Result<(), EngineError> {
        self.devices.lose(reason.clone());
        self.channel.event(0, Event::Device(self.devices.report()), &[]);
        self.channel.event(0, Event::Warning(EngineError::DeviceLost(reason)), &[]);
        match &mut self.lab {
            Some(lab) => lab.migrate(&mut self.devices).await,
            None => Ok(()),
        }
    }

    async fn answer(&mut self, Incoming { id, request, buffers }: Incoming) -> Answer {
        let first = || buffers.first().ok_or_else(|| EngineError::Protocol("a buffer is missing".into()));
        match request {
            Request::UseDevice(choice) => self.use_device(choice).await,
            Request::LabOpen(config) => {
                // The new one must open before the old one goes.
                let lab = Lab::open(&mut self.devices, config, None, self.lab.as_ref()).await?;
                self.remember().await?;
                self.lab = Some(lab);
                self.look().await?;
                done()
            }
            Request::LabImport => {
                let saved = channel::to_bytes(first()?);
                let config = Toy::config_of(&saved).map_err(|error| EngineError::BadRun(error.to_string()))?;
                let lab = Lab::open(&mut self.devices, config, Some(&saved), self.lab.as_ref()).await?;
                self.remember().await?;
                self.lab = Some(lab);
                self.look().await?;
                self.opened()
            }
            Request::LabTune(config) => {
                self.remember().await?;
                self.lab()?.tune(config)?;
                self.look().await?;
                done()
            }
            Request::LabCommand(command) => {
                if command == Command::Reset {
                    self.remember().await?;
                }
                let (channel, can_undo) = (self.channel.clone(), self.undo.is_possible());
                self.lab()?.command(&channel, command, can_undo).await?;
                done()
            }
            Request::LabClose => {
                (self.lab, self.undo) = (None, Undo::default());
                done()
            }
            Request::LabSave => {
                let (step, state) = self.lab()?.save().await?;
                Ok((Reply::LabSaved { step }, vec![channel::bytes(&state)]))
            }
            Request::LabVisit { step } => {
                let can_undo = self.undo.is_possible();
                let (update, buffers) = self.lab()?.visit(step, can_undo)?;
                Ok((Reply::LabView(Box::new(update)), buffers))
            }
            Request::LabBranch { step } => {
                self.remember().await?;
                let lab = self.lab()?;
                let (config, mut history) = (lab.config().clone(), lab.history.clone());
                let state = history.at(step).ok_or_else(|| EngineError::NotOpen(format!("step {step}")))?.to_vec();
                let mut branch = Lab::open(&mut self.devices, config, Some(&state), self.lab.as_ref()).await?;
                history.cut(step);
                branch.history = history;
                self.lab = Some(branch);
                self.look().await?;
                done()
            }
            Request::LabUndo => {
                let before = self.undo.take().ok_or_else(|| EngineError::NotOpen("nothing to take back".into()))?;
                let known = self.lab.as_ref();
                let mut lab = Lab::open(&mut self.devices, before.config, Some(&before.state), known).await?;
                lab.history = before.history;
                self.lab = Some(lab);
                self.look().await?;
                self.opened()
            }
            Request::ModelFetch { base, entry } => {
                let url = format!("{base}{}", entry.file);
                let file = fetch(&self.channel, id, &url, entry.bytes).await?;
                self.models.open(&mut self.devices, file, Some(&entry)).await
            }
            Request::ModelOpen => {
                let file = channel::to_bytes(first()?);
                self.models.open(&mut self.devices, file, None).await
            }
            Request::Generate { model, count } => {
                let z = channel::to_floats(first()?);
                self.models.generate(&self.channel, &mut self.devices, (id, model, count), z).await
            }
            Request::Film { model, count, film } => {
                let z = channel::to_floats(first()?);
                self.models.film(&self.channel, &mut self.devices, (id, model, count, film), z).await
            }
            Request::Compare { width, height, border } => likeness([height, width], border, &buffers),
            // Taken out of turn by the loop and by the channel.
            Request::Invert { .. } | Request::Upscale { .. } | Request::Cancel { .. } => done(),
        }
    }

    /// The session as it is now can be had back.
    async fn remember(&mut self) -> Result<(), EngineError> {
        if let Some(lab) = &mut self.lab {
            let (_, state) = lab.save().await?;
            self.undo.push(Before { config: lab.config().clone(), state, history: lab.history.clone() });
        }
        Ok(())
    }

    /// Shows the session.
    async fn look(&mut self) -> Result<(), EngineError> {
        let can_undo = self.undo.is_possible();
        match &mut self.lab {
            Some(lab) => lab.look(&self.channel, can_undo).await,
            None => Ok(()),
        }
    }

    fn opened(&mut self) -> Answer {
        let config = self.lab()?.config().clone();
        Ok((Reply::LabOpened(Box::new(config)), Vec::new()))
    }

    fn lab(&mut self) -> Result<&mut Lab, EngineError> {
        self.lab.as_mut().ok_or_else(|| EngineError::NotOpen("lab".into()))
    }

    async fn use_device(&mut self, choice: DeviceChoice) -> Answer {
        if choice == DeviceChoice::WebGpu {
            // A choice that cannot be had leaves things as they are.
            self.devices.get(DeviceKind::WebGpu).await?;
        }
        self.devices.choice = choice;
        match &mut self.lab {
            Some(lab) => {
                lab.migrate(&mut self.devices).await?;
                self.look().await?;
            }
            None if choice != DeviceChoice::Auto => {
                self.devices.used = if choice == DeviceChoice::Cpu { DeviceKind::Cpu } else { DeviceKind::WebGpu };
            }
            None => {}
        }
        Ok((Reply::Device(self.devices.report()), Vec::new()))
    }
}
