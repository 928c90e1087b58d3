//! A model: what it is, what can be done with it, and whether it works here.

use forger_protocol::{Card, latent_url::short_hash};
use leptos::prelude::*;

use super::{
    checks::Verdict,
    figures,
    stock::{Item, Place, Stock},
    words,
};
use crate::{
    components::{confirm::Confirm, labels},
    i18n::*,
    state::site,
};

#[component]
pub fn ModelCard(stock: Stock, item: Item) -> impl IntoView {
    let i18n = use_i18n();
    let (id, place, card) = (item.key(), item.place, item.entry.card.clone());
    let (name, item) = (card.name.clone(), StoredValue::new(item));
    let title = Signal::derive(move || item.with_value(|item| words::title(i18n.get_locale(), &item.entry)));
    let purpose = move || item.with_value(|item| words::purpose(i18n.get_locale(), &item.entry));
    let is_hidden = move || item.with_value(|item| stock.is_hidden(item));
    let alias =
        move || title.with(|title| *title != name).then(|| view! { " " <code class="muted">{name.clone()}</code> });
    let has_more = !card.notes.is_empty() || !card.metrics.is_empty();
    view! {
        <article class="model" data-testid=id.clone()>
            <h3>{title} {alias}</h3>
            <p>{purpose}</p>
            <Show when=move || place != Place::File>
                <Actions stock item title />
            </Show>
            <Outcome stock id=id.clone() />
            <Show when=is_hidden>
                <p class="muted">{t!(i18n, models_taken)}</p>
            </Show>
            {item.with_value(facts)}
            {has_more.then(|| more(&card, &id))}
        </article>
    }
}

/// Using, checking, downloading, and deleting what was made here.
#[component]
fn Actions(stock: Stock, item: StoredValue<Item>, title: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let (id, entry) = item.with_value(|item| (item.key(), item.entry.clone()));
    let is_own = item.with_value(|item| item.place == Place::Here);
    // Which of the many buttons of that text it is.
    let named = move |what: &str| format!("{what}: {}", title.get());
    let usable = {
        let (link, id) = (words::link(&entry), format!("use-{id}"));
        move || {
            let link = link.clone().filter(|_| !item.with_value(|item| stock.is_hidden(item)))?;
            Some(view! {
                <a class="button" href=link data-testid=id.clone() aria-label=move || named(t_string!(i18n, models_use))>
                    {t!(i18n, models_use)}
                </a>
            })
        }
    };
    let trainable = {
        let (link, id) = (words::train_link(&entry), format!("train-{id}"));
        move || {
            let link = link.clone().filter(|_| !item.with_value(|item| stock.is_hidden(item)))?;
            let named = move || named(t_string!(i18n, models_train_on));
            Some(view! {
                <a class="button" href=link data-testid=id.clone() aria-label=named>{t!(i18n, models_train_on)}</a>
            })
        }
    };
    let file = entry.file;
    let download = if is_own {
        let kept = file.clone();
        view! {
            <button
                data-testid=format!("download-{id}")
                aria-label=move || named(t_string!(i18n, models_download))
                on:click=move |_| stock.download(kept.clone())
            >
                {t!(i18n, models_download)}
            </button>
        }
        .into_any()
    } else {
        view! {
            <a
                class="button"
                href=site::url(&format!("models/{file}"))
                download=file
                data-testid=format!("download-{id}")
                aria-label=move || named(t_string!(i18n, models_download))
            >
                {t!(i18n, models_download)}
            </a>
        }
        .into_any()
    };
    view! {
        <div class="buttons">
            {usable}
            {trainable}
            <button
                data-testid=format!("check-{id}")
                title=move || t_string!(i18n, models_check_help)
                aria-label=move || named(t_string!(i18n, models_check))
                on:click=move |_| stock.check(vec![item.get_value()])
            >
                {t!(i18n, models_check)}
            </button>
            {download}
            {is_own.then(|| view! {
                <Confirm
                    label=Signal::derive(move || t_string!(i18n, models_delete).to_owned())
                    question=Signal::derive(move || {
                        td_string!(i18n.get_locale(), models_delete_ask, name = title.get()).to_string()
                    })
                    of=title
                    act=move |()| stock.delete(item.get_value())
                    id=format!("delete-{id}")
                />
            })}
        </div>
    }
}

/// How far a check is, and what came of it.
#[component]
fn Outcome(stock: Stock, id: String) -> impl IntoView {
    let i18n = use_i18n();
    let key = StoredValue::new(id.clone());
    let is_checked = move || {
        stock
            .checking
            .with(|checking| key.with_value(|key| checking.as_ref().is_some_and(|checking| checking.key == *key)))
    };
    // Of a row, the way out is above.
    let is_alone =
        move || stock.checking.with(|checking| checking.as_ref().is_some_and(|checking| checking.total == 1));
    let share = move || stock.shelf.opening.get()?.share;
    let verdict = Memo::new(move |_| stock.verdicts.with(|verdicts| key.with_value(|key| verdicts.get(key).cloned())));
    let is_refused = move || verdict.with(|verdict| matches!(verdict, Some(Verdict::Refused(_))));
    let said = move || {
        let locale = i18n.get_locale();
        Some(match verdict.get().filter(|_| !is_checked())? {
            Verdict::Works { milliseconds, device } => {
                let (ms, device) = (format!("{milliseconds:.0}"), labels::device(device));
                td_string!(locale, models_works, ms = ms, device = device).to_string()
            }
            Verdict::Refused(error) => {
                td_string!(locale, models_refused, why = labels::error(locale, &error)).to_string()
            }
        })
    };
    view! {
        <Show when=is_checked>
            <p class="loading">
                <progress max="1" prop:value=share aria-label=move || t_string!(i18n, downloading)></progress>
                <Show when=is_alone>
                    <button data-testid="cancel-check" on:click=move |_| stock.cancel()>{t!(i18n, cancel)}</button>
                </Show>
            </p>
        </Show>
        <p class="verdict" class:bad=is_refused role="status" data-testid=format!("verdict-{id}")>{said}</p>
    }
}

/// Size, terms and origin.
fn facts(item: &Item) -> impl IntoView + use<> {
    let i18n = use_i18n();
    let (entry, card) = (&item.entry, &item.entry.card);
    let data = &card.data;
    let learned = (!data.name.is_empty()).then(|| {
        let (name, images, terms) = (data.name.clone(), data.images as f64, data.licence.clone());
        let lang = name.is_ascii().then_some("en");
        let terms = (!terms.is_empty()).then(|| view! { " · " <span lang="en">{terms}</span> });
        view! {
            <dt>{t!(i18n, card_data)}</dt>
            // A set of the user's is called what the user calls it.
            <dd><span lang=lang>{name}</span> ", " {move || labels::pictures(i18n.get_locale(), images)} {terms}</dd>
        }
    });
    let steps = (card.steps > 0).then(|| labels::count(card.steps as f64));
    let steps = steps.map(|steps| view! { <dt>{t!(i18n, card_steps)}</dt><dd>{steps}</dd> });
    let trainer = (!card.trainer.is_empty())
        .then(|| view! { <dt>{t!(i18n, models_trainer)}</dt><dd>{card.trainer.clone()}</dd> });
    let short = short_hash(&entry.sha256).to_owned();
    view! {
        <dl class="facts">
            <dt>{t!(i18n, models_size)}</dt><dd>{labels::bytes(entry.bytes as f64)}</dd>
            <dt>{t!(i18n, card_licence)}</dt><dd lang="en">{card.licence.clone()}</dd>
            {learned}
            {steps}
            {trainer}
            <dt>"SHA-256"</dt><dd><code title=entry.sha256.clone()>{short} "…"</code></dd>
        </dl>
    }
}

/// What a user should know, and what was measured.
fn more(card: &Card, id: &str) -> impl IntoView + use<> {
    let i18n = use_i18n();
    view! {
        <details data-testid=format!("figures-{id}")>
            <summary>{t!(i18n, models_more)}</summary>
            <p lang="en">{card.notes.clone()}</p>
            {figures::tables(card)}
        </details>
    }
}
