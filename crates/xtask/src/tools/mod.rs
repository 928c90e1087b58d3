//! What the chores need on a machine, each found or else installed.

pub mod browser;
pub mod node;
pub mod wasm_target;
