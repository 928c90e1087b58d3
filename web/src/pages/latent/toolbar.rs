//! Which model, which samples, how far loading is, and what drawing took.

use leptos::prelude::*;
use web_sys::MouseEvent;

use super::explorer::{Explorer, GRID};
use crate::{
    components::{
        focus, labels,
        models::{ModelSelect, OwnModel},
    },
    i18n::*,
    numbers::whole,
};

/// Truncation in percent that the slider reaches down to.
const LEAST: u8 = 20;

/// Which model: those of the site, each a click away, or a file.
#[component]
pub fn Models(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let open_name = Memo::new(move |_| explorer.card.with(|card| card.as_ref().map(|card| card.name.clone())));
    // That which is loaded, until nothing comes of it: then the one that is shown has to be chosen again.
    let chosen = move || explorer.chosen.get().filter(|_| !explorer.failed.get()).or_else(|| open_name.get());
    let names = move || {
        let mut names = explorer.shelf.names();
        names.extend(open_name.get().filter(|own| !names.contains(own)));
        names
    };
    let other = move |(name, bytes): (String, u64)| {
        let (label, id) = (name.clone(), format!("model-{name}"));
        let text = move || {
            let (name, size) = (labels::model(i18n.get_locale(), &label), labels::bytes(bytes as f64));
            td_string!(i18n.get_locale(), model_size, name = name, size = size).to_string()
        };
        view! { <button data-testid=id on:click=move |_| explorer.choose(&name)>{text}</button> }
    };
    let others = move || {
        let open = open_name.get();
        let sizes = explorer.shelf.models.with(|models| {
            let others = models.iter().flatten().filter(|entry| open.as_ref() != Some(&entry.card.name));
            others.map(|entry| (entry.card.name.clone(), entry.bytes)).collect::<Vec<_>>()
        });
        sizes.into_iter().map(other).collect_view()
    };
    view! {
        <div class="buttons models">
            <ModelSelect
                label=Signal::derive(move || t_string!(i18n, model).to_owned())
                names=Signal::derive(names)
                title=move |name: String| labels::model(i18n.get_locale(), &name)
                chosen=Signal::derive(chosen)
                choose=move |name: String| explorer.choose(&name)
            />
            {others}
            <OwnModel open=move |file| explorer.load_file(file) />
        </div>
    }
}

/// Which samples.
#[component]
pub fn Toolbar(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let (seed, truncation) = (explorer.part(|state| state.seed), explorer.part(|state| state.truncation));
    // Grows with each entry, so that one that is refused gives way to what is in use.
    let entries = RwSignal::new(0);
    let shown_seed = move || {
        entries.track();
        seed.get()
    };
    let set_seed = move |event| {
        let entered = whole(&event_target_value(&event)).and_then(|seed| u32::try_from(seed).ok());
        if let Some(seed) = entered {
            explorer.change(|state| state.seed = seed);
        }
        entries.update(|count| *count += 1);
    };
    view! {
        <div class="buttons toolbar">
            <label>
                <span>{t!(i18n, seed)}</span>
                <input
                    type="number"
                    min="0"
                    data-testid="seed-input"
                    prop:value=shown_seed
                    on:change=set_seed
                />
            </label>
            <button
                data-testid="new-seed"
                on:click=move |_| {
                    explorer.change(|state| state.seed = state.seed.wrapping_add(1));
                }
            >
                {t!(i18n, new_seed)}
            </button>
            <label title=move || t_string!(i18n, truncation_help)>
                <span>{move || td_string!(i18n.get_locale(), truncation, n = truncation.get()).to_string()}</span>
                <input
                    type="range"
                    min=LEAST
                    max="100"
                    step="5"
                    data-testid="truncation"
                    prop:value=move || truncation.get()
                    on:input=move |event| {
                        if let Ok(percent) = event_target_value(&event).parse() {
                            explorer.change(|state| state.truncation = percent);
                        }
                    }
                />
            </label>
        </div>
    }
}

/// How far loading is, with a way out; and what there is not.
#[component]
pub fn Loading(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let shelf = explorer.shelf;
    let share = move || shelf.opening.get()?.share;
    let what = move || match explorer.loading.get() {
        Some((name, bytes)) => {
            let (name, size) = (labels::model(i18n.get_locale(), &name), labels::bytes(bytes as f64));
            td_string!(i18n.get_locale(), downloading_named, name = name, size = size).to_string()
        }
        None => t_string!(i18n, downloading).to_string(),
    };
    let none = move || {
        let empty = explorer.shelf.models.with(|models| models.as_ref().is_some_and(Vec::is_empty));
        empty.then(|| view! { <p class="note">{t!(i18n, no_models)}</p> })
    };
    let cancel = move |event: MouseEvent| {
        focus::keep(&event);
        shelf.cancel();
    };
    let again = move |event: MouseEvent| {
        focus::keep(&event);
        match shelf.models.with_untracked(Option::is_some) {
            true => explorer.load_wanted(),
            false => explorer.load_manifest(),
        }
    };
    view! {
        {none}
        {move || {
            explorer
                .wanted
                .get()
                .map(|model| {
                    let name = model.to_string();
                    view! {
                        <p class="note error" role="alert" data-testid="wanted-model">
                            {td_string!(i18n.get_locale(), wanted_model, name = name).to_string()}
                        </p>
                    }
                })
        }}
        <Show when=move || shelf.opening.get().is_some()>
            <p class="loading" role="status">
                {what} " "
                <progress
                    data-testid="progress"
                    max="1"
                    prop:value=share
                    aria-label=move || t_string!(i18n, downloading)
                ></progress>
                <button data-testid="cancel-button" on:click=cancel>{t!(i18n, cancel)}</button>
            </p>
        </Show>
        <Show when=move || explorer.failed.get()>
            <button
                data-testid="retry-button"
                on:click=again
            >
                {t!(i18n, retry)}
            </button>
        </Show>
    }
}

/// What the last drawing of samples took.
#[component]
pub fn Drawn(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let drawn = move || {
        explorer.grid.pixels.with(|pixels| {
            let device = pixels.device.map(labels::device)?;
            let ms = format!("{:.0}", pixels.milliseconds);
            Some(td_string!(i18n.get_locale(), drawn, n = GRID, ms = ms, device = device).to_string())
        })
    };
    view! { <p class="muted">{drawn}</p> }
}
