//! How fast a picture is made larger.

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::weights::{Model, Upscaler};
use wasm_bindgen::prelude::*;

/// A model on a device, as Forger's worker has it.
#[wasm_bindgen]
pub struct Enlarger {
    model: Model<Upscaler>,
    device: Device,
}

#[wasm_bindgen]
impl Enlarger {
    /// May open WebGPU once in a worker, as burn does.
    pub async fn open(file: Vec<u8>, webgpu: bool) -> Result<Enlarger, JsError> {
        console_error_panic_hook::set_once();
        let device = if webgpu { Device::wgpu_options().init_async().await? } else { Device::flex() };
        Ok(Self { model: Model::<Upscaler>::read(&file, &device)?.prepared(), device })
    }

    /// A picture `[3, side, side]` in `[-1, 1]` to one `scale` times as large.
    pub async fn enlarge(&self, picture: Vec<f32>, side: usize) -> Result<Vec<f32>, JsError> {
        let small = Tensor::from_data(TensorData::new(picture, [1, 3, side, side]), &self.device);
        Ok(self.model.upscale(small).into_data_async().await?.try_into_vec()?)
    }
}
