//! The board as a sheet that is drawn on.

use forger_protocol::translate_url::Drawing;
use leptos::prelude::*;

use super::{Board, Stroke};
use crate::pages::{
    drawing::{
        easel::Sheet,
        history::History,
        tools::{self, Place, Tool},
    },
    image_to_image::ask::Picture,
};

impl Sheet for Board {
    fn side(self) -> usize {
        self.model.try_with_value(|model| model.side).unwrap_or(1)
    }

    fn track(self) {
        self.drawing.track();
    }

    fn picture(self) -> Option<Picture> {
        self.drawing.try_with_untracked(|drawing| self.picture_of(drawing))
    }

    fn down(self, at: Place) {
        let stroke = Stroke { before: self.drawing.get_untracked(), from: at, last: at };
        self.stroke.set_value(Some(stroke));
        self.go(at);
        if self.tool.get_untracked() == Tool::Bucket {
            self.up();
        }
    }

    fn go(self, at: Place) {
        let (tool, width) = (self.tool.get_untracked(), self.width.get_untracked());
        let colour = if tool == Tool::Eraser { 0 } else { self.colour.get_untracked() };
        self.stroke.update_value(|stroke| {
            let Some(Stroke { before, from, last }) = stroke else { return };
            self.drawing.update(|drawing| match tool {
                Tool::Rectangle => {
                    drawing.clone_from(before);
                    tools::rectangle(drawing, *from, at, colour);
                }
                Tool::Brush | Tool::Eraser => tools::line(drawing, *last, at, width, colour),
                Tool::Bucket => tools::fill(drawing, at, colour),
            });
            *last = at;
        });
        self.translate();
    }

    fn up(self) {
        if let Some(stroke) = self.stroke.try_update_value(Option::take).flatten() {
            self.changed(stroke.before);
        }
    }

    fn give_up(self) {
        if let Some(stroke) = self.stroke.try_update_value(Option::take).flatten() {
            self.drawing.set(stroke.before);
            self.translate();
        }
    }

    fn ring(self) -> Option<i32> {
        self.tool.get().has_width().then(|| self.width.get())
    }

    fn pick(self, [x, y]: Place) -> bool {
        let at = |drawing: &Drawing| (y * drawing.side() as i32 + x) as usize;
        let colour = self.drawing.with_untracked(|drawing| drawing.pixels().get(at(drawing)).copied());
        colour.into_iter().for_each(|colour| self.take_up(colour));
        true
    }

    fn is_drawing(self) -> bool {
        self.stroke.try_with_value(Option::is_some).unwrap_or_default()
    }

    fn undo(self) {
        self.step(History::undo);
    }

    fn redo(self) {
        self.step(History::redo);
    }

    fn key(self, letter: &str) -> bool {
        let found = Tool::ALL.into_iter().find(|tool| tool.key() == letter);
        found.inspect(|tool| self.tool.set(*tool)).is_some()
    }
}
