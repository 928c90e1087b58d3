//! Files: chosen, dropped, pasted, and given to the user.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, ClipboardEvent, DragEvent, Event, File, FileList, HtmlAnchorElement, HtmlInputElement, Url,
};

use crate::i18n::*;

/// Time in which a browser has begun to save what it was given.
const SAVED_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

fn list(files: Option<FileList>) -> Vec<File> {
    files.map(|files| (0..files.length()).filter_map(|index| files.get(index)).collect()).unwrap_or_default()
}

/// The files that were chosen. The input forgets them, so that the same can be chosen again.
pub fn all_chosen(event: &Event) -> Vec<File> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return Vec::new();
    };
    let files = list(input.files());
    input.set_value("");
    files
}

/// The first file that was chosen.
pub fn chosen(event: &Event) -> Option<File> {
    all_chosen(event).into_iter().next()
}

/// The files that were dropped.
pub fn all_dropped(event: &DragEvent) -> Vec<File> {
    let files = list(event.data_transfer().and_then(|data| data.files()));
    if !files.is_empty() {
        event.prevent_default();
    }
    files
}

/// The first file that was dropped.
pub fn dropped(event: &DragEvent) -> Option<File> {
    all_dropped(event).into_iter().next()
}

/// Opens what is pasted as long as the component lives. Pasting goes to the document, whatever has the focus.
pub fn on_paste(open: impl Fn(Vec<File>) + 'static) {
    let paste = Closure::<dyn FnMut(ClipboardEvent)>::new(move |event: ClipboardEvent| {
        let files = list(event.clipboard_data().and_then(|data| data.files()));
        if !files.is_empty() {
            event.prevent_default();
            open(files);
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

/// Buttons that open a photo, or several, from disk or of the camera on this side (`user` or `environment`).
#[component]
pub fn PhotoButtons(
    camera: &'static str,
    #[prop(optional)] multiple: bool,
    #[prop(into)] open: Callback<Vec<File>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let pick = move |event: Event| {
        let files = all_chosen(&event);
        if !files.is_empty() {
            open.run(files);
        }
    };
    view! {
        <label class="button file">
            <span>{move || if multiple { t_string!(i18n, pick_photos) } else { t_string!(i18n, pick_photo) }}</span>
            <input type="file" class="unseen" accept="image/*" multiple=multiple data-testid="photo-file" on:change=pick />
        </label>
        <label class="button file">
            <span>{t!(i18n, take_photo)}</span>
            <input type="file" class="unseen" accept="image/*" capture=camera data-testid="camera-file" on:change=pick />
        </label>
    }
}

/// What is in a file.
pub async fn bytes(blob: &Blob) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(blob.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// A file with these bytes.
pub fn blob(bytes: &[u8], kind: &str) -> Option<Blob> {
    blob_of(&Array::of1(&Uint8Array::from(bytes)), kind)
}

/// A file of several parts: bytes, text or other files.
pub fn blob_of(parts: &Array, kind: &str) -> Option<Blob> {
    let bag = BlobPropertyBag::new();
    bag.set_type(kind);
    Blob::new_with_buffer_source_sequence_and_options(parts, &bag).ok()
}

/// Gives bytes or text to the user as a file.
pub fn give(parts: &Array, kind: &str, name: &str) {
    if let Some(blob) = blob_of(parts, kind) {
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
