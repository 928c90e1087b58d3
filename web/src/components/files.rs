//! Files: chosen, dropped, and given to the user.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, DragEvent, Event, File, HtmlAnchorElement, HtmlInputElement, Url};

/// Time in which a browser has begun to save what it was given.
const SAVED_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// The file that was chosen. The input forgets it, so that the same can be chosen again.
pub fn chosen(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

/// The file that was dropped.
pub fn dropped(event: &DragEvent) -> Option<File> {
    let file = event.data_transfer()?.files()?.get(0)?;
    event.prevent_default();
    Some(file)
}

/// Gives bytes or text to the user as a file.
pub fn give(parts: &js_sys::Array, kind: &str, name: &str) {
    let bag = BlobPropertyBag::new();
    bag.set_type(kind);
    if let Ok(blob) = Blob::new_with_buffer_source_sequence_and_options(parts, &bag) {
        give_blob(&blob, name);
    }
}

/// Gives text to the user as a file.
pub fn give_text(text: &str, kind: &str, name: &str) {
    let bag = BlobPropertyBag::new();
    bag.set_type(kind);
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &bag) {
        give_blob(&blob, name);
    }
}

pub fn give_blob(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&url);
        },
        SAVED_WITHIN,
    );
}
