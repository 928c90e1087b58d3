//! Forger's side of the benchmarks, for a browser's worker.
#![cfg(target_arch = "wasm32")]

#[path = "../../../crates/engine/src/constructors.rs"]
mod constructors;
mod infer;
mod training;
mod translate;
mod upscale;

/// Without this, a benchmark of short calls would measure the constructors, which the published worker runs once.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
fn start() {
    constructors::run();
}
