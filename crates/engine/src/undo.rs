//! What the session was before each change that the user may regret.

use std::{collections::HashSet, sync::Arc};

use forger_core::history::History;
use forger_protocol::ToyConfig;

/// Changes that can be taken back.
const MOST: usize = 8;
/// Bytes of all that is kept for it: the longest history of one session and some states.
const MOST_BYTES: usize = 80 << 20;

/// A session before a change.
pub struct Before {
    pub config: ToyConfig,
    pub state: Arc<[u8]>,
    /// `None` once it had to make room.
    pub history: Option<History>,
}

/// The last few of them.
#[derive(Default)]
pub struct Undo(Vec<Before>);

impl Undo {
    /// Before a change.
    pub fn push(&mut self, before: Before) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(before);
        self.fit(MOST_BYTES);
    }

    /// Makes room: old histories go first, then old sessions, and only where that is not enough the history of the last one.
    fn fit(&mut self, most: usize) {
        while self.bytes() > most {
            let older = self.0.len().saturating_sub(1);
            let has_history = |before: &&mut Before| before.history.is_some();
            if let Some(before) = self.0[..older].iter_mut().find(has_history) {
                before.history = None;
            } else if older > 0 {
                self.0.remove(0);
            } else if let Some(last) = self.0.last_mut().filter(has_history) {
                last.history = None;
            } else {
                return;
            }
        }
    }

    /// Bytes of all states. Those that are shared are known by where they lie and counted once.
    fn bytes(&self) -> usize {
        let kept = self.0.iter().flat_map(|before| {
            let history = before.history.as_ref();
            let moments =
                history.into_iter().flat_map(|history| history.steps().into_iter().filter_map(|step| history.at(step)));
            moments.chain([&before.state])
        });
        let mut counted = HashSet::new();
        kept.filter(|state| counted.insert(state.as_ptr())).map(|state| state.len()).sum()
    }

    /// The session before the last change.
    pub fn last(&self) -> Option<&Before> {
        self.0.last()
    }

    /// The last change is taken back: the session before it.
    pub fn take(&mut self) -> Option<Before> {
        self.0.pop()
    }

    pub fn is_possible(&self) -> bool {
        !self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A history of `count` moments of so many bytes.
    fn history(count: u64, bytes: usize) -> History {
        let mut history = History::new(count as usize, 1);
        (0..count).for_each(|step| history.keep(step, vec![0; bytes].into()));
        history
    }

    fn before(history: History, bytes: usize) -> Before {
        Before { config: ToyConfig::default(), state: vec![0; bytes].into(), history: Some(history) }
    }

    fn with_history(undo: &Undo) -> Vec<bool> {
        undo.0.iter().map(|before| before.history.is_some()).collect()
    }

    #[test]
    fn many_runs_with_long_histories_take_no_more_than_there_is() {
        let mut undo = Undo::default();
        for _ in 0..MOST {
            undo.push(before(history(4, 8 << 20), 1 << 20));
            assert!(undo.bytes() <= MOST_BYTES, "{} bytes", undo.bytes());
            assert!(undo.last().is_some_and(|before| before.history.is_some()));
        }
        assert_eq!(undo.0.len(), MOST, "every change can still be taken back");
    }

    #[test]
    fn moments_that_a_run_shares_with_itself_are_counted_once() {
        let mut undo = Undo::default();
        let history = history(10, 100);
        for _ in 0..3 * MOST {
            undo.push(before(history.clone(), 100));
        }
        assert_eq!(undo.bytes(), 10 * 100 + MOST * 100);
        assert_eq!(with_history(&undo), [true; MOST]);
    }

    #[test]
    fn old_histories_go_first_then_old_sessions() {
        let mut undo = Undo::default();
        for _ in 0..3 {
            undo.push(before(history(2, 100), 10));
        }
        undo.fit(430);
        assert_eq!(with_history(&undo), [false, true, true]);
        undo.fit(215);
        assert_eq!(with_history(&undo), [true], "210 bytes");
        undo.fit(0);
        assert_eq!(with_history(&undo), [false], "the session itself stays");
    }

    #[test]
    fn the_last_change_is_taken_back_first() {
        let mut undo = Undo::default();
        for seed in 1..4 {
            undo.push(Before { config: ToyConfig { seed, ..ToyConfig::default() }, ..before(history(1, 1), 1) });
        }
        for seed in (1..4).rev() {
            assert!(undo.is_possible());
            assert_eq!(undo.take().map(|before| before.config.seed), Some(seed));
        }
        assert!(!undo.is_possible() && undo.take().is_none());
    }
}
