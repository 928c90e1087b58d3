//! Codes to pictures.

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::weights::{self, Drawer};
use forger_protocol::{DeviceKind, EngineError, error::ModelError};

use super::rgba::to_rgba;
use crate::{
    channel::Caller,
    devices::{Devices, read},
    schedule::yield_now,
};

/// Pictures drawn between two chances to cancel.
const CHUNK: usize = 16;

/// What codes `[n, dim]` draw, `[n, channels, height, width]` in `[-1, 1]`.
pub async fn draw_values(drawer: &Drawer, codes: &[f32], device: &Device) -> Result<Vec<f32>, EngineError> {
    let dim = drawer.config.latent_dim;
    let codes = Tensor::from_data(TensorData::new(codes.to_vec(), [codes.len() / dim, dim]), device);
    read(drawer.draw(codes)).await
}

/// What codes `[count, dim]` draw, RGBA `[count, side, side, 4]`. Tells how far it is where there are many.
pub async fn draw(
    caller: &Caller,
    devices: &mut Devices,
    (drawer, kind): (&Drawer, DeviceKind),
    count: usize,
    codes: &[f32],
) -> Result<Vec<u8>, EngineError> {
    let (size, channels, dim) = (drawer.config.image_size, drawer.config.channels, drawer.config.latent_dim);
    if count.checked_mul(dim) != Some(codes.len()) {
        return Err(EngineError::Protocol(format!("{} values for {count} codes of {dim}", codes.len())));
    }
    let device = devices.get(kind).await?;
    let mut pixels = Vec::with_capacity(count * size * size * 4);
    let mut done = 0;
    for codes in codes.chunks(CHUNK * dim) {
        caller.wants_more()?;
        let values = draw_values(drawer, codes, &device).await?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(ModelError::NotFinite { tensor: "output".into() }.into());
        }
        to_rgba(&weights::to_bytes(&values), channels, size * size, &mut pixels);
        if count > CHUNK {
            done += codes.len() / dim;
            caller.progress(done as f64, count as f64);
            yield_now().await;
        }
    }
    devices.used = kind;
    Ok(pixels)
}
