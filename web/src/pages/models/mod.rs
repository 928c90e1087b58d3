//! The models of the site and of this machine: what they are, where they come from, and whether they work here.

mod card;
mod checks;
mod figures;
mod space;
mod stock;
pub mod words;

use forger_protocol::{Declaration, system};
use leptos::prelude::*;

use crate::{
    components::{labels, models::OwnModel, start_stop::StartStop},
    i18n::*,
    state::site,
};
use card::ModelCard;
use checks::{Checking, Tried};
use space::Space;
use stock::{Item, Place, Stock};

#[component]
pub fn ModelsPage() -> impl IntoView {
    let (i18n, stock) = (use_i18n(), Stock::new());
    let is_empty = move || stock.site.with(|site| site.as_ref().is_some_and(Vec::is_empty));
    view! {
        <div class="lead">
            <h1>{t!(i18n, models)}</h1>
            <p>{t!(i18n, models_lead)}</p>
        </div>
        <div class="models-page">
            <Show when=is_empty>
                <p class="note" data-testid="no-models">{t!(i18n, no_models)}</p>
            </Show>
            <Show when=move || stock.failed.get()>
                <p role="status">{t!(i18n, models_unlisted)}</p>
                <button data-testid="retry-button" on:click=move |_| stock.load()>{t!(i18n, retry)}</button>
            </Show>
            <Tools stock />
            <OwnFile stock />
            {system::ALL.map(|system| view! { <Group stock system /> }).collect_view()}
            <MadeHere stock />
            <Space stock />
        </div>
    }
}

/// Checks all, and opens a file of the user's.
#[component]
fn Tools(stock: Stock) -> impl IntoView {
    let i18n = use_i18n();
    let size = move || labels::bytes(stock.all().iter().map(|item| item.entry.bytes as f64).sum());
    let row = move || stock.checking.get().filter(|checking| checking.total > 1);
    let share = move || row().map_or(0.0, |checking| checking.done as f64 / checking.total as f64);
    let said = move || {
        let Checking { done, total, .. } = row()?;
        Some(td_string!(i18n.get_locale(), models_checked, n = done, total = total).to_string())
    };
    let outcome = move || {
        let locale = i18n.get_locale();
        let (bad, total) = stock.refused().filter(|_| row().is_none())?;
        Some(match bad {
            0 => td_string!(locale, models_all_work, n = total).to_string(),
            bad => td_string!(locale, models_some_refused, n = bad, total = total).to_string(),
        })
    };
    view! {
        <div class="buttons">
            <Show when=move || row().is_some()>
                <progress max="1" prop:value=share aria-label=said></progress>
            </Show>
            <StartStop
                is_on=Signal::derive(move || row().is_some())
                start=move |()| stock.check(stock.all())
                stop=move |()| stock.cancel()
                label=Signal::derive(move || {
                    td_string!(i18n.get_locale(), models_check_all, size = size()).to_string()
                })
                primary=true
                ids=["check-all", "cancel-all"]
            />
            // Not read out with every model: what came of it is.
            <span data-testid="checking">{said}</span>
            <span role="status" data-testid="checked">{outcome}</span>
            <OwnModel open=move |file| stock.try_file(file) />
        </div>
    }
}

/// The file of the user's that was opened last.
#[component]
fn OwnFile(stock: Stock) -> impl IntoView {
    let i18n = use_i18n();
    let shown = move || match stock.tried.get()? {
        Tried::Underway(name) => {
            let share = move || stock.shelf.opening.get()?.share;
            Some(
                view! {
                    <p class="loading" role="status">
                        {name} " "
                        <progress max="1" prop:value=share aria-label=move || t_string!(i18n, downloading)></progress>
                        <button data-testid="cancel-file" on:click=move |_| stock.cancel()>{t!(i18n, cancel)}</button>
                    </p>
                }
                .into_any(),
            )
        }
        Tried::Opened(item) => {
            Some(view! { <h2>{t!(i18n, models_file)}</h2> <ModelCard stock item=*item /> }.into_any())
        }
        Tried::Refused(name, error) => {
            let said = move || format!("{name}: {}", labels::error(i18n.get_locale(), &error));
            Some(view! { <p class="bad" role="alert" data-testid="file-refused">{said}</p> }.into_any())
        }
    };
    view! { <section data-testid="own-file">{shown}</section> }
}

/// The models of the site that are of a system.
#[component]
fn Group(stock: Stock, system: &'static Declaration) -> impl IntoView {
    let i18n = use_i18n();
    let items = Memo::new(move |_| {
        stock.site.with(|site| {
            let of_system = site.iter().flatten().filter(|entry| entry.card.system.name == system.name);
            of_system.map(|entry| Item { place: Place::Site, entry: entry.clone() }).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || items.with(|items| !items.is_empty())>
            <section>
                <h2>{move || labels::system(i18n.get_locale(), system.name)}</h2>
                <Cards stock items />
            </section>
        </Show>
    }
}

#[component]
fn MadeHere(stock: Stock) -> impl IntoView {
    let i18n = use_i18n();
    let items = Memo::new(move |_| stock.own());
    let is_empty = move || stock.stored.with(|stored| matches!(stored, Some(Ok(stored)) if stored.models.is_empty()));
    let failure = move || {
        let error = stock.stored.with(|stored| stored.as_ref()?.as_ref().err().cloned())?;
        Some(view! { <p role="status" data-testid="no-store">{labels::error(i18n.get_locale(), &error)}</p> })
    };
    view! {
        <section data-testid="made-here">
            <h2>{t!(i18n, models_here)}</h2>
            <p>{t!(i18n, models_here_lead)} " " <a href=site::link("/train")>{t!(i18n, models_train)}</a></p>
            <Show when=is_empty>
                <p class="muted">{t!(i18n, models_here_none)}</p>
            </Show>
            {failure}
            <Cards stock items />
        </section>
    }
}

#[component]
fn Cards(stock: Stock, items: Memo<Vec<Item>>) -> impl IntoView {
    view! {
        <div class="cards">
            <For
                each=move || items.get()
                key=|item| (item.key(), item.entry.sha256.clone())
                children=move |item| view! { <ModelCard stock item /> }
            />
        </div>
    }
}
