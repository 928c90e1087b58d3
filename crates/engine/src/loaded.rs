//! Networks of model files, on the device that the user wants.
//!
//! Where that is open, a network draws on the CPU as soon as it is read. Behind it the same network is put on a GPU that may
//! be faster, where its first picture compiles kernels; it takes over once it is.

use std::{collections::HashMap, rc::Rc};

use burn::tensor::{Device, Tensor};
use forger_core::weights::{self, Model, superres::Upscaler};
use forger_protocol::{Card, DeviceChoice, DeviceKind, EngineError, error::ModelError};

use crate::{
    devices::{Devices, read},
    schedule::{Pending, begin, now},
};

/// What the page uses of the network of a file.
pub trait Network: Clone + 'static {
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
    file: Rc<[u8]>,
    network: N,
    kind: DeviceKind,
    /// The choice that led to `kind`.
    choice: DeviceChoice,
    /// The network on the GPU, if that is faster, while that is open.
    contender: Option<Pending<Result<Option<N>, EngineError>>>,
}

/// Opens a file and keeps its network, which is returned, by the name on the card.
pub async fn keep<N: Network>(
    loaded: &mut HashMap<String, Loaded<N>>,
    devices: &mut Devices,
    file: Vec<u8>,
) -> Result<N, EngineError> {
    let opened = place::<N>(devices, file.into()).await?;
    let network = opened.network.clone();
    loaded.insert(network.card().name.clone(), opened);
    Ok(network)
}

/// The network of this name, moved to another device where the user has chosen so, the GPU is faster or gone.
pub async fn ready<N: Network>(
    loaded: &mut HashMap<String, Loaded<N>>,
    devices: &mut Devices,
    name: &str,
) -> Result<(N, DeviceKind), EngineError> {
    let loaded = loaded.get_mut(name).ok_or_else(|| EngineError::NotOpen(name.to_owned()))?;
    if let Some(found) = loaded.contender.as_mut().and_then(Pending::take) {
        loaded.contender = None;
        match found {
            Ok(Some(network)) if devices.is_gpu_promising() => {
                (loaded.network, loaded.kind) = (network, DeviceKind::WebGpu);
            }
            Err(EngineError::DeviceLost(reason)) => devices.lose(reason),
            // A GPU that cannot do it, or draws something else, is not needed.
            Ok(_) | Err(_) => {}
        }
    }
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

/// Milliseconds for a little work.
async fn time(network: &impl Network, device: &Device) -> Result<f64, EngineError> {
    let start = now();
    read(network.sample(device)).await?;
    Ok(now() - start)
}

/// Puts a network where the user wants it.
async fn place<N: Network>(devices: &mut Devices, file: Rc<[u8]>) -> Result<Loaded<N>, EngineError> {
    let choice = devices.choice;
    let kind = if choice == DeviceChoice::WebGpu { DeviceKind::WebGpu } else { DeviceKind::Cpu };
    let network = load::<N>(&file, &devices.get(kind).await?).await?;
    let contender = devices.is_gpu_promising().then(|| {
        let gpu = devices.get(DeviceKind::WebGpu);
        begin(contend(file.clone(), network.clone(), gpu))
    });
    Ok(Loaded { file, network, kind, choice, contender })
}

/// The network on the GPU, if that is faster than the CPU's.
async fn contend<N: Network>(
    file: Rc<[u8]>,
    on_cpu: N,
    gpu: impl Future<Output = Result<Device, EngineError>>,
) -> Result<Option<N>, EngineError> {
    let gpu = gpu.await?;
    let network = load::<N>(&file, &gpu).await?;
    // The first compiles kernels, and requests may come in between: the best of a few counts.
    let mut best = f64::INFINITY;
    for _ in 0..4 {
        best = best.min(time(&network, &gpu).await?);
    }
    let is_faster = best < time(&on_cpu, &Device::flex()).await?;
    Ok(is_faster.then_some(network))
}
