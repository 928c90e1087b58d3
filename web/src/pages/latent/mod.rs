//! The latent space of a model.

mod explorer;
mod views;

use leptos::{html::Input, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use web_sys::DragEvent;

use crate::{
    i18n::*,
    pages::lab::share::copy,
    state::{codes, site, toasts::use_toasts},
};
use explorer::Explorer;
use views::{About, Loading, Samples, Sliders, Walk};

#[component]
pub fn LatentPage() -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let query = use_query_map().get_untracked();
    let seed = query.get("seed").and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let explorer = Explorer::new(query.get("model"), seed);
    explorer.load_manifest();
    explorer.keep_drawn();
    // What A and B are is known once the model is: from the URL the first time, then from the grid.
    let from_url = StoredValue::new(Some((query.get("a"), query.get("b"))));
    Effect::new(move |_| {
        let dim = explorer.dim();
        if dim == 0 {
            return;
        }
        let (a, b) = from_url.try_update_value(Option::take).flatten().unwrap_or_default();
        let code = |text: Option<String>, index: usize| {
            let read = text.as_ref().and_then(|text| codes::decode(text, dim));
            if let (Some(text), None) = (text, &read) {
                toasts.error(td_string!(i18n.get_locale_untracked(), bad_url, what = text).to_string());
            }
            read.unwrap_or_else(|| explorer.sample(index))
        };
        let (a, b) = (code(a, 0), code(b, 1));
        explorer.a.set(a);
        explorer.b.set(b);
    });

    let state = move || {
        let mut query = vec![format!("seed={}", explorer.seed.get())];
        query.extend(explorer.wanted.get().map(|name| format!("model={name}")));
        for (key, code) in [("a", explorer.a.get()), ("b", explorer.b.get())] {
            if !code.is_empty() {
                query.push(format!("{key}={}", codes::encode(&code)));
            }
        }
        format!("latent?{}", query.join("&"))
    };
    let navigate = use_navigate();
    Effect::new(move |_| {
        let state = state();
        if explorer.card.with(Option::is_some) {
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&format!("/{state}"), options);
        }
    });
    let share = move |_: web_sys::MouseEvent| {
        copy(site::url(&untrack(state)), move |copied| {
            let locale = i18n.get_locale_untracked();
            let text = if copied { td_string!(locale, copied_plain) } else { td_string!(locale, copy_failed) };
            toasts.note(text.to_string());
        });
    };
    let pick_b = RwSignal::new(false);
    let drop = move |event: DragEvent| {
        event.prevent_default();
        if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
            explorer.open_file(file);
        }
    };
    view! {
        <div class="lead">
            <h1>{t!(i18n, latent_title)}</h1>
            <p>{t!(i18n, latent_lead)}</p>
        </div>
        <Toolbar explorer />
        <Loading explorer />
        <div on:dragover=|event| event.prevent_default() on:drop=drop>
            <Show when=move || explorer.card.with(Option::is_some)>
                <div class="latent">
                    <div class="stage">
                        <div class="buttons" role="group">
                            <button
                                data-testid="pick-a"
                                aria-pressed=move || (!pick_b.get()).to_string()
                                on:click=move |_| pick_b.set(false)
                            >
                                {t!(i18n, pick_a)}
                            </button>
                            <button
                                data-testid="pick-b"
                                aria-pressed=move || pick_b.get().to_string()
                                on:click=move |_| pick_b.set(true)
                            >
                                {t!(i18n, pick_b)}
                            </button>
                            <button data-testid="share-button" on:click=share>{t!(i18n, share)}</button>
                        </div>
                        <Samples explorer pick_b />
                    </div>
                    <div class="side">
                        <Walk explorer />
                        <Sliders explorer />
                    </div>
                </div>
            </Show>
        </div>
        <About explorer />
    }
}

#[component]
fn Toolbar(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let file = NodeRef::<Input>::new();
    let names = move || {
        let manifest = explorer.manifest.get();
        let mut names = manifest.into_iter().flat_map(|m| m.models).map(|m| m.card.name).collect::<Vec<_>>();
        if let Some(own) = explorer.card.with(|card| card.as_ref().map(|card| card.name.clone()))
            && !names.contains(&own)
        {
            names.push(own);
        }
        names
    };
    let option = move |name: String| {
        let chosen = explorer.wanted.get().as_ref() == Some(&name);
        view! { <option value=name.clone() selected=chosen>{name.clone()}</option> }
    };
    let choose = move |name: String| {
        explorer.wanted.set(Some(name));
        explorer.load_wanted();
    };
    let none = move || {
        let empty = explorer.manifest.with(|manifest| manifest.as_ref().is_some_and(|m| m.models.is_empty()));
        empty.then(|| view! { <p class="note">{t!(i18n, no_models)}</p> })
    };
    let open = move |_| {
        if let Some(chosen) = file.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0)) {
            explorer.open_file(chosen);
        }
    };
    view! {
        {none}
        <div class="buttons toolbar">
            <label>
                <span>{t!(i18n, model)}</span>
                <select on:change=move |event| choose(event_target_value(&event))>
                    {move || names().into_iter().map(option).collect_view()}
                </select>
            </label>
            <label>
                <span>{t!(i18n, seed)}</span>
                <input
                    type="number"
                    min="0"
                    data-testid="seed-input"
                    prop:value=move || explorer.seed.get()
                    on:change=move |event| {
                        if let Ok(seed) = event_target_value(&event).parse() {
                            explorer.seed.set(seed);
                        }
                    }
                />
            </label>
            <button on:click=move |_| explorer.seed.update(|seed| *seed = seed.wrapping_add(1))>
                {t!(i18n, new_seed)}
            </button>
            <label class="file">
                <span>{t!(i18n, own_model)}</span>
                <input type="file" accept=".safetensors" data-testid="model-file" node_ref=file on:change=open />
            </label>
        </div>
    }
}
