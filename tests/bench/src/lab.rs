//! How fast the toy GAN trains.

use burn::tensor::Device;
use forger_core::{
    System, Toy,
    protocol::{StepKind, ToyConfig},
};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, Performance, js_sys};

/// Longest time between two looks at the metrics, as the page takes them.
const LOOK_EVERY_MS: f64 = 250.0;

/// Steps a second on CPU over at least `measure_ms`, after at least `warm_up_ms` of the same.
#[wasm_bindgen]
pub fn steps_per_second(config_json: &str, warm_up_ms: f64, measure_ms: f64) -> Result<f64, JsError> {
    console_error_panic_hook::set_once();
    let config: ToyConfig = serde_json::from_str(config_json)?;
    let mut toy = Toy::new(config, &Device::flex())?;
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let clock = scope.performance().ok_or_else(|| JsError::new("no clock"))?;
    run(&mut toy, &clock, warm_up_ms)?;
    run(&mut toy, &clock, measure_ms)
}

fn run(toy: &mut Toy, clock: &Performance, ms: f64) -> Result<f64, JsError> {
    let start = clock.now();
    let (mut steps, mut stretch) = (0_u32, 1_u32);
    loop {
        let before = clock.now();
        for _ in 1..stretch {
            let _ = toy.step(StepKind::Both);
        }
        let metrics: Vec<f32> = toy.step(StepKind::Both).into_data().try_into_vec()?;
        if !metrics.iter().all(|value| value.is_finite()) {
            return Err(JsError::new(&format!("the metrics are {metrics:?}")));
        }
        steps += stretch;
        let now = clock.now();
        if now - start >= ms {
            return Ok(1000.0 * f64::from(steps) / (now - start));
        }
        if now - before < LOOK_EVERY_MS / 2.0 {
            stretch *= 2;
        }
    }
}
