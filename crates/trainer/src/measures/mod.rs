//! What a run is judged by, on disk and on pictures.

pub mod log;
