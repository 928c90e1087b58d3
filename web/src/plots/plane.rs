//! The plane of the toy GAN: D's verdict as a heat map under real and fake points.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::canvas::{colour, prepare};

/// The plane spans `[-EXTENT, EXTENT]` in both directions.
const EXTENT: f32 = 1.25;

/// Draws `heat`, D's verdict in `[0, 1]` on a `side * side` grid from below, and points `[n, 2]`.
pub fn draw(canvas: &HtmlCanvasElement, side: usize, heat: &[f32], real: &[f32], fake: &[f32]) {
    let Some((context, width, height)) = prepare(canvas) else { return };
    if side > 0 && heat.len() == side * side {
        draw_heat(&context, (width, height), side, heat);
    }
    draw_points(&context, (width, height), real, &colour("--real"), true);
    draw_points(&context, (width, height), fake, &colour("--fake"), false);
}

/// Towards `--real` where D says real, towards `--fake` where it says fake, transparent where it tosses a coin.
fn draw_heat(context: &CanvasRenderingContext2d, (width, height): (f64, f64), side: usize, heat: &[f32]) {
    let (real, fake) = (rgb(&colour("--real")), rgb(&colour("--fake")));
    let mut pixels = Vec::with_capacity(side * side * 4);
    for row in (0..side).rev() {
        for verdict in &heat[row * side..(row + 1) * side] {
            let [r, g, b] = if *verdict > 0.5 { real } else { fake };
            pixels.extend([r, g, b, ((verdict - 0.5).abs() * 2.0 * 110.0) as u8]);
        }
    }
    let image = ImageData::new_with_u8_clamped_array(Clamped(&pixels), side as u32);
    let small = leptos::prelude::document().create_element("canvas").ok().and_then(|c| c.dyn_into().ok());
    let (Ok(image), Some(small)) = (image, small) else { return };
    let small: HtmlCanvasElement = small;
    small.set_width(side as u32);
    small.set_height(side as u32);
    let inner = small.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    if let Some(inner) = inner {
        let _ = inner.put_image_data(&image, 0.0, 0.0);
        context.set_image_smoothing_enabled(true);
        let _ = context.draw_image_with_html_canvas_element_and_dw_and_dh(&small, 0.0, 0.0, width, height);
    }
}

/// One path for all points: a path each would cost the frame.
fn draw_points(
    context: &CanvasRenderingContext2d,
    (width, height): (f64, f64),
    points: &[f32],
    fill: &str,
    round: bool,
) {
    let size = (width / 180.0).clamp(1.4, 3.0);
    context.begin_path();
    for point in points.chunks_exact(2) {
        let x = f64::from((point[0] + EXTENT) / (2.0 * EXTENT)) * width;
        let y = f64::from((EXTENT - point[1]) / (2.0 * EXTENT)) * height;
        if round {
            context.move_to(x + size, y);
            let _ = context.arc(x, y, size, 0.0, std::f64::consts::TAU);
        } else {
            // Another shape, so that colour is not all that tells them apart.
            context.rect(x - size, y - size, 2.0 * size, 2.0 * size);
        }
    }
    context.set_global_alpha(0.75);
    context.set_fill_style_str(fill);
    context.fill();
    context.set_global_alpha(1.0);
}

/// `#rrggbb`.
fn rgb(text: &str) -> [u8; 3] {
    let part = |at: usize| text.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(128);
    [part(1), part(3), part(5)]
}
