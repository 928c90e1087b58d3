//! The toy GAN.

mod controls;
pub mod run;
pub mod views;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use wasm_bindgen_futures::JsFuture;

use crate::{
    i18n::*,
    state::{
        lab_url::{from_query, to_query},
        saved::SavedRun,
        site,
        toasts::use_toasts,
    },
};
use controls::Controls;
use run::provide_run;
use views::{Buttons, Charts, Plane, Readout};

#[component]
pub fn LabPage() -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let query = use_query_map().get_untracked();
    let pairs = query.clone().into_iter().map(|(key, value)| (key.to_string(), value)).collect::<Vec<_>>();
    let (config, wrong) = from_query(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    if !wrong.is_empty() {
        let what = wrong.join(", ");
        toasts.error(td_string!(i18n.get_locale_untracked(), bad_url, what = what).to_string());
    }
    let run = provide_run(config, query.get("step").and_then(|step| step.parse().ok()));

    let navigate = use_navigate();
    Effect::new(move |before: Option<()>| {
        let query = to_query(&run.config.get());
        // The first time, the URL is where the settings came from.
        if before.is_some() {
            let query = query.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&");
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&format!("/lab{}{query}", if query.is_empty() { "" } else { "?" }), options);
        }
    });

    let saved = RwSignal::new(SavedRun::load().filter(|saved| saved.step > 0).map(|saved| saved.step));
    let restore = move |_| {
        saved.set(None);
        if let Some(saved) = SavedRun::load() {
            run.restore(&saved);
        }
    };
    let share = move |_| {
        let step = untrack(move || run.step());
        let mut query = to_query(&run.config.get_untracked());
        query.push(("step", step.to_string()));
        let query = query.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&");
        let url = site::url(&format!("lab?{query}"));
        copy(url, move |copied| {
            let locale = i18n.get_locale_untracked();
            let text = if copied { td_string!(locale, copied) } else { td_string!(locale, copy_failed) };
            toasts.note(text.to_string());
        });
    };
    view! {
        <h1 class="unseen">{t!(i18n, lab)}</h1>
        <div class="lab">
            <div class="stage">
                <Plane />
                <Buttons />
                <Readout />
            </div>
            <div class="side">
                <Charts />
                <div class="buttons">
                    <button data-testid="share-button" on:click=share>{t!(i18n, share)}</button>
                    {move || {
                        saved
                            .get()
                            .map(|step| {
                                view! {
                                    <button class="plain" data-testid="continue-button" on:click=restore>
                                        {t!(i18n, continue_run, step = step)}
                                    </button>
                                }
                            })
                    }}
                </div>
            </div>
            <Controls />
        </div>
    }
}

/// Puts a link into the address bar and the clipboard; says whether the browser allowed the second.
pub fn copy(url: String, then: impl FnOnce(bool) + 'static) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
    }
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        // Browsers give a clipboard to secure pages only.
        return then(false);
    }
    let promise = window().navigator().clipboard().write_text(&url);
    spawn_local(async move { then(JsFuture::from(promise).await.is_ok()) });
}
