//! The drawing board: what is drawn, and what the model makes of it, while it is drawn.

mod sheet;

use std::time::Duration;

use forger_protocol::{DeviceKind, message::Made, translate_url::Drawing};
use leptos::prelude::*;

use super::{
    desk::Desk,
    model::{Model, coloured},
};
use crate::{
    pages::{
        drawing::{
            easel::Sheet as _,
            history::History,
            tools::{Place, Tool},
        },
        image_to_image::ask::{Picture, Told, Verdicts},
    },
    state::{newest::Latest, screen::now},
};

/// A model that takes longer, in milliseconds, rests between two pictures of one stroke.
const SLOW: f64 = 300.0;
/// Width of the brush to begin with, in pixels of 256.
const BRUSH: i32 = 8;

/// A movement of the pointer, from down to up.
struct Stroke {
    before: Drawing,
    from: Place,
    last: Place,
}

/// What was made of a drawing.
#[derive(Clone, PartialEq)]
pub struct Translated {
    pub given: Picture,
    pub made: Picture,
    pub took: Made,
}

#[derive(Clone, Copy)]
pub struct Board {
    pub desk: Desk,
    pub model: StoredValue<Model>,
    pub drawing: RwSignal<Drawing>,
    history: RwSignal<History<Drawing>>,
    pub tool: RwSignal<Tool>,
    /// Width of brush and eraser, in pixels of the drawing.
    pub width: RwSignal<i32>,
    /// What is drawn with, by its number in the palette.
    pub colour: RwSignal<u8>,
    stroke: StoredValue<Option<Stroke>>,
    pub made: RwSignal<Option<Translated>>,
    /// Of which drawing that was made.
    drawn: RwSignal<Option<Drawing>>,
    /// Whether that is the drawing as it is.
    pub is_current: Memo<bool>,
    /// Whether the discriminator is asked, and what it said of what was made last.
    pub is_judged: RwSignal<bool>,
    pub verdicts: RwSignal<Option<Verdicts>>,
    latest: Latest,
    /// The request under way.
    pub request: RwSignal<Option<u32>>,
    /// Whether nothing came of the last try.
    pub failed: RwSignal<bool>,
    /// When the last request ended, in milliseconds.
    rested: StoredValue<f64>,
}

impl Board {
    pub fn new(desk: Desk, model: Model) -> Self {
        let (drawing, own) = desk.first_drawing(&model);
        let mut history = History::default();
        // A link that somebody sent takes nobody's drawing away: it is the step before.
        own.into_iter().for_each(|own| history.push(own));
        let scale = (model.side as i32 / 128).max(1);
        // What is not background, where there is such a thing.
        let colour = model.card.palette.iter().position(|swatch| ["window", "road"].contains(&swatch.name.as_str()));
        let colour = colour.unwrap_or_else(|| 1.min(model.card.palette.len().saturating_sub(1)));
        let (drawing, drawn) = (RwSignal::new(drawing), RwSignal::new(None::<Drawing>));
        let board = Self {
            desk,
            drawing,
            history: RwSignal::new(history),
            tool: RwSignal::new(Tool::default()),
            width: RwSignal::new(BRUSH * scale / 2),
            colour: RwSignal::new(colour as u8),
            stroke: StoredValue::new(None),
            made: RwSignal::new(None),
            drawn,
            is_current: Memo::new(move |_| drawing.with(|now| drawn.with(|drawn| drawn.as_ref() == Some(now)))),
            is_judged: RwSignal::new(false),
            verdicts: RwSignal::new(None),
            latest: Latest::default(),
            request: RwSignal::new(None),
            failed: RwSignal::new(false),
            rested: StoredValue::new(0.0),
            model: StoredValue::new(model),
        };
        on_cleanup(move || board.cancel());
        board.translate();
        board
    }

    /// The drawing in the colours that the model learned from.
    pub fn picture_of(self, drawing: &Drawing) -> Picture {
        let picture = self.model.try_with_value(|model| coloured(drawing, &model.card.palette));
        picture.unwrap_or_else(|| coloured(drawing, &[]))
    }

    fn changed(self, before: Drawing) {
        if self.drawing.with_untracked(|drawing| *drawing != before) {
            self.history.update(|history| history.push(before));
        }
        self.settled();
    }

    /// The drawing will stay for a while.
    fn settled(self) {
        self.drawing.with_untracked(|drawing| self.model.with_value(|model| self.desk.keep(model, drawing)));
        self.translate();
    }

    /// Puts another drawing in place of the one there is.
    pub fn put(self, drawing: Drawing) {
        self.give_up();
        let before = self.drawing.get_untracked();
        self.drawing.set(drawing);
        self.changed(before);
    }

    /// Draws with another colour from now on.
    pub fn take_up(self, colour: u8) {
        self.colour.set(colour);
        // Nobody takes a colour to rub out with it.
        if self.tool.get_untracked() == Tool::Eraser {
            self.tool.set(Tool::Brush);
        }
    }

    pub fn clear(self) {
        self.put(Drawing::new(self.side()));
    }

    pub fn can_undo(self) -> bool {
        self.history.with(History::can_undo)
    }

    pub fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    fn step(self, step: fn(&mut History<Drawing>, Drawing) -> Result<Drawing, Drawing>) {
        self.give_up();
        let now = self.drawing.get_untracked();
        if let Some(Ok(other)) = self.history.try_update(|history| step(history, now)) {
            self.drawing.set(other);
            self.settled();
        }
    }

    // What is made of it.

    /// Has the model look at the drawing as it is; during a stroke a slow one looks less often.
    pub fn translate(self) {
        let took = self.made.try_with_untracked(|made| made.as_ref().map(|made| made.took)).flatten();
        let since = now() - self.rested.try_get_value().unwrap_or_default();
        if !self.is_drawing() || !is_resting(took.map_or(0.0, rest), since, self.latest.is_busy()) {
            self.look();
        }
    }

    fn look(self) {
        self.latest.ask(async move || self.catch_up().await);
    }

    /// During a stroke, has the model look again after a rest: the pointer may be held still by then.
    fn look_after(self, rest: f64) {
        if rest > 0.0 && self.is_drawing() {
            let again = move || {
                if self.is_drawing() && !self.latest.is_busy() {
                    self.look();
                }
            };
            set_timeout(again, Duration::from_millis(rest as u64));
        }
    }

    /// Makes what is missing of the newest drawing: the picture, then the verdict on it.
    async fn catch_up(self) {
        let Some(drawing) = self.drawing.try_get_untracked() else { return };
        if self.drawn.with_untracked(|drawn| drawn.as_ref() != Some(&drawing)) {
            let given = self.picture_of(&drawing);
            let told = Told::new(move |(id, _, _)| self.request.set(Some(id)));
            let answer = self.desk.make(&given, false, told).await;
            if self.request.try_set(None).is_some() {
                return;
            }
            self.rested.set_value(now());
            match answer {
                Ok((made, took)) => {
                    self.made.set(Some(Translated { given, made, took }));
                    // It was of the picture before.
                    self.verdicts.set(None);
                    self.drawn.set(Some(drawing));
                    self.failed.set(false);
                    self.look_after(rest(took));
                }
                Err(error) => {
                    self.failed.set(true);
                    return self.desk.tell(&error);
                }
            }
        }
        // What is switched off is forgotten, so that it is asked for once more when it is switched on again.
        let is_due =
            self.is_judged.get_untracked() && self.verdicts.with_untracked(Option::is_none) && !self.is_drawing();
        let Some(Translated { given, made, .. }) = self.made.get_untracked().filter(|_| is_due) else { return };
        match self.desk.judge(&given, &made, false).await {
            // Unless it is not asked for any more.
            Ok(verdicts) if self.is_judged.try_get_untracked() == Some(true) => self.verdicts.set(Some(verdicts)),
            Ok(_) => {}
            Err(error) => self.desk.tell(&error),
        }
    }

    /// Tries once more what failed.
    pub fn retry(self) {
        // At once, and not when it comes to that: whoever pressed the button, which goes, is looked for then.
        self.failed.set(false);
        self.translate();
    }

    /// Stops what is under way, which is nothing any more from now on.
    pub fn cancel(self) {
        match self.request.try_update(Option::take).flatten() {
            Some(id) => self.desk.engine.cancel(id),
            None => self.desk.shelf.cancel(),
        }
    }

    /// Whether the model that draws is slow here, and another device might not be. Tracked.
    pub fn is_slow(self) -> bool {
        self.made.with(|made| made.as_ref().is_some_and(|made| rest(made.took) > 0.0))
    }
}

/// For how long a model that took so long is let alone during a stroke, in milliseconds: on the CPU, a slow one is at work for half of
/// the time.
fn rest(took: Made) -> f64 {
    if took.device == DeviceKind::Cpu && took.milliseconds > SLOW { took.milliseconds } else { 0.0 }
}

/// Whether a model is to be let alone, so many milliseconds `since` its last picture. One that is at work rests afterwards.
fn is_resting(rest: f64, since: f64, is_busy: bool) -> bool {
    rest > 0.0 && (is_busy || since < rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_model_is_at_work_for_half_of_a_stroke_and_a_fast_one_or_a_gpu_always() {
        let rest = |milliseconds, device| super::rest(Made { milliseconds, device });
        assert_eq!([SLOW, 500.0].map(|took| rest(took, DeviceKind::Cpu)), [0.0, 500.0]);
        assert_eq!(rest(500.0, DeviceKind::WebGpu), 0.0);
        assert!(is_resting(500.0, 499.0, false) && !is_resting(500.0, 500.0, false));
        // While it is at work, its rest is still to come.
        assert!(is_resting(500.0, 5000.0, true));
        assert!(!is_resting(0.0, 0.0, false) && !is_resting(0.0, 0.0, true));
    }
}
