//! What a model is judged by, where the browser needs it, too.

pub mod coverage;
pub mod two_sample;
