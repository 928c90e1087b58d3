//! The GAN library of Forger: networks, losses, systems, sessions and the model file.
//!
//! Pure: no files, no clock, no printing, and the same code native and in a browser's worker. Tensors are
//! `[batch, channels, height, width]`, pictures lie in `[-1, 1]`, discriminators answer with logits (sigma of them is the
//! probability that a sample is real). All chance comes from [`forger_protocol::Random`], drawn on the host, so that a
//! seed gives the same run whatever the device.

#![warn(missing_docs)]

pub mod checkpoint;
pub mod classifier;
pub mod data;
pub mod detect;
pub mod history;
pub mod host;
pub mod latent;
pub mod losses;
mod matrix;
pub mod metrics;
pub mod nets;
pub mod optimizer;
pub mod parameters;
pub mod player;
pub mod scalars;
pub mod session;
pub mod snapshot;
pub mod systems;
pub mod tiles;
pub mod weights;

pub use burn;
pub use forger_protocol as protocol;

pub use checkpoint::CheckpointError;
pub use data::images::Images;
pub use session::Session;
pub use systems::{
    System,
    cyclegan::Cyclegan,
    dcgan::{Auxiliary, Dcgan},
    encoder::Encoder,
    pix2pix::{Pix2pix, TranslationError},
    simgan::Simgan,
    superres::Superres,
    toy::Toy,
};
