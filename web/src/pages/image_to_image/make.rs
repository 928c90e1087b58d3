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
    /// The request. None is sent while it waits for its model, or for its turn.
    pub id: Option<u32>,
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
        let is_last = self.asked.begin();
        self.work.set(Some(Work { id: None, done: 0, total: 0, since: now() }));
        let is_wanted = || is_last() && self.has(&order.picture);
        let answer = self.shelf.ask_in_turn(order.model.as_deref(), is_wanted, async || self.ask(&order).await).await;
        // It may have been given up while it waited.
        if is_last() {
            self.work.set(None);
        }
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
        let Some(buffer) = pixels(&picture.canvas) else { return Ok(Err(self.no_memory())) };
        let [width, height] = picture.size.map(|side| side as usize);
        let request = PictureRequest::Make { model: model.clone(), scale: *scale, back: *back, width, height };
        let (id, answer) = self.engine.send(Request::Picture(request), vec![buffer]);
        self.versions.update(|versions| {
            versions.retain(|version| version.name != *name);
            versions.push(Version { name: name.clone(), canvas: canvas.clone(), took: None });
        });
        self.right.set(name.clone());
        self.work.set(Some(Work { id: Some(id), done: 0, total: 0, since: now() }));
        self.changed();
        let canvas = canvas.clone();
        self.engine.listen(id, move |event, buffers| {
            if let (Event::Tile(place), Some(buffer)) = (event, buffers.first()) {
                self.paint(id, &canvas, *place, buffer);
            }
        });
        match answer.await? {
            (Reply::Made(took), _) => Ok(Ok(took)),
            _ => Ok(Err(Stopped::Cancelled)),
        }
    }

    /// A tile of the engine.
    fn paint(self, id: u32, canvas: &HtmlCanvasElement, place: TilePlace, buffer: &ArrayBuffer) {
        // What is no longer wanted may still be in the making.
        let Some(work) = self.work.try_get_untracked().flatten().filter(|work| work.id == Some(id)) else { return };
        let (width, height) = (place.width as u32, place.height as u32);
        let pixels = Uint8Array::new(buffer).to_vec();
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), width, height);
        if let (Some(on), Ok(data)) = (context(canvas), data) {
            let _ = on.put_image_data(&data, place.left as f64, place.top as f64);
        }
        self.work.set(Some(Work { done: place.done, total: place.total, ..work }));
        self.changed();
    }

    /// Stops what is under way, the opening of a model included. What is finished of it stays to be seen.
    pub fn cancel(self) {
        if !self.give_up() {
            self.shelf.cancel();
        }
    }

    /// Stops the work under way, but not the opening of its model, which the next wants, too. Whether a request was under way: it
    /// tells itself when it has ended.
    pub(super) fn give_up(self) -> bool {
        let work = self.work.try_get_untracked().flatten();
        if let Some(id) = work.and_then(|work| work.id) {
            self.engine.cancel(id);
            return true;
        }
        self.asked.end();
        self.work.try_set(None);
        false
    }

    /// Whether a picture is made, or waits to be. Tracked.
    pub fn is_busy(self) -> bool {
        self.work.with(Option::is_some)
    }

    /// Whether there is something to wait for: a picture, or a model. Tracked.
    pub fn is_underway(self) -> bool {
        self.is_busy() || self.shelf.opening.with(Option::is_some)
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
