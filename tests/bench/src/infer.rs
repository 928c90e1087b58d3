//! How fast a model draws.

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::weights::{self, Model};
use wasm_bindgen::prelude::*;

/// A model on a device, prepared as Forger's worker does it.
#[wasm_bindgen]
pub struct Drawer {
    model: Model<weights::Drawer>,
    device: Device,
}

#[wasm_bindgen]
impl Drawer {
    /// May open WebGPU once in a worker, as burn does.
    pub async fn open(file: Vec<u8>, webgpu: bool) -> Result<Drawer, JsError> {
        console_error_panic_hook::set_once();
        let device = if webgpu { Device::wgpu_options().init_async().await? } else { Device::flex() };
        let model = Model::<weights::Drawer>::read(&file, &device)?.prepared();
        Ok(Self { model, device })
    }

    /// Values of a code.
    #[wasm_bindgen(getter)]
    pub fn dim(&self) -> usize {
        self.model.config.latent_dim
    }

    /// Codes `[count, dim]` to pictures.
    pub async fn draw(&self, codes: Vec<f32>) -> Result<Vec<f32>, JsError> {
        let count = codes.len() / self.dim();
        let codes = Tensor::from_data(TensorData::new(codes, [count, self.dim()]), &self.device);
        Ok(self.model.draw(codes).into_data_async().await?.try_into_vec()?)
    }
}
