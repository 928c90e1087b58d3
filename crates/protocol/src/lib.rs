//! The words that page, engine and trainer share.
//!
//! Everything here is plain data that serde can carry: [`config`] says what to train, [`card`] describes a model file,
//! [`message`] is what page and worker say to each other, and [`error`] is what can go wrong, in a form that the page
//! can put into the reader's language. [`random`] and [`latent`] say what a seed and a latent code mean, which a shared
//! link relies on. No burn, no I/O: the page depends on this crate and must stay small.

pub mod card;
pub mod config;
pub mod error;
pub mod latent;
pub mod message;
pub mod random;

pub use card::{Card, Manifest, ManifestEntry, TestVector};
pub use config::{
    AdversarialLoss, DcganConfig, Distribution, LatentPrior, MlpConfig, Normalization, OptimizerConfig, OutOfRange,
    StepKind, ToyConfig,
};
pub use error::EngineError;
pub use message::{Command, DeviceChoice, DeviceKind, DeviceReport, Envelope, Event, PROTOCOL_VERSION, Reply, Request};
pub use random::{Random, RandomState, Stream};
