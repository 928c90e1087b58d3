//! What a model is judged by, where the browser needs it, too.

pub mod coverage;
pub mod features;
pub mod frechet;
pub mod image;
pub mod manifold;
pub mod pairwise;
pub mod roc;
pub mod two_sample;
