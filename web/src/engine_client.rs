//! The worker, as the page sees it: requests that can be awaited, and signals for what it says unasked. What comes of a
//! request is for whoever sent it: nothing of a page's work is kept here.

mod listeners;
mod recovery;
mod store;

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use forger_protocol::{
    DeviceChoice, DeviceReport, EngineError, Envelope, Event, Message, PROTOCOL_VERSION, Reply, Request,
    message::{LabUpdate, RunUpdate},
};
use futures_channel::oneshot;
use js_sys::{Array, ArrayBuffer};
use leptos::{prelude::*, task::spawn_local};
use serde::{Serialize, de::IgnoredAny};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker, WorkerOptions};

use crate::state::site;
pub use listeners::Underway;
use listeners::{Listener, Looks};
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

type Answer = Result<(Reply, Vec<ArrayBuffer>), EngineError>;

/// A request whose answer is to come.
struct Asked {
    answer: oneshot::Sender<Answer>,
    /// Who is told of its events.
    listener: Option<Listener>,
}

#[derive(Default)]
struct Line {
    worker: Option<Worker>,
    ready: bool,
    last_id: u32,
    /// Requests made before the worker was ready.
    held: Vec<(JsValue, Array)>,
    waiting: HashMap<u32, Asked>,
    lab: Looks<LabUpdate>,
    run: Looks<RunUpdate>,
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
    pub warning: RwSignal<Option<EngineError>>,
}

/// Makes the engine available to [`use_engine`], and starts it.
pub fn provide_engine() -> Engine {
    let engine = Engine {
        line: StoredValue::new_local(Rc::default()),
        status: RwSignal::new(Status::Loading),
        device: RwSignal::new(None),
        choice: RwSignal::new(DeviceChoice::default()),
        restarts: RwSignal::new(0),
        warning: RwSignal::new(None),
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
        let options = WorkerOptions::new();
        // Where its program lies. The address would not do: what keeps files answers with that of the kept one.
        options.set_name(&site::built("engine").unwrap_or_default());
        let worker = match Worker::new_with_options(&site::url(SCRIPT), &options) {
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

    /// No worker takes the place of this one until the user wants it. Whatever it held, as the lock of a run, is free.
    fn fail(self, reason: String) {
        {
            let line = self.line.get_value();
            let mut line = line.borrow_mut();
            if let Some(worker) = line.worker.take() {
                worker.terminate();
            }
            line.ready = false;
            line.held.clear();
            line.generation += 1;
        }
        self.fail_waiting(&EngineError::Internal(reason.clone()));
        self.status.set(Status::Failed(reason));
    }

    fn fail_waiting(self, error: &EngineError) {
        let waiting = std::mem::take(&mut self.line.get_value().borrow_mut().waiting);
        for asked in waiting.into_values() {
            let _ = asked.answer.send(Err(error.clone()));
        }
    }

    fn take(self, parts: &Array) {
        let buffers = parts.iter().skip(1).filter_map(|part| part.dyn_into().ok()).collect::<Vec<ArrayBuffer>>();
        match serde_wasm_bindgen::from_value::<Envelope<Message>>(parts.get(0)) {
            Ok(Envelope { id, body: Message::Reply(Reply::Failed(error)) }) => {
                self.answer(id, Err(error));
            }
            Ok(Envelope { id, body: Message::Reply(reply) }) => {
                self.answer(id, Ok((reply, buffers)));
            }
            Ok(Envelope { id, body: Message::Event(event) }) => self.hear(id, event, &buffers),
            Err(error) => self.misread(parts.get(0), error.to_string()),
        }
    }

    /// Answers a request; false where nobody waits for it.
    fn answer(self, id: u32, answer: Answer) -> bool {
        let asked = self.line.get_value().borrow_mut().waiting.remove(&id);
        // Whoever asked may have left the page.
        asked.map(|asked| asked.answer.send(answer)).is_some()
    }

    /// A message that does not read: an answer to whoever waits, so that nobody waits for ever.
    fn misread(self, message: JsValue, reason: String) {
        let id = serde_wasm_bindgen::from_value::<Envelope<IgnoredAny>>(message).map_or(0, |envelope| envelope.id);
        if self.answer(id, Err(EngineError::Protocol(reason.clone()))) {
            return;
        }
        if self.line.get_value().borrow().ready {
            self.warning.set(Some(EngineError::Protocol(reason)));
        } else {
            // A worker of another version may not even say so in words that read.
            self.fail(reason);
        }
    }

    /// What the worker tells.
    fn hear(self, id: u32, event: Event, buffers: &[ArrayBuffer]) {
        match event {
            Event::Ready { version } if version == PROTOCOL_VERSION => self.recover(),
            Event::Ready { version } => self.fail(format!("version {version}, expected {PROTOCOL_VERSION}")),
            Event::Device(report) => self.device.set(Some(report)),
            Event::Warning(error) => self.warning.set(Some(error)),
            Event::Stopped(reason) => self.stopped(reason),
            Event::Lab(update) => self.tell_lab(update, buffers),
            Event::Run(update) => self.tell_run(*update, buffers),
            Event::Progress { .. } | Event::Inverting { .. } | Event::Detecting { .. } | Event::Tile(_) => {
                self.tell(id, &event, buffers);
            }
        }
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
            line.waiting.insert(id, Asked { answer: sender, listener: None });
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

    /// Stops the work of a request, whose own answer then says so.
    pub fn cancel(self, request: u32) {
        spawn_local(async move {
            let _ = self.request(Request::Cancel { request }, Vec::new()).await;
        });
    }

    /// Sends a request and waits for the answer.
    pub async fn request(self, request: Request, buffers: Vec<ArrayBuffer>) -> Answer {
        self.send(request, buffers).1.await
    }
}
