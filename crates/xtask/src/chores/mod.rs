//! One file a chore.

pub mod bench;
pub mod build;
pub mod screenshots;
pub mod serve;
pub mod setup;
pub mod test;
