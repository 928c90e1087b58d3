//! The board as a sheet that is drawn on.

use super::*;

impl Sheet for Board {
    fn side(self) -> usize {
        self.side()
    }

    fn track(self) {
        self.drawing.track();
    }

    fn picture(self) -> Option<Picture> {
        self.picture()
    }

    fn down(self, at: Place) {
        self.down(at);
    }

    fn go(self, at: Place) {
        self.go(at);
    }

    fn up(self) {
        self.up();
    }

    fn give_up(self) {
        self.give_up();
    }

    fn is_drawing(self) -> bool {
        self.is_drawing()
    }

    fn undo(self) {
        self.undo();
    }

    fn redo(self) {
        self.redo();
    }

    fn key(self, letter: &str) -> bool {
        let found = Tool::ALL.into_iter().find(|tool| tool.key() == letter);
        found.inspect(|tool| self.tool.set(*tool)).is_some()
    }
}
