//! What page and worker say to each other.
//!
//! What is posted is the JavaScript array `[envelope, buffer, buffer, ...]`. The [`Envelope`] is made with
//! serde-wasm-bindgen. Pixels, points and weights are not in it: they are the transferred `ArrayBuffer`s after it, in the
//! order that each message documents under "Buffers".
//!
//! The worker speaks first, with [`Event::Ready`]: what is posted before that is lost, and a stale cached worker is told
//! apart by its version.

use serde::{Deserialize, Serialize};

use crate::{
    card::{Card, ManifestEntry},
    config::{StepKind, ToyConfig},
    error::EngineError,
};

/// Raised with every change that an older page or worker would misread.
pub const PROTOCOL_VERSION: u32 = 1;

/// A message and the request it belongs to. Events that belong to none have id 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    pub id: u32,
    #[serde(flatten)]
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
    /// Opens the toy session, in place of the one there is. Answered by [`Reply::Done`], then [`Event::Lab`].
    LabOpen(ToyConfig),
    /// Changes a running toy session where [`ToyConfig::is_live_change`] allows it. Answered by [`Reply::Done`].
    LabTune(ToyConfig),
    /// Answered by [`Reply::Done`].
    LabCommand(Command),
    /// The whole training state of the toy session, to go on from after the tab was closed. Answered by
    /// [`Reply::LabSaved`].
    LabSave,
    /// Opens the toy session from what [`Request::LabSave`] gave. Answered by [`Reply::Done`], then [`Event::Lab`].
    /// Buffers: the saved state.
    LabRestore(ToyConfig),
    /// Fetches a model of the site, with [`Event::Progress`]. `base` is the URL of the folder. Answered by
    /// [`Reply::Model`].
    ModelFetch { base: String, entry: Box<ManifestEntry> },
    /// Opens a model file the user has chosen. Answered by [`Reply::Model`]. Buffers: the file.
    ModelOpen,
    /// Draws pictures with the model `name`. Answered by [`Reply::Pictures`]. Buffers: z, f32 `[count, latent_dim]`.
    Generate { model: String, count: usize },
    /// Stops the work of an earlier request, which is then answered by [`EngineError::Cancelled`].
    Cancel { request: u32 },
}

/// Worker to page, once for each request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Reply {
    Done,
    Device(DeviceReport),
    Model(Box<Card>),
    /// Buffers: the saved state.
    LabSaved {
        step: u64,
    },
    /// Buffers: RGBA, u8 `[count, height, width, 4]`.
    Pictures {
        count: usize,
        width: usize,
        height: usize,
        milliseconds: f64,
        device: DeviceKind,
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
    pub coverage: Option<Coverage>,
    /// Side of the square heat map in cells.
    pub heat_side: usize,
    pub device: DeviceKind,
}

/// Worker to page, unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Event {
    /// The first message of a worker.
    Ready { version: u32 },
    /// The device changed without being asked to.
    Device(DeviceReport),
    /// Buffers: real points f32 `[n, 2]`, fake points f32 `[n, 2]`, D's verdict f32 `[side, side]` in `[0, 1]`, row 0 at
    /// y = -1.25.
    Lab(LabUpdate),
    /// Work done so far for the request of this id, in its own unit (bytes, pictures).
    Progress { done: f64, total: f64 },
    /// Something to tell the user that stops nothing.
    Warning(EngineError),
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
        round_trip(Request::ModelOpen);
        round_trip(Request::Generate { model: "digits".into(), count: 64 });
        round_trip(Request::Cancel { request: 3 });
    }

    #[test]
    fn replies_and_events_round_trip() {
        round_trip(Reply::Done);
        round_trip(Reply::Failed(EngineError::Cancelled));
        round_trip(Reply::Failed(crate::error::ModelError::NoCard.into()));
        round_trip(Event::Ready { version: PROTOCOL_VERSION });
        round_trip(Event::Progress { done: 1.0, total: 2.0 });
        round_trip(Event::Warning(EngineError::DeviceLost("gone".into())));
    }

    #[test]
    fn an_envelope_is_id_kind_payload() {
        let text = serde_json::to_string(&Envelope { id: 1, body: Event::Ready { version: 1 } }).unwrap();
        assert_eq!(text, r#"{"id":1,"kind":"ready","payload":{"version":1}}"#);
    }

    #[test]
    fn an_unknown_kind_is_an_error() {
        let error = serde_json::from_str::<Envelope<Request>>(r#"{"id":1,"kind":"fly"}"#).unwrap_err();
        assert!(error.to_string().contains("fly"), "{error}");
    }
}
