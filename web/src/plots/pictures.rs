//! A grid of pictures.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Draws RGBA pictures, `[count, side, side, 4]`, pixel for pixel in `columns` columns. CSS scales the canvas.
pub fn draw(canvas: &HtmlCanvasElement, pixels: &[u8], side: usize, columns: usize) {
    let size = side * side * 4;
    let count = pixels.len() / size.max(1);
    canvas.set_width((columns * side) as u32);
    canvas.set_height((count.div_ceil(columns.max(1)) * side) as u32);
    let context = canvas.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    for (index, picture) in pixels.chunks_exact(size).enumerate() {
        if let Ok(image) = ImageData::new_with_u8_clamped_array(Clamped(picture), side as u32) {
            let (x, y) = (index % columns * side, index / columns * side);
            let _ = context.put_image_data(&image, x as f64, y as f64);
        }
    }
}
