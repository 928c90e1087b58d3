//! Several devices that share a batch learn what one learns from all of it.

#![expect(clippy::unwrap_used, reason = "every function here is part of a test")]

use forger_core::{
    Dcgan, Images, System,
    burn::{
        module::Module,
        tensor::{Device, Tensor, TensorData},
    },
    nets::dcgan::Generator,
    parameters,
    protocol::{DcganConfig, Normalization, Random, StepKind, Stream},
};

/// Pictures of upright stripes.
struct Stripes;

impl Images for Stripes {
    fn len(&self) -> usize {
        30
    }
    fn shape(&self) -> [usize; 3] {
        [1, 28, 28]
    }
    fn write(&self, index: usize, out: &mut [f32]) {
        for (at, value) in out.iter_mut().enumerate() {
            *value = if (at + index) % 7 < 3 { 1.0 } else { -1.0 };
        }
    }
}

fn config(normalization: Normalization) -> DcganConfig {
    DcganConfig { image_size: 28, channels: 1, latent_dim: 8, width: 4, batch: 12, normalization, ..Default::default() }
}

/// Metrics of some steps on so many devices, each of which is this CPU.
fn metrics(normalization: Normalization, devices: usize) -> Vec<f32> {
    let device = Device::flex();
    let mut dcgan = Dcgan::new(config(normalization), Box::new(Stripes), &device).unwrap();
    dcgan.share(&vec![device; devices - 1]).unwrap();
    (0..12).flat_map(|_| dcgan.step(StepKind::Both).into_data().try_into_vec::<f32>().unwrap()).collect()
}

#[test]
fn parts_of_a_batch_teach_what_the_whole_batch_teaches() {
    for normalization in [Normalization::None, Normalization::Instance] {
        let whole = metrics(normalization, 1);
        for devices in [2, 3] {
            // The gradients before the update (every sixth and the one before) differ by rounding, and so does the rest.
            for (at, (one, several)) in whole.iter().zip(metrics(normalization, devices)).enumerate() {
                assert!((one - several).abs() < 1e-3 * one.abs().max(1.0), "{devices} devices, {at}: {one} {several}");
            }
        }
    }
}

#[test]
fn batch_normalisation_sees_the_part_of_its_device() {
    let (whole, halves) = (metrics(Normalization::Batch, 1), metrics(Normalization::Batch, 2));
    assert!(whole.iter().zip(&halves).any(|(one, several)| (one - several).abs() > 1e-3));
    assert!(halves.iter().all(|value| value.is_finite()));
}

#[test]
fn a_copy_in_training_normalises_by_its_batch() {
    let (config, device) = (config(Normalization::Batch), Device::flex().autodiff());
    let z = Random::new(2, Stream::Latent).latent(config.prior, 6, config.latent_dim);
    let z = Tensor::<2>::from_data(TensorData::new(z, [6, config.latent_dim]), &device);
    let generator = Generator::new(&config, &mut Random::new(1, Stream::Weights), &device).unwrap();
    let drawn = |generator: &Generator| generator.forward(z.clone()).into_data().try_into_vec::<f32>().unwrap();
    let (batch, running) = (drawn(&generator), drawn(&generator.valid()));
    assert_eq!(batch, drawn(&parameters::copy(&generator, &device)));
    // With running statistics it would be something else.
    assert!(batch.iter().zip(running).any(|(batch, running)| (batch - running).abs() > 0.01));
}

#[test]
fn a_shared_run_goes_on_from_a_checkpoint() {
    let device = Device::flex();
    let run = |mut dcgan: Dcgan, steps: u64| {
        dcgan.share(&[Device::flex()]).unwrap();
        (0..steps).for_each(|_| drop(dcgan.step(StepKind::Both)));
        dcgan
    };
    let new = || Dcgan::new(config(Normalization::Batch), Box::new(Stripes), &device).unwrap();
    let half = run(new(), 3).save().unwrap();
    let mut resumed = run(new().resumed(&half).unwrap(), 3);
    assert!(run(new(), 6).save().unwrap() == resumed.save().unwrap());
}

#[test]
fn a_batch_that_cannot_be_divided_is_refused() {
    let device = Device::flex();
    let mut dcgan = Dcgan::new(config(Normalization::None), Box::new(Stripes), &device).unwrap();
    assert!(dcgan.share(&vec![device.clone(); 4]).is_err());
    assert!(dcgan.share(&vec![device; 11]).is_err());
}
