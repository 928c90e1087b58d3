//! Files: chosen, dropped, pasted, and given to the user.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{
    Blob, BlobPropertyBag, ClipboardEvent, DragEvent, Event, File, HtmlAnchorElement, HtmlInputElement, Url,
};

use crate::i18n::*;

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

/// Opens what is pasted as long as the component lives. Pasting goes to the document, whatever has the focus.
pub fn on_paste(open: impl Fn(File) + 'static) {
    let paste = Closure::<dyn FnMut(ClipboardEvent)>::new(move |event: ClipboardEvent| {
        if let Some(file) = event.clipboard_data().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            event.prevent_default();
            open(file);
        }
    });
    let listener = paste.as_ref().unchecked_ref::<js_sys::Function>().clone();
    let _ = document().add_event_listener_with_callback("paste", &listener);
    let kept = StoredValue::new_local((paste, listener));
    on_cleanup(move || {
        kept.with_value(|(_, listener)| {
            let _ = document().remove_event_listener_with_callback("paste", listener);
        });
    });
}

/// Buttons that open a photo, from disk or of the camera on this side (`user` or `environment`).
#[component]
pub fn PhotoButtons(camera: &'static str, #[prop(into)] open: Callback<File>) -> impl IntoView {
    let i18n = use_i18n();
    let pick = move |event: Event| chosen(&event).into_iter().for_each(|file| open.run(file));
    view! {
        <label class="button file">
            <span>{t!(i18n, pick_photo)}</span>
            <input type="file" class="unseen" accept="image/*" data-testid="photo-file" on:change=pick />
        </label>
        <label class="button file">
            <span>{t!(i18n, take_photo)}</span>
            <input type="file" class="unseen" accept="image/*" capture=camera data-testid="camera-file" on:change=pick />
        </label>
    }
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
