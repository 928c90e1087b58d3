//! Networks of model files, on the device that the user wants.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor};
use forger_core::weights::{self, Model, superres::Upscaler};
use forger_protocol::{Card, DeviceChoice, DeviceKind, EngineError, error::ModelError};

use crate::{
    devices::{Devices, read},
    schedule::{now, within},
};

/// What the page uses of the network of a file.
pub trait Network: Clone {
    fn open(file: &[u8], device: &Device) -> Result<Self, ModelError>;
    fn card(&self) -> &Card;
    /// What is made of the test vector, not read back.
    fn test_output(&self) -> Tensor<4>;
    fn check(&self, output: &[f32]) -> Result<(), ModelError>;
    /// A little of the usual work, to be timed.
    fn sample(&self, device: &Device) -> Tensor<4>;
}

impl Network for Model {
    fn open(file: &[u8], device: &Device) -> Result<Self, ModelError> {
        Ok(weights::read(file, device)?.prepared())
    }

    fn card(&self) -> &Card {
        &self.card
    }

    fn test_output(&self) -> Tensor<4> {
        self.test_output()
    }

    fn check(&self, output: &[f32]) -> Result<(), ModelError> {
        self.check(output)
    }

    fn sample(&self, device: &Device) -> Tensor<4> {
        self.forge(Tensor::zeros([4, self.card.test_vector.input.len()], device))
    }
}

impl Network for Upscaler {
    fn open(file: &[u8], device: &Device) -> Result<Self, ModelError> {
        Ok(weights::superres::read(file, device)?.prepared())
    }

    fn card(&self) -> &Card {
        &self.card
    }

    fn test_output(&self) -> Tensor<4> {
        self.test_output()
    }

    fn check(&self, output: &[f32]) -> Result<(), ModelError> {
        self.check(output)
    }

    fn sample(&self, device: &Device) -> Tensor<4> {
        self.upscale(Tensor::zeros([1, 3, 64, 64], device))
    }
}

/// A network and the file that it is of.
pub struct Loaded<N> {
    file: Vec<u8>,
    network: N,
    kind: DeviceKind,
    /// The choice that led to `kind`.
    choice: DeviceChoice,
}

/// Opens a file and keeps its network, which is returned, by the name on the card.
pub async fn keep<N: Network>(
    loaded: &mut HashMap<String, Loaded<N>>,
    devices: &mut Devices,
    file: Vec<u8>,
) -> Result<N, EngineError> {
    let opened = place::<N>(devices, file).await?;
    let network = opened.network.clone();
    loaded.insert(network.card().name.clone(), opened);
    Ok(network)
}

/// The network of this name, moved to another device where the user has chosen so or the GPU is gone.
pub async fn ready<N: Network>(
    loaded: &mut HashMap<String, Loaded<N>>,
    devices: &mut Devices,
    name: &str,
) -> Result<(N, DeviceKind), EngineError> {
    let loaded = loaded.get_mut(name).ok_or_else(|| EngineError::NotOpen(name.to_owned()))?;
    let gone = loaded.kind == DeviceKind::WebGpu && devices.lost.is_some();
    if loaded.choice != devices.choice || gone {
        *loaded = place(devices, loaded.file.clone()).await?;
    }
    Ok((loaded.network.clone(), loaded.kind))
}

/// Reads a file onto a device and checks that its network makes what the card says.
async fn load<N: Network>(file: &[u8], device: &Device) -> Result<N, EngineError> {
    let network = N::open(file, device)?;
    let output = read(network.test_output()).await?;
    network.check(&output)?;
    Ok(network)
}

/// Milliseconds for a little work, or `None` when the device does not answer soon.
async fn time(network: &impl Network, device: &Device) -> Option<f64> {
    within(2000, read(network.sample(device))).await?.ok()?;
    let start = now();
    within(1000, read(network.sample(device))).await?.ok()?;
    Some(now() - start)
}

/// Puts a network where the user wants it; an open choice is settled by timing.
async fn place<N: Network>(devices: &mut Devices, file: Vec<u8>) -> Result<Loaded<N>, EngineError> {
    let choice = devices.choice;
    let cpu = Device::flex();
    if choice != DeviceChoice::WebGpu {
        let network = load::<N>(&file, &cpu).await?;
        if choice == DeviceChoice::Auto && devices.is_gpu_promising() {
            let gpu = devices.get(DeviceKind::WebGpu).await?;
            let on_gpu = within(5000, load::<N>(&file, &gpu)).await;
            if let Some(Ok(on_gpu)) = on_gpu
                && let (Some(slow), Some(fast)) = (time(&network, &cpu).await, time(&on_gpu, &gpu).await)
                && fast < slow
            {
                return Ok(Loaded { file, network: on_gpu, kind: DeviceKind::WebGpu, choice });
            }
        }
        return Ok(Loaded { file, network, kind: DeviceKind::Cpu, choice });
    }
    let network = load(&file, &devices.get(DeviceKind::WebGpu).await?).await?;
    Ok(Loaded { file, network, kind: DeviceKind::WebGpu, choice })
}
