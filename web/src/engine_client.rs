//! The worker, as the page sees it: requests that can be awaited, and signals for what it says unasked.

mod curves;
mod recovery;

pub use curves::Curves;

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use forger_protocol::{
    DeviceChoice, DeviceReport, EngineError, Envelope, Event, PROTOCOL_VERSION, Reply, Request,
    message::{LabBuffer, LabUpdate, Measures, StepMetrics, TilePlace},
};
use futures_channel::oneshot;
use js_sys::{Array, ArrayBuffer, Float32Array, Reflect, Uint8Array};
use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker};

use crate::state::site;
use recovery::Recovery;
pub use recovery::Source;

/// The script that starts the worker.
const SCRIPT: &str = "engine.js";

/// Whether there is an engine to talk to.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    Loading,
    Ready,
    Failed(String),
}

/// What there is to see of the toy session at one step.
#[derive(Clone, Default)]
pub struct Moment {
    pub step: u64,
    pub map_side: usize,
    pub measures: Option<Measures>,
    pub metrics: Option<StepMetrics>,
    pub real: Vec<f32>,
    pub fake: Vec<f32>,
    pub verdict: Vec<f32>,
    pub density: Vec<f32>,
    pub manifold: Vec<f32>,
    pub push: Vec<f32>,
    pub generator: Vec<f32>,
    pub discriminator: Vec<f32>,
}

impl Moment {
    pub fn new(update: &LabUpdate, buffers: &[ArrayBuffer]) -> Self {
        let floats = |which: LabBuffer| {
            buffers.get(which as usize).map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default()
        };
        Self {
            step: update.step,
            map_side: update.map_side,
            measures: Some(update.measures),
            metrics: update.metrics.last().copied(),
            real: floats(LabBuffer::Real),
            fake: floats(LabBuffer::Fake),
            verdict: floats(LabBuffer::Verdict),
            density: floats(LabBuffer::Density),
            manifold: floats(LabBuffer::Manifold),
            push: floats(LabBuffer::Push),
            generator: floats(LabBuffer::Generator),
            discriminator: floats(LabBuffer::Discriminator),
        }
    }
}

/// The last look at the toy session, and its curves so far.
#[derive(Clone, Default)]
pub struct LabLook {
    pub update: Option<LabUpdate>,
    pub moment: Moment,
    pub curves: Curves,
}

impl LabLook {
    fn take(&mut self, update: LabUpdate, buffers: &[ArrayBuffer]) {
        if self.update.as_ref().is_none_or(|before| update.step < before.step) {
            self.curves.keep_until(update.step);
        }
        self.curves.add(&update);
        let before = self.moment.metrics.filter(|metrics| metrics.step <= update.step);
        self.moment = Moment::new(&update, buffers);
        // A look at a session that stands still brings no new metrics.
        self.moment.metrics = self.moment.metrics.or(before);
        self.update = Some(update);
    }
}

type Answer = Result<(Reply, Vec<ArrayBuffer>), EngineError>;
/// Request, place and RGBA of a tile.
type OnTile = Rc<dyn Fn(u32, TilePlace, Vec<u8>)>;

#[derive(Default)]
struct Line {
    worker: Option<Worker>,
    ready: bool,
    last_id: u32,
    /// Requests made before the worker was ready.
    held: Vec<(JsValue, Array)>,
    waiting: HashMap<u32, oneshot::Sender<Answer>>,
    /// Grows with every new worker: a message of an old one does not count.
    generation: u32,
    recovery: Recovery,
}

/// A handle to the worker, to be copied freely.
#[derive(Clone, Copy)]
pub struct Engine {
    line: StoredValue<Rc<RefCell<Line>>, LocalStorage>,
    pub status: RwSignal<Status>,
    pub device: RwSignal<Option<DeviceReport>>,
    /// The device that the user wants, or the CPU after a worker that stopped.
    pub choice: RwSignal<DeviceChoice>,
    /// Grows with every worker that takes the place of one: it knows only what [`Engine::opened`] was told.
    pub restarts: RwSignal<u32>,
    pub lab: RwSignal<LabLook>,
    /// Id, done and total of the request that reported last.
    pub progress: RwSignal<Option<(u32, f64, f64)>>,
    /// The last look at a search for z.
    pub inverting: RwSignal<Option<Inverting>>,
    pub warning: RwSignal<Option<EngineError>>,
    /// Not a signal: of two tiles at once it would show one.
    tile: StoredValue<Option<OnTile>, LocalStorage>,
}

/// How far a search for z is.
#[derive(Clone)]
pub struct Inverting {
    /// The request that searches.
    pub id: u32,
    pub step: usize,
    pub steps: usize,
    pub loss: f32,
    pub psnr: f32,
    /// What the best z draws, RGBA.
    pub pixels: Vec<u8>,
}

/// Makes the engine available to [`use_engine`], and starts it.
pub fn provide_engine() -> Engine {
    let engine = Engine {
        line: StoredValue::new_local(Rc::default()),
        status: RwSignal::new(Status::Loading),
        device: RwSignal::new(None),
        choice: RwSignal::new(DeviceChoice::default()),
        restarts: RwSignal::new(0),
        lab: RwSignal::new(LabLook::default()),
        progress: RwSignal::new(None),
        inverting: RwSignal::new(None),
        warning: RwSignal::new(None),
        tile: StoredValue::new_local(None),
    };
    provide_context(engine);
    Effect::new(move |_| {
        let state = match engine.status.get() {
            Status::Loading => "loading",
            Status::Ready => "ready",
            Status::Failed(_) => "failed",
        };
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-engine", state);
        }
    });
    engine.start();
    engine
}

/// The engine of this page.
pub fn use_engine() -> Engine {
    expect_context()
}

fn to_js<T: Serialize>(value: &T) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}

impl Engine {
    /// Starts a worker, in place of the one there is. It opens again what that had open.
    pub fn restart(self) {
        self.fail_waiting(&EngineError::Restarted(String::new()));
        self.start();
        self.restarts.update(|count| *count += 1);
    }

    fn start(self) {
        let line = self.line.get_value();
        if let Some(old) = line.borrow_mut().worker.take() {
            old.terminate();
        }
        self.status.set(Status::Loading);
        let generation = {
            let mut line = line.borrow_mut();
            line.ready = false;
            line.held.clear();
            line.generation += 1;
            line.generation
        };
        let worker = match Worker::new(&site::url(SCRIPT)) {
            Ok(worker) => worker,
            Err(error) => return self.status.set(Status::Failed(format!("{error:?}"))),
        };
        let is_current = move || self.line.get_value().borrow().generation == generation;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if is_current() {
                self.take(&event.data().unchecked_into());
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            if is_current() {
                let text = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message);
                self.stopped(text.unwrap_or_default());
            }
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        line.borrow_mut().worker = Some(worker);
    }

    fn fail(self, reason: String) {
        self.fail_waiting(&EngineError::Internal(reason.clone()));
        self.status.set(Status::Failed(reason));
    }

    fn fail_waiting(self, error: &EngineError) {
        let waiting = std::mem::take(&mut self.line.get_value().borrow_mut().waiting);
        for sender in waiting.into_values() {
            let _ = sender.send(Err(error.clone()));
        }
    }

    fn take(self, parts: &Array) {
        let value = parts.get(0);
        let field = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let id = field(&value, "id").as_f64().unwrap_or_default() as u32;
        let kind = field(&field(&value, "body"), "kind").as_string().unwrap_or_default();
        let buffers = parts.iter().skip(1).filter_map(|part| part.dyn_into().ok()).collect::<Vec<ArrayBuffer>>();
        let is_event =
            matches!(kind.as_str(), "ready" | "lab" | "progress" | "inverting" | "tile" | "warning" | "stopped")
                || id == 0;
        if is_event {
            match serde_wasm_bindgen::from_value::<Envelope<Event>>(value) {
                Ok(envelope) => self.event(id, envelope.body, &buffers),
                Err(error) => self.warning.set(Some(EngineError::Protocol(error.to_string()))),
            }
            return;
        }
        let Some(sender) = self.line.get_value().borrow_mut().waiting.remove(&id) else { return };
        let answer = match serde_wasm_bindgen::from_value::<Envelope<Reply>>(value) {
            Ok(Envelope { body: Reply::Failed(error), .. }) => Err(error),
            Ok(Envelope { body, .. }) => Ok((body, buffers)),
            Err(error) => Err(EngineError::Protocol(error.to_string())),
        };
        // Whoever asked may have left the page.
        let _ = sender.send(answer);
    }

    fn event(self, id: u32, event: Event, buffers: &[ArrayBuffer]) {
        match event {
            Event::Ready { version } if version == PROTOCOL_VERSION => self.recover(),
            Event::Ready { version } => self.fail(format!("version {version}, expected {PROTOCOL_VERSION}")),
            Event::Device(report) => self.device.set(Some(report)),
            Event::Progress { done, total } => self.progress.set(Some((id, done, total))),
            Event::Inverting { step, steps, loss, psnr } => {
                let pixels = buffers.first().map(|buffer| Uint8Array::new(buffer).to_vec()).unwrap_or_default();
                self.inverting.set(Some(Inverting { id, step, steps, loss, psnr, pixels }));
            }
            Event::Tile(place) => {
                let pixels = buffers.first().map(|buffer| Uint8Array::new(buffer).to_vec()).unwrap_or_default();
                if let Some(tell) = self.tile.get_value() {
                    tell(id, place, pixels);
                }
            }
            Event::Warning(error) => self.warning.set(Some(error)),
            Event::Stopped(reason) => self.stopped(reason),
            Event::Lab(update) => {
                let device = update.device;
                self.lab.update(|look| look.take(update, buffers));
                self.device.update(|report| {
                    if let Some(report) = report {
                        report.used = device;
                    }
                });
            }
        }
    }

    /// Whom to tell of tiles, in place of whoever was told.
    pub fn on_tile(self, tell: impl Fn(u32, TilePlace, Vec<u8>) + 'static) {
        self.tile.set_value(Some(Rc::new(tell)));
    }

    fn open(self) {
        let held = {
            let line = self.line.get_value();
            let mut line = line.borrow_mut();
            line.ready = true;
            std::mem::take(&mut line.held)
        };
        for (message, transfer) in held {
            self.post(&message, &transfer);
        }
        self.status.set(Status::Ready);
    }

    fn post(self, message: &JsValue, transfer: &Array) {
        let line = self.line.get_value();
        let line = line.borrow();
        if let Some(worker) = &line.worker {
            let _ = worker.post_message_with_transfer(message, transfer);
        }
    }

    /// Sends a request. Returns its id and the answer to come.
    pub fn send(self, request: Request, buffers: Vec<ArrayBuffer>) -> (u32, impl Future<Output = Answer>) {
        let (id, message, transfer, answer) = self.prepare(request, &buffers);
        let line = self.line.get_value();
        if line.borrow().ready {
            self.post(&message, &transfer);
        } else {
            line.borrow_mut().held.push((message, transfer));
        }
        (id, answer)
    }

    fn prepare(
        self,
        request: Request,
        buffers: &[ArrayBuffer],
    ) -> (u32, JsValue, Array, impl Future<Output = Answer> + use<>) {
        let (sender, answer) = oneshot::channel();
        let line = self.line.get_value();
        let id = {
            let mut line = line.borrow_mut();
            line.last_id += 1;
            let id = line.last_id;
            line.waiting.insert(id, sender);
            id
        };
        let message = Array::of1(&to_js(&Envelope { id, body: request }));
        let transfer = Array::new();
        for buffer in buffers {
            message.push(buffer);
            transfer.push(buffer);
        }
        let answer = async move { answer.await.unwrap_or_else(|_| Err(EngineError::Cancelled)) };
        (id, message.into(), transfer, answer)
    }

    /// Sends a request and waits for the answer.
    pub async fn request(self, request: Request, buffers: Vec<ArrayBuffer>) -> Answer {
        self.send(request, buffers).1.await
    }
}
