//! The room that this site has in the browser, and whether the browser has promised to keep what lies there.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageEstimate;

/// In bytes; both are what the browser says, and it may say less than it knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    pub used: f64,
    pub most: f64,
}

/// `None` where the browser does not say.
pub async fn room() -> Option<Room> {
    let promise = window().navigator().storage().estimate().ok()?;
    let estimate: StorageEstimate = JsFuture::from(promise).await.ok()?.unchecked_into();
    Some(Room { used: estimate.get_usage()?, most: estimate.get_quota()? })
}

/// Whether the browser has promised to keep it, also where the disk is full; `None` where it does not say.
pub async fn is_promised() -> Option<bool> {
    answer(window().navigator().storage().persisted()).await
}

/// Asks the browser to promise it, which may ask the user. Whether it does; `None` where it cannot.
pub async fn promise() -> Option<bool> {
    answer(window().navigator().storage().persist()).await
}

async fn answer(promise: Result<js_sys::Promise, JsValue>) -> Option<bool> {
    JsFuture::from(promise.ok()?).await.ok()?.as_bool()
}
