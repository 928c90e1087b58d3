//! Pictures of files and in canvases.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{Clamped, JsCast};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlCanvasElement, ImageBitmap};

use super::metadata::{self, Metadata};
use crate::{
    components::files,
    i18n::*,
    plots::canvas::{context, hidden},
};

/// The picture that is open, as it was decoded: turned upright, eight bits, sRGB.
#[derive(Clone)]
pub struct OpenPicture {
    pub name: String,
    pub size: [u32; 2],
    pub canvas: HtmlCanvasElement,
    /// What its file says beside it.
    pub metadata: Rc<Metadata>,
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

/// Whether nothing of a canvas is transparent.
pub fn is_opaque(canvas: &HtmlCanvasElement) -> bool {
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let data = context(canvas).and_then(|on| on.get_image_data(0.0, 0.0, width, height).ok());
    data.is_some_and(|data| data.data().iter().skip(3).step_by(4).all(|alpha| *alpha == 255))
}

/// The same picture with white where it is transparent; `None` where there is no memory for it.
pub fn on_white(canvas: &HtmlCanvasElement) -> Option<HtmlCanvasElement> {
    let flat = blank([canvas.width(), canvas.height()])?;
    let on = context(&flat)?;
    on.set_fill_style_str("#fff");
    on.fill_rect(0.0, 0.0, f64::from(flat.width()), f64::from(flat.height()));
    on.draw_image_with_html_canvas_element(canvas, 0.0, 0.0).ok()?;
    Some(flat)
}

/// The same picture in another size; `None` where there is no memory for it.
pub fn resized(canvas: &HtmlCanvasElement, size: [u32; 2]) -> Option<HtmlCanvasElement> {
    let mut from = canvas.clone();
    loop {
        let now = [from.width(), from.height()];
        // By halves, since browsers smooth over few pixels: more than twice at once would leave gaps.
        let next =
            [0, 1].map(|axis| if now[axis] > size[axis] { now[axis].div_ceil(2).max(size[axis]) } else { size[axis] });
        let to = blank(next)?;
        let (width, height) = (f64::from(next[0]), f64::from(next[1]));
        context(&to)?.draw_image_with_html_canvas_element_and_dw_and_dh(&from, 0.0, 0.0, width, height).ok()?;
        if next == size {
            return Some(to);
        }
        from = to;
    }
}

/// The picture of a file, or what is said where this browser has none.
pub async fn decode(locale: Locale, file: &File) -> Result<OpenPicture, String> {
    let Some(bitmap) = bitmap(file).await else { return Err(files::unreadable(locale, file).await) };
    let size = [bitmap.width(), bitmap.height()];
    let no_memory = || td_string!(locale, up_no_memory).to_string();
    let canvas = blank(size).ok_or_else(no_memory)?;
    let on = context(&canvas).ok_or_else(no_memory)?;
    on.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0).map_err(|_| no_memory())?;
    bitmap.close();
    let metadata = files::bytes(file).await.map(metadata::read).unwrap_or_default();
    Ok(OpenPicture { name: file.name(), size, canvas, metadata: Rc::new(metadata) })
}

/// What a browser decodes a file to; `None` where it does not read it.
pub async fn bitmap(file: &File) -> Option<ImageBitmap> {
    let promise = window().create_image_bitmap_with_blob(file).ok()?;
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}
