//! What the chores need on a machine, each found or else installed.

pub mod browser;
pub mod cargo_tools;
pub mod node;
pub mod wasm_target;
