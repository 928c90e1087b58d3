//! The samples of a seed. A click, or Enter, takes one to where the open tab says; the mouse drags one anywhere.

use forger_protocol::latent_url::{Code, Tab};
use leptos::{ev::KeyboardEvent, html::Canvas, prelude::*};
use web_sys::{DragEvent, MouseEvent};

use super::{
    drag,
    explorer::{Explorer, GRID},
    pictures::show,
};
use crate::i18n::*;

const COLUMNS: usize = 8;

/// Takes a code to where the open tab wants one.
pub fn take(explorer: Explorer, code: Code) {
    match explorer.state.with_untracked(|state| state.tab) {
        Tab::Arithmetic => {
            let term = explorer.term.get_untracked();
            explorer.change(|state| {
                if let Some(term) = state.terms.get_mut(term) {
                    term.codes.push(code);
                }
            });
        }
        Tab::Walk => {
            explorer.change(|state| state.walk.push(code));
        }
        Tab::Edit | Tab::Photo => {
            explorer.change(|state| (state.base, state.tab) = (Some(code), Tab::Edit));
        }
    }
}

#[component]
pub fn Samples(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let canvas = NodeRef::<Canvas>::new();
    show(explorer.grid, canvas, COLUMNS, || 0..GRID);
    let (seed, truncation) = (explorer.part(|state| state.seed), explorer.part(|state| state.truncation));
    Effect::new(move |_| {
        seed.track();
        truncation.track();
        // Reading is what makes a memo tell.
        let _ = (seed.get(), truncation.get());
        let z = untrack(|| explorer.samples());
        if explorer.card.with(Option::is_some) && explorer.can_draw() {
            explorer.draw(explorer.grid, if z.is_empty() { untrack(|| explorer.samples()) } else { z });
        }
    });
    let cursor = RwSignal::new(0_usize);
    // Where a key led to, for those who do not see it.
    let spoken = RwSignal::new(String::new());
    let at = move |event: &MouseEvent| {
        let canvas = canvas.get_untracked()?;
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let cell = |at: i32, whole: f64| ((f64::from(at) / whole * COLUMNS as f64) as usize).min(COLUMNS - 1);
        Some(cell(event.offset_y(), height) * COLUMNS + cell(event.offset_x(), width))
    };
    let pick = move |index: usize| {
        cursor.set(index);
        take(explorer, explorer.sample(index));
    };
    let drag = move |event: DragEvent| {
        let Some(index) = at(&event) else { return };
        cursor.set(index);
        explorer.grid.pixels.with_untracked(|pixels| {
            drag::start(&event, &explorer.sample(index), pixels.one(index).map(|values| (values, pixels.side)));
        });
    };
    let key = move |event: KeyboardEvent| {
        let at = cursor.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" => at.checked_sub(1),
            "ArrowRight" => Some(at + 1),
            "ArrowUp" => at.checked_sub(COLUMNS),
            "ArrowDown" => Some(at + COLUMNS),
            "Enter" | " " => {
                pick(at);
                Some(at)
            }
            _ => return,
        };
        event.prevent_default();
        let to = to.filter(|to| *to < GRID).unwrap_or(at);
        cursor.set(to);
        spoken.set(td_string!(explorer.locale(), grid_place, n = to + 1, total = GRID).to_string());
    };
    let place = move || format!("cursor r{} c{}", cursor.get() / COLUMNS, cursor.get() % COLUMNS);
    let hint = move || match explorer.state.with(|state| state.tab) {
        Tab::Arithmetic => {
            let term = explorer.term.get();
            let name = explorer.state.with(|state| state.terms.get(term).map(|term| term.name.clone()));
            td_string!(i18n.get_locale(), take_term, name = name.unwrap_or_default()).to_string()
        }
        Tab::Walk => t_string!(i18n, take_walk).to_string(),
        Tab::Edit | Tab::Photo => t_string!(i18n, take_edit).to_string(),
    };
    view! {
        <p class="hint" data-testid="hint">{hint}</p>
        <div class="samples" tabindex="0" role="application" aria-label=move || t_string!(i18n, grid_label) on:keydown=key>
            <canvas
                node_ref=canvas
                draggable="true"
                data-testid="sample-grid"
                on:click=move |event| {
                    if let Some(index) = at(&event) {
                        pick(index);
                    }
                }
                on:dragstart=drag
            ></canvas>
            <span class=place aria-hidden="true"></span>
        </div>
        <p class="unseen" aria-live="polite" data-testid="spoken">{spoken}</p>
    }
}
