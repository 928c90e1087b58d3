//! Two versions of one picture in one frame, parted by a line: dragged, zoomed and compared.

mod window;

use leptos::{ev::KeyboardEvent, html::Canvas, prelude::*};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, PointerEvent, WheelEvent};

use super::studio::{ORIGINAL, Studio};
use crate::{
    components::labels,
    i18n::*,
    plots::canvas::{colour, context, hidden, prepare},
    state::screen::animate,
};
use window::{CLOSEST, Point, Window};

/// Share of the frame that an arrow key moves by.
const KEY_STEP: f64 = 0.05;
/// Pixels around the line where dragging moves the line, not the photo.
const GRIP: f64 = 24.0;
/// How often a difference is doubled, so that an eye sees it.
const DOUBLINGS: usize = 3;

fn paint(on: &CanvasRenderingContext2d, picture: &HtmlCanvasElement, [x, y, width, height]: [f64; 4], squares: bool) {
    on.set_image_smoothing_enabled(!squares);
    let _ = on.draw_image_with_html_canvas_element_and_dw_and_dh(picture, x, y, width, height);
}

#[component]
pub fn Viewer(studio: Studio) -> impl IntoView {
    let i18n = use_i18n();
    let canvas = NodeRef::<Canvas>::new();
    let look = RwSignal::new(Window::WHOLE);
    let line = RwSignal::new(0.5_f64);
    let difference = RwSignal::new(false);
    // Of one picture alone there would be nothing but black.
    let is_compared = Memo::new(move |_| studio.versions.with(|versions| !versions.is_empty()));
    let photo = move || {
        let size = studio.picture.with_untracked(|picture| picture.as_ref().map(|picture| picture.size));
        size.map(|size| size.map(|side| f64::from(side.max(1))))
    };
    let frame = move || {
        let canvas = canvas.get_untracked()?;
        Some([f64::from(canvas.client_width().max(1)), f64::from(canvas.client_height().max(1))])
    };
    let draw = move || {
        let (Some(canvas), Some(photo)) = (canvas.get_untracked(), photo()) else { return };
        let (left, right) = (studio.left.get_untracked(), studio.right.get_untracked());
        let Some((on, width, height)) = prepare(&canvas) else { return };
        let seen = look.get_untracked().kept([width, height], photo);
        // On whole pixels: edges that are half seen would differ from themselves.
        let ratio = window().device_pixel_ratio().max(1.0);
        let place = seen.place([width, height], photo).map(|at| (at * ratio).round() / ratio);
        // Who makes a picture larger looks at its pixels, who makes another picture of it, from near only.
        let is_larger = studio.scale.get_untracked() > 1;
        let squares = |name: &str, picture: &HtmlCanvasElement| {
            let is_near = place[2] >= 8.0 * f64::from(picture.width());
            if is_larger { is_near || name == ORIGINAL } else { is_near && seen.zoom > 1.0 }
        };
        let one = |name: &str, picture: Option<HtmlCanvasElement>| {
            if let Some(picture) = picture {
                paint(&on, &picture, place, squares(name, &picture));
            }
        };
        if difference.get_untracked() {
            one(&left, studio.canvas(&left));
            // The right one is brought to size apart: smoothed while it is subtracted, it would be rounded in another way.
            let apart = hidden(canvas.width(), canvas.height());
            if let (Some(apart), Some(picture)) = (apart, studio.canvas(&right))
                && let Some(on_apart) = context(&apart)
            {
                let _ = on_apart.scale(ratio, ratio);
                paint(&on_apart, &picture, place, squares(&right, &picture));
                let _ = on.set_global_composite_operation("difference");
                let _ = on.draw_image_with_html_canvas_element_and_dw_and_dh(&apart, 0.0, 0.0, width, height);
            }
            let _ = on.set_global_composite_operation("lighter");
            for _ in 0..DOUBLINGS {
                let _ = on.draw_image_with_html_canvas_element_and_dw_and_dh(&canvas, 0.0, 0.0, width, height);
            }
            let _ = on.set_global_composite_operation("source-over");
            return;
        }
        let at = (line.get_untracked() * width).round();
        for (name, from, size) in [(&left, 0.0, at), (&right, at, width - at)] {
            on.save();
            on.begin_path();
            on.rect(from, 0.0, size, height);
            on.clip();
            one(name, studio.seen(name));
            on.restore();
        }
        if left != right {
            on.set_fill_style_str(&colour("--card"));
            on.fill_rect(at - 2.0, 0.0, 4.0, height);
            on.set_fill_style_str(&colour("--accent"));
            on.fill_rect(at - 1.0, 0.0, 2.0, height);
            on.begin_path();
            let _ = on.arc(at, height / 2.0, 9.0, 0.0, std::f64::consts::TAU);
            on.fill();
        }
    };
    animate(
        move || {
            studio.revision.track();
            studio.left.track();
            studio.right.track();
            studio.versions.track();
            canvas.track();
            let _ = (look.get(), line.get(), difference.get());
        },
        draw,
    );
    // Another photo is seen whole.
    Effect::new(move |_| {
        studio.picture.track();
        look.set(Window::WHOLE);
        difference.set(false);
    });
    let change = move |to: &dyn Fn(Window, [f64; 2], [f64; 2]) -> Window| {
        if let (Some(frame), Some(photo)) = (frame(), photo()) {
            look.update(|window| *window = to(window.kept(frame, photo), frame, photo).kept(frame, photo));
        }
    };
    let moved = move |dx: f64, dy: f64| change(&move |window, frame, photo| window.moved([dx, dy], frame, photo));
    let zoom_to = move |zoom: f64| change(&move |window, _, _| Window { zoom, ..window });
    // Where fingers, or the mouse, are down: one drags the line or the photo, two pinch the photo.
    let fingers = StoredValue::new(Vec::<(i32, Point)>::new());
    let on_line = StoredValue::new(false);
    let point = move |event: &web_sys::MouseEvent| {
        let edge = canvas.get_untracked()?.get_bounding_client_rect();
        Some([f64::from(event.client_x()) - edge.left(), f64::from(event.client_y()) - edge.top()])
    };
    let down = move |event: PointerEvent| {
        let (Some(at), Some(frame), Some(canvas)) = (point(&event), frame(), canvas.get_untracked()) else { return };
        let others = fingers.with_value(Vec::len);
        if event.button() != 0 || others > 1 {
            return;
        }
        let _ = canvas.set_pointer_capture(event.pointer_id());
        let near = (at[0] - line.get_untracked() * frame[0]).abs() < GRIP;
        on_line.set_value(others == 0 && near && !difference.get_untracked());
        fingers.update_value(|fingers| fingers.push((event.pointer_id(), at)));
    };
    let go = move |event: PointerEvent| {
        let (Some(at), Some(frame), before) = (point(&event), frame(), fingers.get_value()) else { return };
        let Some(which) = before.iter().position(|(id, _)| *id == event.pointer_id()) else { return };
        fingers.update_value(|fingers| fingers[which].1 = at);
        match before[..] {
            [_] if on_line.get_value() => line.set((at[0] / frame[0]).clamp(0.0, 1.0)),
            [(_, from)] => moved(from[0] - at[0], from[1] - at[1]),
            [(_, first), (_, second)] => {
                let to = if which == 0 { [at, second] } else { [first, at] };
                change(&move |window, frame, photo| window.pinched([first, second], to, frame, photo));
            }
            _ => {}
        }
    };
    // Told of a finger more than once, and of one that does not count.
    let up = move |event: PointerEvent| {
        fingers.try_update_value(|fingers| fingers.retain(|(id, _)| *id != event.pointer_id()));
    };
    let wheel = move |event: WheelEvent| {
        event.prevent_default();
        if let Some(at) = point(&event) {
            let by = 2.0_f64.powf(-event.delta_y() / 240.0);
            change(&move |window, frame, photo| window.zoomed(by, at, frame, photo));
        }
    };
    let key = move |event: KeyboardEvent| {
        let Some([width, height]) = frame() else { return };
        match event.key().as_str() {
            "ArrowLeft" => moved(-KEY_STEP * width, 0.0),
            "ArrowRight" => moved(KEY_STEP * width, 0.0),
            "ArrowUp" => moved(0.0, -KEY_STEP * height),
            "ArrowDown" => moved(0.0, KEY_STEP * height),
            "+" | "=" => zoom_to(look.get_untracked().zoom * 1.25),
            "-" => zoom_to(look.get_untracked().zoom / 1.25),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <canvas
            class="viewer"
            tabindex="0"
            role="application"
            data-testid="viewer"
            aria-label=move || t_string!(i18n, up_view_label)
            node_ref=canvas
            on:pointerdown=down
            on:pointermove=go
            on:pointerup=up
            on:pointercancel=up
            on:lostpointercapture=up
            on:wheel=wheel
            on:keydown=key
        ></canvas>
        <div class="view-tools">
            <label>
                <span>{t!(i18n, up_line)}</span>
                <input
                    type="range"
                    min="0"
                    max="1"
                    step="0.01"
                    data-testid="line"
                    aria-valuetext=move || labels::percent(i18n.get_locale(), line.get(), 0)
                    prop:value=move || line.get()
                    prop:disabled=move || difference.get()
                    on:input=move |event| event_target_value(&event).parse().into_iter().for_each(|at| line.set(at))
                />
            </label>
            <label>
                <span>{t!(i18n, zoom)}</span>
                <input
                    type="range"
                    min="0"
                    max=CLOSEST.log2()
                    step="0.05"
                    data-testid="zoom"
                    aria-valuetext=move || format!("×{:.1}", look.get().zoom)
                    prop:value=move || look.get().zoom.log2()
                    on:input=move |event| {
                        event_target_value(&event).parse::<f64>().into_iter().for_each(|zoom| zoom_to(zoom.exp2()));
                    }
                />
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="difference"
                    prop:checked=move || difference.get()
                    disabled=move || !is_compared.get()
                    on:change=move |event| difference.set(event_target_checked(&event))
                />
                <span>{t!(i18n, up_difference)}</span>
            </label>
        </div>
    }
}
