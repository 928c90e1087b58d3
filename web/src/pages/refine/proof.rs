//! How it works, and whether it does: what was measured of the model.

use leptos::prelude::*;

use super::{bench::Bench, model::Model, words};
use crate::i18n::*;

/// The measures in the order in which they are told.
const ORDER: [&str; 10] = [
    "synthetic",
    "refined",
    "real",
    "gap_closed",
    "class_kept",
    "pupil_moved",
    "realism_synthetic",
    "realism_refined",
    "realism_narrow_refined",
    "realism_wide_refined",
];
/// Those that say how well the labels hold.
const OF_LABELS: [&str; 2] = ["class_kept", "pupil_moved"];

#[component]
pub fn Proof(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let rows = move || {
        let (locale, model) = (i18n.get_locale(), bench.model.get()?);
        let row = |name: &str| {
            let metric = model.card.metrics.get(name)?;
            let (what, value) = words::measure(locale, name, metric.value, model.patch)?;
            Some(view! { <tr title=metric.command.clone()><th scope="row">{what}</th><td>{value}</td></tr> })
        };
        let rows = ORDER.iter().filter_map(|name| row(name)).collect::<Vec<_>>();
        (!rows.is_empty()).then(|| {
            view! {
                <h2>{td_string!(locale, refine_proof).to_string()}</h2>
                <table data-testid="proof"><tbody>{rows}</tbody></table>
            }
        })
    };
    let are_labels_measured = move || {
        let has = |model: &Model| OF_LABELS.iter().any(|name| model.card.metrics.contains_key(*name));
        bench.model.with(|model| model.as_ref().is_some_and(has))
    };
    view! {
        <section class="why">
            <h2>{t!(i18n, refine_why)}</h2>
            <p>{t!(i18n, refine_why_adversary)}</p>
            <p>
                {t!(i18n, refine_why_kept)} " "
                <Show when=are_labels_measured>
                    <span data-testid="measured">{t!(i18n, refine_why_measured)}</span>
                </Show>
            </p>
            <p>{t!(i18n, refine_why_history)}</p>
            {rows}
        </section>
    }
}
