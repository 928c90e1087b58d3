//! The card of a model.

use forger_protocol::{Card, DcganConfig};
use leptos::prelude::*;

use crate::{components::labels, i18n::*};

/// What the model is and where it came from.
#[component]
pub fn About(#[prop(into)] card: Signal<Option<Card>>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let card = card.get()?;
        let metrics = card.metrics.iter().map(|(name, metric)| {
            view! { <li title=metric.command.clone()>{format!("{name} {:.4}", metric.value)}</li> }
        });
        let config = card.system.settings::<DcganConfig>().ok();
        let assisted = config.as_ref().is_some_and(|config| config.auxiliary > 0.0);
        let mapping = config.map(|config| config.mapping).filter(|width| *width > 0);
        Some(view! {
            <details class="card">
                <summary>{t!(i18n, card)} ": " {labels::model(i18n.get_locale(), &card.name)}</summary>
                <dl>
                    <dt>{t!(i18n, card_data)}</dt>
                    <dd>{card.data.name.clone()} ", " {card.data.images} " " {t!(i18n, card_images)} " · " {card.data.licence.clone()}</dd>
                    <dt>{t!(i18n, card_licence)}</dt><dd>{card.licence.clone()}</dd>
                    <dt>{t!(i18n, card_steps)}</dt><dd>{card.steps}</dd>
                    {mapping.map(|n| view! { <dt>{t!(i18n, card_codes)}</dt><dd>{t!(i18n, card_mapping, n = n)}</dd> })}
                    {assisted.then(|| view! { <dt>{t!(i18n, card_auxiliary)}</dt><dd>{t!(i18n, card_auxiliary_text)}</dd> })}
                    <dt>{t!(i18n, card_metrics)}</dt><dd><ul>{metrics.collect_view()}</ul></dd>
                </dl>
                <p>{card.notes.clone()}</p>
            </details>
        })
    }
}
