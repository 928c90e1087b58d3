//! What happens when a worker stops: another takes its place, on the CPU, and opens again what was open.
//!
//! A worker stops by a panic, which WebAssembly does not survive, by a script that fails or for want of memory. What it was
//! asked is answered by [`EngineError::Restarted`]; pages go on from what they kept.

use forger_protocol::{DeviceChoice, EngineError, ManifestEntry, ModelRequest, Request};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::{Answer, Engine, Status};
use crate::state::site;

/// So many stops within so many milliseconds, and the user decides whether to try again.
const MOST_STOPS: usize = 3;
const SPAN: f64 = 60_000.0;

/// Where an open model came from.
#[derive(Clone)]
pub enum Source {
    Site(Box<ManifestEntry>),
    /// Made on this machine: the name of its file.
    Stored(String),
    File(web_sys::File),
}

#[derive(Default)]
pub(super) struct Recovery {
    /// Open models by name.
    models: Vec<(String, Source)>,
    /// When workers stopped, in milliseconds.
    stops: Vec<f64>,
}

impl Source {
    /// What opens the model; the file is read for it.
    async fn request(self) -> Result<(Request, Vec<ArrayBuffer>), EngineError> {
        let (request, buffers) = match self {
            Self::Site(entry) => (ModelRequest::Fetch { base: site::url("models/"), entry }, Vec::new()),
            Self::Stored(file) => (ModelRequest::Stored { file }, Vec::new()),
            Self::File(file) => match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => (ModelRequest::Open, vec![buffer.unchecked_into()]),
                Err(_) => return Err(EngineError::Gone(file.name())),
            },
        };
        Ok((Request::Model(request), buffers))
    }
}

impl Engine {
    /// Opens a model. Gives back the id of the request, and the answer to come.
    pub async fn open_model(self, source: Source) -> Result<(u32, impl Future<Output = Answer>), EngineError> {
        let (request, buffers) = source.request().await?;
        Ok(self.send(request, buffers))
    }

    /// The model of this name is open, and is to be so in a worker to come.
    pub fn opened(self, name: String, source: Source) {
        let line = self.line.get_value();
        let models = &mut line.borrow_mut().recovery.models;
        models.retain(|(other, _)| *other != name);
        models.push((name, source));
    }

    /// Where the model of this name came from, if it is to be open.
    pub fn source(self, name: &str) -> Option<Source> {
        let line = self.line.get_value();
        let models = &line.borrow().recovery.models;
        models.iter().find(|(other, _)| other == name).map(|(_, source)| source.clone())
    }

    /// Closes a model, which no worker to come opens again.
    pub fn close_model(self, name: String) {
        self.line.get_value().borrow_mut().recovery.models.retain(|(other, _)| *other != name);
        spawn_local(async move {
            // Where it is not open, there is nothing to tell.
            let _ = self.request(Request::Model(ModelRequest::Close { name }), Vec::new()).await;
        });
    }

    /// The worker is no more.
    pub(super) fn stopped(self, reason: String) {
        let now = js_sys::Date::now();
        let stops = {
            let line = self.line.get_value();
            let stops = &mut line.borrow_mut().recovery.stops;
            stops.retain(|stop| now - stop < SPAN);
            stops.push(now);
            stops.len()
        };
        // One that never began would not begin the next time.
        if stops > MOST_STOPS || self.status.get_untracked() != Status::Ready {
            return self.fail(reason);
        }
        self.warning.set(Some(EngineError::Restarted(reason)));
        self.choice.set(DeviceChoice::Cpu);
        self.restart();
    }

    /// Tells a new worker what the one before knew, then what was asked meanwhile.
    pub(super) fn recover(self) {
        let (models, generation) = {
            let line = self.line.get_value();
            let line = line.borrow();
            (line.recovery.models.clone(), line.generation)
        };
        let choice = self.choice.get_untracked();
        if choice == DeviceChoice::default() && models.is_empty() {
            return self.open();
        }
        spawn_local(async move {
            let _ = self.ahead(Request::UseDevice(choice), Vec::new()).await;
            for (_, source) in models {
                // A model that is gone is missed by whoever asks for it.
                if let Ok((request, buffers)) = source.request().await {
                    let _ = self.ahead(request, buffers).await;
                }
            }
            if self.line.get_value().borrow().generation == generation {
                self.open();
            }
        });
    }

    /// Sends a request before those that are held.
    async fn ahead(self, request: Request, buffers: Vec<ArrayBuffer>) -> Answer {
        let (_, message, transfer, answer) = self.prepare(request, &buffers);
        self.post(&message, &transfer);
        answer.await
    }
}
