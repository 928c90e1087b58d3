//! What a run is judged by, on disk and on pictures.

pub mod classified;
pub mod directions;
pub mod fidelity;
pub mod log;
pub mod watch;

#[cfg(feature = "fid")]
pub mod inception;
#[cfg(feature = "fid")]
pub mod pairs;
#[cfg(feature = "fid")]
pub mod ranking;
