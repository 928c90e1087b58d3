//! Files of pictures, written while their rows come.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{BufWriter, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use anyhow::{Context, Error, Result, bail};
use image::{
    ExtendedColorType, GenericImageView, ImageEncoder, Luma, Pixel, Rgb,
    codecs::{jpeg::JpegEncoder, webp::WebPEncoder},
};

use crate::{data::decode::Beside, upscaling::Rows};

/// Of JPEG, as on the page.
const QUALITY: u8 = 95;
/// Most bytes of EXIF that a segment of JPEG holds, with its name.
const LARGEST_EXIF: usize = 65_535 - 2 - 6;
/// Most bytes that making a picture may take.
const MEMORY: u64 = 1 << 30;

/// What can be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Png,
    Jpeg,
    WebP,
}

impl Kind {
    /// What the end of a name asks for.
    pub fn of(path: &Path) -> Result<Self> {
        let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match end.as_str() {
            "png" => Ok(Self::Png),
            "jpg" | "jpeg" => Ok(Self::Jpeg),
            "webp" => Ok(Self::WebP),
            _ => bail!(
                "{}: PNG, JPEG and WebP can be written; give a name that ends in .png, .jpg or .webp",
                path.display()
            ),
        }
    }

    /// Refuses what the format does not hold or memory does not; about how many bytes it takes, besides what `made` does.
    pub fn check(self, out: &Path, [height, width, channels]: [usize; 3], made: u64) -> Result<u64> {
        let (name, longest) = match self {
            Self::Png => ("PNG", i32::MAX as usize),
            Self::Jpeg => ("JPEG", 65_535),
            Self::WebP => ("WebP", 16_383),
        };
        let out = out.display();
        if height.max(width) > longest {
            bail!(
                "{out}: {width} x {height} pixels, and {name} has at most {longest} a side; write PNG, or less large"
            );
        }
        // The encoder of WebP has the picture whole, as RGBA and as a file.
        let whole = if self == Self::WebP { (height * width * (channels + 12)) as u64 } else { 0 };
        let bytes = made + whole;
        if bytes > MEMORY {
            let way_out = match self {
                Self::WebP => "WebP is made as a whole; write PNG or JPEG, which are not",
                _ => "cut the picture into parts",
            };
            bail!(
                "{out}: {width} x {height} pixels would take about {} MB of memory, where {} MB are the most: {way_out}",
                bytes >> 20,
                MEMORY >> 20
            );
        }
        Ok(bytes)
    }
}

/// A picture with its transparency in its own channel, or laid on a colour.
pub struct Laid<'a> {
    pub source: Box<dyn Rows + 'a>,
    /// Whether RGB is one shade.
    pub is_grey: bool,
    pub background: Option<[u8; 3]>,
}

impl Laid<'_> {
    /// Whether one channel is enough for the colours.
    fn is_one_shade(&self) -> bool {
        self.is_grey && self.background.is_none_or(|[red, green, blue]| red == green && green == blue)
    }
}

impl Rows for Laid<'_> {
    fn shape(&self) -> [usize; 3] {
        let [height, width, channels] = self.source.shape();
        let colours = if self.is_one_shade() { 1 } else { 3 };
        let channels = if channels < 4 { channels } else { colours + usize::from(self.background.is_none()) };
        [height, width, channels]
    }

    fn next(&mut self) -> Result<Vec<u8>> {
        let rows = self.source.next()?;
        let [_, _, channels] = self.shape();
        if self.source.shape()[2] < 4 {
            return Ok(rows);
        }
        let mut laid = Vec::with_capacity(rows.len() / 4 * channels);
        for pixel in rows.chunks_exact(4) {
            let mut pixel = [pixel[0], pixel[1], pixel[2], pixel[3]];
            if let Some(background) = self.background {
                let alpha = u32::from(pixel[3]);
                for (value, behind) in pixel.iter_mut().zip(background) {
                    *value = ((u32::from(*value) * alpha + u32::from(behind) * (255 - alpha) + 127) / 255) as u8;
                }
            }
            match channels {
                1 | 2 => {
                    laid.extend_from_slice(&[Rgb([pixel[0], pixel[1], pixel[2]]).to_luma()[0], pixel[3]][..channels])
                }
                _ => laid.extend_from_slice(&pixel[..channels]),
            }
        }
        Ok(laid)
    }
}

/// Writes a file as a whole or not at all.
pub fn write(out: &Path, kind: Kind, mut rows: impl Rows, beside: &Beside) -> Result<()> {
    // In the folder of the file, under a name that the next try takes again, so that nothing piles up.
    let mut part = out.as_os_str().to_owned();
    part.push(".part");
    let part = Part(part.into());
    let mut file = BufWriter::new(File::create(&part.0)?);
    match kind {
        Kind::Png => png(&mut file, &mut rows, beside)?,
        Kind::Jpeg if rows.shape()[2] == 1 => jpeg::<Luma<u8>>(&mut file, rows, beside)?,
        Kind::Jpeg => jpeg::<Rgb<u8>>(&mut file, rows, beside)?,
        Kind::WebP => webp(&mut file, &mut rows, beside)?,
    }
    file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    fs::rename(&part.0, out)?;
    Ok(())
}

/// A file that is taken away where it does not become what it is to be.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // It is gone where it was renamed.
        let _ = fs::remove_file(&self.0);
    }
}

fn png(file: impl Write, rows: &mut impl Rows, beside: &Beside) -> Result<()> {
    let [height, width, channels] = rows.shape();
    let mut info = png::Info::with_size(width as u32, height as u32);
    info.icc_profile = beside.profile.as_deref().map(Into::into);
    info.exif_metadata = beside.exif.as_deref().map(Into::into);
    let mut encoder = png::Encoder::with_info(file, info)?;
    encoder.set_color(match channels {
        1 => png::ColorType::Grayscale,
        2 => png::ColorType::GrayscaleAlpha,
        3 => png::ColorType::Rgb,
        _ => png::ColorType::Rgba,
    });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    loop {
        let some = rows.next()?;
        if some.is_empty() {
            break;
        }
        stream.write_all(&some)?;
    }
    stream.finish()?;
    Ok(writer.finish()?)
}

/// Has an encoder write what stands beside the pixels.
fn tell(encoder: &mut impl ImageEncoder, beside: &Beside) -> Result<()> {
    if let Some(profile) = &beside.profile {
        encoder.set_icc_profile(profile.clone())?;
    }
    // One that does not fit, as a large preview in a JPEG, is not worth the picture.
    if let Some(exif) = beside.exif.as_ref().filter(|exif| exif.len() <= LARGEST_EXIF) {
        encoder.set_exif_metadata(exif.clone())?;
    }
    Ok(())
}

fn webp(file: impl Write, rows: &mut impl Rows, beside: &Beside) -> Result<()> {
    let [height, width, channels] = rows.shape();
    let mut pixels = Vec::with_capacity(height * width * channels);
    loop {
        let some = rows.next()?;
        if some.is_empty() {
            break;
        }
        pixels.extend(some);
    }
    let mut encoder = WebPEncoder::new_lossless(file);
    tell(&mut encoder, beside)?;
    let colours = match channels {
        1 => ExtendedColorType::L8,
        2 => ExtendedColorType::La8,
        3 => ExtendedColorType::Rgb8,
        _ => ExtendedColorType::Rgba8,
    };
    Ok(encoder.write_image(&pixels, width as u32, height as u32, colours)?)
}

fn jpeg<P>(file: impl Write, rows: impl Rows, beside: &Beside) -> Result<()>
where
    P: Pixel<Subpixel = u8> + image::PixelWithColorType,
{
    let view = View::<_, P> {
        shape: rows.shape(),
        state: RefCell::new(State { rows, band: Vec::new(), first: 0, error: None }),
        pixel: PhantomData,
    };
    let mut encoder = JpegEncoder::new_with_quality(file, QUALITY);
    tell(&mut encoder, beside)?;
    let ended = encoder.encode_image(&view);
    match view.state.into_inner().error {
        Some(error) => Err(error),
        None => Ok(ended?),
    }
}

/// Rows as the encoder of JPEG wants to see them: it asks for pixels, by blocks of 8 x 8 from the top.
struct View<R, P> {
    shape: [usize; 3],
    state: RefCell<State<R>>,
    pixel: PhantomData<P>,
}

struct State<R> {
    rows: R,
    /// The rows that may still be asked for, and the number of the first.
    band: Vec<u8>,
    first: usize,
    /// Why there are no more; the encoder could not be told.
    error: Option<Error>,
}

impl<R: Rows, P: Pixel<Subpixel = u8>> GenericImageView for View<R, P> {
    type Pixel = P;

    fn dimensions(&self) -> (u32, u32) {
        (self.shape[1] as u32, self.shape[0] as u32)
    }

    fn get_pixel(&self, x: u32, y: u32) -> P {
        let [_, width, channels] = self.shape;
        let (line, y) = (width * channels, y as usize);
        let state = &mut *self.state.borrow_mut();
        while state.error.is_none() && (y + 1 - state.first) * line > state.band.len() {
            let done = (y / 8 * 8 - state.first) * line;
            state.band.drain(..done.min(state.band.len()));
            state.first = y / 8 * 8;
            match state.rows.next().and_then(|rows| (!rows.is_empty()).then_some(rows).context("rows are missing")) {
                Ok(rows) => state.band.extend(rows),
                Err(error) => state.error = Some(error),
            }
        }
        let start = (y - state.first) * line + x as usize * channels;
        *P::from_slice(state.band.get(start..start + channels).unwrap_or(&[0; 4][..channels]))
    }
}
