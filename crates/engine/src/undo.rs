//! What the session was before each change that the user may regret.

use forger_core::history::History;
use forger_protocol::ToyConfig;

/// Changes that can be taken back.
const MOST: usize = 8;

/// A session before a change.
pub struct Before {
    pub config: ToyConfig,
    pub state: Vec<u8>,
    pub history: History,
}

/// The last few of them.
#[derive(Default)]
pub struct Undo(Vec<Before>);

impl Undo {
    /// Before a change.
    pub fn push(&mut self, before: Before) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(before);
    }

    /// The session before the last change.
    pub fn take(&mut self) -> Option<Before> {
        self.0.pop()
    }

    pub fn is_possible(&self) -> bool {
        !self.0.is_empty()
    }
}
