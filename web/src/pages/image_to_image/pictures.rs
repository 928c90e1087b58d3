//! Pictures of files and in canvases.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlCanvasElement, ImageBitmap};

use super::metadata::{self, Metadata};
use crate::{
    components::files,
    plots::canvas::{context, hidden},
};

/// Quality of JPEG and WebP, of 1.
const QUALITY: f64 = 0.95;

/// The picture that is open, as it was decoded: turned upright, eight bits, sRGB.
#[derive(Clone)]
pub struct OpenPicture {
    pub name: String,
    pub size: [u32; 2],
    pub canvas: HtmlCanvasElement,
    /// What its camera wrote, of the picture upright.
    pub exif: Option<Rc<[u8]>>,
    /// Whether its file holds more pictures, of which this is the first.
    pub is_animated: bool,
}

/// An empty picture; `None` where there is no memory for it.
pub fn blank([width, height]: [u32; 2]) -> Option<HtmlCanvasElement> {
    let canvas = hidden(width, height)?;
    let on = context(&canvas)?;
    // A canvas that could not be had takes no pixel.
    on.fill_rect(0.0, 0.0, 1.0, 1.0);
    let Clamped(pixel) = on.get_image_data(0.0, 0.0, 1.0, 1.0).ok()?.data();
    on.clear_rect(0.0, 0.0, 1.0, 1.0);
    (pixel.get(3) == Some(&255)).then_some(canvas)
}

/// RGBA of a whole canvas.
pub fn pixels(canvas: &HtmlCanvasElement) -> Option<ArrayBuffer> {
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let Clamped(pixels) = context(canvas)?.get_image_data(0.0, 0.0, width, height).ok()?.data();
    Some(Uint8Array::from(pixels.as_slice()).buffer())
}

/// `None` for what this browser cannot read as a picture.
pub async fn decode(file: &File) -> Option<OpenPicture> {
    let promise = window().create_image_bitmap_with_blob(file).ok()?;
    let bitmap = JsFuture::from(promise).await.ok()?.dyn_into::<ImageBitmap>().ok()?;
    let size = [bitmap.width(), bitmap.height()];
    let canvas = blank(size)?;
    context(&canvas)?.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0).ok()?;
    bitmap.close();
    let Metadata { exif, is_animated } = files::bytes(file).await.map(metadata::read).unwrap_or_default();
    Some(OpenPicture { name: file.name(), size, canvas, exif: exif.map(Rc::from), is_animated })
}

/// A file of a type (`image/png`, `image/jpeg` or `image/webp`) with what the camera wrote; `None` where there is no memory
/// for it.
pub async fn encode(canvas: &HtmlCanvasElement, kind: &str, exif: Option<&[u8]>) -> Option<Blob> {
    let promise = Promise::new(&mut |give, fail| {
        let quality = JsValue::from_f64(QUALITY);
        if canvas.to_blob_with_type_and_encoder_options(&give, kind, &quality).is_err() {
            let _ = fail.call0(&JsValue::NULL);
        }
    });
    let blob = JsFuture::from(promise).await.ok()?.dyn_into::<Blob>().ok()?;
    let Some(exif) = exif else { return Some(blob) };
    let file = metadata::with_exif(files::bytes(&blob).await?, exif.to_vec());
    files::blob(&file, kind)
}

/// The name of what a model made of a picture.
pub fn file_name(picture: &str, model: &str, kind: &str) -> String {
    let stem = picture.rsplit_once('.').map_or(picture, |(stem, _)| stem);
    let end = kind.rsplit('/').next().unwrap_or_default().replace("jpeg", "jpg");
    format!("{stem}-{model}.{end}")
}
