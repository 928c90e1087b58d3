//! What there was before, and what was taken back.

use std::collections::VecDeque;

/// Changes that can be taken back.
const MOST: usize = 60;

/// States before the present one, and after it.
#[derive(Clone, Debug)]
pub struct History<T> {
    past: VecDeque<T>,
    future: Vec<T>,
}

// Of any state: what `derive` makes would ask of it to have a default, too.
impl<T> Default for History<T> {
    fn default() -> Self {
        Self { past: VecDeque::new(), future: Vec::new() }
    }
}

impl<T> History<T> {
    /// There is another state now; this was the one before.
    pub fn push(&mut self, before: T) {
        self.future.clear();
        self.past.push_back(before);
        if self.past.len() > MOST {
            self.past.pop_front();
        }
    }

    /// The state before, for which the present one is given.
    pub fn undo(&mut self, now: T) -> Result<T, T> {
        match self.past.pop_back() {
            Some(before) => {
                self.future.push(now);
                Ok(before)
            }
            None => Err(now),
        }
    }

    /// The state that was taken back last, for which the present one is given.
    pub fn redo(&mut self, now: T) -> Result<T, T> {
        match self.future.pop() {
            Some(after) => {
                self.past.push_back(now);
                Ok(after)
            }
            None => Err(now),
        }
    }

    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_and_made_again() {
        let mut history = History::default();
        (0..3).for_each(|before| history.push(before));
        assert_eq!((history.undo(3), history.undo(2), history.redo(1)), (Ok(2), Ok(1), Ok(2)));
        // Another change ends what was taken back.
        history.push(2);
        assert!(!history.can_redo() && history.can_undo());
        assert_eq!(history.redo(9), Err(9));
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let mut history = History::default();
        (0..200).for_each(|before| history.push(before));
        let mut now = 200;
        while let Ok(before) = history.undo(now) {
            now = before;
        }
        assert_eq!(now, 200 - MOST);
    }
}
