//! Envelopes and buffers to and from the page.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use forger_protocol::{EngineError, Envelope, Event, Reply, Request};
use futures_channel::oneshot;
use js_sys::{Array, ArrayBuffer, Float32Array, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// A request with its buffers.
#[derive(Clone)]
pub struct Incoming {
    pub id: u32,
    pub request: Request,
    pub buffers: Vec<ArrayBuffer>,
}

#[derive(Default)]
struct Inbox {
    waiting: VecDeque<Incoming>,
    cancelled: Vec<u32>,
    wake: Option<oneshot::Sender<()>>,
}

/// The worker's end of the line.
#[derive(Clone)]
pub struct Channel {
    scope: DedicatedWorkerGlobalScope,
    inbox: Rc<RefCell<Inbox>>,
}

impl Channel {
    /// Listens from now on.
    pub fn open() -> Self {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let channel = Self { scope, inbox: Rc::default() };
        let listener = channel.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| listener.take(&event));
        channel.scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // The listener lives as long as the worker.
        on_message.forget();
        channel
    }

    fn take(&self, event: &MessageEvent) {
        let parts: Array = event.data().unchecked_into();
        let envelope = serde_wasm_bindgen::from_value::<Envelope<Request>>(parts.get(0));
        let mut inbox = self.inbox.borrow_mut();
        match envelope {
            // Out of turn, since the work to be cancelled is what blocks the turn.
            Ok(Envelope { id, body: Request::Cancel { request } }) => {
                inbox.cancelled.push(request);
                self.reply(id, Reply::Done, &[]);
            }
            Ok(Envelope { id, body: request }) => {
                let buffers = parts.iter().skip(1).filter_map(|part| part.dyn_into().ok()).collect();
                inbox.waiting.push_back(Incoming { id, request, buffers });
            }
            Err(error) => {
                // The id may read even where the rest does not.
                let id = js_sys::Reflect::get(&parts.get(0), &"id".into()).ok().and_then(|id| id.as_f64());
                let error = EngineError::Protocol(error.to_string());
                self.reply(id.unwrap_or_default() as u32, Reply::Failed(error), &[]);
            }
        }
        if let Some(wake) = inbox.wake.take() {
            // The receiver may be gone; then nobody waits.
            let _ = wake.send(());
        }
    }

    /// The next request, if there is one.
    pub fn poll(&self) -> Option<Incoming> {
        self.inbox.borrow_mut().waiting.pop_front()
    }

    /// Waits until there may be a request.
    pub async fn wait(&self) {
        let (wake, woken) = oneshot::channel();
        if !self.inbox.borrow().waiting.is_empty() {
            return;
        }
        self.inbox.borrow_mut().wake = Some(wake);
        let _ = woken.await;
    }

    /// Whether the page has cancelled this request.
    pub fn is_cancelled(&self, id: u32) -> bool {
        self.inbox.borrow().cancelled.contains(&id)
    }

    /// Forgets the cancellation of a request that is answered.
    pub fn done(&self, id: u32) {
        self.inbox.borrow_mut().cancelled.retain(|cancelled| *cancelled != id);
    }

    /// Answers a request.
    pub fn reply(&self, id: u32, reply: Reply, buffers: &[ArrayBuffer]) {
        post(&self.scope, &Envelope { id, body: reply }, buffers);
    }

    /// Tells the page something, about request `id` or (0) about none.
    pub fn event(&self, id: u32, event: Event, buffers: &[ArrayBuffer]) {
        post(&self.scope, &Envelope { id, body: event }, buffers);
    }
}

fn post<T: Serialize>(scope: &DedicatedWorkerGlobalScope, envelope: &T, buffers: &[ArrayBuffer]) {
    let serializer = Serializer::new().serialize_maps_as_objects(true);
    let message = Array::new();
    let transfer = Array::new();
    message.push(&envelope.serialize(&serializer).unwrap_or(JsValue::NULL));
    for buffer in buffers {
        message.push(buffer);
        transfer.push(buffer);
    }
    // It fails only for buffers that were transferred before, and these are all new.
    let _ = scope.post_message_with_transfer(&message, &transfer);
}

/// From now on the page hears of a panic, after which nothing more comes from this worker.
pub fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let stopped = Envelope { id: 0, body: Event::Stopped(panic.to_string()) };
        post(&scope, &stopped, &[]);
    }));
}

/// A copy outside of wasm memory, to be transferred.
pub fn floats(values: &[f32]) -> ArrayBuffer {
    Float32Array::from(values).buffer()
}

/// A copy outside of wasm memory, to be transferred.
pub fn bytes(values: &[u8]) -> ArrayBuffer {
    Uint8Array::from(values).buffer()
}

/// A transferred buffer as f32; bytes after the last whole value are dropped.
pub fn to_floats(buffer: &ArrayBuffer) -> Vec<f32> {
    let length = buffer.byte_length() / 4;
    Float32Array::new_with_byte_offset_and_length(buffer, 0, length).to_vec()
}

/// A transferred buffer as bytes.
pub fn to_bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}
