//! Pictures as files: what a format cannot hold, and what a browser does not write, is said.

use js_sys::{Array, Promise};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlCanvasElement};

use super::{
    formats::{Format, PNG},
    make::{self, Stopped},
    metadata,
    pictures::{is_opaque, on_white},
    studio::Studio,
};
use crate::{components::files, i18n::*};

/// Quality of JPEG and WebP, of 1.
const QUALITY: f64 = 0.95;

/// A picture as a file.
pub struct Saved {
    pub blob: Blob,
    pub name: String,
    /// What of it is not as was asked.
    pub notes: Vec<String>,
}

/// What a browser writes when it is asked for a format, which may be another one; the error is null where it writes nothing.
pub async fn written(canvas: &HtmlCanvasElement, format: &Format) -> Result<Blob, JsValue> {
    let promise = Promise::new(&mut |give, fail| {
        let quality = JsValue::from_f64(QUALITY);
        if let Err(error) = canvas.to_blob_with_type_and_encoder_options(&give, format.mime, &quality) {
            let _ = fail.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await?.dyn_into::<Blob>()
}

/// A picture as a file that can be opened.
pub async fn png_file(canvas: &HtmlCanvasElement, name: &str) -> Option<File> {
    let blob = written(canvas, &PNG).await.ok()?;
    File::new_with_blob_sequence(&Array::of1(&blob), name).ok()
}

impl Studio {
    /// A version as a file of a format, with what the camera wrote. What does not fit the format is written as PNG.
    pub async fn file(self, name: &str, format: &'static Format) -> Result<Saved, Stopped> {
        let locale = self.locale();
        let (Some(canvas), Some(picture)) = (self.canvas(name), self.picture.get_untracked()) else {
            return Err(Stopped::Cancelled);
        };
        let size = [canvas.width(), canvas.height()];
        let too_long = format.refusal(locale, size);
        let format = if too_long.is_some() { &PNG } else { format };
        let mut notes = Vec::from_iter(too_long);
        let is_clear = !format.is_transparent && !is_opaque(&picture.canvas);
        let flat = is_clear.then(|| on_white(&canvas).ok_or_else(|| self.no_memory())).transpose()?;
        let written_as = |error: JsValue| Stopped::Because(unwritten(locale, format, size, &error));
        let blob = written(flat.as_ref().unwrap_or(&canvas), format).await.map_err(written_as)?;
        let Some(found) = Format::of(&blob.type_()) else { return Err(written_as(JsValue::NULL)) };
        if found != format {
            notes.push(td_string!(locale, up_other_format, wanted = format.name, found = found.name).to_string());
        } else if is_clear {
            notes.push(td_string!(locale, up_on_white, kind = format.name).to_string());
        }
        let blob = match &picture.metadata.exif {
            None => blob,
            Some(exif) => {
                let file = metadata::with_exif(files::bytes(&blob).await.map_err(written_as)?, exif.clone());
                files::blob(&file, found.mime).ok_or_else(|| self.no_memory())?
            }
        };
        Ok(Saved { blob, name: found.file_name(&picture.name, &make::spelled(name)), notes })
    }

    /// Gives the right picture to the user.
    pub fn save(self, format: &'static Format) {
        let name = self.right.get_untracked();
        spawn_local(async move {
            match self.file(&name, format).await {
                Ok(saved) => {
                    files::give_blob(&saved.blob, &saved.name);
                    saved.notes.into_iter().for_each(|note| self.toasts.note(note));
                }
                Err(Stopped::Because(said)) => self.toasts.error(said),
                Err(Stopped::Cancelled) => {}
            }
        });
    }
}

/// What is said where a browser does not write a picture. Most do not say why.
fn unwritten(locale: Locale, format: &Format, [width, height]: [u32; 2], error: &JsValue) -> String {
    let kind = format.name;
    if error.is_null() {
        return td_string!(locale, up_unwritten, kind = kind, w = width, h = height).to_string();
    }
    td_string!(locale, up_unwritten_because, kind = kind, detail = files::reason(error)).to_string()
}
