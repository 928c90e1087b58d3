//! Who is told of what the worker says while it works: whoever sent the request, and the lab of its session.

use std::rc::Rc;

use forger_protocol::{Event, message::LabUpdate};
use js_sys::ArrayBuffer;
use leptos::prelude::*;

use super::Engine;

pub(super) type Listener = Rc<dyn Fn(&Event, &[ArrayBuffer])>;
pub(super) type LabListener = Rc<dyn Fn(LabUpdate, &[ArrayBuffer])>;

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
        let line = self.line.get_value();
        let lab = &mut line.borrow_mut().lab;
        let number = lab.as_ref().map_or(0, |(number, _)| number + 1);
        *lab = Some((number, Rc::new(listener)));
        number
    }

    /// Tells no more of the session. False where somebody else is told by now.
    pub fn leave_lab(self, number: u32) -> bool {
        let line = self.line.get_value();
        let lab = &mut line.borrow_mut().lab;
        let is_last = lab.as_ref().is_some_and(|(last, _)| *last == number);
        if is_last {
            *lab = None;
        }
        is_last
    }

    // A listener may send requests: nothing is borrowed while it is told.

    pub(super) fn tell(self, id: u32, event: &Event, buffers: &[ArrayBuffer]) {
        let listener = self.line.get_value().borrow().waiting.get(&id).and_then(|asked| asked.listener.clone());
        if let Some(listener) = listener {
            listener(event, buffers);
        }
    }

    pub(super) fn tell_lab(self, update: LabUpdate, buffers: &[ArrayBuffer]) {
        let listener = self.line.get_value().borrow().lab.as_ref().map(|(_, listener)| listener.clone());
        if let Some(listener) = listener {
            listener(update, buffers);
        }
    }
}
