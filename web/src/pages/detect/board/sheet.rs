//! The board as a sheet that is drawn on.

use leptos::prelude::*;

use super::{super::prepare::pen, Board, paper::Paper};
use crate::pages::{
    drawing::{
        easel::Sheet,
        history::History,
        tools::{self, Place},
    },
    image_to_image::ask::Picture,
};

impl Board {
    /// Goes one back in what was done, or forth again.
    fn step(self, step: fn(&mut History<Paper>, Paper) -> Result<Paper, Paper>) {
        self.give_up();
        let now = self.paper.get_untracked();
        if let Some(Ok(other)) = self.history.try_update(|history| step(history, now)) {
            self.paper.set(other);
            self.desk.forget_link();
            self.judge();
        }
    }
}

impl Sheet for Board {
    fn side(self) -> usize {
        self.paper.try_with_untracked(|paper| paper.drawing.side()).unwrap_or(1)
    }

    fn track(self) {
        self.paper.track();
    }

    fn picture(self) -> Option<Picture> {
        self.paper.try_with_untracked(Paper::shown)
    }

    fn down(self, at: Place) {
        let before = self.paper.get_untracked();
        self.stroke.set_value(Some((before, at)));
        self.go(at);
    }

    fn go(self, at: Place) {
        let (width, ink) = (pen(self.width.get_untracked(), self.side()), self.ink.get_untracked());
        self.stroke.update_value(|stroke| {
            let Some((_, last)) = stroke else { return };
            self.paper.update(|paper| tools::line(&mut paper.drawing, *last, at, width, ink));
            *last = at;
        });
    }

    fn up(self) {
        if let Some((before, _)) = self.stroke.try_update_value(Option::take).flatten() {
            self.changed(before);
        }
    }

    fn give_up(self) {
        if let Some((before, _)) = self.stroke.try_update_value(Option::take).flatten() {
            self.paper.set(before);
        }
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
        let ink = match letter {
            "w" => 1,
            "b" => 2,
            "g" => 3,
            "e" => 0,
            _ => return false,
        };
        self.ink.set(ink);
        true
    }
}
