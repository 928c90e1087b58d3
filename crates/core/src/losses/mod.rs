//! Losses, one file a family.

pub mod adversarial;
