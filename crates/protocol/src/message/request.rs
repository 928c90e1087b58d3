//! What the page asks, by family.

use serde::{Deserialize, Serialize};

use super::{Command, DeviceChoice, Film, InvertSettings, RunRequest, StoreRequest};
use crate::{card::ManifestEntry, config::ToyConfig};

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Request {
    /// Which device to use from now on. Answered by [`super::Reply::Device`].
    UseDevice(DeviceChoice),
    /// The toy session.
    Lab(LabRequest),
    /// Model files.
    Model(ModelRequest),
    /// Work of a model that draws from codes.
    Latent(LatentRequest),
    /// Work on pictures of the user's.
    Picture(PictureRequest),
    /// Training of pictures.
    Run(RunRequest),
    /// What lies on the user's machine.
    Store(StoreRequest),
    /// Stops the work of an earlier request, which is then answered by [`crate::EngineError::Cancelled`].
    Cancel {
        /// The id of its envelope.
        request: u32,
    },
}

/// What the toy session is asked. There is one at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "lab", content = "with")]
pub enum LabRequest {
    /// Opens a session, in place of the one there is. Answered by [`super::Reply::Done`], after [`super::Event::Lab`].
    Open(ToyConfig),
    /// Changes the running session where [`ToyConfig::is_live_change`] allows it. Answered by [`super::Reply::Done`].
    Tune(ToyConfig),
    /// Answered by [`super::Reply::Done`].
    Command(Command),
    /// Forgets the session and all that could be taken back: the page that showed it is left. Answered by [`super::Reply::Done`].
    Close,
    /// The whole training state, to go on from after the tab was closed or on another machine. Answered by
    /// [`super::Reply::LabSaved`].
    Save,
    /// Opens a session from what [`LabRequest::Save`] gave. Answered by [`super::Reply::LabOpened`], after [`super::Event::Lab`].
    /// Buffers: the saved state.
    Import,
    /// Shows the newest kept moment at or before this step; the session stays where it is. Answered by
    /// [`super::Reply::LabView`].
    Visit {
        /// Steps done at that moment, at most.
        step: u64,
    },
    /// Puts the session, paused, back to the newest kept moment at or before this step; later moments are dropped, but
    /// [`LabRequest::Undo`] brings them back. Answered by [`super::Reply::Done`], after [`super::Event::Lab`].
    Branch {
        /// Steps done at that moment, at most.
        step: u64,
    },
    /// Searches for a z that draws a point of the plane, from the first codes of the run's noise. Answered by
    /// [`super::Reply::LabWalked`].
    Walk {
        /// The point.
        at: [f32; 2],
        /// With the generator of the newest kept moment at or before this step; `None` for that of now.
        step: Option<u64>,
    },
    /// Takes back the last [`LabRequest::Open`], `Tune`, `Import`, `Branch` or [`Command::Reset`]. Answered by
    /// [`super::Reply::LabOpened`], after [`super::Event::Lab`].
    Undo,
}

/// What is done with model files. An open model is known by the name on its card. Where memory is short the worker closes
/// those that were not used for longest; what is then asked of them is answered by [`crate::EngineError::NotOpen`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "model", content = "with")]
pub enum ModelRequest {
    /// Fetches a model of the site, with [`super::Event::Progress`]. `base` is the URL of the folder. Answered by
    /// [`super::Reply::Model`], when it is there: what is asked later may be answered before. Where meanwhile another file of its name
    /// is opened or fetched, or one of that name closed, by [`crate::EngineError::Cancelled`].
    Fetch {
        /// Ends with a slash: the name of the file is put right after it.
        base: String,
        /// The file, and what it must be.
        entry: Box<ManifestEntry>,
    },
    /// Opens a model that lies on this machine. Answered by [`super::Reply::Model`].
    Stored {
        /// The name of its file.
        file: String,
    },
    /// Opens a model file the user has chosen. Answered by [`super::Reply::Model`]. Buffers: the file.
    Open,
    /// Closes a model, and fetches none of its name that is on its way. Answered by [`super::Reply::Done`], also where no model of this
    /// name is open.
    Close {
        /// The name on its card.
        name: String,
    },
}

/// What a model that draws from codes is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "latent", content = "with")]
pub enum LatentRequest {
    /// Draws pictures. Answered by [`super::Reply::Pictures`], with [`super::Event::Progress`] before where there are many. Buffers: codes,
    /// f32 `[count, latent_dim]`.
    Draw {
        /// The name on its card.
        model: String,
        /// Codes in the buffer, and so pictures.
        count: usize,
    },
    /// Draws a film, which begins anew after its end, in between other requests and beside a search. A new one takes the place
    /// of the one before, which is answered by [`crate::EngineError::Cancelled`]. Answered by [`super::Reply::Film`], with
    /// [`super::Event::Progress`] before. Buffers: codes, f32 `[count, latent_dim]`.
    Film {
        /// The name on its card.
        model: String,
        /// Codes in the buffer, and so pictures.
        count: usize,
        /// Size and pace.
        film: Film,
    },
    /// Searches for the z of a picture, in between other requests, with [`super::Event::Inverting`]. There is one such work at a time,
    /// this, [`LatentRequest::Detect`], [`PictureRequest::Make`] or [`RunRequest::Calibrate`]: a new one takes the place of the one
    /// before, which is answered by [`crate::EngineError::Cancelled`]. Answered by [`super::Reply::Inverted`]. Buffers: the picture,
    /// RGBA, u8 `[side, side, 4]` of the model's side.
    Invert {
        /// The name on its card.
        model: String,
        /// How far and from where to search.
        settings: InvertSettings,
    },
    /// Searches for the codes that explain a picture, in between other requests, with [`super::Event::Detecting`]: as the scores of
    /// normal pictures on the card were found, on the CPU. It takes the place of other work as [`LatentRequest::Invert`] does.
    /// Answered by [`super::Reply::Detected`]. Buffers: the picture, RGBA, u8 `[height, width, 4]`, of the model's side, or of any size
    /// that [`crate::detect::Patches::fits`] where the card has such.
    Detect {
        /// The name on its card.
        model: String,
        /// Height and width of the picture.
        size: [usize; 2],
    },
}

/// What is done with pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "picture", content = "with")]
pub enum PictureRequest {
    /// Makes a picture of a picture, tile by tile, in between other requests: each tile is an [`super::Event::Tile`]. `scale` is how
    /// many times larger bicubic interpolation makes it, where no model is named. It takes the place of other work as
    /// [`LatentRequest::Invert`] does. Answered by [`super::Reply::Made`], or where another file of the model's name is opened meanwhile
    /// by [`crate::EngineError::NotOpen`]. Buffers: the picture, RGBA, u8 `[height, width, 4]`.
    Make {
        /// The name on its card; `None` for bicubic interpolation.
        model: Option<String>,
        /// Passed over where a model is named, which has its own.
        scale: usize,
        /// Whether a model that knows two ways goes back, from its second domain to its first.
        back: bool,
        /// Of the picture that is given, in pixels.
        width: usize,
        /// Of the picture that is given, in pixels.
        height: usize,
    },
    /// What the discriminator of a model that translates says of a picture, patch by patch. Answered by [`super::Reply::Verdicts`]; a
    /// model without one by [`crate::EngineError::NotOpen`]. Buffers: the picture that was given and the one that is judged, RGBA,
    /// u8 `[height, width, 4]` each. A discriminator of CycleGAN passes over the first.
    Judge {
        /// The name on its card.
        model: String,
        /// Whether the picture is judged as one of the first domain, not of the second.
        back: bool,
        /// Of each picture, in pixels.
        width: usize,
        /// Of each picture, in pixels.
        height: usize,
    },
    /// How alike two pictures of one size are. Answered by [`super::Reply::Likeness`]. Buffers: two pictures, RGBA, u8 `[height,
    /// width, 4]`.
    Compare {
        /// Of each picture, in pixels.
        width: usize,
        /// Of each picture, in pixels.
        height: usize,
        /// Pixels along each edge that are left out; 0 for none.
        border: usize,
    },
}
