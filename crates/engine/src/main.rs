//! The worker of the page: owns the device, the session and the loaded models. See `forger_protocol::message` for what
//! it is told and what it answers.

#[cfg(any(target_arch = "wasm32", test))]
mod age;
#[cfg(target_arch = "wasm32")]
mod answer;
#[cfg(any(target_arch = "wasm32", test))]
mod awaited;
#[cfg(any(target_arch = "wasm32", test))]
mod budget;
#[cfg(target_arch = "wasm32")]
mod channel;
#[cfg(target_arch = "wasm32")]
mod constructors;
#[cfg(target_arch = "wasm32")]
mod contest;
#[cfg(target_arch = "wasm32")]
mod detect;
#[cfg(target_arch = "wasm32")]
mod devices;
#[cfg(target_arch = "wasm32")]
mod engine;
#[cfg(any(target_arch = "wasm32", test))]
mod failures;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(any(target_arch = "wasm32", test))]
mod frames;
#[cfg(target_arch = "wasm32")]
mod lab;
#[cfg(target_arch = "wasm32")]
mod latent;
#[cfg(target_arch = "wasm32")]
mod models;
#[cfg(target_arch = "wasm32")]
mod pictures;
#[cfg(target_arch = "wasm32")]
mod property;
#[cfg(target_arch = "wasm32")]
mod runs;
#[cfg(target_arch = "wasm32")]
mod schedule;
#[cfg(any(target_arch = "wasm32", test))]
mod slots;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod task;
#[cfg(any(target_arch = "wasm32", test))]
mod timing;
#[cfg(target_arch = "wasm32")]
mod training;
#[cfg(any(target_arch = "wasm32", test))]
mod undo;

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        constructors::run();
        channel::tell_of_panics();
        engine::start();
    }
}
