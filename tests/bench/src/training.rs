//! How fast systems train.

use burn::tensor::Device;
use forger_core::{
    Dcgan, Images, System, Toy,
    protocol::{DcganConfig, StepKind, ToyConfig},
};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, Performance, js_sys};

/// Longest time between two looks at the metrics, as the page takes them.
const LOOK_EVERY_MS: f64 = 250.0;
/// Pictures to learn from.
const PICTURES: usize = 512;

/// Pictures of noise: what they show costs nothing.
struct Noise([usize; 3]);

impl Images for Noise {
    fn len(&self) -> usize {
        PICTURES
    }

    fn shape(&self) -> [usize; 3] {
        self.0
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        let value = |place: usize| ((index * 7919 + place * 104_729) % 255) as f32 / 127.5 - 1.0;
        out.iter_mut().enumerate().for_each(|(place, out)| *out = value(place));
    }
}

/// Steps a second on CPU of a system of these settings over at least `measure_ms`, after at least `warm_up_ms` of the same.
#[wasm_bindgen]
pub fn steps_per_second(system: &str, config_json: &str, warm_up_ms: f64, measure_ms: f64) -> Result<f64, JsError> {
    console_error_panic_hook::set_once();
    let device = Device::flex();
    let mut system: Box<dyn System> = if system == "dcgan" {
        let config: DcganConfig = serde_json::from_str(config_json)?;
        let images = Box::new(Noise(config.shape()));
        Box::new(Dcgan::new(config, images, &device)?)
    } else {
        Box::new(Toy::new(serde_json::from_str::<ToyConfig>(config_json)?, &device)?)
    };
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let clock = scope.performance().ok_or_else(|| JsError::new("no clock"))?;
    run(&mut *system, &clock, warm_up_ms)?;
    run(&mut *system, &clock, measure_ms)
}

fn run(system: &mut dyn System, clock: &Performance, ms: f64) -> Result<f64, JsError> {
    let start = clock.now();
    let (mut steps, mut stretch) = (0_u32, 1_u32);
    loop {
        let before = clock.now();
        for _ in 1..stretch {
            let _ = system.step(StepKind::Both);
        }
        let metrics: Vec<f32> = system.step(StepKind::Both).into_data().try_into_vec()?;
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
