//! Square maps as colours: D's verdict, and where the fakes are dense.

use web_sys::{CanvasRenderingContext2d, ImageData};

use super::canvas::{Space, colour, context, hidden, rgb};

/// How much is covered where D is sure, of 255: points of either colour must be seen on it.
const COVER: f32 = 90.0;

/// Towards `--real` where D says real, towards `--fake` where it says fake, transparent where it tosses a coin.
pub fn verdict(space: &Space, side: usize, map: &[f32]) {
    let (real, fake) = (rgb(&colour("--real")), rgb(&colour("--fake")));
    paint(space, side, map, |verdict| {
        let [r, g, b] = if verdict > 0.5 { real } else { fake };
        [r, g, b, ((verdict - 0.5).abs() * 2.0 * COVER) as u8]
    });
}

/// The share of fakes in each cell, from transparent to `--mesh`.
pub fn density(space: &Space, side: usize, map: &[f32]) {
    let [r, g, b] = rgb(&colour("--mesh"));
    let most = map.iter().copied().fold(1e-9, f32::max);
    // The square root lets thin places be seen beside a peak.
    paint(space, side, map, |share| [r, g, b, ((share / most).sqrt() * 210.0) as u8]);
}

fn paint(space: &Space, side: usize, map: &[f32], tone: impl Fn(f32) -> [u8; 4]) {
    if side == 0 || map.len() != side * side {
        return;
    }
    let pixels = map.chunks_exact(side).rev().flatten().flat_map(|value| tone(*value)).collect::<Vec<_>>();
    let image = ImageData::new_with_u8_clamped_array(wasm_bindgen::Clamped(&pixels), side as u32);
    let (Ok(image), Some(small)) = (image, hidden(side as u32, side as u32)) else { return };
    let Some(inner) = context(&small) else { return };
    let _ = inner.put_image_data(&image, 0.0, 0.0);
    let outer: &CanvasRenderingContext2d = &space.context;
    outer.set_image_smoothing_enabled(true);
    let _ = outer.draw_image_with_html_canvas_element_and_dw_and_dh(&small, 0.0, 0.0, space.width, space.height);
}
