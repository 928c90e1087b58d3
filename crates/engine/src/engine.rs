//! The loop of the worker: one request after the other, and training in between.

use forger_core::Toy;
use forger_protocol::{Command, DeviceChoice, DeviceKind, EngineError, Event, PROTOCOL_VERSION, Reply, Request};
use js_sys::ArrayBuffer;

use crate::{
    channel::{self, Channel, Incoming},
    devices::Devices,
    fetch::fetch,
    lab::Lab,
    models::Models,
    schedule::yield_now,
    undo::{Before, Undo},
};

struct Engine {
    channel: Channel,
    devices: Devices,
    lab: Option<Lab>,
    undo: Undo,
    models: Models,
}

type Answer = Result<(Reply, Vec<ArrayBuffer>), EngineError>;

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
        Engine { channel, devices, lab: None, undo: Undo::default(), models: Models::default() }.run().await;
    });
}

impl Engine {
    async fn run(&mut self) {
        loop {
            while let Some(incoming) = self.channel.poll() {
                let id = incoming.id;
                let before = self.devices.used;
                let mut answer = self.answer(incoming).await;
                if let Err(EngineError::DeviceLost(reason)) = &answer {
                    let reason = reason.clone();
                    answer = self.recover(reason.clone()).await.and(Err(EngineError::DeviceLost(reason)));
                }
                if self.devices.used != before {
                    self.channel.event(0, Event::Device(self.devices.report()), &[]);
                }
                match answer {
                    Ok((reply, buffers)) => self.channel.reply(id, reply, &buffers),
                    Err(error) => self.channel.reply(id, Reply::Failed(error), &[]),
                }
                self.channel.done(id);
            }
            match self.lab.as_mut().filter(|lab| lab.is_running()) {
                Some(lab) => {
                    if let Err(error) = lab.advance(&self.channel, &mut self.devices, self.undo.is_possible()).await {
                        self.training_failed(error).await;
                    }
                    yield_now().await;
                }
                None => self.channel.wait().await,
            }
        }
    }

    async fn training_failed(&mut self, error: EngineError) {
        let error = match error {
            EngineError::DeviceLost(reason) => match self.recover(reason.clone()).await {
                Ok(()) => EngineError::DeviceLost(reason),
                Err(error) => error,
            },
            error => {
                self.lab = None;
                error
            }
        };
        self.channel.event(0, Event::Warning(error), &[]);
    }

    /// The GPU is gone: everything goes on on CPU.
    async fn recover(&mut self, reason: String) -> Result<(), EngineError> {
        self.devices.lose(reason);
        self.channel.event(0, Event::Device(self.devices.report()), &[]);
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
                let card = self.models.open(&mut self.devices, file, Some(&entry)).await?;
                Ok((Reply::Model(Box::new(card)), Vec::new()))
            }
            Request::ModelOpen => {
                let file = channel::to_bytes(first()?);
                let card = self.models.open(&mut self.devices, file, None).await?;
                Ok((Reply::Model(Box::new(card)), Vec::new()))
            }
            Request::Generate { model, count } => {
                let z = channel::to_floats(first()?);
                self.models.generate(&self.channel, &mut self.devices, (id, model, count), z).await
            }
            // Taken out of turn by the channel.
            Request::Cancel { .. } => done(),
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
