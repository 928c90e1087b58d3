//! CPU, WebGPU, and which of the two.

use burn::tensor::{Device, Int, Tensor};
use forger_protocol::{DeviceChoice, DeviceKind, DeviceReport, EngineError};
use futures_util::future::{FutureExt, LocalBoxFuture, Shared};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{
    property::property,
    schedule::{begin, sleep},
};

/// Milliseconds that a browser has to say which adapter there is: one whose GPU process hangs never does.
const PATIENCE: i32 = 10_000;
/// Milliseconds after which a browser that offers no adapter is asked again: the first answer of a fresh one may be none.
const AGAIN_AFTER: [i32; 2] = [0, 150];
/// What burn cannot do without: it panics where there are no timestamps. All else is asked for before it is used.
const NEEDED: &str = "timestamp-query";

/// A WebGPU adapter, as far as the choice needs it.
#[derive(Clone, Copy, PartialEq)]
enum Adapter {
    Hardware,
    /// Runs on the CPU: never faster than our own code for it.
    Software,
    /// Lacks what burn needs.
    Lacking,
}

/// Opened once: burn allows no second time in a worker.
type Opening = Shared<LocalBoxFuture<'static, Result<Device, String>>>;

/// The devices of this worker and the choice among them.
pub struct Devices {
    pub choice: DeviceChoice,
    adapter: Option<Adapter>,
    gpu: Option<Opening>,
    /// The device that did the last run.
    pub used: DeviceKind,
    pub lost: Option<String>,
}

impl Devices {
    /// Asks the browser what there is; opens nothing.
    pub async fn find() -> Self {
        let adapter = begin(adapter()).within(PATIENCE).await.flatten();
        Self { choice: DeviceChoice::Auto, adapter, gpu: None, used: DeviceKind::Cpu, lost: None }
    }

    /// What the page is told.
    pub fn report(&self) -> DeviceReport {
        let webgpu = self.unavailable().is_none();
        DeviceReport { used: self.used, webgpu, lost: self.lost.clone() }
    }

    /// Why there is no GPU, if there is none.
    fn unavailable(&self) -> Option<String> {
        match self.adapter {
            _ if self.lost.is_some() => self.lost.clone(),
            None => Some("this browser offers no adapter".into()),
            Some(Adapter::Lacking) => Some(format!("the adapter lacks {NEEDED}")),
            Some(Adapter::Hardware | Adapter::Software) => None,
        }
    }

    /// Whether trying the GPU is worth while when the choice is open.
    pub fn is_gpu_promising(&self) -> bool {
        self.choice == DeviceChoice::Auto && self.adapter == Some(Adapter::Hardware) && self.lost.is_none()
    }

    /// The device of a kind. What it gives back holds nothing of the devices, so that it can go on by itself.
    pub fn get(&mut self, kind: DeviceKind) -> impl Future<Output = Result<Device, EngineError>> + use<> {
        let opening = match (kind, self.unavailable()) {
            (DeviceKind::Cpu, _) => Ok(None),
            (DeviceKind::WebGpu, Some(reason)) => Err(EngineError::NoWebGpu(reason)),
            (DeviceKind::WebGpu, None) => {
                Ok(Some(self.gpu.get_or_insert_with(|| open().boxed_local().shared()).clone()))
            }
        };
        async move {
            match opening? {
                None => Ok(Device::flex()),
                Some(opening) => opening.await.map_err(EngineError::NoWebGpu),
            }
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

/// Reads a tensor back. Fails when the device is lost. Not to be dropped half-way: see [`crate::schedule::begin`].
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, EngineError> {
    let data = tensor.into_data_async().await.map_err(|error| EngineError::DeviceLost(error.to_string()))?;
    data.convert::<f32>().try_into_vec::<f32>().map_err(|error| EngineError::Internal(format!("{error:?}")))
}

/// Reads numbers back that are bytes in truth, as they lie in memory.
pub async fn read_bytes<const D: usize>(tensor: Tensor<D, Int>) -> Result<Vec<u8>, EngineError> {
    let data = tensor.into_data_async().await.map_err(|error| EngineError::DeviceLost(error.to_string()))?;
    Ok(data.as_bytes().to_vec())
}

/// burn asks for an adapter of its own, which may be refused at first as well. A failure leaves nothing behind.
async fn open() -> Result<Device, String> {
    let mut opened = Device::wgpu_options().init_async().await;
    for pause in AGAIN_AFTER {
        if opened.is_ok() {
            break;
        }
        sleep(pause).await;
        opened = Device::wgpu_options().init_async().await;
    }
    opened.map_err(|error| error.to_string())
}

async fn adapter() -> Option<Adapter> {
    if let Some(found) = ask(true).await {
        return Some(found);
    }
    for pause in AGAIN_AFTER {
        sleep(pause).await;
        for powerful in [true, false] {
            if let Some(found) = ask(powerful).await {
                return Some(found);
            }
        }
    }
    None
}

/// Asks once, for the powerful one of two cards or for any.
async fn ask(powerful: bool) -> Option<Adapter> {
    let gpu = property(&property(&js_sys::global(), "navigator")?, "gpu")?;
    let request: Function = property(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let options = Object::new();
    if powerful {
        Reflect::set(&options, &"powerPreference".into(), &"high-performance".into()).ok()?;
    }
    let promise: Promise = request.call1(&gpu, &options).ok()?.dyn_into().ok()?;
    let adapter = JsFuture::from(promise).await.ok().filter(|adapter| !adapter.is_falsy())?;
    let info = property(&adapter, "info").unwrap_or(JsValue::UNDEFINED);
    let features = property(&adapter, "features")?;
    let has: Function = property(&features, "has")?.dyn_into().ok()?;
    if !has.call1(&features, &NEEDED.into()).ok()?.is_truthy() {
        return Some(Adapter::Lacking);
    }
    let software = property(&adapter, "isFallbackAdapter").is_some()
        || property(&info, "isFallbackAdapter").is_some()
        || property(&info, "architecture").and_then(|name| name.as_string()).is_some_and(|name| name == "swiftshader");
    Some(if software { Adapter::Software } else { Adapter::Hardware })
}
