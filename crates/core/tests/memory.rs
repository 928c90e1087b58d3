//! What is kept of many batches takes the memory of what is kept.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

mod common;
#[path = "common/counting.rs"]
mod counting;

use std::sync::atomic::Ordering::Relaxed;

use common::refined::{Discs, HEIGHT, WIDTH, small_simgan};
use counting::USED;
use forger_core::{
    Simgan, System,
    burn::tensor::Device,
    protocol::{SimganConfig, StepKind},
};

// One test: others would allocate meanwhile.
#[test]
fn a_history_of_many_batches_takes_no_more_than_its_pictures() {
    let config = SimganConfig {
        history: 128,
        refiner_pretraining: 0,
        discriminator_pretraining: 0,
        batch: 32,
        ..small_simgan()
    };
    let pictures = config.history * HEIGHT * WIDTH * 4;
    let new = |config: SimganConfig| {
        Simgan::new(config, Box::new(Discs::synthetic(60)), Box::new(Discs::real(60)), None, &Device::flex()).unwrap()
    };
    let mut system = new(config.clone());
    let mut after = |steps: usize| {
        (0..steps).for_each(|_| drop(system.step(StepKind::Both)));
        USED.load(Relaxed)
    };
    // Full, of whole batches; then of what is left of ever more of them.
    let full = after(12);
    let later = after(30);
    assert!(later < full + pictures / 4, "{full} bytes, then {later}, for {pictures} of pictures");
    assert_eq!(system.history(), 128);
    // Of a file, too, the pictures have memory of their own.
    let state = system.save().unwrap();
    let mut resumed = new(config).resumed(&state).unwrap();
    (0..30).for_each(|_| drop(resumed.step(StepKind::Both)));
    drop((system, state));
    let alone = USED.load(Relaxed);
    assert!(alone < later + pictures / 4, "{later} bytes, and of a file {alone}");
}
