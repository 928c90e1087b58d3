//! Links that make one want to try, each with the picture that it leads to.

use std::collections::HashMap;

use forger_protocol::latent_url::{Code, LatentState, from_query};
use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use super::{explorer::Explorer, pictures::Thumb};
use crate::{i18n::*, state::site};

#[derive(Clone, Deserialize)]
struct Example {
    /// By language.
    title: HashMap<String, String>,
    query: String,
    /// What the link shows, as a code.
    picture: String,
}

#[component]
pub fn Examples(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let examples = RwSignal::new(Vec::<Example>::new());
    spawn_local(async move {
        // Without them the page lacks nothing that it needs.
        if let Ok(found) = site::fetch_json(&site::url("examples/latent.json")).await {
            examples.try_set(found);
        }
    });
    let shown = move || {
        let name = explorer.card.with(|card| card.as_ref().map(|card| card.name.clone()));
        let fits = |state: &LatentState| state.model.as_ref().map(|model| &model.name) == name.as_ref();
        examples.get().into_iter().filter(|example| fits(&from_query(&example.query).0)).collect::<Vec<_>>()
    };
    let one = move |example: Example| {
        let (query, titles) = (example.query.clone(), example.title);
        let title = move || titles.get(if i18n.get_locale() == Locale::ko { "ko" } else { "en" }).cloned();
        let code = example.picture.parse::<Code>().ok();
        let open = move |event: web_sys::MouseEvent| {
            event.prevent_default();
            explorer.visit(&query);
        };
        view! {
            <li>
                <a href=site::url(&format!("latent?{}", example.query)) on:click=open>
                    <Thumb explorer code=Signal::derive(move || code.clone()) />
                    <span>{title}</span>
                </a>
            </li>
        }
    };
    view! {
        <Show when=move || !shown().is_empty()>
            <section class="examples" data-testid="examples">
                <h2>{t!(i18n, examples)}</h2>
                <ul>
                    <For each=shown key=|example| example.query.clone() children=one />
                </ul>
            </section>
        </Show>
    }
}
