//! Files: chosen, dropped, pasted, and given to the user.

mod folders;
mod unreadable;

use js_sys::{Array, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, ClipboardEvent, DataTransfer, DragEvent, Event, File, FileList, HtmlAnchorElement,
    HtmlInputElement, Url,
};

use crate::{i18n::*, state::toasts::use_toasts};
pub use folders::is_picture;
use folders::{Dropped, Found};
pub use unreadable::unreadable;

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

/// Opens the files that an event holds, if any, and the pictures in its folders.
fn opener(open: impl Fn(Vec<File>) + Clone + 'static) -> impl Fn(&Event, Option<DataTransfer>) + Clone + 'static {
    let (toasts, i18n, here) = (use_toasts(), use_i18n(), StoredValue::new(()));
    move |event, data| {
        let Dropped { mut files, folders } = data.as_ref().map(Dropped::of).unwrap_or_default();
        let Some(folder) = folders.first() else {
            if !files.is_empty() {
                event.prevent_default();
                open(files);
            }
            return;
        };
        event.prevent_default();
        let (name, open) = (folder.name(), open.clone());
        spawn_local(async move {
            let Found { pictures, unread } = folders::pictures(folders).await;
            // The page may have been left meanwhile.
            if here.try_get_value().is_none() {
                return;
            }
            let locale = i18n.get_locale_untracked();
            if unread > 0 {
                toasts.error(td_string!(locale, bad_folder_part, name = name.clone(), n = unread).to_string());
            }
            files.extend(pictures);
            if !files.is_empty() {
                open(files);
            } else if unread == 0 {
                toasts.error(td_string!(locale, bad_folder, name = name).to_string());
            }
        });
    }
}

/// What opens all that is dropped on an element.
pub fn on_drop(open: impl Fn(Vec<File>) + Clone + 'static) -> impl Fn(DragEvent) + Clone + 'static {
    let open = opener(open);
    move |event| open(&event, event.data_transfer())
}

/// Opens what is pasted as long as the component lives. Pasting goes to the document, whatever has the focus.
pub fn on_paste(open: impl Fn(Vec<File>) + Clone + 'static) {
    let open = opener(open);
    let paste = Closure::<dyn FnMut(ClipboardEvent)>::new(move |event: ClipboardEvent| {
        open(&event, event.clipboard_data());
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
pub async fn bytes(blob: &Blob) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(blob.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// What a browser says of an error.
pub fn reason(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| error.message().into())
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
