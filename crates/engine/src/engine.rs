//! The loop of the worker: one request after the other, and training and tasks in between.

use std::collections::VecDeque;

use forger_protocol::{DeviceChoice, DeviceKind, EngineError, Event, PROTOCOL_VERSION, Reply, Request};
use js_sys::ArrayBuffer;

use crate::{
    answer::{Answer, Outcome, done},
    channel::{Caller, Channel, Incoming},
    devices::Devices,
    lab::Lab,
    latent,
    models::{Arrived, Models},
    pictures,
    runs::Runs,
    schedule::yield_now,
    store::Store,
    task::Task,
};

struct Engine {
    channel: Channel,
    devices: Devices,
    lab: Lab,
    runs: Runs,
    store: Store,
    models: Models,
    /// The next first.
    tasks: VecDeque<Task>,
}

/// Starts the loop, which ends with the worker.
pub fn start() {
    let channel = Channel::open();
    wasm_bindgen_futures::spawn_local(async move {
        let devices = Devices::find().await;
        channel.tell(Event::Ready { version: PROTOCOL_VERSION }, &[]);
        channel.tell(Event::Device(devices.report()), &[]);
        let (lab, runs, store) = (Lab::default(), Runs::default(), Store::default());
        Engine { channel, devices, lab, runs, store, models: Models::default(), tasks: VecDeque::new() }.run().await;
    });
}

impl Engine {
    async fn run(&mut self) {
        loop {
            while let Some(incoming) = self.channel.poll() {
                self.take(incoming).await;
            }
            if let Some(arrived) = self.models.arrived() {
                self.open(&arrived).await;
                continue;
            }
            // From here to the wait nothing is awaited: what arrives later wakes it.
            if !self.lab.is_running() && !self.runs.is_running() && self.tasks.is_empty() {
                self.channel.wait().await;
                continue;
            }
            self.train().await;
            self.go_on().await;
            yield_now().await;
        }
    }

    /// Answers a request, or begins what will.
    async fn take(&mut self, Incoming { caller, request, buffers }: Incoming) {
        let outcome =
            self.recovering(async |engine: &mut Self| engine.answer(&caller, request.clone(), &buffers).await).await;
        match outcome {
            Ok(Outcome::Answer(answer)) => caller.answer(Ok(answer)),
            Ok(Outcome::Task(task)) => {
                // The new one takes the place of the one before.
                let before = self.tasks.iter().position(|other| other.is_film() == task.is_film());
                if let Some(before) = before.and_then(|at| self.tasks.remove(at)) {
                    before.caller().answer(Err(EngineError::Cancelled));
                }
                self.tasks.push_back(task);
            }
            Ok(Outcome::Underway) => {}
            Err(error) => caller.answer(Err(error)),
        }
    }

    /// Opens a model whose file came from the site.
    async fn open(&mut self, arrived: &Arrived) {
        let opened =
            self.recovering(async |engine: &mut Self| engine.models.take(arrived, &mut engine.devices).await).await;
        arrived.caller.answer(opened);
    }

    async fn answer(
        &mut self,
        caller: &Caller,
        request: Request,
        buffers: &[ArrayBuffer],
    ) -> Result<Outcome, EngineError> {
        let (models, devices) = (&mut self.models, &mut self.devices);
        match request {
            Request::UseDevice(choice) => self.use_device(choice).await.map(Outcome::Answer),
            Request::Lab(request) => {
                self.lab.answer(request, buffers, &self.channel, devices).await.map(Outcome::Answer)
            }
            Request::Run(request) => self.runs.answer(caller, request, buffers, &self.channel, devices).await,
            Request::Store(request) => {
                self.store.answer(caller, request, buffers, &mut self.runs).await.map(Outcome::Answer)
            }
            Request::Model(request) => models.answer(caller, request, buffers, devices).await,
            Request::Latent(request) => latent::answer(caller, request, buffers, models, devices).await,
            Request::Picture(request) => pictures::answer(caller, request, buffers, models, devices).await,
            // The channel noted it when it came, and the work has ended, or does so when it looks.
            Request::Cancel { .. } => Ok(Outcome::Answer(done())),
        }
    }

    async fn use_device(&mut self, choice: DeviceChoice) -> Result<Answer, EngineError> {
        if choice == DeviceChoice::WebGpu {
            // A choice that cannot be had leaves things as they are.
            self.devices.get(DeviceKind::WebGpu).await?;
        }
        self.devices.choice = choice;
        self.runs.migrate(&mut self.devices).await?;
        if self.lab.is_open() {
            self.lab.migrate(&mut self.devices).await?;
            self.lab.look(&self.channel).await?;
        } else {
            self.devices.used = match choice {
                DeviceChoice::Auto => self.devices.used,
                DeviceChoice::Cpu => DeviceKind::Cpu,
                DeviceChoice::WebGpu => DeviceKind::WebGpu,
            };
        }
        Ok((Reply::Device(self.devices.report()), Vec::new()))
    }

    /// A slice of training of whatever trains.
    async fn train(&mut self) {
        if self.lab.is_running() {
            let trained = self
                .recovering(async |engine: &mut Self| engine.lab.train(&engine.channel, &mut engine.devices).await)
                .await;
            if let Err(error) = trained {
                self.lab.end();
                self.channel.tell(Event::Warning(error), &[]);
            }
        }
        if self.runs.is_running() {
            let trained = self
                .recovering(async |engine: &mut Self| engine.runs.train(&engine.channel, &mut engine.devices).await)
                .await;
            if let Err(error) = trained {
                self.runs.end();
                self.channel.tell(Event::Warning(error), &[]);
            }
        }
    }

    /// A slice of a task, which is answered when it ends.
    async fn go_on(&mut self) {
        let Some(mut task) = self.tasks.pop_front() else { return };
        let advanced = self
            .recovering(async |engine: &mut Self| task.advance(&mut engine.models, &mut engine.devices).await)
            .await;
        match advanced.transpose() {
            Some(answer) => task.caller().answer(answer),
            None => self.tasks.push_back(task),
        }
    }

    /// Does something; where the GPU is lost meanwhile, once more on the CPU. Then the page hears where work is done, and that
    /// there is no GPU any more, if that has changed.
    async fn recovering<T>(
        &mut self,
        mut attempt: impl AsyncFnMut(&mut Self) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let before = self.devices.report();
        let mut result = attempt(self).await;
        if let Err(EngineError::DeviceLost(reason)) = result {
            result = match self.recover(reason).await {
                Ok(()) => attempt(self).await,
                Err(error) => Err(error),
            };
        }
        let report = self.devices.report();
        if report != before {
            self.channel.tell(Event::Device(report), &[]);
        }
        result
    }

    /// The GPU is gone: says so, and everything goes on on CPU.
    async fn recover(&mut self, reason: String) -> Result<(), EngineError> {
        self.devices.lose(reason.clone());
        self.channel.tell(Event::Device(self.devices.report()), &[]);
        self.channel.tell(Event::Warning(EngineError::DeviceLost(reason)), &[]);
        self.runs.migrate(&mut self.devices).await?;
        self.lab.migrate(&mut self.devices).await
    }
}
