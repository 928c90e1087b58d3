//! The square of a photo that a model is to see.

use leptos::{ev::KeyboardEvent, html::Canvas, prelude::*};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{HtmlCanvasElement, ImageBitmap, PointerEvent};

use crate::{
    i18n::*,
    plots::canvas::{context, hidden},
};

/// Side of the square on the page, in pixels of its canvas.
const SIDE: u32 = 256;
/// How much closer than the whole photo.
const CLOSEST: f64 = 8.0;
/// Share of the square that an arrow key moves by.
const KEY_STEP: f64 = 0.03;

/// Where the square is on the photo, in shares of its shorter side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub zoom: f64,
}

impl Place {
    /// The largest square in the middle.
    pub fn whole(width: f64, height: f64) -> Self {
        let short = width.min(height).max(1.0);
        Self { x: width / short / 2.0, y: height / short / 2.0, zoom: 1.0 }
    }

    /// The square in pixels of the photo, `(left, top, side)`, kept inside of it.
    pub fn square(self, width: f64, height: f64) -> (f64, f64, f64) {
        let short = width.min(height);
        let side = short / self.zoom.clamp(1.0, CLOSEST);
        let inside = |at: f64, whole: f64| (at * short - side / 2.0).clamp(0.0, whole - side);
        (inside(self.x, width), inside(self.y, height), side)
    }

    /// Moved by shares of its own side, and kept inside.
    pub fn moved(self, dx: f64, dy: f64, width: f64, height: f64) -> Self {
        let short = width.min(height);
        let (left, top, side) = self.square(width, height);
        let at = |from: f64, by: f64, whole: f64| ((from + by * side).clamp(0.0, whole - side) + side / 2.0) / short;
        Self { x: at(left, dx, width), y: at(top, dy, height), ..self }
    }
}

/// RGBA `[side, side, 4]` of the square.
pub fn pixels(photo: &ImageBitmap, place: Place, side: u32) -> Option<Vec<u8>> {
    let (left, top, mut from) = place.square(f64::from(photo.width()), f64::from(photo.height()));
    // By halves, since browsers smooth over few pixels: more than twice at once would leave gaps.
    let mut size = side;
    while f64::from(size) * 2.0 < from && size < 4096 {
        size *= 2;
    }
    let mut canvas = hidden(size, size)?;
    let on = context(&canvas)?;
    on.set_fill_style_str("#fff");
    on.fill_rect(0.0, 0.0, f64::from(size), f64::from(size));
    let whole = f64::from(size);
    on.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        photo, left, top, from, from, 0.0, 0.0, whole, whole,
    )
    .ok()?;
    while size > side {
        from = f64::from(size);
        size /= 2;
        let smaller = hidden(size, size)?;
        let whole = f64::from(size);
        context(&smaller)?
            .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                &canvas, 0.0, 0.0, from, from, 0.0, 0.0, whole, whole,
            )
            .ok()?;
        canvas = smaller;
    }
    let data = context(&canvas)?.get_image_data(0.0, 0.0, f64::from(side), f64::from(side)).ok()?;
    let Clamped(values) = data.data();
    Some(values)
}

fn draw(canvas: &HtmlCanvasElement, photo: &ImageBitmap, place: Place) {
    let (left, top, from) = place.square(f64::from(photo.width()), f64::from(photo.height()));
    if let Some(on) = context(canvas) {
        let side = f64::from(SIDE);
        on.set_fill_style_str("#fff");
        on.fill_rect(0.0, 0.0, side, side);
        let _ = on.draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            photo, left, top, from, from, 0.0, 0.0, side, side,
        );
    }
}

/// The photo under a square window: dragged, moved with the arrow keys, and zoomed.
#[component]
pub fn Crop(photo: RwSignal<Option<ImageBitmap>, LocalStorage>, place: RwSignal<Place>) -> impl IntoView {
    let i18n = use_i18n();
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let place = place.get();
        if let Some(canvas) = canvas.get() {
            photo.with(|photo| photo.iter().for_each(|photo| draw(&canvas, photo, place)));
        }
    });
    let by = move |dx: f64, dy: f64| {
        photo.with_untracked(|photo| {
            if let Some(photo) = photo {
                place.update(|place| *place = place.moved(dx, dy, f64::from(photo.width()), f64::from(photo.height())));
            }
        });
    };
    // Which pointer drags, and where it was: of two fingers, the first.
    let last = StoredValue::new(None::<(i32, i32, i32)>);
    let down = move |event: PointerEvent| {
        if event.button() != 0 || last.with_value(Option::is_some) {
            return;
        }
        last.set_value(Some((event.pointer_id(), event.client_x(), event.client_y())));
        if let Some(canvas) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
    };
    let go = move |event: PointerEvent| {
        let (Some((id, x, y)), Some(canvas)) = (last.get_value(), canvas.get_untracked()) else { return };
        if id != event.pointer_id() {
            return;
        }
        let width = f64::from(canvas.client_width().max(1));
        by(f64::from(x - event.client_x()) / width, f64::from(y - event.client_y()) / width);
        last.set_value(Some((id, event.client_x(), event.client_y())));
    };
    let up = move |event: PointerEvent| {
        last.try_update_value(|last| last.take_if(|(id, ..)| *id == event.pointer_id()));
    };
    let key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => by(-KEY_STEP, 0.0),
            "ArrowRight" => by(KEY_STEP, 0.0),
            "ArrowUp" => by(0.0, -KEY_STEP),
            "ArrowDown" => by(0.0, KEY_STEP),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <canvas
            class="crop"
            tabindex="0"
            role="application"
            width=SIDE
            height=SIDE
            data-testid="crop"
            aria-label=move || t_string!(i18n, crop_label)
            node_ref=canvas
            on:pointerdown=down
            on:pointermove=go
            on:pointerup=up
            on:pointercancel=up
            on:lostpointercapture=up
            on:keydown=key
        ></canvas>
        <label class="zoom">
            <span>{t!(i18n, zoom)}</span>
            <input
                type="range"
                min="1"
                max=CLOSEST
                step="0.05"
                data-testid="zoom"
                aria-valuetext=move || format!("×{:.1}", place.get().zoom)
                prop:value=move || place.get().zoom
                on:input=move |event| {
                    if let Ok(zoom) = event_target_value(&event).parse() {
                        place.update(|place| place.zoom = zoom);
                        by(0.0, 0.0);
                    }
                }
            />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_stays_on_the_photo() {
        let place = Place::whole(300.0, 200.0);
        assert_eq!(place.square(300.0, 200.0), (50.0, 0.0, 200.0));
        assert_eq!(place.moved(9.0, 9.0, 300.0, 200.0).square(300.0, 200.0), (100.0, 0.0, 200.0));
        let close = Place { zoom: 2.0, ..place }.moved(-9.0, 0.25, 300.0, 200.0);
        assert_eq!(close.square(300.0, 200.0), (0.0, 75.0, 100.0));
        assert_eq!(Place { zoom: f64::MAX, ..place }.square(300.0, 200.0).2, 25.0);
    }

    #[test]
    fn a_photo_of_one_pixel_has_a_square() {
        assert_eq!(Place::whole(1.0, 1.0).square(1.0, 1.0), (0.0, 0.0, 1.0));
    }
}
