//! The work: a version of the picture that is open, tile by tile.

use forger_protocol::{
    EngineError, Event, PictureRequest, Reply, Request,
    message::{Made, TilePlace},
};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::Clamped;
use web_sys::{HtmlCanvasElement, ImageData};

use super::{
    pictures::{OpenPicture, blank, pixels},
    studio::{Studio, Version},
};
use crate::{components::labels, i18n::*, plots::canvas::context, state::screen::now};

/// Work under way.
#[derive(Clone, Copy, PartialEq)]
pub struct Work {
    pub id: u32,
    pub done: usize,
    pub total: usize,
    /// When it began, in milliseconds.
    since: f64,
}

/// Why a picture was not made.
pub enum Stopped {
    /// The user wanted it, or is elsewhere.
    Cancelled,
    /// What the user is told.
    Because(String),
}

/// How a picture is made.
pub struct How {
    /// [`Studio::way`].
    way: String,
    scale: usize,
    back: bool,
}

/// What is to be made.
struct Order {
    /// The name of the version.
    name: String,
    model: Option<String>,
    scale: usize,
    back: bool,
    picture: OpenPicture,
    /// Where it is made.
    canvas: HtmlCanvasElement,
}

/// The end of the name of a version that was made on the way back. No name of a model has such a sign.
const BACK: &str = "=back";

/// What a version is called that is made so.
pub fn version_name(way: &str, back: bool) -> String {
    format!("{way}{}", if back { BACK } else { "" })
}

/// How a version of this name was made.
pub fn way_of(version: &str) -> (&str, bool) {
    version.strip_suffix(BACK).map_or((version, false), |way| (way, true))
}

/// What a version is called in the name of a file.
pub fn spelled(version: &str) -> String {
    version.trim_start_matches('=').replace('=', "-")
}

impl Studio {
    /// How a picture would be made now.
    pub fn how(self) -> How {
        let (way, scale, back) = (self.way.get_untracked(), self.scale.get_untracked(), self.plan.back.get_untracked());
        How { way, scale, back }
    }

    /// Makes a version of the picture in the chosen way, and says what stood against it.
    pub fn start(self) {
        let how = self.how();
        spawn_local(async move {
            if let Err(Stopped::Because(said)) = self.make(&how).await {
                self.toasts.error(said);
            }
        });
    }

    /// Makes a version of the picture; its name.
    pub async fn make(self, how: &How) -> Result<String, Stopped> {
        let Some(picture) = self.picture.get_untracked() else { return Err(Stopped::Cancelled) };
        let How { way, scale, back } = how;
        let (scale, back) = (*scale, *back);
        if let Some(said) = untrack(|| self.refusal()) {
            return Err(Stopped::Because(said));
        }
        let canvas = blank(picture.size.map(|side| side * scale as u32)).ok_or_else(|| self.no_memory())?;
        let model = untrack(|| self.shelf.find(way)).map(|entry| entry.card.name);
        let order = Order { name: version_name(way, back), model, scale, back, picture, canvas };
        let answer = self.shelf.ask(order.model.as_deref(), async || self.ask(&order).await).await;
        let took = match answer {
            Ok(took) => took?,
            Err(error) if error.is_quiet() => return Err(Stopped::Cancelled),
            Err(error) => return Err(Stopped::Because(labels::error(self.locale(), &error))),
        };
        self.versions.try_update(|versions| {
            if let Some(version) = versions.iter_mut().find(|version| version.name == order.name) {
                version.took = Some((took.milliseconds / 1000.0, labels::device(took.device)));
            }
        });
        Ok(order.name)
    }

    pub(super) fn no_memory(self) -> Stopped {
        Stopped::Because(td_string!(self.locale(), up_no_memory).to_string())
    }

    /// Has the engine make a version, which is seen as its tiles come. The inner error is no affair of the engine's.
    async fn ask(self, order: &Order) -> Result<Result<Made, Stopped>, EngineError> {
        let Order { name, model, scale, back, picture, canvas } = order;
        if !self.has(picture) {
            return Ok(Err(Stopped::Cancelled));
        }
        let Some(buffer) = pixels(&picture.canvas) else { return Ok(Err(self.no_memory())) };
        let [width, height] = picture.size.map(|side| side as usize);
        let request = PictureRequest::Make { model: model.clone(), scale: *scale, back: *back, width, height };
        let (id, answer) = self.engine.send(Request::Picture(request), vec![buffer]);
        self.versions.update(|versions| {
            versions.retain(|version| version.name != *name);
            versions.push(Version { name: name.clone(), canvas: canvas.clone(), took: None });
        });
        self.right.set(name.clone());
        self.work.set(Some(Work { id, done: 0, total: 0, since: now() }));
        self.changed();
        let canvas = canvas.clone();
        self.engine.listen(id, move |event, buffers| {
            if let (Event::Tile(place), Some(buffer)) = (event, buffers.first()) {
                self.paint(id, &canvas, *place, buffer);
            }
        });
        let answer = answer.await;
        if self.work.try_get_untracked().flatten().is_none_or(|work| work.id != id) {
            return Ok(Err(Stopped::Cancelled));
        }
        self.work.set(None);
        match answer? {
            (Reply::Made(took), _) => Ok(Ok(took)),
            _ => Ok(Err(Stopped::Cancelled)),
        }
    }

    /// A tile of the engine.
    fn paint(self, id: u32, canvas: &HtmlCanvasElement, place: TilePlace, buffer: &ArrayBuffer) {
        // What is no longer wanted may still be in the making.
        let Some(work) = self.work.try_get_untracked().flatten().filter(|work| work.id == id) else { return };
        let (width, height) = (place.width as u32, place.height as u32);
        let pixels = Uint8Array::new(buffer).to_vec();
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, height);
        if let (Some(on), Ok(data)) = (context(canvas), data) {
            let _ = on.put_image_data(&data, place.left as f64, place.top as f64);
        }
        self.work.set(Some(Work { done: place.done, total: place.total, ..work }));
        self.changed();
    }

    /// Stops what is under way. What is finished of it stays to be seen.
    pub fn cancel(self) {
        match self.work.try_get_untracked().flatten() {
            Some(work) => self.engine.cancel(work.id),
            None => self.shelf.cancel(),
        }
    }

    /// Whether a picture or the model for it is under way. Tracked.
    pub fn is_busy(self) -> bool {
        self.work.get().is_some() || self.shelf.opening.get().is_some()
    }

    /// Seconds that are left, as far as can be told. Tracked.
    pub fn seconds_left(self) -> Option<f64> {
        let work = self.work.get()?;
        (work.done > 0).then(|| (now() - work.since) / 1000.0 / work.done as f64 * (work.total - work.done) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{components::labels::BICUBIC, pages::image_to_image::studio::ORIGINAL};

    #[test]
    fn no_name_of_a_model_is_taken_for_another_version() {
        for name in ["original", "bicubic", "day-back", "day"] {
            let [there, back] = [false, true].map(|back| version_name(name, back));
            assert_eq!((way_of(&there), way_of(&back)), ((name, false), (name, true)));
            assert!(![ORIGINAL, BICUBIC].contains(&there.as_str()) && there != version_name("day", true));
        }
        let files = [ORIGINAL, BICUBIC, "twins", "twins=back"].map(spelled);
        assert_eq!(files, ["original", "bicubic", "twins", "twins-back"]);
    }
}
