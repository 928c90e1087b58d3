//! Losses, one file a family.

pub mod adversarial;
pub mod auxiliary;
pub mod classification;
pub mod kept;
pub mod penalty;
pub mod perceptual;
pub mod pixel;
