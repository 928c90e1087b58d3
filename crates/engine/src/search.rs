//! The search for the z of a picture, in slices, so that other requests are answered in between.

use forger_core::{
    latent::{Inversion, psnr},
    weights::{self, Model},
};
use forger_protocol::{
    DeviceKind, EngineError, Event,
    message::{InvertSettings, Inverted},
};

use crate::{
    channel::{Channel, bytes},
    devices::{Devices, read},
    models::{Models, draw_one, to_rgba},
    schedule::now,
};

/// Work between two looks at the requests, in milliseconds.
const SLICE: f64 = 12.0;
/// Between two pictures of how far it is.
const LOOK_EVERY: f64 = 150.0;

/// A search that is under way.
pub struct Search {
    /// The request that it answers.
    pub id: u32,
    name: String,
    target: Vec<f32>,
    settings: InvertSettings,
    model: Model,
    kind: DeviceKind,
    inversion: Inversion,
    worked: f64,
    looked: f64,
}

impl Search {
    /// Begins to search for RGBA `[side, side, 4]`.
    pub async fn open(
        models: &mut Models,
        devices: &mut Devices,
        (id, name, settings): (u32, String, InvertSettings),
        pixels: &[u8],
    ) -> Result<Self, EngineError> {
        let (model, _) = models.ready(devices, &name).await?;
        let (side, channels) = (model.config.image_size, model.config.channels);
        if pixels.len() != side * side * 4 {
            return Err(EngineError::Protocol(format!("{} bytes for a picture of {side} x {side}", pixels.len())));
        }
        let target = from_rgba(pixels, channels);
        Self::begin(models, devices, (id, name, settings), target).await
    }

    async fn begin(
        models: &mut Models,
        devices: &mut Devices,
        (id, name, settings): (u32, String, InvertSettings),
        target: Vec<f32>,
    ) -> Result<Self, EngineError> {
        let (model, kind) = models.ready(devices, &name).await?;
        let inversion = Inversion::new(&model, &target, settings).map_err(internal)?;
        Ok(Self { id, name, target, settings, model, kind, inversion, worked: 0.0, looked: f64::MIN })
    }

    /// Once more from the beginning, on the device that is left.
    pub async fn again(self, models: &mut Models, devices: &mut Devices) -> Result<Self, EngineError> {
        Self::begin(models, devices, (self.id, self.name, self.settings), self.target).await
    }

    /// A slice of the search; what was found once it ends.
    pub async fn advance(
        &mut self,
        channel: &Channel,
        devices: &mut Devices,
    ) -> Result<Option<(Inverted, Vec<f32>)>, EngineError> {
        if channel.is_cancelled(self.id) {
            return Err(EngineError::Cancelled);
        }
        let start = now();
        while !self.inversion.is_done() && now() - start < SLICE {
            let (losses, gradient) = self.inversion.gradient();
            let (losses, gradient) = (read(losses).await?, read(gradient).await?);
            self.inversion.update(&losses, &gradient).map_err(internal)?;
        }
        devices.used = self.kind;
        self.worked += now() - start;
        let is_done = self.inversion.is_done();
        if !is_done && now() - self.looked < LOOK_EVERY {
            return Ok(None);
        }
        let drawn = draw_one(&self.model, self.inversion.best(), &devices.get(self.kind).await?).await?;
        let psnr = psnr(&drawn, &self.target);
        let config = &self.model.config;
        let mut pixels = Vec::new();
        to_rgba(&weights::to_bytes(&drawn), config.channels, config.image_size.pow(2), &mut pixels);
        let (step, steps, loss) = (self.inversion.step(), self.settings.steps, self.inversion.best_loss());
        channel.event(self.id, Event::Inverting { step, steps, loss, psnr }, &[bytes(&pixels)]);
        self.looked = now();
        let found = Inverted { psnr, milliseconds: self.worked, device: self.kind };
        Ok(is_done.then(|| (found, self.inversion.best().to_vec())))
    }
}

fn internal(error: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(error.to_string())
}

/// RGBA `[area, 4]` to `[channels, area]` in `[-1, 1]`. What is transparent is taken as it is.
fn from_rgba(pixels: &[u8], channels: usize) -> Vec<f32> {
    let plane = |channel: usize| {
        pixels.chunks_exact(4).map(move |pixel| {
            let [red, green, blue] = [0, 1, 2].map(|at| f32::from(pixel[at]));
            // Grey as of ITU-R BT.601, which is what decoders use.
            let value = if channels < 3 {
                0.299 * red + 0.587 * green + 0.114 * blue
            } else {
                [red, green, blue][channel.min(2)]
            };
            value / 127.5 - 1.0
        })
    };
    (0..channels).flat_map(plane).collect()
}
