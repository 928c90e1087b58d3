//! What comes of a request.

use forger_protocol::Reply;
use js_sys::ArrayBuffer;

use crate::task::Task;

/// A reply and its buffers.
pub type Answer = (Reply, Vec<ArrayBuffer>);

/// What a request comes to in its turn.
pub enum Outcome {
    Answer(Answer),
    /// Work that goes on in between other requests, and is answered when it ends.
    Task(Task),
    /// What goes on outside of the loop, and is answered when it ends.
    Underway,
}

/// What was asked for is done.
pub fn done() -> Answer {
    (Reply::Done, Vec::new())
}
