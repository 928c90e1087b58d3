//! Small choices kept on this machine. Storage may be forbidden; then they last as long as the page.

fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(&format!("forger.{key}")).ok().flatten()
}

/// False when there is no room or no permission.
pub fn set(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(&format!("forger.{key}"), value).is_ok())
}

pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("forger.{key}"));
    }
}
