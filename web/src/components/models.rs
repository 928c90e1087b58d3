//! Which model a page works with: those of the site and of this machine, or a file of the user's.

use leptos::prelude::*;
use web_sys::File;

use crate::{components::files, i18n::*, shelf::Shelf};

/// The models that there are, one of which is chosen.
#[component]
pub fn ModelSelect(
    #[prop(into)] label: Signal<String>,
    /// As cards call them.
    #[prop(into)]
    names: Signal<Vec<String>>,
    /// What the page calls one of them. Tracked.
    #[prop(into)]
    title: Callback<String, String>,
    #[prop(into)] chosen: Signal<Option<String>>,
    #[prop(into)] choose: Callback<String>,
    /// Whether it has to stay.
    #[prop(into, optional)]
    is_fixed: Option<Signal<bool>>,
) -> impl IntoView {
    let option = move |name: String| {
        let (value, id) = (name.clone(), name.clone());
        let is_chosen = move || chosen.with(|chosen| chosen.as_ref() == Some(&name));
        view! { <option value=value prop:selected=is_chosen>{move || title.run(id.clone())}</option> }
    };
    view! {
        <label>
            <span>{label}</span>
            <select
                data-testid="model-select"
                disabled=move || is_fixed.is_some_and(|is_fixed| is_fixed.get())
                on:change=move |event| choose.run(event_target_value(&event))
            >
                {move || names.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// A file of the user's in their place.
#[component]
pub fn OwnModel(
    #[prop(into)] open: Callback<File>,
    /// Whether the model that there is has to stay.
    #[prop(into, optional)]
    is_fixed: Option<Signal<bool>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let pick = move |event: web_sys::Event| files::chosen(&event).into_iter().for_each(|file| open.run(file));
    view! {
        <label class="button file">
            <span>{t!(i18n, own_model)}</span>
            <input
                type="file"
                class="unseen"
                accept=".safetensors"
                data-testid="model-file"
                disabled=move || is_fixed.is_some_and(|is_fixed| is_fixed.get())
                on:change=pick
            />
        </label>
    }
}

/// Says so where there is none.
#[component]
pub fn NoModels(shelf: Shelf) -> impl IntoView {
    let i18n = use_i18n();
    let is_empty = move || shelf.models.with(|models| models.as_ref().is_some_and(Vec::is_empty));
    move || is_empty().then(|| view! { <p class="note" data-testid="no-models">{t!(i18n, no_models)}</p> })
}
