//! What page and worker say to each other.
//!
//! What is posted is the JavaScript array `[envelope, buffer, buffer, ...]`. The [`Envelope`] is made with
//! serde-wasm-bindgen. Pixels, points and weights are not in it: they are the transferred `ArrayBuffer`s after it, in the
//! order that each message documents under "Buffers".
//!
//! The worker speaks first, with [`Event::Ready`]: what is posted before that is lost, and a stale cached worker is told
//! apart by its version.

use serde::{Deserialize, Serialize};

pub use crate::pictures::{Film, InvertSettings, Inverted, TilePlace, Upscaled};
use crate::{
    card::{Card, ManifestEntry},
    config::{LatentPrior, StepKind, ToyConfig},
    error::EngineError,
};

/// Raised with every change that an older page or worker would misread.
pub const PROTOCOL_VERSION: u32 = 5;

/// A message and the request it belongs to. Events that belong to none have id 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    pub id: u32,
    pub body: T,
}

/// Where tensors live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKind {
    Cpu,
    WebGpu,
}

/// What the page asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceChoice {
    /// The faster one, found by a short timing.
    #[default]
    Auto,
    Cpu,
    WebGpu,
}

/// What did the last run, and what there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// The device that did the last run, never the one hoped for; before any run, the one that will.
    pub used: DeviceKind,
    /// Whether this browser offers WebGPU.
    pub webgpu: bool,
    /// The reason for a change that the user did not ask for, such as a lost device.
    pub lost: Option<String>,
}

/// What a user does to a session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    Train,
    /// Trains up to this step, then pauses: how a shared link reproduces what its sender saw.
    TrainUntil(u64),
    Pause,
    /// One step, then pause.
    Step(StepKind),
    /// Back to step 0, with the same seed.
    Reset,
}

/// Page to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Request {
    /// Which device to use from now on. Answered by [`Reply::Device`].
    UseDevice(DeviceChoice),
    /// Opens the toy session, in place of the one there is. Answered by [`Reply::Done`], after [`Event::Lab`].
    LabOpen(ToyConfig),
    /// Changes a running toy session where [`ToyConfig::is_live_change`] allows it. Answered by [`Reply::Done`].
    LabTune(ToyConfig),
    /// Answered by [`Reply::Done`].
    LabCommand(Command),
    /// Forgets the toy session and all that could be taken back: the page that showed it is left. Answered by
    /// [`Reply::Done`].
    LabClose,
    /// The whole training state of the toy session, to go on from after the tab was closed or on another machine. Answered
    /// by [`Reply::LabSaved`].
    LabSave,
    /// Opens the toy session from what [`Request::LabSave`] gave. Answered by [`Reply::LabOpened`], after [`Event::Lab`].
    /// Buffers: the saved state.
    LabImport,
    /// Shows the newest kept moment at or before this step; the session stays where it is. Answered by
    /// [`Reply::LabView`].
    LabVisit { step: u64 },
    /// Puts the session, paused, back to the newest kept moment at or before this step; later moments are dropped, but
    /// [`Request::LabUndo`] brings them back. Answered by [`Reply::Done`], after [`Event::Lab`].
    LabBranch { step: u64 },
    /// Takes back the last [`Request::LabOpen`], `LabTune`, `LabImport`, `LabBranch` or [`Command::Reset`]. Answered by
    /// [`Reply::LabOpened`], after [`Event::Lab`].
    LabUndo,
    /// Fetches a model of the site, with [`Event::Progress`]. `base` is the URL of the folder. Answered by
    /// [`Reply::Model`].
    ModelFetch { base: String, entry: Box<ManifestEntry> },
    /// Opens a model file the user has chosen. Answered by [`Reply::Model`]. Buffers: the file.
    ModelOpen,
    /// Draws pictures with the model `name`. Answered by [`Reply::Pictures`]. Buffers: codes, f32 `[count, latent_dim]`.
    Generate { model: String, count: usize },
    /// Draws a film with the model `name`, which begins anew after its end. Answered by [`Reply::Film`], with
    /// [`Event::Progress`] before. Buffers: codes, f32 `[count, latent_dim]`.
    Film { model: String, count: usize, film: Film },
    /// Searches for the z of a picture, in between other requests, with [`Event::Inverting`]. Answered by
    /// [`Reply::Inverted`]. Buffers: the picture, RGBA, u8 `[side, side, 4]` of the model's side.
    Invert { model: String, settings: InvertSettings },
    /// Makes a picture larger, tile by tile, in between other requests: each tile is an [`Event::Tile`]. `scale` is taken
    /// where no model is named, which means bicubic interpolation. Answered by [`Reply::Upscaled`]. Buffers: the picture,
    /// RGBA, u8 `[height, width, 4]`.
    Upscale { model: Option<String>, scale: usize, width: usize, height: usize },
    /// How alike two pictures of one size are. Answered by [`Reply::Likeness`]. Buffers: two pictures, RGBA, u8 `[height,
    /// width, 4]`.
    Compare { width: usize, height: usize, border: usize },
    /// Stops the work of an earlier request, which is then answered by [`EngineError::Cancelled`].
    Cancel { request: u32 },
}

/// Worker to page, once for each request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Reply {
    Done,
    Device(DeviceReport),
    /// The card of an opened model, and the SHA-256 of its file in hex. Buffers: the values of its mapping network, f32, if
    /// it has one ([`crate::codes::Mapping::from_values`]).
    Model {
        card: Box<Card>,
        sha256: String,
    },
    /// Buffers: the saved state.
    LabSaved {
        step: u64,
    },
    /// The settings of the session that is open now.
    LabOpened(Box<ToyConfig>),
    /// A kept moment. Buffers: those of [`Event::Lab`].
    LabView(Box<LabUpdate>),
    /// Buffers: RGBA, u8 `[count, height, width, 4]`.
    Pictures {
        count: usize,
        width: usize,
        height: usize,
        milliseconds: f64,
        device: DeviceKind,
    },
    /// Buffers: the file.
    Film,
    /// Buffers: a code, f32 `[latent_dim]`.
    Inverted(Inverted),
    Upscaled(Upscaled),
    /// Peak signal-to-noise ratio in decibels, infinite for equal pictures, and structural similarity in `[-1, 1]`, of
    /// luminance, without the border.
    Likeness {
        psnr: f64,
        ssim: f64,
    },
    Failed(EngineError),
}

/// The state of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionState {
    #[default]
    Idle,
    Running,
    Paused,
    /// A loss or weight stopped being a number; the session is back at its last good state.
    Diverged,
    Done,
}

/// Losses and verdicts of one step. Losses have no unit; `d_real` and `d_fake` are means of sigma(logit) in `[0, 1]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepMetrics {
    pub step: u64,
    pub d_loss: f32,
    pub g_loss: f32,
    pub d_real: f32,
    pub d_fake: f32,
    /// Euclidean norm of the gradient of D's loss over all of D's weights, and the same for G; 0 for a player that was not
    /// updated.
    #[serde(default)]
    pub d_gradient: f32,
    #[serde(default)]
    pub g_gradient: f32,
}

/// A distance between fakes and data, and what a perfect generator would score: a sample of the data itself, of the same
/// size, lies in this band in nine of ten draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub value: f32,
    pub floor_low: f32,
    pub floor_high: f32,
}

/// How far the fakes are from the data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// The step at which they were measured.
    pub step: u64,
    pub coverage: Option<Coverage>,
    /// Jensen-Shannon divergence in bits, `[0, 1]`, of histograms on a 25 x 25 grid.
    pub jensen_shannon: Score,
    /// Sliced Wasserstein-1 distance, in units of the plane.
    pub sliced_wasserstein: Score,
}

/// How well the fakes cover the modes of the data, for the distributions that have modes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Modes with at least the share of high-quality fakes that a fair draw would nearly always reach.
    pub covered: usize,
    pub modes: usize,
    /// Share of fakes within three standard deviations of their mode, in `[0, 1]`.
    pub high_quality: f32,
}

/// A look at the toy session. Metrics since the last one; nothing dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabUpdate {
    pub state: SessionState,
    pub step: u64,
    pub steps_per_second: f64,
    pub metrics: Vec<StepMetrics>,
    pub measures: Measures,
    /// Side of the square maps (D's verdict, density) in cells.
    pub map_side: usize,
    /// Steps whose moments are kept, in order: see [`Request::LabVisit`].
    pub kept: Vec<u64>,
    /// Whether [`Request::LabUndo`] has something to take back.
    pub can_undo: bool,
    pub device: DeviceKind,
}

/// The buffers of [`Event::Lab`] and [`Reply::LabView`], in this order, all f32. Maps are `[side, side]` over the plane
/// `[-EXTENT, EXTENT]^2`, row 0 at its lower edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum LabBuffer {
    /// Real points, `[n, 2]`.
    Real = 0,
    /// Fake points, `[n, 2]`. Their z are the first n of the sequence `Random::new(seed, Stream::Latent)`.
    Fake = 1,
    /// D's verdict, sigma(logit), in `[0, 1]`.
    Verdict = 2,
    /// Share of the fakes in each cell; the sum is 1 where none lies outside.
    Density = 3,
    /// What G makes of a mesh over the middle of z: `[MESH, MESH, 2]` (z\[1\] by row), or `[MESH, 2]` for one-dimensional z.
    /// See [`mesh`].
    Manifold = 4,
    /// For each fake point, the direction in which it would rise in D's eyes: minus the gradient of G's loss for this one
    /// point, `[n, 2]`.
    Push = 5,
    /// G's weights, layer by layer, each `[inputs, outputs]` and then `[outputs]` of biases. Empty above
    /// [`MOST_WEIGHTS_SHOWN`].
    Generator = 6,
    /// D's weights as it judges with them, spectral normalisation done, in the same way.
    Discriminator = 7,
}

/// Half the side of the plane that the lab shows.
pub const EXTENT: f32 = 1.25;
/// Points of the mesh over z, along each of its dimensions.
pub const MESH: usize = 21;
/// Networks of more weights are not sent to the page.
pub const MOST_WEIGHTS_SHOWN: usize = 20_000;

/// The mesh over z that [`LabBuffer::Manifold`] shows, flat `[MESH, MESH, 2]` or `[MESH, 1]`: the square that holds nine
/// tenths of each dimension of the prior.
pub fn mesh(prior: LatentPrior, latent_dim: usize) -> Vec<f32> {
    let reach = match prior {
        LatentPrior::Gaussian => 1.645,
        LatentPrior::Uniform => 0.9,
    };
    let at = |index: usize| reach * (2.0 * index as f32 / (MESH - 1) as f32 - 1.0);
    match latent_dim {
        1 => (0..MESH).map(at).collect(),
        // Further dimensions, which only a native run has, stay in the middle.
        _ => (0..MESH * MESH)
            .flat_map(|cell| {
                let plane = [at(cell % MESH), at(cell / MESH)];
                plane.into_iter().chain(std::iter::repeat_n(0.0, latent_dim - 2))
            })
            .collect(),
    }
}

/// Worker to page, unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Event {
    /// The first message of a worker.
    Ready { version: u32 },
    /// The device changed without being asked to.
    Device(DeviceReport),
    /// A look at the toy session. Buffers: [`LabBuffer`].
    Lab(LabUpdate),
    /// Work done so far for the request of this id, in its own unit (bytes, pictures).
    Progress { done: f64, total: f64 },
    /// A search for z, so far. Buffers: what the best z draws, RGBA, u8 `[side, side, 4]`.
    Inverting { step: usize, steps: usize, loss: f32, psnr: f32 },
    /// A part of a picture that is made larger. Buffers: RGBA, u8 `[height, width, 4]`.
    Tile(TilePlace),
    /// Something to tell the user that stops nothing.
    Warning(EngineError),
    /// The last message of a worker that panicked, and why it did.
    Stopped(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(body: T) {
        let sent = Envelope { id: 7, body };
        let text = serde_json::to_string(&sent).unwrap();
        assert_eq!(serde_json::from_str::<Envelope<T>>(&text).unwrap(), sent, "{text}");
    }

    #[test]
    fn requests_round_trip() {
        round_trip(Request::UseDevice(DeviceChoice::WebGpu));
        round_trip(Request::LabOpen(ToyConfig::default()));
        round_trip(Request::LabCommand(Command::Step(StepKind::Discriminator)));
        round_trip(Request::LabCommand(Command::Reset));
        round_trip(Request::LabCommand(Command::TrainUntil(500)));
        round_trip(Request::LabVisit { step: 9 });
        round_trip(Request::LabUndo);
        round_trip(Request::ModelOpen);
        round_trip(Request::Generate { model: "digits".into(), count: 64 });
        round_trip(Request::Upscale { model: None, scale: 4, width: 3, height: 2 });
        round_trip(Request::Cancel { request: 3 });
    }

    #[test]
    fn replies_and_events_round_trip() {
        round_trip(Reply::Done);
        round_trip(Reply::Failed(EngineError::Cancelled));
        round_trip(Reply::Failed(crate::error::ModelError::NoCard.into()));
        round_trip(Event::Ready { version: PROTOCOL_VERSION });
        round_trip(Event::Tile(TilePlace { top: 0, left: 1, height: 2, width: 3, done: 4, total: 5 }));
        round_trip(Event::Progress { done: 1.0, total: 2.0 });
        round_trip(Event::Warning(EngineError::DeviceLost("gone".into())));
        round_trip(Event::Stopped("index out of bounds".into()));
    }

    #[test]
    fn an_envelope_is_id_and_body() {
        let text = serde_json::to_string(&Envelope { id: 1, body: Event::Ready { version: 1 } }).unwrap();
        assert_eq!(text, r#"{"id":1,"body":{"kind":"ready","payload":{"version":1}}}"#);
    }

    #[test]
    fn the_mesh_has_a_point_in_the_middle() {
        assert_eq!(mesh(LatentPrior::Gaussian, 2)[MESH * MESH - 1..=MESH * MESH], [0.0, 0.0]);
        assert_eq!(mesh(LatentPrior::Uniform, 1).len(), MESH);
        assert_eq!(mesh(LatentPrior::Uniform, 5).len(), MESH * MESH * 5);
    }

    #[test]
    fn an_unknown_kind_is_an_error() {
        let error = serde_json::from_str::<Envelope<Request>>(r#"{"id":1,"body":{"kind":"fly"}}"#).unwrap_err();
        assert!(error.to_string().contains("fly"), "{error}");
    }
}
