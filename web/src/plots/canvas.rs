//! A canvas in device pixels, and the colours of the theme.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A context whose unit is a CSS pixel, cleared, with the size in CSS pixels.
pub fn prepare(canvas: &HtmlCanvasElement) -> Option<(CanvasRenderingContext2d, f64, f64)> {
    let ratio = window().device_pixel_ratio().max(1.0);
    let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    let (pixels_x, pixels_y) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    if canvas.width() != pixels_x || canvas.height() != pixels_y {
        canvas.set_width(pixels_x);
        canvas.set_height(pixels_y);
    }
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, width, height);
    Some((context, width, height))
}

/// A colour of `tokens.css`, such as `--real`.
pub fn colour(name: &str) -> String {
    let style = document().document_element().and_then(|root| {
        let style = js_sys::Reflect::get(&window(), &"getComputedStyle".into()).ok()?;
        let style = style.dyn_ref::<js_sys::Function>()?.call1(&window(), &root).ok()?;
        let get = js_sys::Reflect::get(&style, &"getPropertyValue".into()).ok()?;
        get.dyn_ref::<js_sys::Function>()?.call1(&style, &name.into()).ok()?.as_string()
    });
    style.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).unwrap_or_else(|| "#888".into())
}
