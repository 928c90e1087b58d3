//! A few steps of a small DCGAN: does a device train, as fast as what, and to the same losses?

use std::time::Instant;

use anyhow::Result;
use burn::tensor::{DType, Device, Tensor};
use forger_core::{Dcgan, Images, System};
use forger_protocol::{DcganConfig, StepKind};
use serde::{Deserialize, Deserializer, Serialize};

use super::machine;
use crate::{
    device::{self, DeviceArgs, Name, values},
    recipes, ui,
};

/// Steps whose losses are compared. The first of them also pays for what a device compiles.
const COMPARED: usize = 6;
/// Steps whose time is taken.
const TIMED: usize = 20;
/// A device rounds in its own way, and training amplifies that from step to step.
const TOLERANCE: f32 = 1e-2;
/// Steps of mixed precision whose losses are compared, and how near they must be: roundings to 8 bits grow apart sooner.
const COMPARED_MIXED: usize = 2;
const TOLERANCE_MIXED: f32 = 5e-2;
/// Spectral normalisation divides every kernel of D by one number. A device that finds it in half precision trains on,
/// to other weights. It shows in D's first verdicts and gradient, before an update: Adam's first step has the sign of
/// each gradient, and makes more of a rounding than half precision does. Not with every seed, so there are several.
const SEEDS: u32 = 4;
const TOLERANCE_SPECTRAL: f32 = 5e-5;
/// A device may round more than the CPU, if it does so without spectral normalisation, too: with it, so many times as
/// much.
const COARSER: f32 = 10.0;

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

/// What the process that tries a device says of it, as a line of JSON.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answer {
    /// What the device is called by those who made it, where that is known.
    pub adapter: Option<String>,
    /// What it did, or why it did not.
    pub outcome: Result<Run, String>,
}

/// What a device did.
#[derive(Clone, Serialize, Deserialize)]
pub struct Run {
    full: Pace,
    /// Of D's first look at pictures, with and without spectral normalisation.
    spectral: Metrics,
    plain: Metrics,
    /// In mixed precision, on a device that has it.
    mixed: Option<Pace>,
    memory: Option<u64>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Pace {
    metrics: Metrics,
    images_per_second: f64,
}

/// Losses, verdicts and norms of some steps.
#[derive(Clone, Serialize, Deserialize)]
struct Metrics(#[serde(deserialize_with = "numbers")] Vec<f32>);

/// JSON has null for what is not a number.
fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f32>, D::Error> {
    let values = Vec::<Option<f32>>::deserialize(from)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f32::NAN)).collect())
}

#[derive(Serialize)]
pub struct Measured {
    pub images_per_second: f64,
    /// Largest difference of a loss, a verdict or a norm from the CPU's; not a number where one is not.
    pub difference_from_cpu: f32,
    /// The same of D's first look at pictures, with spectral normalisation and without.
    pub spectral_difference_from_cpu: f32,
    #[serde(skip)]
    plain_difference_from_cpu: f32,
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
        let (full, spectral) = (self.difference_from_cpu, self.spectral_difference_from_cpu);
        let mixed = self.mixed_difference_from_cpu.unwrap_or_default();
        if !near(full, TOLERANCE) {
            Some(format!("it computes other losses than the CPU: they differ by {full:.1e}"))
        } else if !near(spectral, (COARSER * self.plain_difference_from_cpu).clamp(TOLERANCE_SPECTRAL, TOLERANCE)) {
            Some(format!(
                "under spectral normalisation it computes other gradients than the CPU: they differ by {spectral:.1e}"
            ))
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
            difference_from_cpu: self.full.metrics.difference(&cpu.full.metrics),
            spectral_difference_from_cpu: self.spectral.difference(&cpu.spectral),
            plain_difference_from_cpu: self.plain.difference(&cpu.plain),
            device_memory_bytes: self.memory,
            mixed_images_per_second: mixed.map(|(pace, _)| pace.images_per_second),
            mixed_difference_from_cpu: mixed.map(|(pace, cpu)| pace.metrics.difference(&cpu.metrics)),
        }
    }
}

impl Metrics {
    fn difference(&self, expected: &Self) -> f32 {
        let pairs = self.0.iter().zip(&expected.0);
        let differences = pairs.map(|(ours, expected)| (ours - expected).abs() / expected.abs().max(1.0));
        // `max` of two numbers would lose one that is not a number.
        differences.fold(0.0, |worst, value| if value.is_nan() || value > worst { value } else { worst })
    }
}

/// Tries a device in this process, and prints the [`Answer`].
pub fn answer(name: &Name, opener: &DeviceArgs) -> Result<()> {
    let mut adapter = None;
    let outcome = device::guard(|| {
        let device = opener.open_one(name)?;
        adapter = machine::adapter(name, &device);
        train(&device)
    });
    let outcome = outcome.map_err(|error| format!("{error:#}"));
    ui::result(serde_json::to_string(&Answer { adapter, outcome })?);
    Ok(())
}

/// Trains a little, from the same seed on every device.
pub fn train(device: &Device) -> Result<Run> {
    let full = pace(false, COMPARED, device)?;
    let has_mixed = device.supports_dtype(DType::BF16);
    let mixed = if has_mixed { Some(pace(true, COMPARED_MIXED, device)?) } else { None };
    let (spectral, plain) = (first_look(true, device)?, first_look(false, device)?);
    Ok(Run { full, spectral, plain, mixed, memory: device.memory_pool_usage().map(|usage| usage.bytes_reserved) })
}

/// Such settings for a few seconds of training.
fn small(config: DcganConfig) -> DcganConfig {
    DcganConfig { image_size: 28, channels: 1, latent_dim: 16, width: 16, batch: 32, ..config }
}

#[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
fn pace(mixed_precision: bool, compared: usize, device: &Device) -> Result<Pace> {
    let config = DcganConfig { mixed_precision, ..small(DcganConfig::default()) };
    let batch = config.batch;
    let mut dcgan = Dcgan::new(config, Box::new(Patterns), device)?;
    let mut steps = |count: usize| read((0..count).map(|_| dcgan.step(StepKind::Both)).collect());
    let metrics = steps(compared)?;
    let started = Instant::now();
    steps(TIMED)?;
    let images_per_second = (TIMED * batch) as f64 / started.elapsed().as_secs_f64().max(1e-9);
    Ok(Pace { metrics, images_per_second })
}

/// What D makes of its first pictures under the settings of `dcgan-modern`, from several seeds. The metrics of an
/// update are those before it.
fn first_look(spectral_norm: bool, device: &Device) -> Result<Metrics> {
    let modern = small(recipes::find("dcgan-modern")?);
    let look = |seed| -> Result<Tensor<1>> {
        let config = DcganConfig { seed, spectral_norm, ..modern.clone() };
        Ok(Dcgan::new(config, Box::new(Patterns), device)?.step(StepKind::Discriminator))
    };
    read((0..SEEDS).map(look).collect::<Result<_>>()?)
}

fn read(boards: Vec<Tensor<1>>) -> Result<Metrics> {
    Ok(Metrics(values(Tensor::stack::<2>(boards, 0))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(metrics: &[f32]) -> Run {
        let metrics = || Metrics(metrics.to_vec());
        let pace = || Pace { metrics: metrics(), images_per_second: 1.0 };
        Run { full: pace(), spectral: metrics(), plain: metrics(), mixed: Some(pace()), memory: None }
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

    #[test]
    fn a_second_device_does_what_the_cpu_does() {
        let cpu = train(&Device::flex()).unwrap();
        let opener = DeviceArgs { device: "second".into(), secret_file: None };
        let measured = train(&opener.open_one(&Name::Second).unwrap()).unwrap().measured(&cpu);
        assert_eq!(measured.complaint(), None);
        // So far from the tolerance that another rounding does not come near it.
        let spectral = measured.spectral_difference_from_cpu;
        assert!(0.0 < spectral && 3.0 * spectral < TOLERANCE_SPECTRAL, "{spectral:e}");
    }

    #[test]
    fn spectral_normalisation_in_half_precision_is_found_out() {
        let cpu = run(&[1.0, 2.0, 3.0]);
        let mut half = run(&[1.0, 2.0, 3.0]);
        half.spectral = Metrics(vec![1.0, 2.0, 3.0005]);
        assert!(half.measured(&cpu).complaint().unwrap().contains("spectral normalisation"));
        half.spectral = Metrics(vec![1.0, f32::NAN, 3.0]);
        assert!(half.measured(&cpu).complaint().unwrap().contains("spectral normalisation"));
        half.spectral = Metrics(vec![1.0, 2.0, 3.000_03]);
        assert!(half.measured(&cpu).complaint().is_none());
        // A device that rounds as much everywhere is not worse at this.
        (half.spectral, half.plain) = (Metrics(vec![1.0, 2.0, 3.0005]), Metrics(vec![1.0, 2.0, 3.0002]));
        assert!(half.measured(&cpu).complaint().is_none());
        // Unless it computes something else there as well.
        half.spectral = Metrics(vec![1.0, 2.0, 3.5]);
        half.plain = half.spectral.clone();
        assert!(half.measured(&cpu).complaint().is_some());
    }

    #[test]
    fn an_answer_reads_as_it_was_written() {
        let sent = Answer { adapter: Some("a card".into()), outcome: Ok(run(&[0.1, f32::NAN, f32::INFINITY])) };
        let line = serde_json::to_string(&sent).unwrap();
        assert!(!line.contains('\n'));
        let Answer { adapter, outcome } = serde_json::from_str(&line).unwrap();
        let read = outcome.unwrap();
        assert_eq!((adapter.as_deref(), read.full.metrics.0[0]), (Some("a card"), 0.1));
        // An infinite loss is as bad as one that is not a number.
        assert!(read.spectral.0[1].is_nan() && read.spectral.0[2].is_nan());
        let failed = Answer { adapter: None, outcome: Err("no such device".into()) };
        let read: Answer = serde_json::from_str(&serde_json::to_string(&failed).unwrap()).unwrap();
        assert_eq!(read.outcome.err().as_deref(), Some("no such device"));
    }
}
