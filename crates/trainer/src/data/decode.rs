//! Bytes to pictures: the one place where files of pictures are read.
//!
//! What a file is, its bytes say, and never its name. What is cut off or damaged is refused, where decoders would rather fill in
//! grey.

use std::{io::Cursor, path::Path};

use anyhow::{Result, anyhow, bail};
use image::{
    ColorType, DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, metadata::Orientation,
};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::kind;

/// Most bytes that a picture may take in memory: 179 megapixels of RGB.
pub const LARGEST: u64 = 512 << 20;
/// Most bytes of what a PNG says beside its pixels, unpacked: a few may stand for any number. A profile of more is left out.
const MOST_BESIDE: u64 = 64 << 20;
/// So many zeros at the end of a file are room for what was never downloaded.
const HOLE: usize = 4096;
/// Ends of names of pictures. Those that do not read are looked for, too, so that they are named and not left out in silence.
const ENDS: [&str; 13] =
    ["png", "jpg", "jpeg", "jpe", "jfif", "webp", "heic", "heif", "avif", "gif", "bmp", "tif", "tiff"];
/// What else is found under the name of a picture: how it begins, what it is, and the way out.
const OTHERS: [(&[u8], &str); 11] = [
    (b"GIF8", "GIF, which is not read: convert it to PNG"),
    (b"BM", "BMP, which is not read: convert it to PNG"),
    (b"II*\0", "TIFF or the raw file of a camera, which are not read: convert it to JPEG or PNG"),
    (b"MM\0*", "TIFF or the raw file of a camera, which are not read: convert it to JPEG or PNG"),
    (b"\xff\x0a", "JPEG XL, which is not read: convert it to JPEG or PNG"),
    (b"\0\0\0\x0cJXL ", "JPEG XL, which is not read: convert it to JPEG or PNG"),
    (b"8BPS", "a Photoshop document, which is not read: export it as PNG"),
    (b"%PDF", "a PDF, and no picture"),
    (b"PK\x03\x04", "a zip archive, and no picture: unpack it"),
    (b"version https://git-lfs", "a pointer of Git LFS, and no picture: git lfs pull gets the file itself"),
    (b"<svg", "a drawing (SVG), which is not read: export it as PNG"),
];

/// A picture in memory.
pub struct Decoded {
    /// Upright, however the camera was held.
    pub image: DynamicImage,
    pub is_grey: bool,
    pub has_alpha: bool,
    /// Whether the file has 16 bits a value.
    pub was_deep: bool,
    pub beside: Beside,
}

/// What a file says beside its pixels.
#[derive(Clone, Default)]
pub struct Beside {
    /// What the colours mean (ICC).
    pub profile: Option<Vec<u8>>,
    /// Camera, time and place (EXIF), without how the camera was held: the picture is upright.
    pub exif: Option<Vec<u8>>,
}

impl Decoded {
    fn new(mut image: DynamicImage, mut beside: Beside) -> Self {
        // A picture with a damaged note of how the camera was held is a picture still.
        let held = beside.exif.as_mut().and_then(|exif| Orientation::remove_from_exif_chunk(exif));
        image.apply_orientation(held.unwrap_or(Orientation::NoTransforms));
        let color = image.color();
        let was_deep = matches!(color, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16);
        Self { image, is_grey: !color.has_color(), has_alpha: color.has_alpha(), was_deep, beside }
    }
}

/// Whether a file is taken for a picture where many are looked through. Hidden ones are what systems leave beside pictures.
pub fn is_picture_name(path: &Path) -> bool {
    let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && ENDS.contains(&end.as_str())
}

/// Reads PNG, JPEG and WebP. Errors name the file.
pub fn decode(bytes: &[u8], name: &Path) -> Result<Decoded> {
    let name = name.display();
    let format = image::guess_format(bytes).ok();
    let decoded = match format {
        _ if has_hole(bytes) => Err(anyhow!("its end is missing")),
        Some(ImageFormat::Jpeg) => jpeg(bytes),
        Some(format @ (ImageFormat::Png | ImageFormat::WebP)) => other(bytes, format),
        _ => bail!("{name} is {}", what(bytes)),
    };
    decoded.map_err(|error| {
        if error.is::<TooLarge>() {
            return anyhow!("{name}: {error}");
        }
        anyhow!(
            "{name} is damaged or cut off ({error}): get the file again, or save it anew with a program that opens it"
        )
    })
}

/// A picture that would take too much memory.
#[derive(Debug, thiserror::Error)]
#[error("{0} x {1} pixels take more memory than the {limit} MB that a picture may; make it smaller or cut it", limit = LARGEST >> 20)]
struct TooLarge(u64, u64);

fn fits([width, height]: [u64; 2], bytes: u64) -> Result<(), TooLarge> {
    if bytes > LARGEST { Err(TooLarge(width, height)) } else { Ok(()) }
}

/// Strictly: a file that ends too early is an error.
fn jpeg(bytes: &[u8]) -> Result<Decoded> {
    // Some of its reasons end a line.
    let failed = |error: zune_jpeg::errors::DecodeErrors| anyhow!("{}", format!("{error:?}").trim());
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(failed)?;
    let is_grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let colours = if is_grey { ColorSpace::Luma } else { ColorSpace::RGB };
    decoder.set_options(options.jpeg_set_out_colorspace(colours));
    let (width, height) = decoder.dimensions().ok_or_else(|| anyhow!("it has no size"))?;
    fits([width as u64, height as u64], (width * height * colours.num_components()) as u64)?;
    let pixels = decoder.decode().map_err(failed)?;
    let [columns, rows] = [width as u32, height as u32];
    let image = match is_grey {
        true => GrayImage::from_raw(columns, rows, pixels).map(DynamicImage::from),
        false => RgbImage::from_raw(columns, rows, pixels).map(DynamicImage::from),
    };
    let beside = Beside { profile: decoder.icc_profile(), exif: decoder.exif().cloned() };
    Ok(Decoded::new(image.ok_or_else(|| anyhow!("pixels are missing"))?, beside))
}

/// What `image` itself reads strictly.
fn other(bytes: &[u8], format: ImageFormat) -> Result<Decoded> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // What pixels take is seen to below, in words of our own.
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_BESIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    fits([width.into(), height.into()], decoder.total_bytes())?;
    let beside = Beside {
        profile: decoder.icc_profile().unwrap_or_default(),
        exif: decoder.exif_metadata().unwrap_or_default(),
    };
    Ok(Decoded::new(DynamicImage::from_decoder(decoder)?, beside))
}

/// Whether the end of a file was never written. Zeros read as pixels, and no decoder minds.
fn has_hole(bytes: &[u8]) -> bool {
    let end = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
    bytes.len() - end >= HOLE && !bytes[..end].ends_with(b"\xff\xd9")
}

/// What bytes are that are no picture that reads.
fn what(bytes: &[u8]) -> &'static str {
    let start = &bytes[..bytes.len().min(64)];
    if start.is_empty() {
        return "empty: get it again";
    }
    if kind::is_html(bytes) {
        return "a web page (HTML), and no picture: what should have been downloaded was not; get it again";
    }
    // Films and the pictures of telephones share a container; what is in it is said behind.
    if start.get(4..8) == Some(b"ftyp") {
        return match start.get(8..12) {
            Some(b"avif" | b"avis") => "AVIF, which is not read: convert it to JPEG or PNG",
            Some(b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1") => {
                "HEIC, which is not read: convert it to JPEG or PNG"
            }
            _ => "a film, and no picture",
        };
    }
    let known = OTHERS.iter().find(|(with, _)| start.starts_with(with)).map(|(_, what)| *what);
    known.unwrap_or("no picture that reads: PNG, JPEG and WebP do")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImageView as _, ImageEncoder as _};

    fn photo() -> DynamicImage {
        RgbImage::from_fn(96, 64, |x, y| image::Rgb([x as u8 * 2, y as u8 * 3, (x * y) as u8])).into()
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn error(bytes: &[u8]) -> String {
        decode(bytes, Path::new("a.jpg")).err().unwrap().to_string()
    }

    #[test]
    fn bytes_say_what_a_picture_is_and_not_its_name() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let decoded = decode(&file(&photo(), format), Path::new("a.jpg")).unwrap();
            let is_near = |a: image::Rgba<u8>, b: image::Rgba<u8>| (0..3).all(|c| a[c].abs_diff(b[c]) < 60);
            assert!(is_near(decoded.image.get_pixel(70, 20), photo().get_pixel(70, 20)), "{format:?}");
            assert!(!decoded.is_grey && !decoded.has_alpha && !decoded.was_deep);
        }
    }

    #[test]
    fn pictures_are_turned_as_the_camera_was() {
        // The smallest EXIF: one entry, orientation 6, for a camera that was held upright.
        let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let (mut jpeg, mut png, mut webp) = (Vec::new(), Vec::new(), Vec::new());
        let pixels = photo().into_rgb8();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 100);
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
        encoder.write_image(&pixels, 96, 64, ColorType::Rgb8.into()).unwrap();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
        encoder.write_image(&pixels, 96, 64, ColorType::Rgb8.into()).unwrap();
        let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
        encoder.write_image(&pixels, 96, 64, ColorType::Rgb8.into()).unwrap();
        for bytes in [jpeg, png, webp] {
            let Decoded { image, beside, .. } = decode(&bytes, Path::new("a")).unwrap();
            // What is written is upright, and says so.
            let held = beside.exif.and_then(|exif| Orientation::from_exif_chunk(&exif));
            assert_eq!(held, Some(Orientation::NoTransforms));
            assert_eq!(image.dimensions(), (64, 96));
            // What was at the bottom left is at the top left.
            let (found, expected) = (image.get_pixel(2, 3), photo().get_pixel(3, 61));
            assert!((0..3).all(|channel| found[channel].abs_diff(expected[channel]) < 20), "{found:?} {expected:?}");
        }
    }

    #[test]
    fn half_a_file_is_refused_and_named() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let whole = file(&photo(), format);
            for percent in [10, 50, 90, 97] {
                let mut cut = whole[..whole.len() * percent / 100].to_vec();
                let text = error(&cut);
                assert!(text.contains("a.jpg is damaged or cut off"), "{format:?} {percent}: {text}");
                assert!(!text.contains('\n'), "{text}");
                // Room for a download that was broken off.
                cut.resize(whole.len() + HOLE, 0);
                assert!(error(&cut).contains("a.jpg is damaged or cut off"), "{format:?} {percent}");
            }
        }
        // What follows a whole JPEG is no fault: films of telephones, or nothing at all.
        let mut film = file(&photo(), ImageFormat::Jpeg);
        film.extend_from_slice(b"\0\0\0\x18ftypmp42 and a film");
        assert!(decode(&film, Path::new("a.jpg")).is_ok());
        film.truncate(film.len() - 23);
        film.extend_from_slice(&[0; 2 * HOLE]);
        assert!(decode(&film, Path::new("a.jpg")).is_ok());
    }

    #[test]
    fn what_a_png_says_beside_its_pixels_has_an_end() {
        let with_profile = |length: u64| {
            let mut bytes = Vec::new();
            let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
            encoder.set_icc_profile(vec![0; length as usize]).unwrap();
            encoder.write_image(&[0; 3], 1, 1, ColorType::Rgb8.into()).unwrap();
            bytes
        };
        let profile = |length| decode(&with_profile(length), Path::new("a.png")).unwrap().beside.profile;
        assert_eq!([1 << 20, MOST_BESIDE + 1].map(|length| profile(length).is_some()), [true, false]);
    }

    #[test]
    fn what_is_no_picture_is_called_by_its_name() {
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        for (bytes, expected) in [
            (heic.as_slice(), "HEIC, which is not read: convert it to JPEG or PNG"),
            (b"\0\0\0\x1cftypavif", "AVIF"),
            (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "a web page (HTML)"),
            (b"GIF89a", "GIF"),
            (b"", "a.jpg is empty"),
            (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"),
            (b"some text", "no picture that reads"),
        ] {
            assert!(error(bytes).contains(expected), "{}", error(bytes));
        }
    }

    #[test]
    fn depth_and_greyness_are_kept() {
        let deep = DynamicImage::ImageLumaA16(image::ImageBuffer::from_pixel(3, 2, image::LumaA([40_000, 7])));
        let decoded = decode(&file(&deep, ImageFormat::Png), Path::new("a.png")).unwrap();
        assert!(decoded.is_grey && decoded.has_alpha && decoded.was_deep);
        let grey = decode(&file(&photo().into_luma8().into(), ImageFormat::Jpeg), Path::new("a.png")).unwrap();
        assert!(grey.is_grey && !grey.was_deep);
    }

    #[test]
    fn names_of_pictures() {
        let names = ["a.JPG", "b/IMG.1.webp", "a.heic", "._a.jpg", "a.txt"];
        assert_eq!(names.map(|name| is_picture_name(Path::new(name))), [true, true, true, false, false]);
    }
}
