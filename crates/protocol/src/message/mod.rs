//! What page and worker say to each other.
//!
//! What is posted is the JavaScript array `[envelope, buffer, buffer, ...]`. The [`Envelope`] is made with
//! serde-wasm-bindgen. Pixels, points and weights are not in it: they are the transferred `ArrayBuffer`s after it, in the
//! order that each message documents under "Buffers".
//!
//! The worker speaks first, with [`Event::Ready`]: what is posted before that is lost, and a stale cached worker is told
//! apart by its version.

mod device;
mod lab;
mod request;
mod run;

use serde::{Deserialize, Serialize};

pub use self::{
    device::{DeviceChoice, DeviceKind, DeviceReport},
    lab::{
        Coverage, EXTENT, LabBuffer, LabUpdate, MESH, MOST_WEIGHTS_SHOWN, Measures, Score, SessionState, StepMetrics,
        Walked, mesh,
    },
    request::{LabRequest, LatentRequest, ModelRequest, PictureRequest, Request},
    run::{RunPictures, RunRequest, RunUpdate, StoreRequest},
};
pub use crate::pictures::{Film, InvertSettings, Inverted, Made, TilePlace};
use crate::{
    card::{Card, ManifestEntry},
    config::{StepKind, ToyConfig},
    detect::Detected,
    error::EngineError,
    runs::{RunInfo, SetInfo, Stored, Weight},
};

/// Raised with every change that an older page or worker would misread.
pub const PROTOCOL_VERSION: u32 = 19;

/// A message and the request it belongs to. Events that belong to none have id 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Chosen by the page; what answers it repeats it.
    pub id: u32,
    /// What is said.
    pub body: T,
}

/// What a user does to a session.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Trains on until it is told to stop, or a value is not a number.
    Train,
    /// Trains up to this step, then pauses: how a shared link reproduces what its sender saw.
    TrainUntil(u64),
    /// Stops between two steps. Does nothing unless it runs.
    Pause,
    /// One step, then pause.
    Step(StepKind),
    /// Back to step 0, with the same seed.
    Reset,
}

/// Worker to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message {
    /// Once for each request, whose id it has.
    Reply(Reply),
    /// Unasked. It has the id of the request that it tells of, or 0.
    Event(Event),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Reply {
    /// It is done, and there is nothing to tell.
    Done,
    /// Answers [`Request::UseDevice`].
    Device(DeviceReport),
    /// The card of an opened model, and the SHA-256 of its file in hex. Buffers: the values of its mapping network, f32, if
    /// it has one ([`crate::codes::Mapping::from_values`]).
    Model {
        /// As the file has it.
        card: Box<Card>,
        /// Of the whole file.
        sha256: String,
    },
    /// Buffers: the saved state.
    LabSaved {
        /// Steps that the saved session has done.
        step: u64,
    },
    /// The settings of the session that is open now.
    LabOpened(Box<ToyConfig>),
    /// A kept moment. Buffers: those of [`Event::Lab`].
    LabView(Box<LabUpdate>),
    /// A search for a point. Buffers: its codes, f32 `[steps + 1, starts, latent_dim]`, and what G makes of them, f32
    /// `[steps + 1, starts, 2]`.
    LabWalked(Walked),
    /// Buffers: RGBA, u8 `[count, height, width, 4]`.
    Pictures {
        /// How many pictures there are.
        count: usize,
        /// Of each, in pixels.
        width: usize,
        /// Of each, in pixels.
        height: usize,
        /// From the first code to the last pixel.
        milliseconds: f64,
        /// What drew them.
        device: DeviceKind,
    },
    /// Buffers: the file.
    Film,
    /// Buffers: a code, f32 `[latent_dim]`.
    Inverted(Inverted),
    /// Buffers: what comes nearest to the picture, RGBA, u8 `[height, width, 4]`, and where they differ, f32 `[height, width]`: absolute
    /// differences of values in `[-1, 1]`, the mean over channels.
    Detected(Detected),
    /// Every part was sent before, as [`Event::Tile`].
    Made(Made),
    /// What a discriminator says of a picture, patch by patch. Buffers: f32 `[rows, columns]` in `[0, 1]`, 1 for real.
    Verdicts {
        /// Patches from top to bottom.
        rows: usize,
        /// Patches from left to right.
        columns: usize,
    },
    /// Peak signal-to-noise ratio in decibels, infinite for equal pictures, and structural similarity in `[-1, 1]`, of
    /// luminance, without the border.
    Likeness {
        /// Decibels.
        psnr: f64,
        /// 1 for equal pictures.
        ssim: f64,
    },
    /// What lies on this machine.
    Stored(Box<Stored>),
    /// A picture is in a set, or is not, since this file shows the same.
    Added {
        /// The file that was there before.
        duplicate_of: Option<String>,
    },
    /// A set that is kept now.
    Set(Box<SetInfo>),
    /// The run as it is kept now.
    Run(Box<RunInfo>),
    /// What a run will take.
    Weight(Weight),
    /// A model that was made. Buffers: its file.
    Exported {
        /// What is known of it.
        entry: Box<ManifestEntry>,
        /// Whether it lies on this machine now; where not, [`Event::Warning`] has said why.
        kept: bool,
    },
    /// In place of every other answer.
    Failed(EngineError),
}

/// Something that the worker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "payload")]
pub enum Event {
    /// The first message of a worker.
    Ready {
        /// [`PROTOCOL_VERSION`] of the worker.
        version: u32,
    },
    /// The device changed without being asked to.
    Device(DeviceReport),
    /// A look at the toy session. Buffers: [`LabBuffer`].
    Lab(LabUpdate),
    /// A look at the run. Buffers: see [`RunUpdate`].
    Run(Box<RunUpdate>),
    /// Work done so far for the request of this id, in its own unit (bytes, pictures).
    Progress {
        /// From 0 to `total`.
        done: f64,
        /// What there is to do in all.
        total: f64,
    },
    /// A search for z, so far. Buffers: what the best z draws, RGBA, u8 `[side, side, 4]`.
    Inverting {
        /// Steps done.
        step: usize,
        /// Steps in all: [`InvertSettings::steps`].
        steps: usize,
        /// The least so far; what is minimised, without unit.
        loss: f32,
        /// Peak signal-to-noise ratio between the picture and what the best z draws, in decibels.
        psnr: f32,
    },
    /// A search for what is strange, so far. Buffers: what the best code draws, RGBA, u8 `[height, width, 4]`; and the losses of each
    /// step since the last look, f32 `[steps, starts]`. Of a picture in parts the steps are parts that are judged, and there are no
    /// losses.
    Detecting {
        /// Steps done.
        step: usize,
        /// Steps at most.
        steps: usize,
        /// The least score so far.
        score: f32,
    },
    /// A part of a picture that is made. Buffers: RGBA, u8 `[height, width, 4]`.
    Tile(TilePlace),
    /// Something to tell the user that stops nothing.
    Warning(EngineError),
    /// The last message of a worker that panicked, and why it did.
    Stopped(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Derived, DrawnSet, Item, KeptBack, Origin, PictureSet, RunConfig, RunData, presets};

    fn round_trip<T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(body: T) {
        let sent = Envelope { id: 7, body };
        let text = serde_json::to_string(&sent).unwrap();
        assert_eq!(serde_json::from_str::<Envelope<T>>(&text).unwrap(), sent, "{text}");
    }

    #[test]
    fn requests_round_trip() {
        round_trip(Request::UseDevice(DeviceChoice::WebGpu));
        round_trip(Request::Lab(LabRequest::Open(ToyConfig::default())));
        round_trip(Request::Lab(LabRequest::Command(Command::Step(StepKind::Discriminator))));
        round_trip(Request::Lab(LabRequest::Command(Command::Reset)));
        round_trip(Request::Lab(LabRequest::Command(Command::TrainUntil(500))));
        round_trip(Request::Lab(LabRequest::Visit { step: 9 }));
        round_trip(Request::Lab(LabRequest::Walk { at: [0.5, -1.25], step: None }));
        round_trip(Request::Lab(LabRequest::Undo));
        round_trip(Request::Model(ModelRequest::Open));
        round_trip(Request::Model(ModelRequest::Close { name: "digits".into() }));
        round_trip(Request::Latent(LatentRequest::Draw { model: "digits".into(), count: 64 }));
        round_trip(Request::Latent(LatentRequest::Detect { model: "zeros".into(), size: [28, 28] }));
        round_trip(Request::Picture(PictureRequest::Make { model: None, scale: 4, back: false, width: 3, height: 2 }));
        round_trip(Request::Picture(PictureRequest::Judge { model: "day".into(), back: true, width: 3, height: 2 }));
        let run = RunConfig {
            name: "faces".into(),
            system: presets::ALL[1].settings(32, 3),
            data: RunData::Pairs { set: PictureSet::Own("1".into()), input: Derived::Edges },
            kept_back: KeptBack::default(),
            from: Some(Origin { name: "threes".into(), licence: "CC0 1.0".into() }),
        };
        round_trip(Request::Run(RunRequest::Begin(Box::new(run))));
        round_trip(Request::Run(RunRequest::Close { anyway: true }));
        round_trip(Request::Run(RunRequest::Tune(vec![("generator_optimizer".into(), 1e-4)])));
        let set = PictureSet::Drawn(DrawnSet::WornDigits);
        round_trip(Request::Store(StoreRequest::Preview { set, side: 28, count: 8 }));
        round_trip(Request::Store(StoreRequest::Draw { set: DrawnSet::Avatars, side: 64, number: 7 }));
        round_trip(Request::Store(StoreRequest::Delete { item: Item::Run, id: "1".into() }));
        round_trip(Request::Cancel { request: 3 });
    }

    #[test]
    fn replies_and_events_round_trip() {
        let (reply, event) = (|reply| round_trip(Message::Reply(reply)), |event| round_trip(Message::Event(event)));
        reply(Reply::Done);
        reply(Reply::LabWalked(Walked { starts: 8, nearest: 9, distance: 0.25, as_far: 0, reals: 199, p: 0.005 }));
        reply(Reply::Failed(EngineError::Cancelled));
        reply(Reply::Failed(crate::error::ModelError::NoCard.into()));
        reply(Reply::Failed(EngineError::SetFull { most: 402_653_184.0 }));
        reply(Reply::Failed(EngineError::Unsaved("full".into())));
        let system = presets::ALL[0].settings(28, 1);
        let entry = ManifestEntry {
            file: "a-00000000.safetensors".into(),
            bytes: 1,
            sha256: String::new(),
            card: Card::new("a", system, 1),
        };
        reply(Reply::Exported { entry: Box::new(entry), kept: false });
        event(Event::Ready { version: PROTOCOL_VERSION });
        event(Event::Tile(TilePlace { top: 0, left: 1, height: 2, width: 3, done: 4, total: 5 }));
        event(Event::Progress { done: 1.0, total: 2.0 });
        event(Event::Warning(EngineError::DeviceLost("gone".into())));
        event(Event::Stopped("index out of bounds".into()));
    }

    #[test]
    fn an_envelope_is_id_and_body() {
        let text = serde_json::to_string(&Envelope { id: 1, body: Message::Event(Event::Ready { version: 1 }) });
        assert_eq!(text.unwrap(), r#"{"id":1,"body":{"event":{"kind":"ready","payload":{"version":1}}}}"#);
    }

    #[test]
    fn an_unknown_kind_is_an_error() {
        let error = serde_json::from_str::<Envelope<Request>>(r#"{"id":1,"body":{"kind":"fly"}}"#).unwrap_err();
        assert!(error.to_string().contains("fly"), "{error}");
    }
}
