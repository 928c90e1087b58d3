//! The words that page, engine and trainer share.
//!
//! Everything here is plain data that serde can carry: [`config`] says what to train, [`card`] describes a model file,
//! [`message`] is what page and worker say to each other, and [`error`] is what can go wrong, in a form that the page
//! can put into the reader's language. [`random`], [`codes`], [`latent`], [`lab_url`] and [`latent_url`] say what a seed, a latent code
//! and the words of a link mean, which a shared link relies on. No burn, no I/O: the page depends on this crate and must stay small.

pub mod card;
pub mod codes;
pub mod config;
pub mod error;
pub mod lab_url;
pub mod latent;
pub mod latent_url;
pub mod lesson;
pub mod message;
mod pictures;
pub mod random;

pub use card::{Card, Manifest, ManifestEntry, TestVector};
pub use codes::Codes;
pub use config::{
    Activation, AdversarialLoss, Augment, ClassifierConfig, DcganConfig, Degradation, Distribution, LatentPrior,
    MOST_POINTS, MlpConfig, Normalization, OptimizerConfig, OutOfRange, Penalty, PixelDistance, StepKind,
    SuperresConfig, SuperresLosses, ToyConfig, Upsampling,
};
pub use error::EngineError;
pub use message::{Command, DeviceChoice, DeviceKind, DeviceReport, Envelope, Event, PROTOCOL_VERSION, Reply, Request};
pub use random::{Random, RandomState, Stream};
