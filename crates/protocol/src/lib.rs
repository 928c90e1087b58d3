//! The words that page, engine and trainer share.
//!
//! Everything here is plain data that serde can carry: [`system`] says what a system is, [`config`] what to train, [`card`] describes a model file,
//! [`runs`] what is trained in the tab and kept there,
//! [`message`] is what page and worker say to each other, and [`error`] is what can go wrong, in a form that the page
//! can put into the reader's language. [`random`], [`codes`], [`latent`], [`lab_url`], [`latent_url`], [`translate_url`] and [`detect_url`] say what a seed, a latent code
//! and the words of a link mean, which a shared link relies on. No burn, no I/O: the page depends on this crate and must stay small.

#![warn(missing_docs)]

pub mod card;
pub mod codes;
pub mod config;
pub mod detect;
pub mod detect_url;
pub mod error;
pub mod lab_url;
pub mod latent;
pub mod latent_url;
pub mod lesson;
pub mod message;
mod pictures;
mod query;
pub mod random;
pub mod refine_url;
pub mod runs;
pub mod system;
pub mod trained;
pub mod translate_url;

pub use card::{Card, Manifest, ManifestEntry, TestVector};
pub use codes::Codes;
pub use config::*;
pub use error::EngineError;
pub use message::{
    Command, DeviceChoice, DeviceKind, DeviceReport, Envelope, Event, LabRequest, LatentRequest, Message, ModelRequest,
    PROTOCOL_VERSION, PictureRequest, Reply, Request, RunRequest, StoreRequest,
};
pub use pictures::Way;
pub use random::{Random, RandomState, Stream};
pub use system::{Declaration, Scalar, ScalarKind, Settings, SystemConfig};
