//! Who is told of what the worker says while it works: whoever sent the request, the lab of its session, and the page of the run.

use std::{cell::RefCell, rc::Rc};

use forger_protocol::{
    DeviceKind, Event,
    message::{LabUpdate, RunUpdate},
};
use js_sys::ArrayBuffer;
use leptos::prelude::*;

use super::{Engine, Line};

pub(super) type Listener = Rc<dyn Fn(&Event, &[ArrayBuffer])>;
type LookListener<T> = Rc<dyn Fn(T, &[ArrayBuffer])>;

/// Who is told of looks that answer no request: whoever asked last, and the number that this was given.
pub(super) struct Looks<T>(Option<(u32, LookListener<T>)>);

impl<T> Default for Looks<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Looks<T> {
    fn listen(&mut self, listener: LookListener<T>) -> u32 {
        let number = self.0.as_ref().map_or(0, |(number, _)| number + 1);
        self.0 = Some((number, listener));
        number
    }

    fn leave(&mut self, number: u32) -> bool {
        self.0.take_if(|(last, _)| *last == number).is_some()
    }
}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Underway {
    pub id: u32,
    /// How much of it is done, of 1, where that is known.
    pub share: Option<f64>,
}

impl Engine {
    /// Tells of the events of a request, until it is answered.
    pub fn listen(self, id: u32, listener: impl Fn(&Event, &[ArrayBuffer]) + 'static) {
        if let Some(asked) = self.line.get_value().borrow_mut().waiting.get_mut(&id) {
            asked.listener = Some(Rc::new(listener));
        }
    }

    /// Keeps in a signal how far a request is. Whoever sent it empties the signal at the end.
    pub fn follow(self, id: u32, signal: RwSignal<Option<Underway>>) {
        signal.try_set(Some(Underway { id, share: None }));
        self.listen(id, move |event, _| {
            let now = signal.try_get_untracked().flatten();
            // Another request may have taken its place.
            if let (Event::Progress { done, total }, Some(Underway { id: of, .. })) = (event, now)
                && of == id
                && *total > 0.0
            {
                signal.set(Some(Underway { id, share: Some(done / total) }));
            }
        });
    }

    /// Tells of looks at the toy session, in place of whoever was told. Gives the number that [`Engine::leave_lab`] wants.
    pub fn listen_to_lab(self, listener: impl Fn(LabUpdate, &[ArrayBuffer]) + 'static) -> u32 {
        self.line.get_value().borrow_mut().lab.listen(Rc::new(listener))
    }

    /// Tells no more of the session. False where somebody else is told by now.
    pub fn leave_lab(self, number: u32) -> bool {
        self.line.get_value().borrow_mut().lab.leave(number)
    }

    /// Tells of looks at the run, in place of whoever was told. Gives the number that [`Engine::leave_run`] wants.
    pub fn listen_to_run(self, listener: impl Fn(RunUpdate, &[ArrayBuffer]) + 'static) -> u32 {
        self.line.get_value().borrow_mut().run.listen(Rc::new(listener))
    }

    /// Tells no more of the run. False where somebody else is told by now.
    pub fn leave_run(self, number: u32) -> bool {
        self.line.get_value().borrow_mut().run.leave(number)
    }

    // A listener may send requests: nothing is borrowed while it is told.

    pub(super) fn tell(self, id: u32, event: &Event, buffers: &[ArrayBuffer]) {
        let listener = self.line.get_value().borrow().waiting.get(&id).and_then(|asked| asked.listener.clone());
        if let Some(listener) = listener {
            listener(event, buffers);
        }
    }

    pub(super) fn tell_lab(self, update: LabUpdate, buffers: &[ArrayBuffer]) {
        let device = update.device;
        tell_look(&self.line.get_value(), |line| &line.lab, update, buffers);
        self.used(device);
    }

    pub(super) fn tell_run(self, update: RunUpdate, buffers: &[ArrayBuffer]) {
        let device = update.device;
        tell_look(&self.line.get_value(), |line| &line.run, update, buffers);
        self.used(device);
    }

    /// This device did the last run.
    pub fn used(self, device: DeviceKind) {
        self.device.update(|report| {
            if let Some(report) = report {
                report.used = device;
            }
        });
    }
}

fn tell_look<T>(line: &RefCell<Line>, looks: fn(&Line) -> &Looks<T>, update: T, buffers: &[ArrayBuffer]) {
    let listener = looks(&line.borrow()).0.as_ref().map(|(_, listener)| listener.clone());
    if let Some(listener) = listener {
        listener(update, buffers);
    }
}
