//! What a run is to begin with, while the page reads it. The worker knows nothing of that yet.

use leptos::prelude::*;
use web_sys::{AbortController, AbortSignal};

use crate::state::newest::Turns;

#[derive(Clone, Copy)]
pub struct Reading {
    turns: Turns,
    is_on: RwSignal<bool>,
    /// Stops what comes from the site.
    stop: StoredValue<Option<AbortController>, LocalStorage>,
}

impl Reading {
    pub fn new() -> Self {
        Self { turns: Turns::default(), is_on: RwSignal::new(false), stop: StoredValue::new_local(None) }
    }

    /// Whether something is being read. Tracked.
    pub fn is_on(self) -> bool {
        self.is_on.get()
    }

    /// Begins to read. Gives what says whether that still counts, and the signal for what comes from the site.
    pub fn begin(self) -> (impl Fn() -> bool + Copy + 'static, Option<AbortSignal>) {
        let stop = AbortController::new().ok();
        let signal = stop.as_ref().map(AbortController::signal);
        self.stop.try_set_value(stop);
        self.is_on.try_set(true);
        (self.turns.begin(), signal)
    }

    /// What is being read is there or given up: what comes from now on does not count. Whether there was any.
    pub fn end(self) -> bool {
        self.turns.end();
        if let Some(stop) = self.stop.try_update_value(Option::take).flatten() {
            // Of what is there already, nothing is taken back.
            stop.abort();
        }
        let was_on = self.is_on.try_get_untracked() == Some(true);
        if was_on {
            self.is_on.set(false);
        }
        was_on
    }
}
