//! What is asked and told of training pictures in the tab, and of what lies on the user's machine.

use serde::{Deserialize, Serialize};

use super::{Command, DeviceKind, SessionState, StepMetrics};
use crate::runs::{DrawnSet, Item, PictureSet, RunConfig};

/// What the run is asked. There is one at a time; its page is told of it by [`super::Event::Run`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "run", content = "with")]
pub enum RunRequest {
    /// What such a run will take, with [`super::Event::Progress`] while its pictures are drawn or read. Answered by
    /// [`super::Reply::Weight`], or by what would keep it from being begun.
    Weigh(Box<RunConfig>),
    /// Begins a run, idle, in place of the one there is, with [`super::Event::Progress`] while its pictures are drawn or read.
    /// Answered by [`super::Reply::Run`], after [`super::Event::Run`]. Buffers: none; or a checkpoint of the same system,
    /// which it goes on from; or, where [`RunConfig::from`] says so, a model file of it, with whose networks it begins at step 0. The
    /// settings of the file count, and what its card says of it. Cancelled before it is open, it leaves the one there is; and so it does
    /// where that cannot be saved, which is answered by [`crate::EngineError::Unsaved`].
    Begin(Box<RunConfig>),
    /// Opens a run of this machine where it was saved last, idle, whatever it takes. Answered as [`RunRequest::Begin`], or where
    /// another tab has it open by [`crate::EngineError::OpenElsewhere`]: then the one that is open here stays so, as it does where it
    /// cannot be saved ([`crate::EngineError::Unsaved`]). Otherwise that is saved and closed first, also where this one then does not
    /// open: it may be the same.
    Resume {
        /// [`crate::runs::RunInfo::id`].
        id: String,
    },
    /// Answered by [`super::Reply::Done`].
    Command(Command),
    /// Changes learning rates, those that [`crate::runs::presets::rates`] lists. Answered by [`super::Reply::Run`].
    Tune(Vec<(String, f64)>),
    /// Saves it now. Answered by [`super::Reply::Run`], also where it cannot be kept on this machine, which [`super::Event::Warning`]
    /// then says. Buffers: the checkpoint.
    Save,
    /// Shows the pictures of a step that [`RunUpdate::frames`] lists. Answered by [`super::Reply::Pictures`].
    Frame {
        /// The step.
        step: u64,
    },
    /// Makes a model file of it, which lies on this machine where it can be kept. Answered by [`super::Reply::Exported`].
    Export {
        /// The name on its card: see [`crate::card::is_name`].
        name: String,
    },
    /// Makes a model file of a DCGAN that tells strange pictures: searches for pictures that it was not shown, in between other
    /// requests, with [`super::Event::Progress`]. It takes the place of other work as [`super::LatentRequest::Invert`] does. Answered as
    /// [`RunRequest::Export`].
    Calibrate {
        /// The name on its card: see [`crate::card::is_name`].
        name: String,
        /// What normal pictures show, as in "the digit 0".
        what: String,
    },
    /// Saves it and forgets it, with all pictures. Answered by [`super::Reply::Done`], or where it cannot be saved by
    /// [`crate::EngineError::Unsaved`]: then it stays open.
    Close {
        /// Forgets it also where it cannot be saved, which [`super::Event::Warning`] then says.
        anyway: bool,
    },
}

/// What is asked of what lies on this machine. Answered by [`crate::EngineError::Storage`] where there is no room or no way to
/// keep anything, and by [`crate::EngineError::OpenElsewhere`] where a run is to be changed that another tab has open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "store", content = "with")]
pub enum StoreRequest {
    /// Answered by [`super::Reply::Stored`].
    List,
    /// Begins a set, in place of one that was not ended. Answered by [`super::Reply::Done`].
    BeginSet {
        /// What the user calls it.
        name: String,
        /// Side of its pictures, in pixels.
        side: usize,
    },
    /// Adds a picture to it. Answered by [`super::Reply::Added`], or by [`crate::EngineError::SetFull`] where there is no room in
    /// it. Buffers: RGBA, u8 `[side, side, 4]`.
    AddPicture {
        /// Of its file.
        file: String,
    },
    /// Names a file that is no picture. Answered by [`super::Reply::Done`].
    LeaveOut {
        /// Of the file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// Keeps the set. Answered by [`super::Reply::Set`].
    EndSet,
    /// Forgets it. Answered by [`super::Reply::Done`].
    DropSet,
    /// Shows the first pictures of a set. Answered by [`super::Reply::Pictures`].
    Preview {
        /// Which.
        set: PictureSet,
        /// In pixels.
        side: usize,
        /// At most.
        count: usize,
    },
    /// Draws a picture of the endless row of a set. Answered by [`super::Reply::Pictures`].
    Draw {
        /// Which.
        set: DrawnSet,
        /// In pixels.
        side: usize,
        /// Where in the row.
        number: u64,
    },
    /// Gives something another name; a model keeps the one it has. Answered by [`super::Reply::Done`].
    Rename {
        /// What it is.
        item: Item,
        /// Which.
        id: String,
        /// How it is called from now on.
        name: String,
    },
    /// Deletes something. Answered by [`super::Reply::Done`].
    Delete {
        /// What it is.
        item: Item,
        /// Which.
        id: String,
    },
    /// The file of something: a model, the newest checkpoint of a run, or the pictures of a set. Answered by [`super::Reply::Done`].
    /// Buffers: the file; of a set RGB, u8 `[count, side, side, 3]`.
    Read {
        /// What it is.
        item: Item,
        /// Which.
        id: String,
    },
}

/// A look at the run. Metrics since the last one; nothing dropped. Buffers: where there are pictures, those of
/// [`RunUpdate::shown`] one kind after the other, RGBA, u8 `[count, height, width, 4]` each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunUpdate {
    /// [`crate::runs::RunInfo::id`].
    pub id: String,
    /// What it is doing.
    pub state: SessionState,
    /// Steps done.
    pub step: u64,
    /// Smoothed from look to look; 0 while nothing runs.
    pub steps_per_second: f64,
    /// Pictures of the smaller set that a step learns from, in all of its updates; once through them is an epoch.
    pub batch: usize,
    /// Pictures of the smaller set.
    pub pictures: usize,
    /// One for each step since the last look, in order.
    pub metrics: Vec<StepMetrics>,
    /// The pictures of this look, if it has any.
    pub shown: Option<RunPictures>,
    /// Steps whose pictures are kept, in order: see [`RunRequest::Frame`].
    pub frames: Vec<u64>,
    /// The step and the time, in milliseconds since 1970, at which it was saved last; `None` where nothing can be kept.
    pub saved: Option<(u64, f64)>,
    /// What trains it.
    pub device: DeviceKind,
}

/// The pictures of a look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunPictures {
    /// What each kind is, in the words of [`crate::Declaration::visuals`]; `real` for pictures that are learned from.
    pub kinds: Vec<String>,
    /// Of each kind.
    pub count: usize,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// How much the drawn pictures differ from each other, in parts of what those that are learned from do; 0 if all are the same.
    /// `None` where pictures follow from others.
    pub variety: Option<f32>,
}
