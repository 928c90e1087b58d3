//! Small choices kept on this machine. Storage may be forbidden; then they last as long as the page.

use leptos::{ev, prelude::*};

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn full(key: &str) -> String {
    format!("forger.{key}")
}

pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(&full(key)).ok().flatten()
}

/// False when there is no room or no permission.
pub fn set(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(&full(key), value).is_ok())
}

pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&full(key));
    }
}

/// Tells when another tab has changed what is kept under a key, as long as the component lives.
pub fn on_change(key: &str, tell: impl Fn() + 'static) {
    let key = full(key);
    let changed = window_event_listener(ev::storage, move |event| {
        // Without a key where all was removed.
        if event.key().is_none_or(|changed| changed == key) {
            tell();
        }
    });
    on_cleanup(move || changed.remove());
}
