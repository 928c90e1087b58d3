//! What a run is judged by, on disk and on pictures.

pub mod classified;
pub mod detection;
pub mod directions;
pub mod estimator;
pub mod fidelity;
pub mod log;
pub mod patches;
pub mod pupil;
pub mod realism;
pub mod refined;
pub mod seen;
pub mod translation;
pub mod watch;
