//! Codes that are dragged: to a term, to the walk, to another window.

use forger_protocol::latent_url::Code;
use leptos::prelude::*;
use web_sys::DragEvent;

use crate::plots::{canvas::hidden, pictures};

const KIND: &str = "text/plain";

/// Gives a code, and its picture to look at on the way.
pub fn start(event: &DragEvent, code: &Code, picture: Option<(&[u8], usize)>) {
    let Some(data) = event.data_transfer() else { return };
    data.set_effect_allowed("copy");
    let _ = data.set_data(KIND, &code.to_string());
    if let Some((pixels, side)) = picture
        && let Some(canvas) = hidden(side as u32, side as u32)
    {
        pictures::draw(&canvas, pixels, side, 1);
        data.set_drag_image(&canvas, side as i32 / 2, side as i32 / 2);
    }
}

/// The code that was dropped. Anything else is left to the page.
pub fn dropped(event: &DragEvent) -> Option<Code> {
    let code = event.data_transfer()?.get_data(KIND).ok()?.parse().ok()?;
    event.prevent_default();
    event.stop_propagation();
    Some(code)
}

/// Whether something hovers here that could be dropped.
pub fn over(hovering: RwSignal<bool>) -> impl Fn(DragEvent) {
    move |event| {
        event.prevent_default();
        hovering.set(true);
    }
}
