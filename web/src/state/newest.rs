//! Two ways to let the newest of several pieces of work win: `Latest` catches up, `Turns` forgets.

use leptos::{prelude::*, task::spawn_local};

/// Work of which only the newest counts: it is done once at a time, and once more where it was asked for meanwhile.
#[derive(Clone, Copy)]
pub struct Latest {
    /// Whether it is under way, and whether it was asked for since it began.
    state: StoredValue<(bool, bool)>,
}

impl Default for Latest {
    fn default() -> Self {
        Self { state: StoredValue::new((false, false)) }
    }
}

impl Latest {
    pub fn is_busy(self) -> bool {
        self.state.try_with_value(|(busy, _)| *busy).unwrap_or_default()
    }

    /// Does the work, which looks itself for what is newest when it begins.
    pub fn ask(self, work: impl AsyncFn() + 'static) {
        let was_busy = self.state.try_update_value(|(busy, again)| {
            *again = *busy;
            std::mem::replace(busy, true)
        });
        if was_busy != Some(false) {
            return;
        }
        spawn_local(async move {
            loop {
                work().await;
                // The page may have been left meanwhile.
                let next = self.state.try_update_value(|(busy, again)| {
                    *busy = *again;
                    std::mem::take(again)
                });
                if next != Some(true) {
                    break;
                }
            }
        });
    }
}

/// Of several that wait for something, the last to begin counts, and none once the page is left.
#[derive(Clone, Copy)]
pub struct Turns(StoredValue<u32>);

impl Default for Turns {
    fn default() -> Self {
        Self(StoredValue::new(0))
    }
}

impl Turns {
    /// Begins to wait. What it gives says whether that still counts.
    pub fn begin(self) -> impl Fn() -> bool + Copy + 'static {
        self.0.try_update_value(|turn| *turn = turn.wrapping_add(1));
        self.since()
    }

    /// Waits beside whoever waits now, who goes on. What it gives says whether nobody began since.
    pub fn since(self) -> impl Fn() -> bool + Copy + 'static {
        let last = self.0.try_get_value();
        move || last.is_some() && self.0.try_get_value() == last
    }

    /// Nobody who waits now counts any more.
    pub fn end(self) {
        let _ = self.begin();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_counts_and_none_once_the_page_is_left() {
        let owner = Owner::new();
        let turns = owner.with(Turns::default);
        let first = turns.begin();
        assert!(first());
        let second = turns.begin();
        assert!(!first() && second());
        let beside = turns.since();
        assert!(second() && beside());
        turns.end();
        assert!(!second() && !beside());
        let (last, beside) = (turns.begin(), turns.since());
        owner.cleanup();
        assert!(!last() && !beside() && !turns.begin()());
    }
}
