//! Losses, one file a family.

pub mod adversarial;
pub mod penalty;
