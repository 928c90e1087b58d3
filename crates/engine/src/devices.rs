//! CPU, WebGPU, and which of the two.

use burn::tensor::{Device, Tensor};
use forger_protocol::{DeviceChoice, DeviceKind, DeviceReport, EngineError};
use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::schedule::within;

/// Milliseconds that a browser has to say which adapter there is: one whose GPU process hangs never does.
const PATIENCE: i32 = 10_000;

/// A WebGPU adapter, as far as the choice needs it.
#[derive(Clone, Copy, PartialEq)]
enum Adapter {
    Hardware,
    /// Runs on the CPU: never faster than our own code for it.
    Software,
}

/// The devices of this worker and the choice among them.
pub struct Devices {
    pub choice: DeviceChoice,
    adapter: Option<Adapter>,
    /// Opened once: burn allows no second time in a worker.
    gpu: Option<Result<Device, String>>,
    /// The device that did the last run.
    pub used: DeviceKind,
    pub lost: Option<String>,
}

impl Devices {
    /// Asks the browser what there is; opens nothing.
    pub async fn find() -> Self {
        let adapter = within(PATIENCE, adapter()).await.flatten();
        Self { choice: DeviceChoice::Auto, adapter, gpu: None, used: DeviceKind::Cpu, lost: None }
    }

    /// What the page is told.
    pub fn report(&self) -> DeviceReport {
        let webgpu = self.adapter.is_some() && self.lost.is_none();
        DeviceReport { used: self.used, webgpu, lost: self.lost.clone() }
    }

    /// Whether timing the GPU is worth while when the choice is open.
    pub fn is_gpu_promising(&self) -> bool {
        self.adapter == Some(Adapter::Hardware) && self.lost.is_none()
    }

    /// The device of a kind.
    pub async fn get(&mut self, kind: DeviceKind) -> Result<Device, EngineError> {
        if kind == DeviceKind::Cpu {
            return Ok(Device::flex());
        }
        if let Some(reason) = &self.lost {
            return Err(EngineError::NoWebGpu(reason.clone()));
        }
        if self.adapter.is_none() {
            return Err(EngineError::NoWebGpu("this browser offers no adapter".into()));
        }
        if self.gpu.is_none() {
            let opened = Device::wgpu_options().init_async().await;
            self.gpu = Some(opened.map_err(|error| error.to_string()));
        }
        match &self.gpu {
            Some(Ok(device)) => Ok(device.clone()),
            Some(Err(reason)) => Err(EngineError::NoWebGpu(reason.clone())),
            None => Err(EngineError::NoWebGpu("not opened".into())),
        }
    }

    /// From now on there is no GPU in this worker.
    pub fn lose(&mut self, reason: String) {
        self.lost = Some(reason);
        self.used = DeviceKind::Cpu;
        if self.choice == DeviceChoice::WebGpu {
            self.choice = DeviceChoice::Auto;
        }
    }
}

/// Reads a tensor back. Fails when the device is lost.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, EngineError> {
    let data = tensor.into_data_async().await.map_err(|error| EngineError::DeviceLost(error.to_string()))?;
    data.convert::<f32>().try_into_vec::<f32>().map_err(|error| EngineError::Internal(format!("{error:?}")))
}

async fn adapter() -> Option<Adapter> {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok().filter(|v| !v.is_falsy());
    let gpu = get(&get(&js_sys::global(), "navigator")?, "gpu")?;
    let request: js_sys::Function = get(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = request.call0(&gpu).ok()?.dyn_into().ok()?;
    let adapter = JsFuture::from(promise).await.ok().filter(|adapter| !adapter.is_falsy())?;
    let info = get(&adapter, "info").unwrap_or(JsValue::UNDEFINED);
    let software = get(&adapter, "isFallbackAdapter").is_some()
        || get(&info, "isFallbackAdapter").is_some()
        || get(&info, "architecture").and_then(|name| name.as_string()).is_some_and(|name| name == "swiftshader");
    Some(if software { Adapter::Software } else { Adapter::Hardware })
}
