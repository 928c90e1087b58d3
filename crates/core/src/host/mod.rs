//! The toy GAN in plain loops over `f32`, for the CPU.
//!
//! At a few thousand weights a tensor library spends its time on everything but arithmetic: a step is some hundred small
//! operations, each of which allocates, checks and records. Here a step is a dozen loops. It also rounds alike on every
//! machine, native and in the tab, so that a link means the same run everywhere. `tests/host.rs` holds it to burn's
//! numbers, and `tests/reference` to PyTorch's.

pub mod game;
pub mod kernels;
pub mod losses;
pub mod mlp;
pub mod optimizer;
pub mod penalty;
pub mod player;
pub mod spectral;
