//! What a run is judged by, on disk and on pictures.

pub mod classified;
pub mod detection;
pub mod directions;
pub mod fidelity;
pub mod log;
pub mod patches;
pub mod translation;
pub mod watch;
