//! A model file and its networks, on the device that the user wants.
//!
//! Where that is open, networks draw on the CPU as soon as they are read. Behind them the same are put on a GPU that may be
//! faster, where a first picture compiles kernels; they take over once they are.

use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use forger_core::weights::{Drawer, Model, Networks, Translator, Upscaler};
use forger_protocol::{Card, Codes, DeviceChoice, DeviceKind, EngineError, Way};

use crate::{
    devices::{Devices, read},
    schedule::{Pending, begin, now},
};

/// Bytes of a network on the CPU for each byte of its file, which holds values in 2: those that draw have 4, and their kernels
/// are transformed to as many as 36 values for 9.
const ON_CPU: usize = 8;

/// Networks that can be timed.
pub trait Timed: Networks {
    /// A little of the usual work.
    fn sample(&self, device: &Device) -> Tensor<4>;
}

impl Timed for Drawer {
    fn sample(&self, device: &Device) -> Tensor<4> {
        self.draw(Tensor::zeros([4, self.config.latent_dim], device))
    }
}

impl Timed for Upscaler {
    fn sample(&self, device: &Device) -> Tensor<4> {
        self.upscale(Tensor::zeros([1, 3, 64, 64], device))
    }
}

impl Timed for Translator {
    fn sample(&self, device: &Device) -> Tensor<4> {
        let [height, width] = self.config.size();
        let picture = Tensor::zeros([1, 3, height, width], device);
        self.translate(Way::Forward, picture.clone()).unwrap_or(picture)
    }
}

/// A model and the file that it is of.
pub struct Loaded<N> {
    /// Needed to move between devices, and by a search.
    file: Rc<Vec<u8>>,
    /// What tells it from other files of its name.
    pub sha256: Rc<str>,
    model: Rc<Model<N>>,
    kind: DeviceKind,
    /// The choice that led to `kind`.
    choice: DeviceChoice,
    /// The model on the GPU, if that is faster, while that is open.
    contender: Option<Pending<Result<Option<Model<N>>, EngineError>>>,
}

impl<N: Timed> Loaded<N> {
    /// Reads a file onto the device that the user wants.
    pub async fn open(file: Rc<Vec<u8>>, sha256: Rc<str>, devices: &mut Devices) -> Result<Self, EngineError> {
        let choice = devices.choice;
        let kind = if choice == DeviceChoice::WebGpu { DeviceKind::WebGpu } else { DeviceKind::Cpu };
        let model = Rc::new(load::<N>(&file, &devices.get(kind).await?).await?);
        let contender = devices.is_gpu_promising().then(|| {
            let gpu = devices.get(DeviceKind::WebGpu);
            begin(contend(file.clone(), model.clone(), gpu))
        });
        Ok(Self { file, sha256, model, kind, choice, contender })
    }

    pub fn card(&self) -> &Card {
        &self.model.card
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        let is_on_cpu = self.kind == DeviceKind::Cpu;
        self.file.len() * if is_on_cpu { 1 + ON_CPU } else { 1 }
    }

    /// The model, moved to another device where the user has chosen so, the GPU is faster or gone.
    pub async fn ready(&mut self, devices: &mut Devices) -> Result<(Rc<Model<N>>, DeviceKind), EngineError> {
        if let Some(found) = self.contender.as_mut().and_then(Pending::take) {
            self.contender = None;
            match found {
                Ok(Some(model)) if devices.is_gpu_promising() => {
                    (self.model, self.kind) = (Rc::new(model), DeviceKind::WebGpu);
                }
                Err(EngineError::DeviceLost(reason)) => devices.lose(reason),
                // A GPU that cannot do it, or draws something else, is not needed.
                Ok(_) | Err(_) => {}
            }
        }
        let gone = self.kind == DeviceKind::WebGpu && devices.lost.is_some();
        if self.choice != devices.choice || gone {
            *self = Self::open(self.file.clone(), self.sha256.clone(), devices).await?;
        }
        Ok((self.model.clone(), self.kind))
    }

    /// The networks as they were trained, where the model is.
    pub async fn trained(&self, devices: &mut Devices) -> Result<N, EngineError> {
        Ok(Model::read(&self.file, &devices.get(self.kind).await?)?.networks)
    }

    /// The networks as they were trained, on the CPU wherever the model is.
    pub fn on_cpu(&self) -> Result<Model<N>, EngineError> {
        Ok(Model::read(&self.file, &Device::flex())?)
    }
}

impl Loaded<Drawer> {
    /// What it draws from.
    pub fn codes(&self) -> &Codes {
        &self.model.codes
    }
}

/// Reads a file onto a device and checks that its networks make what the card says.
async fn load<N: Networks>(file: &[u8], device: &Device) -> Result<Model<N>, EngineError> {
    let model = Model::<N>::read(file, device)?.prepared();
    let output = read(model.test_output()?).await?;
    model.check(&output)?;
    Ok(model)
}

/// Milliseconds for a little work.
async fn time(networks: &impl Timed, device: &Device) -> Result<f64, EngineError> {
    let start = now();
    read(networks.sample(device)).await?;
    Ok(now() - start)
}

/// The model on the GPU, if that is faster than the CPU's.
async fn contend<N: Timed>(
    file: Rc<Vec<u8>>,
    on_cpu: Rc<Model<N>>,
    gpu: impl Future<Output = Result<Device, EngineError>>,
) -> Result<Option<Model<N>>, EngineError> {
    let gpu = gpu.await?;
    let model = load::<N>(&file, &gpu).await?;
    // The first compiles kernels, and requests may come in between: the best of a few counts.
    let mut best = f64::INFINITY;
    for _ in 0..4 {
        best = best.min(time(&model.networks, &gpu).await?);
    }
    let is_faster = best < time(&on_cpu.networks, &Device::flex()).await?;
    Ok(is_faster.then_some(model))
}
