//! The middle square of a picture, made small without ever being drawn in full.

use js_sys::{ArrayBuffer, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, ImageBitmap};

use crate::{pages::image_to_image::pictures::pixels, plots::canvas::hidden};

/// How many times as large as what is wanted the largest canvas is, and the next ones.
const SCALES: [usize; 3] = [4, 2, 1];

/// What is drawn.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Bitmap(&'a ImageBitmap),
    Video(&'a HtmlVideoElement),
}

impl Source<'_> {
    fn size(self) -> [f64; 2] {
        match self {
            Self::Bitmap(bitmap) => [bitmap.width(), bitmap.height()].map(f64::from),
            Self::Video(video) => [video.video_width(), video.video_height()].map(f64::from),
        }
    }

    /// Draws a square of it into a whole canvas of a side.
    fn draw(self, on: &CanvasRenderingContext2d, [left, top]: [f64; 2], from: f64, to: f64) -> Result<(), JsValue> {
        match self {
            Self::Bitmap(bitmap) => on.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                bitmap, left, top, from, from, 0.0, 0.0, to, to,
            ),
            Self::Video(video) => on.draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                video, left, top, from, from, 0.0, 0.0, to, to,
            ),
        }
    }
}

/// Makes pictures small. Its canvases serve for all of them.
pub struct Shrinker {
    canvases: Vec<(HtmlCanvasElement, CanvasRenderingContext2d)>,
    side: usize,
}

/// Which canvas a square of this side is drawn into first: the largest that it fills.
fn first(side: usize, square: f64) -> usize {
    SCALES.iter().position(|scale| (scale * side) as f64 <= square).unwrap_or(SCALES.len() - 1)
}

/// A context that is read back more often than it is drawn, and smooths as well as it can.
fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let options = Object::new();
    Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    let on = canvas.get_context_with_context_options("2d", &options).ok()??;
    let on = on.dyn_into::<CanvasRenderingContext2d>().ok()?;
    Reflect::set(&on, &"imageSmoothingQuality".into(), &"high".into()).ok()?;
    on.set_fill_style_str("#fff");
    Some(on)
}

impl Shrinker {
    /// For pictures of a side; `None` where there is no memory.
    pub fn new(side: usize) -> Option<Self> {
        let canvases = SCALES.iter().map(|scale| {
            let canvas = hidden((side * scale) as u32, (side * scale) as u32)?;
            let on = context(&canvas)?;
            Some((canvas, on))
        });
        Some(Self { canvases: canvases.collect::<Option<_>>()?, side })
    }

    /// The middle square as RGBA, `[side, side, 4]`, on white where it is transparent; `None` where there is nothing to see.
    pub fn square(&self, source: Source<'_>) -> Option<ArrayBuffer> {
        let [width, height] = source.size();
        let square = width.min(height);
        if square < 1.0 {
            return None;
        }
        let first = first(self.side, square);
        let (canvas, on) = self.canvases.get(first)?;
        let to = f64::from(canvas.width());
        on.fill_rect(0.0, 0.0, to, to);
        let corner = [(width - square) / 2.0, (height - square) / 2.0];
        source.draw(on, corner, square, to).ok()?;
        for pair in self.canvases.get(first..)?.windows(2) {
            let (from, (canvas, on)) = (&pair[0].0, &pair[1]);
            let to = f64::from(canvas.width());
            on.draw_image_with_html_canvas_element_and_dw_and_dh(from, 0.0, 0.0, to, to).ok()?;
        }
        pixels(&self.canvases.last()?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::first;

    #[test]
    fn large_pictures_are_halved_twice_and_small_ones_not_at_all() {
        assert_eq!(
            [4000.0, 256.0, 255.0, 128.0, 127.0, 64.0, 10.0].map(|square| first(64, square)),
            [0, 0, 1, 1, 2, 2, 2]
        );
    }
}
