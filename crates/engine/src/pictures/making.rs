//! A picture made of a picture, tile by tile, so that other requests are answered in between.

use std::rc::Rc;

use burn::tensor::{Device, Tensor, TensorData};
use forger_core::{
    data::{alpha::bleed, resize::resize_bytes},
    tiles::{Tile, tiles},
    weights,
};
use forger_protocol::{
    DeviceKind, EngineError, Event, OutOfRange, Reply, Way,
    error::ModelError,
    message::{Made, TilePlace},
};

use super::image_to_image::{Bicubic, ImageToImage};
use crate::{
    answer::Answer,
    channel::{Caller, bytes},
    devices::{Devices, read, read_bytes},
    models::Models,
    schedule::now,
};

/// The most that pictures are interpolated to.
const LARGEST_SCALE: usize = 16;
/// How far beyond what is visible interpolated alpha still shows something, in pixels of the given picture.
const ALPHA_REACH: usize = 2;
/// Alpha below which a canvas, which keeps colours multiplied by it, has hardly any levels left of them.
const FAINT: u8 = 8;

/// What is to make a picture.
pub enum Wanted {
    /// Of this name, and which way it goes.
    Model(String, Way),
    Bicubic {
        scale: usize,
    },
}

impl Wanted {
    /// What makes it, on the device that is the best by now.
    async fn maker(
        &self,
        models: &mut Models,
        devices: &mut Devices,
    ) -> Result<(Rc<dyn ImageToImage>, DeviceKind), EngineError> {
        match self {
            Self::Model(name, way) => models.maker(name, *way, devices).await,
            Self::Bicubic { scale } => Ok((Rc::new(Bicubic { scale: *scale }), DeviceKind::Cpu)),
        }
    }

    /// The file that makes it, if one does.
    fn file(&self, models: &Models) -> Option<Rc<str>> {
        match self {
            Self::Model(name, _) => models.file(name),
            Self::Bicubic { .. } => None,
        }
    }
}

/// The picture that is given.
struct Picture {
    /// Height and width.
    size: [usize; 2],
    /// Without what was added to make them multiples.
    real: [usize; 2],
    /// RGBA. Bytes, not numbers: a photo of twelve megapixels has to fit.
    pixels: Vec<u8>,
    is_opaque: bool,
}

/// A picture that is being made.
pub struct Making {
    pub caller: Caller,
    wanted: Wanted,
    /// Of [`Wanted::file`] at the beginning.
    file: Option<Rc<str>>,
    maker: Rc<dyn ImageToImage>,
    kind: DeviceKind,
    picture: Picture,
    tiles: Vec<Tile>,
    next: usize,
    worked: f64,
}

impl Making {
    /// Begins with RGBA `[height, width, 4]`.
    pub async fn open(
        caller: Caller,
        wanted: Wanted,
        size: [usize; 2],
        pixels: Vec<u8>,
        models: &mut Models,
        devices: &mut Devices,
    ) -> Result<Self, EngineError> {
        let [height, width] = size;
        let length = height.checked_mul(width).and_then(|area| area.checked_mul(4));
        if pixels.is_empty() || length != Some(pixels.len()) {
            return Err(EngineError::Protocol(format!("{} bytes for a picture of {width} x {height}", pixels.len())));
        }
        if let Wanted::Bicubic { scale } = wanted
            && !(1..=LARGEST_SCALE).contains(&scale)
        {
            return Err(EngineError::Protocol(format!("scale {scale}")));
        }
        let (maker, kind) = wanted.maker(models, devices).await?;
        let file = wanted.file(models);
        if let Some([pixels, most]) = maker.too_many(size) {
            let field = format!("pixels of {width} x {height}");
            return Err(OutOfRange { field, value: pixels as f64, min: 1.0, max: most as f64 }.into());
        }
        let (pixels, padded) = padded(pixels, size, maker.multiple());
        let is_opaque = pixels.iter().skip(3).step_by(4).all(|alpha| *alpha == 255);
        let pixels = if is_opaque { pixels } else { coloured(pixels, padded, maker.reach() + ALPHA_REACH) };
        let tiles = tiles(padded, maker.tile(), maker.reach());
        let picture = Picture { size: padded, real: size, pixels, is_opaque };
        Ok(Self { caller, wanted, file, maker, kind, picture, tiles, next: 0, worked: 0.0 })
    }

    /// One tile; the answer once all are made.
    pub async fn advance(&mut self, models: &mut Models, devices: &mut Devices) -> Result<Option<Answer>, EngineError> {
        self.caller.wants_more()?;
        let start = now();
        let Some(tile) = self.tiles.get(self.next) else { return Ok(Some(self.made())) };
        let (maker, kind) = self.wanted.maker(models, devices).await?;
        if let Wanted::Model(name, _) = &self.wanted {
            // Another file of that name may be open by now, and tiles of the two would make one picture.
            models.check_file(name, self.file.as_deref())?;
        }
        (self.maker, self.kind) = (maker, kind);
        let made = self.picture.make(tile, &*self.maker, &devices.get(kind).await?).await?;
        let ([top, left, height, width], made) =
            self.picture.inside(tile.place(self.maker.scale()), made, self.maker.scale());
        devices.used = kind;
        self.next += 1;
        let place = TilePlace { top, left, height, width, done: self.next, total: self.tiles.len() };
        self.caller.tell(Event::Tile(place), &[bytes(&made)]);
        self.worked += now() - start;
        Ok((self.next == self.tiles.len()).then(|| self.made()))
    }

    fn made(&self) -> Answer {
        (Reply::Made(Made { milliseconds: self.worked, device: self.kind }), Vec::new())
    }
}

/// The same RGBA with the colours of what is visible where nothing is to be seen, or too little to know a colour.
fn coloured(mut pixels: Vec<u8>, size: [usize; 2], reach: usize) -> Vec<u8> {
    let alphas = pixels.iter().skip(3).step_by(4).copied().collect::<Vec<_>>();
    pixels.iter_mut().skip(3).step_by(4).filter(|alpha| **alpha < FAINT).for_each(|alpha| *alpha = 0);
    bleed(&mut pixels, size, reach);
    pixels.iter_mut().skip(3).step_by(4).zip(alphas).for_each(|(to, alpha)| *to = alpha);
    pixels
}

/// The same RGBA with sides that are multiples, mirrored at the lower and right edge.
fn padded(pixels: Vec<u8>, [height, width]: [usize; 2], multiple: usize) -> (Vec<u8>, [usize; 2]) {
    let [rows, columns] = [height, width].map(|side| side.div_ceil(multiple) * multiple);
    if [rows, columns] == [height, width] {
        return (pixels, [height, width]);
    }
    // The pixel at the edge is not repeated, but where there is no other.
    let mirrored =
        |at: usize, side: usize| if at < side { at } else { (2 * side - 2).saturating_sub(at).min(side - 1) };
    let line = |row: usize| &pixels[mirrored(row, height) * width * 4..][..width * 4];
    let pixel = |line: &[u8], column: usize| <[u8]>::to_vec(&line[mirrored(column, width) * 4..][..4]);
    let all = (0..rows).flat_map(|row| (0..columns).flat_map(move |column| pixel(line(row), column)));
    (all.collect(), [rows, columns])
}

impl Picture {
    /// What of a made tile lies within the picture that was given: where, and its RGBA.
    fn inside(&self, place: [usize; 4], made: Vec<u8>, scale: usize) -> ([usize; 4], Vec<u8>) {
        let [top, left, height, width] = place;
        let [rows, columns] = [(self.real[0] * scale).saturating_sub(top), (self.real[1] * scale).saturating_sub(left)];
        let (rows, columns) = (rows.min(height), columns.min(width));
        if (rows, columns) == (height, width) {
            return (place, made);
        }
        let lines = made.chunks_exact((width * 4).max(1)).take(rows);
        ([top, left, rows, columns], lines.flat_map(|line| &line[..columns * 4]).copied().collect())
    }

    /// RGBA of what is made of a tile.
    async fn make(&self, tile: &Tile, maker: &dyn ImageToImage, device: &Device) -> Result<Vec<u8>, EngineError> {
        let [rows, columns] = tile.shown();
        let channel = |channel| tile.channel(&self.pixels, self.size[1], [channel, 4]);
        let values = (0..3).flat_map(channel).map(|value| f32::from(value) / 127.5 - 1.0).collect::<Vec<_>>();
        let input = Tensor::<4>::from_data(TensorData::new(values, [1, 3, rows, columns]), device);
        let scale = maker.scale();
        let size = [rows * scale, columns * scale];
        let alpha = || resize_bytes(&channel(3), [1, rows, columns], size);
        let not_finite = || EngineError::from(ModelError::NotFinite { tensor: "output".into() });
        if let Some(rgba) = maker.rgba(&input) {
            let mut made = read_bytes(rgba).await?;
            if made.iter().skip(3).step_by(4).any(|alpha| *alpha == 0) {
                return Err(not_finite());
            }
            if !self.is_opaque {
                made.iter_mut().skip(3).step_by(4).zip(alpha()).for_each(|(to, alpha)| *to = alpha);
            }
            return Ok(tile.inner_of(&made, 4, scale));
        }
        let values = read(maker.make(input)).await?;
        if !values.iter().all(|value| value.is_finite()) {
            return Err(not_finite());
        }
        let mut made = weights::to_bytes(&values);
        made.extend(if self.is_opaque { vec![255; size[0] * size[1]] } else { alpha() });
        Ok(tile.inner(&made, scale))
    }
}
