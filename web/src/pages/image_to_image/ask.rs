//! What is asked of a model: pictures, and what it thinks of them.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use forger_protocol::{
    EngineError, Event, PictureRequest, Reply, Request,
    message::{Made, TilePlace},
};
use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::Clamped;
use web_sys::{HtmlCanvasElement, ImageData};

use crate::{engine_client::Engine, i18n::*, plots::canvas::context, shelf::Shelf};

/// Pixels, RGBA `[height, width, 4]`.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// Width and height.
    pub size: [usize; 2],
    pub values: Arc<[u8]>,
}

impl Picture {
    /// What is in a canvas.
    pub fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let (width, height) = (canvas.width(), canvas.height());
        let data = context(canvas)?.get_image_data(0.0, 0.0, f64::from(width), f64::from(height)).ok()?;
        let Clamped(values) = data.data();
        Some(Self { size: [width as usize, height as usize], values: values.into() })
    }

    /// Puts it into a canvas, which takes its size.
    pub fn show(&self, canvas: &HtmlCanvasElement) {
        let [width, height] = self.size.map(|side| side as u32);
        if [canvas.width(), canvas.height()] != [width, height] {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&self.values), width, height);
        if let (Some(on), Ok(data)) = (context(canvas), data) {
            let _ = on.put_image_data(&data, 0.0, 0.0);
        }
    }

    /// As the worker takes it.
    pub fn buffer(&self) -> ArrayBuffer {
        Uint8Array::from(&*self.values).buffer()
    }
}

/// What a discriminator says of a picture, patch by patch: 1 for real.
#[derive(Clone, PartialEq)]
pub struct Verdicts {
    pub rows: usize,
    pub columns: usize,
    pub values: Arc<[f32]>,
}

impl Verdicts {
    pub fn mean(&self) -> f32 {
        self.values.iter().sum::<f32>() / self.values.len().max(1) as f32
    }

    /// How much of the picture it takes for real, in words.
    pub fn said(&self, locale: Locale) -> String {
        td_string!(locale, opinion, n = format!("{:.0}", self.mean() * 100.0)).to_string()
    }
}

/// Puts a tile where it belongs. What does not fit is left away.
fn paste(whole: &mut [u8], width: usize, place: TilePlace, tile: &[u8]) {
    if place.width == 0 || place.left + place.width > width {
        return;
    }
    for (row, line) in tile.chunks_exact(place.width * 4).take(place.height).enumerate() {
        let start = ((place.top + row) * width + place.left) * 4;
        if let Some(to) = whole.get_mut(start..start + line.len()) {
            to.copy_from_slice(line);
        }
    }
}

/// What is told of a request under way: its id, and how far it is.
pub type Told = Callback<(u32, usize, usize)>;

/// What asks models of a page.
#[derive(Clone, Copy)]
pub struct Asker {
    pub engine: Engine,
    pub shelf: Shelf,
}

impl Asker {
    /// Has a model make a picture of a picture, once those that were asked for before are made.
    pub async fn make(
        self,
        name: &str,
        picture: &Picture,
        back: bool,
        told: Told,
    ) -> Result<(Picture, Made), EngineError> {
        self.make_if(|| true, name, picture, back, told).await
    }

    /// The same, unless it is not wanted any more when its turn comes.
    pub async fn make_if(
        self,
        is_wanted: impl Fn() -> bool,
        name: &str,
        picture: &Picture,
        back: bool,
        told: Told,
    ) -> Result<(Picture, Made), EngineError> {
        let [width, height] = picture.size;
        let ask = async || {
            let request = PictureRequest::Make { model: Some(name.to_owned()), scale: 1, back, width, height };
            let (id, answer) = self.engine.send(Request::Picture(request), vec![picture.buffer()]);
            told.try_run((id, 0, 0));
            let made = Rc::new(RefCell::new(vec![0; width * height * 4]));
            let into = Rc::clone(&made);
            self.engine.listen(id, move |event, buffers| {
                if let (Event::Tile(place), Some(buffer)) = (event, buffers.first()) {
                    paste(&mut into.borrow_mut(), width, *place, &Uint8Array::new(buffer).to_vec());
                    told.try_run((id, place.done, place.total));
                }
            });
            match answer.await? {
                (Reply::Made(took), _) => Ok((made.take(), took)),
                _ => Err(EngineError::Protocol("made".into())),
            }
        };
        let (values, took) = self.shelf.ask_in_turn(Some(name), is_wanted, ask).await?;
        self.engine.used(took.device);
        Ok((Picture { size: picture.size, values: values.into() }, took))
    }

    /// Has a model judge a picture, made of the given one, as one of its first or its second domain.
    pub async fn judge(
        self,
        name: &str,
        given: &Picture,
        judged: &Picture,
        first: bool,
    ) -> Result<Verdicts, EngineError> {
        let [width, height] = judged.size;
        let ask = async || {
            let request = PictureRequest::Judge { model: name.to_owned(), back: first, width, height };
            self.engine.request(Request::Picture(request), vec![given.buffer(), judged.buffer()]).await
        };
        match self.shelf.ask(Some(name), ask).await? {
            (Reply::Verdicts { rows, columns }, buffers) => {
                let values = buffers.first().map(|buffer| Float32Array::new(buffer).to_vec()).unwrap_or_default();
                if rows == 0 || columns == 0 || values.len() != rows * columns {
                    return Err(EngineError::Protocol("verdicts".into()));
                }
                Ok(Verdicts { rows, columns, values: values.into() })
            }
            _ => Err(EngineError::Protocol("verdicts".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_come_together_and_what_does_not_fit_is_left_away() {
        let mut whole = vec![0; 3 * 2 * 4];
        let place = |top, left, width| TilePlace { top, left, height: 2, width, done: 1, total: 1 };
        paste(&mut whole, 3, place(0, 2, 1), &[1; 8]);
        assert_eq!((&whole[8..12], &whole[20..], whole[0]), (&[1; 4][..], &[1; 4][..], 0));
        paste(&mut whole, 3, place(9, 0, 1), &[2; 8]);
        paste(&mut whole, 3, place(0, 0, 0), &[2; 8]);
        paste(&mut whole, 3, place(0, 2, 2), &[2; 16]);
        assert!(!whole.contains(&2));
    }
}
