//! A film of a walk through latent space, as a GIF, a few pictures at a time, so that other requests are answered in between.

use std::rc::Rc;

use forger_core::weights::{Drawer, Model};
use forger_protocol::{DeviceKind, EngineError, Reply, message::Film};
use gif::{Encoder, Frame, Repeat};

use super::drawing::{check, draw_rgba};
use crate::{
    answer::Answer,
    channel::{Caller, bytes},
    devices::Devices,
    models::Models,
};

/// Pictures made between two looks at the requests.
const CHUNK: usize = 4;
/// Looks for the 256 colours of a picture: 1 is best, 30 fastest.
const EFFORT: i32 = 5;
/// A GIF has 16 bits for each side.
const LARGEST: usize = 2048;

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Internal(error.to_string())
}

/// A film that is being made.
pub struct Filming {
    pub caller: Caller,
    name: String,
    /// What tells the file of that name from others.
    file: Option<Rc<str>>,
    codes: Vec<f32>,
    film: Film,
    drawer: Rc<Model<Drawer>>,
    kind: DeviceKind,
    /// Of the pictures made so far. None once the film is given out.
    encoder: Option<Encoder<Vec<u8>>>,
    /// Pictures made so far.
    done: usize,
}

impl Filming {
    /// Begins a film of so many codes.
    pub async fn open(
        caller: Caller,
        name: String,
        (count, codes): (usize, Vec<f32>),
        film: Film,
        models: &mut Models,
        devices: &mut Devices,
    ) -> Result<Self, EngineError> {
        let (drawer, kind) = models.drawer(&name, devices).await?;
        check(&drawer, count, &codes)?;
        let file = models.file(&name);
        let side = drawer.config.image_size;
        let film = Film { scale: film.scale.clamp(1, (LARGEST / side.max(1)).max(1)), ..film };
        let large = (side * film.scale) as u16;
        let mut encoder = Encoder::new(Vec::new(), large, large, &[]).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        Ok(Self { caller, name, file, codes, film, drawer, kind, encoder: Some(encoder), done: 0 })
    }

    /// A few pictures; the answer once all are made.
    pub async fn advance(&mut self, models: &mut Models, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        self.caller.wants_more()?;
        if self.kind == DeviceKind::WebGpu && devices.lost.is_some() {
            let (drawer, kind) = models.drawer(&self.name, devices).await?;
            models.check_file(&self.name, self.file.as_deref())?;
            (self.drawer, self.kind) = (drawer, kind);
        }
        let (side, dim) = (self.drawer.config.image_size, self.drawer.config.latent_dim);
        let count = self.codes.len() / dim;
        let end = (self.done + CHUNK).min(count);
        if self.done < end {
            let device = devices.get(self.kind).await?;
            let mut pixels = Vec::new();
            draw_rgba(&self.drawer, &self.codes[self.done * dim..end * dim], &device, &mut pixels).await?;
            for picture in pixels.chunks_exact_mut(side * side * 4) {
                self.add(picture, side)?;
            }
            devices.used = self.kind;
            self.done = end;
            self.caller.progress(end as f64, count as f64);
        }
        if end < count {
            return Ok(None);
        }
        let encoder = self.encoder.take().ok_or_else(|| failed("the film was given out"))?;
        Ok(Some((Reply::Film, vec![bytes(&encoder.into_inner().map_err(failed)?)])))
    }

    /// Adds an RGBA picture, with colours of its own.
    fn add(&mut self, picture: &mut [u8], side: usize) -> Result<(), EngineError> {
        let (scale, large) = (self.film.scale, (side * self.film.scale) as u16);
        // Colours are looked for before it is made larger: there are as many, in fewer places.
        let mut frame = Frame::from_rgba_speed(side as u16, side as u16, picture, EFFORT);
        frame.buffer = enlarge(&frame.buffer, side, scale).into();
        (frame.width, frame.height, frame.delay) = (large, large, self.film.delay);
        self.encoder.iter_mut().try_for_each(|encoder| encoder.write_frame(&frame)).map_err(failed)
    }
}

/// Each value `[side, side]` as a square of `scale * scale`.
fn enlarge(values: &[u8], side: usize, scale: usize) -> Vec<u8> {
    let row = |row: &[u8]| {
        let wide = row.iter().flat_map(|value| std::iter::repeat_n(*value, scale)).collect::<Vec<_>>();
        std::iter::repeat_n(wide, scale).flatten().collect::<Vec<_>>()
    };
    values.chunks_exact(side).flat_map(row).collect()
}
