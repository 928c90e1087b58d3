//! The page without a network: what keeps its files (`web/offline.js`) is started once the engine is there, so that it does not
//! take the network from it. Only a built site has it, and only where browsers allow it.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::site;
use crate::engine_client::{Status, use_engine};

/// Starts it, once. A page within another page keeps nothing.
pub fn provide_offline() {
    let (engine, started) = (use_engine(), StoredValue::new(site::is_embedded()));
    Effect::new(move |_| {
        if engine.status.get() == Status::Ready && !started.get_value() {
            started.set_value(true);
            start();
        }
    });
}

/// The script that keeps files, where there is one and the browser allows it.
fn script() -> Option<String> {
    let knows = Reflect::has(&window().navigator(), &"serviceWorker".into()).unwrap_or_default();
    site::built("offline").filter(|_| knows)
}

/// Whether files are kept for times without a network.
pub fn is_possible() -> bool {
    script().is_some() && !site::is_embedded()
}

fn start() {
    let Some(script) = script() else { return };
    let registered = window().navigator().service_worker().register(&site::url(&script));
    leptos::task::spawn_local(async move {
        // Private windows may forbid it: then there is a network or nothing, as on any page.
        if let Err(error) = JsFuture::from(registered).await {
            leptos::logging::log!("not kept for times without a network: {error:?}");
        }
    });
}
