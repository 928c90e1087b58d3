//! The plane as a film.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, BlobEvent, BlobPropertyBag, HtmlCanvasElement, MediaRecorder};

use crate::{components::files, i18n::*, state::toasts::use_toasts};

/// What a film is called, by its type: browsers differ in what they write.
fn name(kind: &str) -> &'static str {
    match kind.split(';').next().unwrap_or_default() {
        "video/mp4" => "forger.mp4",
        "video/x-matroska" => "forger.mkv",
        _ => "forger.webm",
    }
}

/// Whether this browser can make films of a canvas.
fn is_possible() -> bool {
    let has = |object: &wasm_bindgen::JsValue, name: &str| js_sys::Reflect::has(object, &name.into()).unwrap_or(false);
    let canvas = document().create_element("canvas").ok();
    has(&window(), "MediaRecorder") && canvas.is_some_and(|canvas| has(&canvas, "captureStream"))
}

/// A film that is being made, and its parts so far. `done` is told whether there is something in it.
fn start(parts: Rc<RefCell<Vec<Blob>>>, done: impl FnOnce(bool) + 'static) -> Option<MediaRecorder> {
    let plane = document().query_selector("[data-testid=plane]").ok()??;
    let stream = plane.dyn_into::<HtmlCanvasElement>().ok()?.capture_stream().ok()?;
    let recorder = MediaRecorder::new_with_media_stream(&stream).ok()?;
    let keep = parts.clone();
    let on_data = Closure::<dyn FnMut(BlobEvent)>::new(move |event: BlobEvent| {
        if let Some(part) = event.data().filter(|part| part.size() > 0.0) {
            keep.borrow_mut().push(part);
        }
    });
    recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
    // As long as the recorder lives, which is as long as the film.
    on_data.forget();
    recorder.set_onstop(Some(
        Closure::once_into_js(move || {
            let parts = parts.borrow();
            // Before the first frame a browser writes nothing, and a file of that is no film.
            if let Some(first) = parts.first() {
                let (kind, bag) = (first.type_(), BlobPropertyBag::new());
                bag.set_type(&kind);
                let all = parts.iter().collect::<js_sys::Array>();
                if let Ok(film) = Blob::new_with_blob_sequence_and_options(&all, &bag) {
                    files::give_blob(&film, name(&kind));
                }
            }
            done(!parts.is_empty());
        })
        .unchecked_ref(),
    ));
    recorder.start().ok()?;
    Some(recorder)
}

#[component]
pub fn Record() -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let possible = is_possible();
    let recorder = StoredValue::new_local(None::<MediaRecorder>);
    let recording = RwSignal::new(false);
    let stop = move || {
        if let Some(recorder) = recorder.try_update_value(Option::take).flatten() {
            let _ = recorder.stop();
        }
    };
    on_cleanup(stop);
    let press = move |_| {
        if recording.get_untracked() {
            return stop();
        }
        let begun = start(Rc::default(), move |has_frames| {
            // Who has left the lab misses nothing.
            let is_here = recording.try_set(false).is_none();
            if is_here && !has_frames {
                toasts.error(td_string!(i18n.get_locale_untracked(), film_empty).to_string());
            }
        });
        match begun {
            Some(begun) => {
                recorder.set_value(Some(begun));
                recording.set(true);
            }
            None => toasts.error(td_string!(i18n.get_locale_untracked(), no_film).to_string()),
        }
    };
    view! {
        <button
            data-testid="record-button"
            class:recording=move || recording.get()
            disabled=!possible
            title=move || if possible { t_string!(i18n, film_title) } else { t_string!(i18n, no_film) }
            on:click=press
        >
            {move || if recording.get() { t_string!(i18n, stop_film) } else { t_string!(i18n, film) }}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_film_is_called_what_it_is() {
        let kinds = ["video/webm;codecs=vp8", "video/mp4", "video/mp4;codecs=avc1", "video/x-matroska;codecs=avc1", ""];
        let names = ["forger.webm", "forger.mp4", "forger.mp4", "forger.mkv", "forger.webm"];
        assert_eq!(kinds.map(name), names);
    }
}
