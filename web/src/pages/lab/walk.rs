//! The search for the z of a point of the plane: what `/detect` does with pictures, in two dimensions, where it can be seen.

mod words;

use forger_protocol::{
    Distribution, LabRequest, Reply, Request,
    lab_url::to_query,
    message::{EXTENT, Walked},
    trained::trained,
};
use js_sys::{ArrayBuffer, Float32Array};
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    prelude::*,
    task::spawn_local,
};

use super::{
    brush::moved,
    layers::{Layer, Layers},
    run::Run,
    share::{query_text, view_query},
    state::{Lab, use_lab},
};
use crate::{
    i18n::*,
    plots::{canvas::under, ways::Ways},
    state::{
        screen::{Motion, play},
        site,
    },
};
pub use words::WalkWords;

/// How long the ways take.
const WALK_MS: f64 = 1500.0;

/// What a search came to.
pub struct Found {
    at: [f32; 2],
    walked: Walked,
    /// `[steps + 1, starts, latent_dim]`.
    codes: Vec<f32>,
    /// `[steps + 1, starts, 2]`.
    places: Vec<f32>,
}

impl Found {
    fn new(at: [f32; 2], walked: Walked, buffers: &[ArrayBuffer]) -> Self {
        let floats = |index: usize| buffers.get(index).map(|buffer| Float32Array::new(buffer).to_vec());
        Self { at, walked, codes: floats(0).unwrap_or_default(), places: floats(1).unwrap_or_default() }
    }

    fn ways<'a>(&self, places: &'a [f32], share: f64, target: Option<([f32; 2], f32)>) -> Ways<'a> {
        Ways { places, starts: self.walked.starts, share, nearest: self.walked.nearest, target }
    }

    /// Through the plane, up to a share.
    pub fn in_plane(&self, share: f64) -> Ways<'_> {
        self.ways(&self.places, share, Some((self.at, self.walked.distance)))
    }

    /// Through noise of two dimensions, up to a share.
    pub fn in_noise(&self, share: f64) -> Ways<'_> {
        self.ways(&self.codes, share, None)
    }
}

/// The search of a page.
#[derive(Clone, Copy)]
pub struct Walk {
    /// The point that is searched for.
    at: RwSignal<Option<[f32; 2]>>,
    found: RwSignal<Option<Found>>,
    /// How much of the ways is shown.
    share: RwSignal<f64>,
    /// Grows with every search: the answer of an older one counts no more.
    turn: StoredValue<u32>,
    motion: StoredValue<Option<Motion>>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            at: RwSignal::new(None),
            found: RwSignal::new(None),
            share: RwSignal::new(1.0),
            turn: StoredValue::new(0),
            motion: StoredValue::new(None),
        }
    }
}

impl Walk {
    pub fn track(self) {
        self.found.track();
        self.share.track();
    }

    /// What was found, and how much of it is shown. Tracked.
    pub fn with<T>(self, show: impl FnOnce(Option<&Found>, f64) -> T) -> T {
        let share = self.share.get();
        self.found.with(|found| show(found.as_ref(), share))
    }

    fn still(self) {
        if let Some(motion) = self.motion.try_update_value(Option::take).flatten() {
            motion.stop();
        }
    }

    /// Nothing is found any more, and what is under way does not count.
    fn clear(self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.still();
        if self.found.with_untracked(Option::is_some) {
            self.found.set(None);
        }
    }

    /// Searches anew, now or at a moment that is visited.
    fn search(self, run: Run, at: [f32; 2], step: Option<u64>) {
        self.clear();
        let turn = self.turn.get_value();
        spawn_local(async move {
            let request = Request::Lab(LabRequest::Walk { at, step });
            let answer = run.engine.request(request, Vec::new()).await;
            // Something newer was asked for, or the page was left.
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok((Reply::LabWalked(walked), buffers)) => {
                    self.share.set(0.0);
                    self.found.set(Some(Found::new(at, walked, &buffers)));
                    self.motion.set_value(Some(play(WALK_MS, move |share| {
                        let _ = self.share.try_set(share);
                    })));
                }
                Ok(_) => {}
                Err(error) => {
                    self.at.set(None);
                    run.tell(&error);
                }
            }
        });
    }
}

impl Lab {
    /// Whether points of the plane are searched for. Tracked.
    pub fn is_walking(self) -> bool {
        self.layers.get().has(Layer::Walk)
    }

    fn walk_to(self, at: [f32; 2]) {
        self.spot.set(Some(at));
        self.walk.at.set(Some(at));
    }

    /// A click on the plane.
    pub fn walk_to_pointer(self, event: &MouseEvent) {
        if let Some(at) = under(event, EXTENT).filter(|_| untrack(|| self.is_walking())) {
            self.walk_to(at);
        }
    }

    /// A key on the plane: arrows move the cross, Enter searches for it.
    pub fn walk_by_key(self, event: &KeyboardEvent) {
        if !untrack(|| self.is_walking()) {
            return;
        }
        let at = self.spot.get_untracked().unwrap_or_default();
        let to = moved(at, &event.key(), EXTENT);
        // A key that is held must not ask for search after search.
        if event.key() == "Enter" && !event.repeat() {
            self.walk_to(at);
        } else if to.is_some() {
            self.spot.set(to);
        } else {
            return;
        }
        event.prevent_default();
    }
}

/// The lab with a run that is soon learned, and the search on: where other pages send those who want to see it.
pub fn link() -> String {
    let mut query = Vec::new();
    if let Some(trained) = trained(Distribution::Pair) {
        query = to_query(&trained.config);
        query.push(("step", trained.steps.to_string()));
    }
    query.extend(view_query(Layers::default().toggled(Layer::Walk)));
    format!("{}?{}", site::link("/lab"), query_text(&query))
}

/// Turns the search on and off.
#[component]
pub fn WalkSwitch() -> impl IntoView {
    let (i18n, lab) = (use_i18n(), use_lab());
    view! {
        <button
            type="button"
            data-testid="walk"
            title=move || t_string!(i18n, walk_title)
            aria-pressed=move || lab.is_walking().to_string()
            on:click=move |_| lab.toggle(Layer::Walk)
        >
            {t!(i18n, walk_button)}
        </button>
    }
}
