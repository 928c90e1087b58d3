//! The camera: asked for, stopped, and why there is none.

use futures_channel::oneshot;
use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlCanvasElement, HtmlVideoElement, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use super::files::reason;
use crate::{
    i18n::*,
    plots::canvas::{context, hidden},
};

/// What of a camera's picture is asked for, in pixels.
const WIDTH: u32 = 640;

/// The next frame of the page; there is none while nobody sees it.
pub async fn next_frame() {
    let (sender, shown) = oneshot::channel();
    request_animation_frame(move || {
        let _ = sender.send(());
    });
    let _ = shown.await;
}

pub fn stop(stream: &MediaStream) {
    stream
        .get_tracks()
        .iter()
        .filter_map(|track| track.dyn_into::<MediaStreamTrack>().ok())
        .for_each(|track| track.stop());
}

/// Asks for the camera on this side of the device, `user` or `environment`, if there is a choice.
pub async fn open(facing: &str) -> Result<MediaStream, JsValue> {
    let video = Object::new();
    Reflect::set(&video, &"facingMode".into(), &facing.into())?;
    Reflect::set(&video, &"width".into(), &WIDTH.into())?;
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&video);
    // Browsers have no cameras for pages that are not secure.
    let devices = window().navigator().media_devices()?;
    if devices.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    JsFuture::from(devices.get_user_media_with_constraints(&constraints)?).await?.dyn_into()
}

/// Why there is no camera, in words.
pub fn refusal(locale: Locale, error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "SecurityError" => td_string!(locale, tr_camera_refused).to_string(),
        "NotFoundError" | "OverconstrainedError" | "" => td_string!(locale, tr_camera_none).to_string(),
        "NotReadableError" | "AbortError" => td_string!(locale, tr_camera_busy).to_string(),
        _ => td_string!(locale, tr_camera_failed, detail = reason(error)).to_string(),
    }
}

/// The square in the middle of what the camera sees, so many times closer, if it sees something yet; as large as it is seen, or with
/// sides of so many pixels.
pub fn square(video: &HtmlVideoElement, zoom: f64, side: Option<usize>) -> Option<HtmlCanvasElement> {
    let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
    let from = (width.min(height) / zoom.max(1.0)).floor();
    if from < 1.0 {
        return None;
    }
    let to = side.map_or(from, |side| side as f64);
    let canvas = hidden(to as u32, to as u32)?;
    let (left, top) = ((width - from) / 2.0, (height - from) / 2.0);
    let on = context(&canvas)?;
    // Otherwise browsers look at a few of many pixels.
    let _ = Reflect::set(&on, &"imageSmoothingQuality".into(), &"high".into());
    on.draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
        video, left, top, from, from, 0.0, 0.0, to, to,
    )
    .ok()?;
    Some(canvas)
}
