//! The search for the z of a picture, in slices, so that other requests are answered in between.

use std::rc::Rc;

use forger_core::{
    latent::{Inversion, psnr},
    weights::{self, Drawer, Model},
};
use forger_protocol::{
    DeviceKind, EngineError, Event, Reply,
    message::{InvertSettings, Inverted},
};

use super::{
    drawing::draw_values,
    rgba::{from_rgba, to_rgba},
};
use crate::{
    answer::Answer,
    channel::{Caller, bytes, floats},
    devices::{Devices, read},
    models::Models,
    schedule::now,
};

/// Work between two looks at the requests, in milliseconds.
const SLICE: f64 = 12.0;
/// Between two pictures of how far it is.
const LOOK_EVERY: f64 = 150.0;

/// A search that is under way.
pub struct Search {
    pub caller: Caller,
    name: String,
    /// What tells the file of that name from others.
    file: Option<Rc<str>>,
    target: Vec<f32>,
    settings: InvertSettings,
    drawer: Rc<Model<Drawer>>,
    kind: DeviceKind,
    inversion: Inversion,
    worked: f64,
    looked: f64,
}

impl Search {
    /// Begins to search for RGBA `[side, side, 4]`.
    pub async fn open(
        caller: Caller,
        name: String,
        settings: InvertSettings,
        pixels: &[u8],
        models: &mut Models,
        devices: &mut Devices,
    ) -> Result<Self, EngineError> {
        let (drawer, kind) = models.drawer(&name, devices).await?;
        let file = models.file(&name);
        let (side, channels) = (drawer.config.image_size, drawer.config.channels);
        if pixels.len() != side * side * 4 {
            return Err(EngineError::Protocol(format!("{} bytes for a picture of {side} x {side}", pixels.len())));
        }
        let target = from_rgba(pixels, channels);
        let inversion = Inversion::new(&models.trained(&name, devices).await?, &target, settings).map_err(internal)?;
        Ok(Self { caller, name, file, target, settings, drawer, kind, inversion, worked: 0.0, looked: f64::MIN })
    }

    /// Once more from the beginning, on the device that is left.
    async fn restart(&mut self, models: &mut Models, devices: &mut Devices) -> Result<(), EngineError> {
        let (drawer, kind) = models.drawer(&self.name, devices).await?;
        models.check_file(&self.name, self.file.as_deref())?;
        let trained = models.trained(&self.name, devices).await?;
        self.inversion = Inversion::new(&trained, &self.target, self.settings).map_err(internal)?;
        (self.drawer, self.kind) = (drawer, kind);
        (self.worked, self.looked) = (0.0, f64::MIN);
        Ok(())
    }

    /// A slice of the search; the answer once it ends.
    pub async fn advance(&mut self, models: &mut Models, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        self.caller.wants_more()?;
        if self.kind == DeviceKind::WebGpu && devices.lost.is_some() {
            self.restart(models, devices).await?;
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
        let psnr = self.look(devices).await?;
        let found = Inverted { psnr, milliseconds: self.worked, device: self.kind };
        Ok(is_done.then(|| (Reply::Inverted(found), vec![floats(self.inversion.best())])))
    }

    /// Shows the page what the best code draws. How near it is to the picture.
    async fn look(&mut self, devices: &mut Devices) -> Result<f32, EngineError> {
        let device = devices.get(self.kind).await?;
        let drawn = draw_values(&self.drawer, self.inversion.best(), &device).await?;
        let psnr = psnr(&drawn, &self.target);
        let config = &self.drawer.config;
        let mut pixels = Vec::new();
        to_rgba(&weights::to_bytes(&drawn), config.channels, config.image_size.pow(2), &mut pixels);
        let (step, steps, loss) = (self.inversion.step(), self.settings.steps, self.inversion.best_loss());
        self.caller.tell(Event::Inverting { step, steps, loss, psnr }, &[bytes(&pixels)]);
        self.looked = now();
        Ok(psnr)
    }
}

fn internal(error: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(error.to_string())
}
