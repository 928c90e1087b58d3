//! Forger's side of the benchmarks, for a browser's worker.
#![cfg(target_arch = "wasm32")]

mod infer;
mod lab;
