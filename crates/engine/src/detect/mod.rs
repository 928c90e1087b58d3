//! The search for what is strange about a picture, a step at a time, so that other requests are answered in between.
//!
//! On the CPU, whatever the page draws on: scores of normal pictures on the card were found there, a search of one picture is too
//! small for a card to be faster, and what a score is must not depend on the device.

mod calibrating;

use forger_core::{
    detect::{DetectError, DetectSettings, Search},
    weights,
};
use forger_protocol::{DeviceKind, EngineError, Event, Reply, detect::Detected, error::ModelError};

use crate::{
    answer::Answer,
    channel::{Caller, bytes, floats},
    devices::{Devices, read},
    latent::rgba::{from_rgba, to_rgba},
    models::Models,
    schedule::now,
};

pub use calibrating::{Calibrating, Plan};

/// Between two pictures of how far it is, in milliseconds.
const LOOK_EVERY: f64 = 80.0;

/// A search that is under way.
pub struct Detection {
    pub caller: Caller,
    search: Search,
    settings: DetectSettings,
    /// Channels and side of the picture.
    shape: [usize; 2],
    /// Losses of the starts of each step that the page has not seen.
    losses: Vec<f32>,
    worked: f64,
    looked: f64,
}

impl Detection {
    /// Begins to search for RGBA `[side, side, 4]`, as the card of the model says.
    pub fn open(caller: Caller, name: &str, pixels: &[u8], models: &mut Models) -> Result<Self, EngineError> {
        let start = now();
        let drawer = models.on_cpu(name)?;
        let settings = drawer.card.normal.as_ref().ok_or(ModelError::NotCalibrated)?.search;
        let shape = [drawer.config.channels, drawer.config.image_size];
        let [channels, side] = shape;
        if pixels.len() != side * side * 4 {
            return Err(EngineError::Protocol(format!("{} bytes for a picture of {side} x {side}", pixels.len())));
        }
        let search = Search::new(&drawer, &from_rgba(pixels, channels), settings, &[]).map_err(internal)?;
        Ok(Self { caller, search, settings, shape, losses: Vec::new(), worked: now() - start, looked: f64::MIN })
    }

    /// A step of the search; the answer once it ends.
    pub async fn advance(&mut self, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        self.caller.wants_more()?;
        let start = now();
        let (losses, gradient) = self.search.gradient();
        let (losses, gradient) = (read(losses).await?, read(gradient).await?);
        self.search.update(&losses, &gradient).map_err(internal)?;
        self.losses.extend(losses);
        devices.used = DeviceKind::Cpu;
        let is_done = self.search.is_done();
        if is_done || now() - self.looked > LOOK_EVERY {
            let drawn = self.look().await?;
            if is_done {
                self.worked += now() - start;
                return self.found(&drawn).map(Some);
            }
        }
        self.worked += now() - start;
        Ok(None)
    }

    /// Shows the page what the best code draws, and how the losses went. What it draws, `[channels, side, side]`.
    async fn look(&mut self) -> Result<Vec<f32>, EngineError> {
        let drawn = read(self.search.reconstructions()).await?;
        let score = self.search.scores().first().copied().unwrap_or_default();
        let (step, steps) = (self.search.step(), self.settings.steps);
        let losses = floats(&std::mem::take(&mut self.losses));
        self.caller.tell(Event::Detecting { step, steps, score }, &[bytes(&self.rgba(&drawn)), losses]);
        self.looked = now();
        Ok(drawn)
    }

    fn found(&self, drawn: &[f32]) -> Result<Answer, EngineError> {
        let found = self.search.findings(drawn).map_err(internal)?.pop();
        let found = found.ok_or_else(|| EngineError::Internal("nothing was found".into()))?;
        let buffers = vec![bytes(&self.rgba(drawn)), floats(&found.residual)];
        let (score, losses) = (found.score, found.losses);
        let detected = Detected { score, losses, milliseconds: self.worked, device: DeviceKind::Cpu };
        Ok((Reply::Detected(detected), buffers))
    }

    fn rgba(&self, values: &[f32]) -> Vec<u8> {
        let [channels, side] = self.shape;
        let mut pixels = Vec::with_capacity(side * side * 4);
        to_rgba(&weights::to_bytes(values), channels, side * side, &mut pixels);
        pixels
    }
}

fn internal(error: DetectError) -> EngineError {
    match error {
        DetectError::Device => EngineError::DeviceLost(error.to_string()),
        error => EngineError::Internal(error.to_string()),
    }
}
