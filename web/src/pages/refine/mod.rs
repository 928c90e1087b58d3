//! SimGAN: what a simulator draws is made to look real, and its labels stay true.

mod bench;
mod controls;
mod dataset;
mod game;
mod lambda;
mod model;
mod proof;
mod real;
mod share;
mod stage;
mod subject;
mod words;
mod work;

use leptos::prelude::*;
use web_sys::{MouseEvent, PointerEvent};

use crate::{
    components::{about::About, focus},
    i18n::*,
};
use bench::Bench;
use controls::{Choices, Sliders};
use dataset::Dataset;
use game::Contest;
use proof::Proof;
use stage::Stage;

#[component]
pub fn RefinePage() -> impl IntoView {
    let (i18n, bench) = (use_i18n(), Bench::new());
    let card = Signal::derive(move || bench.model.with(|model| model.as_ref().map(|model| model.card.clone())));
    let has_model = move || bench.model.with(Option::is_some);
    let is_listed = move || bench.shelf.models.with(Option::is_some);
    let list = move |event: MouseEvent| {
        focus::keep(&event);
        bench.load();
    };
    let again = move |event: MouseEvent| {
        focus::keep(&event);
        bench.failed.set(false);
    };
    let hold = move |event: PointerEvent| bench.is_held.set(event.button() == 0);
    view! {
        <div class="lead">
            <h1>{t!(i18n, refine_title)}</h1>
            <p>{t!(i18n, refine_lead)}</p>
        </div>
        <div class="refine">
            <Show when=move || is_listed() && !has_model()>
                <p class="note" data-testid="no-models">{t!(i18n, refine_none)}</p>
            </Show>
            <Show when=move || bench.unlisted.get()>
                <button data-testid="retry-button" on:click=list>{t!(i18n, retry)}</button>
            </Show>
            <Choices bench />
            <div class="bench" on:pointerdown=hold>
                <Sliders bench />
                <Stage bench />
            </div>
            <div class="opening"><Opening bench /></div>
            <Show when=move || bench.failed.get()>
                <button class="primary" data-testid="again-button" on:click=again>{t!(i18n, retry)}</button>
            </Show>
            <Proof bench />
            <Contest bench />
            <Show when=has_model>
                <Dataset bench />
            </Show>
        </div>
        <About card />
    }
}

/// How far the model is that is loaded, and a way out.
#[component]
fn Opening(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let share = move || bench.shelf.opening.get()?.share;
    view! {
        <Show when=move || bench.shelf.opening.get().is_some()>
            <p class="loading" role="status">
                {t!(i18n, downloading)} " "
                <progress max="1" prop:value=share aria-label=move || t_string!(i18n, downloading)></progress>
                <button data-testid="cancel-opening" on:click=move |_| bench.shelf.cancel()>{t!(i18n, cancel)}</button>
            </p>
        </Show>
    }
}
