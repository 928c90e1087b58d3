//! The sheet: a picture and ink on it, and what the model says of the two.

mod paper;
mod sheet;

use forger_protocol::{detect_url::DetectState, translate_url::Drawing};
use leptos::{prelude::*, task::spawn_local};

use super::{
    desk::{Desk, Look, Model, Verdict},
    prepare::{INKS, PEN, is_blank, scale},
};
use crate::{
    i18n::*,
    pages::{
        drawing::{easel::Sheet as _, history::History, tools::Place},
        image_to_image::ask::Picture,
    },
    state::newest::{Latest, Turns},
};
use paper::{Paper, Under};

#[derive(Clone, Copy)]
pub struct Board {
    pub desk: Desk,
    pub model: StoredValue<Model>,
    pub paper: RwSignal<Paper>,
    history: RwSignal<History<Paper>>,
    /// What is drawn with, by its number in the drawing; 0 rubs out.
    pub ink: RwSignal<u8>,
    /// Of the pen, in pixels of a sheet of 128.
    pub width: RwSignal<i32>,
    /// Whether what is drawn on an empty sheet is fitted to the frame.
    pub is_fitted: RwSignal<bool>,
    /// The paper before the stroke that is being drawn, and where that is.
    stroke: StoredValue<Option<(Paper, Place)>>,
    /// How far the search is.
    pub look: RwSignal<Option<Look>>,
    pub verdict: RwSignal<Option<Verdict>>,
    /// What the verdict is of.
    judged: StoredValue<Option<Picture>>,
    latest: Latest,
    /// Whoever waits for a verdict.
    asked: Turns,
    /// Whether the verdict is of a picture that is no longer there as it was.
    pub is_old: Memo<bool>,
    /// Whoever waits to lay something on the sheet.
    pub turns: Turns,
    /// The search under way.
    pub request: RwSignal<Option<u32>>,
    /// Whether nothing came of the last one: it failed, or was given up.
    pub failed: RwSignal<bool>,
}

impl Board {
    pub fn new(desk: Desk, model: Model) -> Self {
        let (side, strokes) = (model.side(), model.normal.strokes);
        let paper = RwSignal::new(Paper::clean(Under::Empty, sheet_of(&model)));
        let (is_fitted, verdict) = (RwSignal::new(strokes), RwSignal::new(None::<Verdict>));
        let is_of =
            move |given: &Picture| paper.with(|paper| paper.input(side, is_fitted.get())).as_ref() == Some(given);
        let board = Self {
            desk,
            paper,
            history: RwSignal::new(History::default()),
            ink: RwSignal::new(1),
            width: RwSignal::new(PEN),
            is_fitted,
            stroke: StoredValue::new(None),
            look: RwSignal::new(None),
            verdict,
            judged: StoredValue::new(None),
            latest: Latest::default(),
            asked: Turns::default(),
            is_old: Memo::new(move |_| verdict.with(|said| said.as_ref().is_some_and(|said| !is_of(&said.given)))),
            turns: Turns::default(),
            request: RwSignal::new(None),
            failed: RwSignal::new(false),
            model: StoredValue::new(model),
        };
        on_cleanup(move || board.cancel());
        board.begin(desk.wanted());
        board
    }

    /// With what a link has of a drawing; where there is nothing and nothing can be drawn from nothing, with a sample.
    fn begin(self, wanted: DetectState) {
        let fits = |drawing: &Drawing| drawing.side() == self.side() && drawing.fits(INKS.len() + 1);
        if wanted.drawing.as_ref().is_some_and(|drawing| !fits(drawing)) {
            self.desk.toasts.error(td_string!(self.desk.locale(), tr_bad_drawing).to_string());
        }
        let drawing = wanted.drawing.filter(fits);
        let from_nothing = self.model.with_value(|model| model.normal.strokes);
        let seed = wanted.sample.or_else(|| (drawing.is_none() && !from_nothing).then_some(1));
        if let Some(drawing) = drawing {
            self.paper.update(|paper| paper.drawing = drawing);
        }
        match seed {
            Some(seed) => self.lay_sample(seed, true),
            None => self.judge(),
        }
    }

    fn lay_sample(self, seed: u32, keeps_ink: bool) {
        let is_last = self.turns.begin();
        spawn_local(async move {
            let Some(model) = self.model.try_get_value() else { return };
            match self.desk.sample(&model, seed).await {
                Ok(picture) => {
                    let under = Under::Sample(seed, picture);
                    if !keeps_ink {
                        // Something else may lie there by now, or another page be here.
                        if is_last() {
                            self.put(Paper::clean(under, sheet_of(&model)));
                        }
                        return;
                    }
                    // The beginning is nothing to take back, and nothing to lay over what was opened meanwhile or stop a batch for.
                    let is_empty = |paper: &Paper| paper.under == Under::Empty;
                    if self.paper.try_with_untracked(is_empty) == Some(true) && !self.desk.batch.get_untracked() {
                        self.paper.update(|paper| paper.under = under);
                        self.judge();
                    }
                }
                Err(error) => self.desk.tell(&error),
            }
        });
    }

    /// Lays another sample of the model under a clean sheet.
    pub fn sample(self) {
        let before = self.paper.with_untracked(|paper| match paper.under {
            Under::Sample(seed, _) => seed,
            _ => 0,
        });
        self.lay_sample(before.wrapping_add(1), false);
    }

    /// Lays a picture of the user's under a clean sheet; with what was said of it, if it was judged before.
    pub fn lay(self, name: String, picture: Picture, verdict: Option<Verdict>) {
        if verdict.is_some() {
            self.cancel();
            self.judged.set_value(Some(picture.clone()));
            self.look.set(None);
            self.verdict.set(verdict);
        }
        let is_in_parts = self.model.with_value(|model| model.normal.patches.is_some());
        self.cover(if is_in_parts { Under::Whole(name, picture) } else { Under::Own(name, picture) });
    }

    pub fn clear(self) {
        self.cover(Under::Empty);
    }

    /// A clean sheet over this.
    fn cover(self, under: Under) {
        self.put(Paper::clean(under, self.model.with_value(sheet_of)));
    }

    fn put(self, paper: Paper) {
        self.turns.end();
        self.give_up();
        let before = self.paper.get_untracked();
        self.paper.set(paper);
        self.changed(before);
    }

    fn changed(self, before: Paper) {
        if self.paper.with_untracked(|paper| *paper != before) {
            self.history.update(|history| history.push(before));
        }
        self.desk.forget_link();
        self.judge();
    }

    pub fn can_undo(self) -> bool {
        self.history.with(History::can_undo)
    }

    pub fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    /// What a link holds of the sheet: never a picture of the user's. Whether it is all.
    pub fn state(self) -> (DetectState, bool) {
        let Paper { under, drawing } = self.paper.get_untracked();
        let sample = if let Under::Sample(seed, _) = under { Some(seed) } else { None };
        let is_all = !under.is_own();
        let is_drawn = is_all && drawing.pixels().iter().any(|ink| *ink > 0);
        (DetectState { sample, drawing: is_drawn.then_some(drawing), ..self.desk.state() }, is_all)
    }

    /// What the model is shown; nothing where nothing is there.
    fn input(self) -> Option<Picture> {
        let side = self.model.try_with_value(Model::side)?;
        let is_fitted = self.is_fitted.try_get_untracked()?;
        self.paper.try_with_untracked(|paper| paper.input(side, is_fitted))?
    }

    /// Part of what is said of the picture that is there. Tracked.
    pub fn said<T>(self, part: impl Fn(&Verdict) -> T) -> Option<T> {
        if self.is_old.get() { None } else { self.verdict.with(|verdict| verdict.as_ref().map(part)) }
    }

    /// Whether the picture that is judged is all of one colour. Tracked.
    pub fn is_blank(self) -> bool {
        self.said(|verdict| is_blank(&verdict.given)) == Some(true)
    }

    /// Has the model look at the sheet as it is, in place of what it looks at.
    pub fn judge(self) {
        if self.is_drawing() {
            return;
        }
        let input = self.input();
        if self.judged.with_value(|judged| *judged == input)
            && input.is_some()
            && self.verdict.with_untracked(Option::is_some)
        {
            return;
        }
        // One search at a time.
        self.desk.batch.set(false);
        self.asked.end();
        if input.is_some() {
            // The model is opened for it, too.
            self.stop();
        } else {
            self.cancel();
            self.look.set(None);
            self.verdict.set(None);
            self.judged.set_value(None);
            self.failed.set(false);
        }
        self.latest.ask(async move || self.catch_up().await);
    }

    async fn catch_up(self) {
        let (Some(input), Some(model)) = (self.input(), self.model.try_get_value()) else { return };
        if self.is_drawing() {
            return;
        }
        self.judged.set_value(Some(input.clone()));
        self.look.set(None);
        self.failed.set(false);
        let is_last = self.asked.begin();
        let told = Callback::new(move |(id, look): (u32, Option<Look>)| {
            self.request.try_set(Some(id));
            if look.is_some() {
                self.look.try_set(look);
            }
        });
        let answer = self.desk.judge(&model, input.clone(), is_last, told).await;
        if self.request.try_set(None).is_some() {
            return;
        }
        // The worker may have told of a step after it was stopped. No other search has begun: they come one after the other.
        self.look.set(None);
        // Another was laid there meanwhile, with a verdict of its own.
        if self.judged.with_value(|judged| judged.as_ref() != Some(&input)) {
            return;
        }
        match answer {
            Ok(verdict) => self.verdict.set(Some(verdict)),
            // Another was asked for meanwhile, and is next.
            Err(_) if !is_last() => self.judged.set_value(None),
            Err(error) => {
                self.verdict.set(None);
                self.judged.set_value(None);
                self.failed.set(true);
                self.desk.tell(&error);
            }
        }
    }

    /// Stops the search under way, or the opening of the model for it.
    pub fn cancel(self) {
        if !self.stop() {
            self.desk.shelf.cancel();
        }
    }

    /// Stops the search under way, if there is one, but not the opening of the model: a batch waits for it, too.
    pub fn stop(self) -> bool {
        let request = self.request.try_get_untracked().flatten();
        request.into_iter().for_each(|id| self.desk.engine.cancel(id));
        request.is_some()
    }
}

/// Side of the sheet for all but pictures that are judged in parts, in pixels.
fn sheet_of(model: &Model) -> usize {
    model.side() * scale(model.side())
}
