//! The plane, and what D says of one spot of it, in words.

use forger_protocol::message::EXTENT;
use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, PointerEvent};

use crate::{
    i18n::*,
    pages::lab::{brush::moved, plane::Plane, run::use_run, state::use_lab},
    plots::canvas::under,
};

/// In the first cluster of the ring.
pub const FIRST: [f32; 2] = [0.7, 0.0];
/// Farther from 0.5 than this, D has an opinion.
const UNSURE: f32 = 0.1;

/// The verdict of a map `[side, side]` from below at a spot of the plane.
fn verdict(map: &[f32], side: usize, spot: [f32; 2]) -> Option<f32> {
    let cell = |at: f32| {
        let share = (at + EXTENT) / (2.0 * EXTENT);
        ((share * side as f32) as usize).min(side.saturating_sub(1))
    };
    map.get(cell(spot[1]) * side + cell(spot[0])).copied()
}

#[component]
pub fn AskedPlane() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    lab.spot.set(Some(FIRST));
    let ask = move |event: PointerEvent| {
        let is_plane = event.target().is_some_and(|target| target.dyn_ref::<HtmlCanvasElement>().is_some());
        if let Some(spot) = under(&event, EXTENT).filter(|_| is_plane) {
            lab.spot.set(Some(spot));
        }
    };
    let said = move || {
        // A D that has learned nothing would say anything.
        let spot = lab.spot.get().filter(|_| run.shown_step() > 0)?;
        run.with_moment(|moment| verdict(&moment.verdict, moment.map_side, spot))
    };
    let text = move || {
        let locale = i18n.get_locale();
        let Some(value) = said() else { return td_string!(locale, ask_help).to_string() };
        let number = format!("{value:.2}");
        match value - 0.5 {
            above if above > UNSURE => td_string!(locale, asked_real, value = number),
            above if above < -UNSURE => td_string!(locale, asked_fake, value = number),
            _ => td_string!(locale, asked_coin, value = number),
        }
        .to_string()
    };
    // Read out where a key led to, and not whenever the run has learned more.
    let spoken = RwSignal::new(String::new());
    let key = move |event: KeyboardEvent| {
        let from = lab.spot.get_untracked().unwrap_or(FIRST);
        if let Some(to) = moved(from, &event.key(), EXTENT) {
            event.prevent_default();
            lab.spot.set(Some(to));
            spoken.set(untrack(text));
        }
    };
    view! {
        <div
            class="asking"
            tabindex="0"
            role="application"
            aria-label=move || t_string!(i18n, ask_label)
            data-testid="asking"
            on:pointermove=ask
            on:pointerdown=ask
            on:keydown=key
        >
            <Plane />
        </div>
        <p class="asked" data-testid="asked">{text}</p>
        <p class="unseen" aria-live="polite" data-testid="spoken">{spoken}</p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_is_asked_where_it_is() {
        let map = [0.1, 0.2, 0.3, 0.4];
        let at = |x, y| verdict(&map, 2, [x, y]);
        assert_eq!(
            (at(-1.0, -1.0), at(1.0, -1.0), at(-1.0, 1.0), at(EXTENT, EXTENT)),
            (Some(0.1), Some(0.2), Some(0.3), Some(0.4))
        );
        assert_eq!(verdict(&[], 0, [0.0, 0.0]), None);
    }
}
