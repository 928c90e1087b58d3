//! A few steps of a small DCGAN: does a device train, as fast as what, and to the same losses?

use std::time::Instant;

use anyhow::Result;
use burn::tensor::{DType, Device, Tensor};
use forger_core::{Dcgan, Images, System};
use forger_protocol::{DcganConfig, StepKind};
use serde::Serialize;

use crate::commands::values;

/// Steps whose losses are compared. The first of them also pays for what a device compiles.
const COMPARED: usize = 6;
/// Steps whose time is taken.
const TIMED: usize = 20;
/// A device rounds in its own way, and training amplifies that from step to step.
const TOLERANCE: f32 = 1e-2;
/// Steps of mixed precision whose losses are compared, and how near they must be: roundings to 8 bits grow apart sooner.
const COMPARED_MIXED: usize = 2;
const TOLERANCE_MIXED: f32 = 5e-2;

/// Checkered and striped pictures: something to learn that needs no file.
struct Patterns;

impl Images for Patterns {
    fn len(&self) -> usize {
        64
    }

    fn shape(&self) -> [usize; 3] {
        [1, 28, 28]
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        for (at, value) in out.iter_mut().enumerate() {
            let (row, column) = (at / 28, at % 28);
            let bright = (column + index) % 7 < 3 && (index.is_multiple_of(2) || (row + index) % 9 < 5);
            *value = if bright { 1.0 } else { -1.0 };
        }
    }
}

/// What a device did.
pub struct Run {
    full: Pace,
    /// In mixed precision, on a device that has it.
    mixed: Option<Pace>,
    memory: Option<u64>,
}

struct Pace {
    metrics: Vec<f32>,
    images_per_second: f64,
}

#[derive(Serialize)]
pub struct Measured {
    pub images_per_second: f64,
    /// Largest difference of a loss, a verdict or a norm from the CPU's; not a number where one is not.
    pub difference_from_cpu: f32,
    pub device_memory_bytes: Option<u64>,
    /// The same in mixed precision; null on a device that does not compute in bf16.
    pub mixed_images_per_second: Option<f64>,
    pub mixed_difference_from_cpu: Option<f32>,
}

impl Measured {
    /// What is wrong with it, if anything.
    pub fn complaint(&self) -> Option<String> {
        // A comparison with what is not a number is false.
        let near = |difference: f32, tolerance: f32| difference <= tolerance;
        let mixed = self.mixed_difference_from_cpu.unwrap_or_default();
        if !near(self.difference_from_cpu, TOLERANCE) {
            Some(format!("it computes other losses than the CPU: they differ by {:.1e}", self.difference_from_cpu))
        } else if !near(mixed, TOLERANCE_MIXED) {
            Some(format!("in mixed precision it computes other losses than the CPU: they differ by {mixed:.1e}"))
        } else {
            None
        }
    }
}

impl Run {
    pub fn measured(&self, cpu: &Self) -> Measured {
        let mixed = self.mixed.as_ref().zip(cpu.mixed.as_ref());
        Measured {
            images_per_second: self.full.images_per_second,
            difference_from_cpu: self.full.difference(&cpu.full),
            device_memory_bytes: self.memory,
            mixed_images_per_second: mixed.map(|(pace, _)| pace.images_per_second),
            mixed_difference_from_cpu: mixed.map(|(pace, cpu)| pace.difference(cpu)),
        }
    }
}

impl Pace {
    fn difference(&self, expected: &Self) -> f32 {
        let pairs = self.metrics.iter().zip(&expected.metrics);
        let differences = pairs.map(|(ours, expected)| (ours - expected).abs() / expected.abs().max(1.0));
        // `max` of two numbers would lose one that is not a number.
        differences.fold(0.0, |worst, value| if value.is_nan() || value > worst { value } else { worst })
    }
}

/// Trains a little, from the same seed on every device.
pub fn train(device: &Device) -> Result<Run> {
    let full = pace(false, COMPARED, device)?;
    let has_mixed = device.supports_dtype(DType::BF16);
    let mixed = if has_mixed { Some(pace(true, COMPARED_MIXED, device)?) } else { None };
    Ok(Run { full, mixed, memory: device.memory_pool_usage().map(|usage| usage.bytes_reserved) })
}

#[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
fn pace(mixed_precision: bool, compared: usize, device: &Device) -> Result<Pace> {
    let small = DcganConfig { image_size: 28, channels: 1, latent_dim: 16, ..DcganConfig::default() };
    let config = DcganConfig { width: 16, batch: 32, mixed_precision, ..small };
    let batch = config.batch;
    let mut dcgan = Dcgan::new(config, Box::new(Patterns), device)?;
    let mut steps = |count: usize| {
        let boards = (0..count).map(|_| dcgan.step(StepKind::Both)).collect();
        values(Tensor::stack::<2>(boards, 0))
    };
    let metrics = steps(compared)?;
    let started = Instant::now();
    steps(TIMED)?;
    let images_per_second = (TIMED * batch) as f64 / started.elapsed().as_secs_f64().max(1e-9);
    Ok(Pace { metrics, images_per_second })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(metrics: &[f32]) -> Run {
        let pace = || Pace { metrics: metrics.to_vec(), images_per_second: 1.0 };
        Run { full: pace(), mixed: Some(pace()), memory: None }
    }

    #[test]
    fn a_device_that_computes_something_else_is_found_out() {
        let cpu = run(&[1.0, 2.0, 3.0]);
        assert!(run(&[1.0, 2.001, 3.0]).measured(&cpu).complaint().is_none());
        assert!(run(&[1.5, 2.0, 3.0]).measured(&cpu).complaint().is_some());
        assert!(run(&[f32::NAN, 2.0, 3.0]).measured(&cpu).complaint().is_some());
        let mut mixed = run(&[1.0, 2.0, 3.0]);
        mixed.mixed = run(&[1.5, 2.0, 3.0]).mixed;
        assert!(mixed.measured(&cpu).complaint().unwrap().contains("mixed"));
        // One that does not compute in bf16 is no worse for it.
        mixed.mixed = None;
        assert!(mixed.measured(&cpu).complaint().is_none());
    }
}
