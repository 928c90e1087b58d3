//! How fast a picture is translated.

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    protocol::Way,
    weights::{Model, Translator},
};
use wasm_bindgen::prelude::*;

/// A model on a device, as Forger's worker has it.
#[wasm_bindgen]
pub struct Interpreter {
    model: Model<Translator>,
    device: Device,
}

#[wasm_bindgen]
impl Interpreter {
    /// May open WebGPU once in a worker, as burn does.
    pub async fn open(file: Vec<u8>, webgpu: bool) -> Result<Interpreter, JsError> {
        console_error_panic_hook::set_once();
        let device = if webgpu { Device::wgpu_options().init_async().await? } else { Device::flex() };
        Ok(Self { model: Model::<Translator>::read(&file, &device)?.prepared(), device })
    }

    /// A picture `[3, side, side]` in `[-1, 1]`, same out.
    pub async fn translate(&self, picture: Vec<f32>, side: usize) -> Result<Vec<f32>, JsError> {
        let given = Tensor::from_data(TensorData::new(picture, [1, 3, side, side]), &self.device);
        let made = self.model.translate(Way::Forward, given).ok_or_else(|| JsError::new("no such way"))?;
        Ok(made.into_data_async().await?.try_into_vec()?)
    }
}
