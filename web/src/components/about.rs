//! The card of a model.

use forger_protocol::{Card, DcganConfig};
use leptos::prelude::*;

use crate::{components::labels, i18n::*};

/// What the model is and where it came from. What people wrote on its card is in English, and so are the names of measures.
#[component]
pub fn About(
    #[prop(into)] card: Signal<Option<Card>>,
    /// What its page calls the model, where that is not by its name.
    #[prop(optional)]
    title: Option<Signal<Option<String>>>,
) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let card = card.get()?;
        let metrics = card.metrics.iter().map(|(name, metric)| {
            view! { <li title=metric.command.clone()>{format!("{} {:.4}", labels::figure(name), metric.value)}</li> }
        });
        let config = card.system.settings::<DcganConfig>().ok();
        let assisted = config.as_ref().is_some_and(|config| config.auxiliary > 0.0);
        let mapping = config.map(|config| config.mapping).filter(|width| *width > 0);
        let called = title.and_then(|title| title.get());
        let called = called.unwrap_or_else(|| labels::model(i18n.get_locale(), &card.name));
        Some(view! {
            <details class="card">
                <summary>{t!(i18n, card)} ": " {called}</summary>
                <dl>
                    <dt>{t!(i18n, card_data)}</dt>
                    <dd>
                        // A set of the user's is called what the user calls it.
                        <span lang=card.data.name.is_ascii().then_some("en")>{card.data.name.clone()}</span> ", "
                        {labels::pictures(i18n.get_locale(), card.data.images as f64)} " · "
                        <span lang="en">{card.data.licence.clone()}</span>
                    </dd>
                    <dt>{t!(i18n, card_licence)}</dt><dd lang="en">{card.licence.clone()}</dd>
                    <dt>{t!(i18n, card_steps)}</dt><dd>{labels::count(card.steps as f64)}</dd>
                    {mapping.map(|n| view! { <dt>{t!(i18n, card_codes)}</dt><dd>{t!(i18n, card_mapping, n = n)}</dd> })}
                    {assisted.then(|| view! { <dt>{t!(i18n, card_auxiliary)}</dt><dd>{t!(i18n, card_auxiliary_text)}</dd> })}
                    <dt>{t!(i18n, card_metrics)}</dt><dd lang="en"><ul>{metrics.collect_view()}</ul></dd>
                </dl>
                <p lang="en">{card.notes.clone()}</p>
            </details>
        })
    }
}
