//! Envelopes and buffers to and from the page.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use forger_protocol::{EngineError, Envelope, Event, Message, Reply, Request};
use futures_channel::oneshot;
use js_sys::{Array, ArrayBuffer, Float32Array, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::answer::Answer;

/// A request with its buffers.
pub struct Incoming {
    pub caller: Caller,
    pub request: Request,
    pub buffers: Vec<ArrayBuffer>,
}

/// Who asked for some work: hears how far it is, may not want it any more, and gets the answer.
#[derive(Clone)]
pub struct Caller {
    id: u32,
    channel: Channel,
}

impl Caller {
    /// Tells of the work.
    pub fn tell(&self, event: Event, buffers: &[ArrayBuffer]) {
        self.channel.post(self.id, Message::Event(event), buffers);
    }

    /// Tells how much of the work is done.
    pub fn progress(&self, done: f64, total: f64) {
        self.tell(Event::Progress { done, total }, &[]);
    }

    /// Fails once the page has cancelled the request.
    pub fn wants_more(&self) -> Result<(), EngineError> {
        let is_cancelled = self.channel.inbox.borrow().cancelled.contains(&self.id);
        if is_cancelled { Err(EngineError::Cancelled) } else { Ok(()) }
    }

    /// Resolves once the page has cancelled the request, or it was answered all the same; for work that waits for something else
    /// meanwhile.
    pub async fn cancelled(&self) {
        let (tell, told) = oneshot::channel();
        if self.wants_more().is_ok() {
            self.channel.inbox.borrow_mut().watch(self.id, tell);
            // The sender is dropped with the answer.
            let _ = told.await;
        }
    }

    /// Has the loop look around: what goes on outside of it has come to something.
    pub fn wake(&self) {
        self.channel.wake();
    }

    /// Answers the request.
    pub fn answer(&self, answer: Result<Answer, EngineError>) {
        let (reply, buffers) = answer.unwrap_or_else(|error| (Reply::Failed(error), Vec::new()));
        self.channel.post(self.id, Message::Reply(reply), &buffers);
        let mut inbox = self.channel.inbox.borrow_mut();
        inbox.cancelled.retain(|cancelled| *cancelled != self.id);
        inbox.watching.retain(|(id, _)| *id != self.id);
    }
}

#[derive(Default)]
struct Inbox {
    waiting: VecDeque<(Envelope<Request>, Vec<ArrayBuffer>)>,
    cancelled: Vec<u32>,
    /// Who is to hear at once that a request is cancelled.
    watching: Vec<(u32, oneshot::Sender<()>)>,
    wake: Option<oneshot::Sender<()>>,
}

impl Inbox {
    fn watch(&mut self, id: u32, tell: oneshot::Sender<()>) {
        // Some no longer wait.
        self.watching.retain(|(_, tell)| !tell.is_canceled());
        self.watching.push((id, tell));
    }
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
            Ok(envelope) => {
                if let Request::Cancel { request } = envelope.body {
                    // Ahead of its turn, since the work to be cancelled is what blocks the turn.
                    inbox.cancelled.push(request);
                    for (_, tell) in inbox.watching.extract_if(.., |(id, _)| *id == request) {
                        // Whoever listened may be gone.
                        let _ = tell.send(());
                    }
                }
                let buffers = parts.iter().skip(1).filter_map(|part| part.dyn_into().ok()).collect();
                inbox.waiting.push_back((envelope, buffers));
            }
            Err(error) => {
                // The id may read even where the rest does not.
                let id = js_sys::Reflect::get(&parts.get(0), &"id".into()).ok().and_then(|id| id.as_f64());
                let error = EngineError::Protocol(error.to_string());
                self.post(id.unwrap_or_default() as u32, Message::Reply(Reply::Failed(error)), &[]);
            }
        }
        drop(inbox);
        self.wake();
    }

    /// Ends the wait of the loop, if it waits.
    fn wake(&self) {
        let wake = self.inbox.borrow_mut().wake.take();
        if let Some(wake) = wake {
            // The receiver may be gone; then nobody waits.
            let _ = wake.send(());
        }
    }

    /// The next request, if there is one.
    pub fn poll(&self) -> Option<Incoming> {
        let (Envelope { id, body: request }, buffers) = self.inbox.borrow_mut().waiting.pop_front()?;
        Some(Incoming { caller: Caller { id, channel: self.clone() }, request, buffers })
    }

    /// Waits until there may be a request, or whoever works outside of the loop wakes it.
    pub async fn wait(&self) {
        let (wake, woken) = oneshot::channel();
        if !self.inbox.borrow().waiting.is_empty() {
            return;
        }
        self.inbox.borrow_mut().wake = Some(wake);
        let _ = woken.await;
    }

    /// Tells the page something that belongs to no request.
    pub fn tell(&self, event: Event, buffers: &[ArrayBuffer]) {
        self.post(0, Message::Event(event), buffers);
    }

    fn post(&self, id: u32, body: Message, buffers: &[ArrayBuffer]) {
        post(&self.scope, &Envelope { id, body }, buffers);
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, envelope: &Envelope<Message>, buffers: &[ArrayBuffer]) {
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
        let stopped = Envelope { id: 0, body: Message::Event(Event::Stopped(panic.to_string())) };
        post(&scope, &stopped, &[]);
    }));
}

/// The buffer of a request that has one.
pub fn first(buffers: &[ArrayBuffer]) -> Result<&ArrayBuffer, EngineError> {
    buffers.first().ok_or_else(|| EngineError::Protocol("a buffer is missing".into()))
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
