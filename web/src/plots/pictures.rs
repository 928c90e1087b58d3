//! A grid of pictures.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Draws square RGBA pictures, `[count, side, side, 4]`: see [`draw_of`].
pub fn draw(canvas: &HtmlCanvasElement, pixels: &[u8], side: usize, columns: usize) {
    draw_of(canvas, pixels, [side, side], columns);
}

/// Draws RGBA pictures of this width and height, `[count, height, width, 4]`, pixel for pixel in `columns` columns. CSS scales
/// the canvas.
pub fn draw_of(canvas: &HtmlCanvasElement, pixels: &[u8], [width, height]: [usize; 2], columns: usize) {
    let size = (width * height * 4).max(1);
    let count = pixels.len() / size;
    canvas.set_width((columns * width) as u32);
    canvas.set_height((count.div_ceil(columns.max(1)) * height) as u32);
    let context = canvas.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    for (index, picture) in pixels.chunks_exact(size).enumerate() {
        if let Ok(image) = ImageData::new_with_u8_clamped_array(Clamped(picture), width as u32) {
            let (x, y) = (index % columns * width, index / columns * height);
            let _ = context.put_image_data(&image, x as f64, y as f64);
        }
    }
}
