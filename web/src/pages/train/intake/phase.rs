//! What is being done to make a set.

use forger_protocol::runs::SetInfo;

/// How far it is.
#[derive(Clone, Copy, PartialEq)]
pub struct Progress {
    pub done: usize,
    pub total: usize,
    /// When it began, on the page's clock.
    pub start: f64,
}

/// What happens with pictures now.
#[derive(Clone, PartialEq)]
pub enum Phase {
    /// Nothing.
    Idle,
    Taking(Progress),
    /// It was stopped: is what is there kept?
    Asking(Progress),
    /// It is being written, which nothing stops.
    Ending(Progress),
    /// What came of it: the set, unless there was no picture.
    Over(Option<Box<SetInfo>>),
}

impl Phase {
    /// Whether there is a set that is not ended.
    pub const fn is_open(&self) -> bool {
        self.progress().is_some()
    }

    /// How far that is.
    pub const fn progress(&self) -> Option<Progress> {
        match self {
            Self::Taking(progress) | Self::Asking(progress) | Self::Ending(progress) => Some(*progress),
            Self::Idle | Self::Over(_) => None,
        }
    }
}
