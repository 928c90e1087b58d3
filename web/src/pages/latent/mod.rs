//! The latent space of a model: samples, arithmetic, directions, walks, and the way from a photo to its code.

mod board;
mod drag;
mod edit;
mod examples;
mod explorer;
mod keep;
mod model;
mod own;
mod photo;
mod pictures;
mod samples;
mod search;
mod share;
mod suggest;
mod sum;
mod term;
mod toolbar;
mod walk;

use forger_protocol::latent_url::{Tab, from_query};
use leptos::{ev::KeyboardEvent, html, prelude::*};
use web_sys::DragEvent;

use crate::{
    components::{about::About, files},
    i18n::*,
    pages::links::{complain, query},
    shelf::is_model,
};
use board::{Board, begin};
use edit::Edit;
use examples::Examples;
use explorer::Explorer;
use keep::Gallery;
use own::Own;
use photo::PhotoTab;
use samples::Samples;
use search::PhotoSearch;
use share::{Share, keep_address};
use sum::Sum;
use toolbar::{Drawn, Loading, Models, Toolbar};
use walk::Walk;

#[component]
pub fn LatentPage() -> impl IntoView {
    let i18n = use_i18n();
    let (state, wrong) = from_query(&query());
    let explorer = Explorer::new(state);
    complain(explorer.toasts, explorer.locale(), &wrong);
    explorer.load_manifest();
    keep_address(explorer);
    let (own, search) = (Own::load(explorer), PhotoSearch::new(explorer));
    // A page that was opened without terms begins with a sentence, which depends on what the model knows.
    Effect::new(move |_| {
        if explorer.card.with(Option::is_some) {
            begin(explorer);
        }
    });
    let drop = files::on_drop(move |files| {
        let Some(file) = files.into_iter().next() else { return };
        if is_model(&file.name()) {
            explorer.load_file(file);
        } else {
            // Not every system knows the type of every picture.
            search.open(file);
        }
    });
    let tab = explorer.part(|state| state.tab);
    view! {
        <div class="lead">
            <h1>{t!(i18n, latent_title)}</h1>
            <p>{t!(i18n, latent_lead)}</p>
        </div>
        <div on:dragover=|event: DragEvent| event.prevent_default() on:drop=drop>
            <Loading explorer />
            // First on every screen, and drawn first: it is what the page is about.
            <Show when=move || explorer.card.with(Option::is_some) && tab.get() == Tab::Arithmetic>
                <section class="answer">
                    <Sum explorer own />
                </section>
            </Show>
            <Models explorer />
            <Show when=move || explorer.card.with(Option::is_some)>
                <div class="latent">
                    <div class="stage">
                        <Toolbar explorer />
                        <Samples explorer />
                        <Drawn explorer />
                    </div>
                    <div class="work">
                        <Tabs explorer />
                        <div class="panel" role="tabpanel" id="latent-panel" aria-labelledby=move || tab_id(tab.get()) data-testid="panel">
                            {move || match tab.get() {
                                Tab::Arithmetic => view! { <Board explorer /> }.into_any(),
                                Tab::Edit => view! { <Edit explorer own /> }.into_any(),
                                Tab::Walk => view! { <Walk explorer /> }.into_any(),
                                Tab::Photo => view! { <PhotoTab search /> }.into_any(),
                            }}
                        </div>
                    </div>
                    <div class="keepers">
                        <Share explorer />
                        <Examples explorer />
                        <Gallery explorer />
                    </div>
                </div>
            </Show>
        </div>
        <About card=explorer.card />
    }
}

fn tab_id(tab: Tab) -> String {
    format!("latent-tab-{}", tab.name())
}

#[component]
fn Tabs(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let tab = explorer.part(|state| state.tab);
    let list = NodeRef::<html::Div>::new();
    let label = move |of: Tab| match of {
        Tab::Arithmetic => t_string!(i18n, tab_arithmetic),
        Tab::Edit => t_string!(i18n, tab_edit),
        Tab::Walk => t_string!(i18n, tab_walk),
        Tab::Photo => t_string!(i18n, tab_photo),
    };
    let key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => Tab::ALL.len() - 1,
            _ => return,
        };
        event.prevent_default();
        let at = Tab::ALL.iter().position(|known| *known == tab.get_untracked()).unwrap_or_default();
        let to = (at + by) % Tab::ALL.len();
        explorer.change(|state| state.tab = Tab::ALL[to]);
        let button = list.get_untracked().and_then(|list| list.children().item(to as u32));
        if let Some(button) =
            button.and_then(|button| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(button).ok())
        {
            let _ = button.focus();
        }
    };
    let one = move |of: Tab| {
        let is_open = move || tab.get() == of;
        view! {
            <button
                role="tab"
                id=tab_id(of)
                aria-controls="latent-panel"
                aria-selected=move || is_open().to_string()
                tabindex=move || if is_open() { "0" } else { "-1" }
                data-testid=format!("tab-{}", of.name())
                on:click=move |_| {
                    explorer.change(|state| state.tab = of);
                }
            >
                {move || label(of)}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=move || t_string!(i18n, tools) node_ref=list on:keydown=key>
            {Tab::ALL.map(one).collect_view()}
        </div>
    }
}
