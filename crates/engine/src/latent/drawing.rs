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

/// The same as RGBA `[n, side, side, 4]`, behind what there is.
pub async fn draw_rgba(
    drawer: &Drawer,
    codes: &[f32],
    device: &Device,
    pixels: &mut Vec<u8>,
) -> Result<(), EngineError> {
    let values = draw_values(drawer, codes, device).await?;
    if !values.iter().all(|value| value.is_finite()) {
        return Err(ModelError::NotFinite { tensor: "output".into() }.into());
    }
    to_rgba(&weights::to_bytes(&values), drawer.config.channels, drawer.config.image_size.pow(2), pixels);
    Ok(())
}

/// Fails where these are not `count` codes of the model.
pub fn check(drawer: &Drawer, count: usize, codes: &[f32]) -> Result<(), EngineError> {
    let dim = drawer.config.latent_dim;
    if count.checked_mul(dim) == Some(codes.len()) {
        return Ok(());
    }
    Err(EngineError::Protocol(format!("{} values for {count} codes of {dim}", codes.len())))
}

/// What codes `[count, dim]` draw, RGBA `[count, side, side, 4]`. Tells how far it is where there are many.
pub async fn draw(
    caller: &Caller,
    devices: &mut Devices,
    (drawer, kind): (&Drawer, DeviceKind),
    count: usize,
    codes: &[f32],
) -> Result<Vec<u8>, EngineError> {
    check(drawer, count, codes)?;
    let (size, dim) = (drawer.config.image_size, drawer.config.latent_dim);
    let device = devices.get(kind).await?;
    let mut pixels = Vec::with_capacity(count * size * size * 4);
    let mut done = 0;
    for codes in codes.chunks(CHUNK * dim) {
        caller.wants_more()?;
        draw_rgba(drawer, codes, &device, &mut pixels).await?;
        if count > CHUNK {
            done += codes.len() / dim;
            caller.progress(done as f64, count as f64);
            yield_now().await;
        }
    }
    devices.used = kind;
    Ok(pixels)
}
