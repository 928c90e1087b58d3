//! The search for what is strange about a picture, a step at a time, so that other requests are answered in between: of the whole, or
//! of one part after the other where the model learned from parts of larger ones.
//!
//! On the CPU, whatever the page draws on: scores of normal pictures on the card were found there, a search of one picture is too
//! small for a card to be faster, and what a score is must not depend on the device.

mod calibrating;
mod parts;

use forger_core::{
    detect::{DetectError, DetectSettings, Search},
    weights::{Drawer, Model},
};
use forger_protocol::{
    DeviceKind, EngineError, Event, OutOfRange, Reply,
    detect::{Detected, Patches},
    error::ModelError,
};

use crate::{
    answer::Answer,
    channel::{Caller, bytes, floats},
    devices::{Devices, read},
    latent::rgba::from_rgba,
    models::Models,
    schedule::now,
};
use parts::Parts;

pub use calibrating::{Calibrating, Plan};

/// Between two pictures of how far it is, in milliseconds.
const LOOK_EVERY: f64 = 80.0;

/// A search that is under way, of one part after the other.
pub struct Detection {
    pub caller: Caller,
    model: Model<Drawer>,
    settings: DetectSettings,
    parts: Parts,
    /// Of the part that is judged now. One at a time: none has a share in the score of another.
    search: Option<Search>,
    /// Losses of the starts of each step that the page has not seen, where there is one part.
    losses: Vec<f32>,
    worked: f64,
    looked: f64,
}

impl Detection {
    /// Begins to search for RGBA `[height, width, 4]`, as the card of the model says.
    pub fn open(
        caller: Caller,
        name: &str,
        size: [usize; 2],
        pixels: &[u8],
        models: &mut Models,
    ) -> Result<Self, EngineError> {
        let start = now();
        let model = models.on_cpu(name)?;
        let normal = model.card.normal.as_ref().ok_or(ModelError::NotCalibrated)?;
        let (settings, channels, side) = (normal.search, model.config.channels, model.config.image_size);
        let most = if normal.patches.is_some() { Patches::LONGEST } else { side };
        let grid = normal.grid(size, side).ok_or_else(|| unfit(size, side, most))?;
        let [height, width] = size;
        if pixels.len() != height * width * 4 {
            return Err(EngineError::Protocol(format!("{} bytes for a picture of {width} x {height}", pixels.len())));
        }
        let parts = Parts::new(grid, channels, from_rgba(pixels, channels));
        let (search, losses) = (None, Vec::new());
        Ok(Self { caller, model, settings, parts, search, losses, worked: now() - start, looked: f64::MIN })
    }

    /// A step of the search for a part; the answer once there is nothing left to judge.
    pub async fn advance(&mut self, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        self.caller.wants_more()?;
        let start = now();
        devices.used = DeviceKind::Cpu;
        let mut search = match self.search.take() {
            Some(search) => search,
            None => Search::new(&self.model, &self.parts.next(), self.settings, &[]).map_err(internal)?,
        };
        let (losses, gradient) = search.gradient();
        let (losses, gradient) = (read(losses).await?, read(gradient).await?);
        search.update(&losses, &gradient).map_err(internal)?;
        let (is_one, ends) = (self.parts.count() == 1, search.is_done());
        if is_one {
            self.losses.extend(losses);
        }
        if ends {
            let drawn = read(search.reconstructions()).await?;
            let found = search.findings(&drawn).map_err(internal)?.pop();
            self.parts.add(found.ok_or_else(|| EngineError::Internal("nothing was found".into()))?);
        }
        let is_over = self.parts.are_judged();
        // Of several parts there is nothing new to see before one ends.
        if is_over || ((is_one || ends) && now() - self.looked > LOOK_EVERY) {
            self.look(&search).await?;
        }
        self.worked += now() - start;
        if is_over {
            return Ok(Some(self.found()));
        }
        if !ends {
            self.search = Some(search);
        }
        Ok(None)
    }

    /// Shows the page how far it is: what the best code draws and how the losses went, or the parts that are judged.
    async fn look(&mut self, search: &Search) -> Result<(), EngineError> {
        let losses = floats(&std::mem::take(&mut self.losses));
        let (drawn, event) = if self.parts.count() == 1 {
            let drawn = if self.parts.are_judged() {
                self.parts.drawn()
            } else {
                self.parts.rgba(&read(search.reconstructions()).await?)
            };
            let score = search.scores().first().copied().unwrap_or_default();
            (drawn, Event::Detecting { step: search.step(), steps: self.settings.steps, score })
        } else {
            let (step, steps, score) = (self.parts.judged(), self.parts.count(), self.parts.score());
            (self.parts.drawn(), Event::Detecting { step, steps, score })
        };
        self.caller.tell(event, &[bytes(&drawn), losses]);
        self.looked = now();
        Ok(())
    }

    fn found(&self) -> Answer {
        let buffers = vec![bytes(&self.parts.drawn()), floats(&self.parts.residual())];
        let (score, losses) = (self.parts.score(), self.parts.losses());
        let detected = Detected { score, losses, milliseconds: self.worked, device: DeviceKind::Cpu };
        (Reply::Detected(detected), buffers)
    }
}

/// Which side of a picture `[height, width]` is too short or too long.
fn unfit([height, width]: [usize; 2], side: usize, most: usize) -> EngineError {
    let is_height = !(side..=most).contains(&height);
    let (field, value) = if is_height { ("height", height) } else { ("width", width) };
    let [value, min, max] = [value, side, most].map(|length| length as f64);
    EngineError::Config(OutOfRange { field: field.into(), value, min, max })
}

fn internal(error: DetectError) -> EngineError {
    match error {
        DetectError::Device => EngineError::DeviceLost(error.to_string()),
        error => EngineError::Internal(error.to_string()),
    }
}
