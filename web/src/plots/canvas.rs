//! A canvas in device pixels, and the colours of the theme.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, MouseEvent, PointerEvent};

/// The two-dimensional context of a canvas.
pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// A context whose unit is a CSS pixel, cleared, with the size in CSS pixels.
pub fn prepare(canvas: &HtmlCanvasElement) -> Option<(CanvasRenderingContext2d, f64, f64)> {
    let ratio = window().device_pixel_ratio().max(1.0);
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    let (pixels_x, pixels_y) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    if canvas.width() != pixels_x || canvas.height() != pixels_y {
        canvas.set_width(pixels_x);
        canvas.set_height(pixels_y);
    }
    let context = context(canvas)?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, width, height);
    Some((context, width, height))
}

/// A canvas that is in no page, for what is drawn elsewhere later.
pub fn hidden(width: u32, height: u32) -> Option<HtmlCanvasElement> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(width);
    canvas.set_height(height);
    Some(canvas)
}

/// A square of numbers, `[-extent, extent]` in both directions and y upwards, on a prepared canvas.
pub struct Space {
    pub context: CanvasRenderingContext2d,
    pub width: f64,
    pub height: f64,
    pub extent: f32,
}

impl Space {
    pub fn new(canvas: &HtmlCanvasElement, extent: f32) -> Option<Self> {
        let (context, width, height) = prepare(canvas)?;
        Some(Self { context, width, height, extent })
    }

    /// Where a point is on the canvas.
    pub fn at(&self, x: f32, y: f32) -> (f64, f64) {
        let share = |value: f32| f64::from((value + self.extent) / (2.0 * self.extent));
        (share(x) * self.width, share(-y) * self.height)
    }
}

/// The point of a [`Space`] under the pointer, on the canvas that the event is of.
pub fn under(event: &MouseEvent, extent: f32) -> Option<[f32; 2]> {
    under_on(event, &event.target()?.dyn_into::<Element>().ok()?, extent)
}

/// The same on this canvas.
pub fn under_on(event: &MouseEvent, canvas: &Element, extent: f32) -> Option<[f32; 2]> {
    let edge = canvas.get_bounding_client_rect();
    if edge.width() <= 0.0 || edge.height() <= 0.0 {
        return None;
    }
    let x = (f64::from(event.client_x()) - edge.left()) / edge.width();
    let y = (f64::from(event.client_y()) - edge.top()) / edge.height();
    Some([(2.0 * x - 1.0) as f32 * extent, (1.0 - 2.0 * y) as f32 * extent])
}

/// Where the pointer was since the last event of its kind: a browser tells once for each frame, and a fast curve has more. Of these
/// events, not every browser says which element they are of.
pub fn moves(event: PointerEvent) -> Vec<MouseEvent> {
    // Not every browser has it.
    let knows = Reflect::has(&event, &"getCoalescedEvents".into()).unwrap_or_default();
    let all: Vec<MouseEvent> =
        if knows { event.get_coalesced_events().iter().map(JsCast::unchecked_into).collect() } else { Vec::new() };
    if all.is_empty() { vec![event.into()] } else { all }
}

/// Draws with dashes.
pub fn dashed(on: &CanvasRenderingContext2d, draw: impl FnOnce()) {
    let _ = on.set_line_dash(&js_sys::Array::of2(&4.0.into(), &4.0.into()));
    draw();
    let _ = on.set_line_dash(&js_sys::Array::new());
}

/// A line through points, of the width and colour that are set.
pub fn trace(on: &CanvasRenderingContext2d, points: impl IntoIterator<Item = (f64, f64)>) {
    on.begin_path();
    for (index, (x, y)) in points.into_iter().enumerate() {
        if index == 0 { on.move_to(x, y) } else { on.line_to(x, y) }
    }
    on.stroke();
}

/// A colour of `tokens.css`, such as `--real`.
pub fn colour(name: &str) -> String {
    let style = document().document_element().and_then(|root| {
        let style = js_sys::Reflect::get(&window(), &"getComputedStyle".into()).ok()?;
        let style = style.dyn_ref::<js_sys::Function>()?.call1(&window(), &root).ok()?;
        let get = js_sys::Reflect::get(&style, &"getPropertyValue".into()).ok()?;
        get.dyn_ref::<js_sys::Function>()?.call1(&style, &name.into()).ok()?.as_string()
    });
    style.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).unwrap_or_else(|| "#888888".into())
}

/// The parts of `#rrggbb`.
pub fn rgb(text: &str) -> [u8; 3] {
    let part = |at: usize| text.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(128);
    [part(1), part(3), part(5)]
}
