//! The loaded models.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::weights::{self, Model, superres::Upscaler};
use forger_protocol::{
    DeviceKind, EngineError, Event, ManifestEntry, Reply, card::System, error::ModelError, message::Film,
};
use js_sys::ArrayBuffer;

use crate::{
    channel::{Channel, bytes, floats},
    devices::{Devices, read},
    film,
    loaded::{Loaded, keep, ready},
    schedule::{now, yield_now},
};

/// Pictures drawn between two chances to cancel.
const CHUNK: usize = 16;

/// Models by the name on their card.
#[derive(Default)]
pub struct Models {
    forgers: HashMap<String, Loaded<Model>>,
    upscalers: HashMap<String, Loaded<Upscaler>>,
}

impl Models {
    /// Opens a file, that of a manifest entry or the user's own.
    pub async fn open(
        &mut self,
        devices: &mut Devices,
        file: Vec<u8>,
        entry: Option<&ManifestEntry>,
    ) -> Result<(Reply, Vec<ArrayBuffer>), EngineError> {
        if let Some(entry) = entry {
            weights::verify(&file, entry)?;
        }
        let sha256 = weights::sha256(&file);
        let (card, buffers) = match weights::system(&file)? {
            System::Dcgan(_) => {
                let model = keep(&mut self.forgers, devices, file).await?;
                let mapping = model.codes.mapping().map(|mapping| floats(&mapping.values()));
                (model.card, Vec::from_iter(mapping))
            }
            System::Superres(_) => (keep(&mut self.upscalers, devices, file).await?.card, Vec::new()),
        };
        Ok((Reply::Model { card: Box::new(card), sha256 }, buffers))
    }

    /// Draws pictures, telling the page how far it is.
    pub async fn generate(
        &mut self,
        channel: &Channel,
        devices: &mut Devices,
        (id, name, count): (u32, String, usize),
        z: Vec<f32>,
    ) -> Result<(Reply, Vec<ArrayBuffer>), EngineError> {
        let (model, kind) = self.ready(devices, &name).await?;
        let start = now();
        let pixels = draw(channel, devices, (id, count), (&model, kind), z).await?;
        let side = model.config.image_size;
        let reply = Reply::Pictures { count, width: side, height: side, milliseconds: now() - start, device: kind };
        Ok((reply, vec![bytes(&pixels)]))
    }

    /// Draws a film.
    pub async fn film(
        &mut self,
        channel: &Channel,
        devices: &mut Devices,
        (id, name, count, film): (u32, String, usize, Film),
        z: Vec<f32>,
    ) -> Result<(Reply, Vec<ArrayBuffer>), EngineError> {
        let (model, kind) = self.ready(devices, &name).await?;
        let mut pixels = draw(channel, devices, (id, count), (&model, kind), z).await?;
        film::encode(channel, id, &mut pixels, model.config.image_size, film).await
    }

    /// A model, on the device that the user wants now. Its tensors are shared, not copied.
    pub async fn ready(&mut self, devices: &mut Devices, name: &str) -> Result<(Model, DeviceKind), EngineError> {
        ready(&mut self.forgers, devices, name).await
    }

    /// [`Models::ready`] for a model of super-resolution.
    pub async fn upscaler(&mut self, devices: &mut Devices, name: &str) -> Result<(Upscaler, DeviceKind), EngineError> {
        ready(&mut self.upscalers, devices, name).await
    }
}

/// What a model makes of one z, `[channels, height, width]` in `[-1, 1]`.
pub async fn draw_one(model: &Model, z: &[f32], device: &Device) -> Result<Vec<f32>, EngineError> {
    read(model.forge(Tensor::from_data(TensorData::new(z.to_vec(), [1, z.len()]), device))).await
}

/// RGBA, `[count, side, side, 4]`.
async fn draw(
    channel: &Channel,
    devices: &mut Devices,
    (id, count): (u32, usize),
    (model, kind): (&Model, DeviceKind),
    z: Vec<f32>,
) -> Result<Vec<u8>, EngineError> {
    let (size, channels, dim) = {
        let config = &model.config;
        (config.image_size, config.channels, config.latent_dim)
    };
    if z.len() != count * dim {
        return Err(EngineError::Protocol(format!("{} values of z for {count} pictures of {dim}", z.len())));
    }
    let device = devices.get(kind).await?;
    let mut pixels = Vec::with_capacity(count * size * size * 4);
    for (index, z) in z.chunks(CHUNK * dim).enumerate() {
        if channel.is_cancelled(id) {
            return Err(EngineError::Cancelled);
        }
        let rows = z.len() / dim;
        let pictures = model.forge(Tensor::from_data(TensorData::new(z.to_vec(), [rows, dim]), &device));
        let values = read(pictures).await?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(ModelError::NotFinite { tensor: "output".into() }.into());
        }
        to_rgba(&weights::to_bytes(&values), channels, size * size, &mut pixels);
        if count > CHUNK {
            let done = index * CHUNK + rows;
            channel.event(id, Event::Progress { done: done as f64, total: count as f64 }, &[]);
            yield_now().await;
        }
    }
    devices.used = kind;
    Ok(pixels)
}

/// `[n, channels, area]` to `[n, area, 4]`: grey, RGB or RGBA.
pub fn to_rgba(values: &[u8], channels: usize, area: usize, out: &mut Vec<u8>) {
    for picture in values.chunks_exact(channels * area) {
        for pixel in 0..area {
            let plane = |channel: usize| picture[channel.min(channels - 1) * area + pixel];
            let alpha = if channels == 4 { plane(3) } else { 255 };
            let grey = channels < 3;
            out.extend([plane(0), plane(if grey { 0 } else { 1 }), plane(if grey { 0 } else { 2 }), alpha]);
        }
    }
}
