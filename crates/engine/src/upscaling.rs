//! A picture made larger, tile by tile, so that other requests are answered in between.

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    data::resize::resize_bytes,
    nets::superres::bicubic,
    tiles::{Tile, tiles},
    weights::{self, superres::Upscaler},
};
use forger_protocol::{
    DeviceKind, EngineError, Event,
    error::ModelError,
    message::{TilePlace, Upscaled},
};

use crate::{
    channel::{Channel, bytes},
    devices::{Devices, read, read_bytes},
    models::Models,
    schedule::now,
};

/// How far bicubic interpolation sees, and the side of its tiles.
const BICUBIC: (usize, usize) = (3, 160);

/// A picture that is being made larger.
pub struct Upscaling {
    /// The request that it answers.
    pub id: u32,
    name: Option<String>,
    /// `None` interpolates.
    model: Option<Upscaler>,
    kind: DeviceKind,
    scale: usize,
    /// Height and width.
    size: [usize; 2],
    /// RGBA. Bytes, not numbers: a photo of twelve megapixels has to fit.
    pixels: Vec<u8>,
    is_opaque: bool,
    tiles: Vec<Tile>,
    next: usize,
    worked: f64,
}

impl Upscaling {
    /// Begins with RGBA `[height, width, 4]`.
    pub async fn open(
        models: &mut Models,
        devices: &mut Devices,
        (id, name, scale): (u32, Option<String>, usize),
        size: [usize; 2],
        pixels: Vec<u8>,
    ) -> Result<Self, EngineError> {
        let [height, width] = size;
        let area = height.checked_mul(width).unwrap_or_default();
        if area == 0 || pixels.len() != area * 4 {
            return Err(EngineError::Protocol(format!("{} bytes for a picture of {width} x {height}", pixels.len())));
        }
        if !(1..=16).contains(&scale) {
            return Err(EngineError::Protocol(format!("scale {scale}")));
        }
        let is_opaque = pixels.iter().skip(3).step_by(4).all(|alpha| *alpha == 255);
        let mut upscaling = Self {
            id,
            name,
            model: None,
            kind: DeviceKind::Cpu,
            scale,
            size,
            pixels,
            is_opaque,
            tiles: Vec::new(),
            next: 0,
            worked: 0.0,
        };
        upscaling.place(models, devices).await?;
        Ok(upscaling)
    }

    async fn place(&mut self, models: &mut Models, devices: &mut Devices) -> Result<(), EngineError> {
        let (mut reach, mut side) = BICUBIC;
        if let Some(name) = &self.name {
            let (model, kind) = models.upscaler(devices, name).await?;
            (self.scale, reach, side) = (model.config.scale, model.config.reach(), model.config.tile());
            (self.model, self.kind) = (Some(model), kind);
        }
        self.tiles = tiles(self.size, side, reach);
        Ok(())
    }

    /// Goes on, on the device that is left.
    pub async fn again(mut self, models: &mut Models, devices: &mut Devices) -> Result<Self, EngineError> {
        self.place(models, devices).await?;
        Ok(self)
    }

    /// One tile, on the device that is the best by now; what it took once all are made.
    pub async fn advance(
        &mut self,
        channel: &Channel,
        models: &mut Models,
        devices: &mut Devices,
    ) -> Result<Option<Upscaled>, EngineError> {
        if channel.is_cancelled(self.id) {
            return Err(EngineError::Cancelled);
        }
        let start = now();
        let Some(tile) = self.tiles.get(self.next).copied() else { return Ok(Some(self.took())) };
        if let Some(name) = &self.name {
            let (model, kind) = models.upscaler(devices, name).await?;
            (self.model, self.kind) = (Some(model), kind);
        }
        let device = devices.get(self.kind).await?;
        let made = self.make(tile, &device).await?;
        devices.used = self.kind;
        self.next += 1;
        let [top, left, height, width] = tile.place(self.scale);
        let place = TilePlace { top, left, height, width, done: self.next, total: self.tiles.len() };
        channel.event(self.id, Event::Tile(place), &[bytes(&made)]);
        self.worked += now() - start;
        Ok((self.next == self.tiles.len()).then(|| self.took()))
    }

    fn took(&self) -> Upscaled {
        Upscaled { milliseconds: self.worked, device: self.kind }
    }

    /// RGBA of a tile.
    async fn make(&self, tile: Tile, device: &Device) -> Result<Vec<u8>, EngineError> {
        let [rows, columns] = tile.shown();
        let channel = |channel| tile.channel(&self.pixels, self.size[1], [channel, 4]);
        let values = (0..3).flat_map(channel).map(|value| f32::from(value) / 127.5 - 1.0).collect::<Vec<_>>();
        let small = Tensor::<4>::from_data(TensorData::new(values, [1, 3, rows, columns]), device);
        let size = [rows * self.scale, columns * self.scale];
        let alpha = || resize_bytes(&channel(3), [1, rows, columns], size);
        let not_finite = || EngineError::from(ModelError::NotFinite { tensor: "output".into() });
        if let Some(rgba) = self.model.as_ref().and_then(|model| model.rgba(&small)) {
            let mut made = read_bytes(rgba).await?;
            if made.iter().skip(3).step_by(4).any(|alpha| *alpha == 0) {
                return Err(not_finite());
            }
            if !self.is_opaque {
                made.iter_mut().skip(3).step_by(4).zip(alpha()).for_each(|(to, alpha)| *to = alpha);
            }
            return Ok(tile.inner_of(&made, 4, self.scale));
        }
        let large = match &self.model {
            Some(model) => model.upscale(small),
            None => bicubic(small, self.scale),
        };
        let values = read(large).await?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(not_finite());
        }
        let mut made = weights::to_bytes(&values);
        made.extend(if self.is_opaque { vec![255; size[0] * size[1]] } else { alpha() });
        Ok(tile.inner(&made, self.scale))
    }
}
