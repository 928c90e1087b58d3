//! How it works, and whether it does: what was measured of the model.

use std::collections::BTreeSet;

use forger_simulators::Simulator;
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::{bench::Bench, model::Model, words};
use crate::{components::focus, i18n::*};

/// The measures in the order in which they are told.
const ORDER: [&str; 11] = [
    "synthetic",
    "refined",
    "real",
    "gap_closed",
    "class_kept",
    "pupil_moved",
    "pupil_within_1_5",
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
    let are_labels_measured = move || {
        let has = |model: &Model| OF_LABELS.iter().any(|name| model.card.metrics.contains_key(*name));
        bench.model.with(|model| model.as_ref().is_some_and(has))
    };
    let moves = move || bench.model.with(|model| model.as_ref().is_some_and(|model| model.moves));
    view! {
        <section class="why">
            <h2>{t!(i18n, refine_why)}</h2>
            <p>{t!(i18n, refine_why_adversary)}</p>
            <p>
                {t!(i18n, refine_why_kept)} " "
                <Show when=moves>
                    <span data-testid="moves">{t!(i18n, refine_why_moves)}</span> " "
                </Show>
                <Show when=are_labels_measured>
                    <span data-testid="measured">{t!(i18n, refine_why_measured)}</span>
                </Show>
            </p>
            <p>{t!(i18n, refine_why_history)}</p>
            <Measured bench />
        </section>
    }
}

/// The measures of the model, and how they were taken; nothing where there are none.
#[component]
fn Measured(bench: Bench) -> impl IntoView {
    let i18n = use_i18n();
    let to_digits = move |event: MouseEvent| {
        focus::keep(&event);
        bench.simulate(Simulator::Digits);
    };
    move || {
        let (locale, model) = (i18n.get_locale(), bench.model.get()?);
        let told = ORDER.iter().filter_map(|name| {
            let (what, value) = words::measure(locale, name, &model)?;
            Some((what, value, model.card.metrics.get(*name)?.command.clone()))
        });
        let told = told.collect::<Vec<_>>();
        let has_spread = told.iter().any(|(_, value, _)| value.contains('±'));
        let commands = told.iter().map(|(.., command)| command.clone()).collect::<BTreeSet<_>>();
        let row = |(what, value, _): (String, String, String)| {
            view! { <tr><th scope="row">{what}</th><td>{value}</td></tr> }
        };
        let command = |command: String| view! { <code lang="en">{command}</code> };
        let no_gaze = move || {
            view! {
                <p data-testid="no-gaze">
                    {td_string!(locale, refine_no_gaze).to_string()} " "
                    <button data-testid="see-digits" on:click=to_digits>
                        {td_string!(locale, refine_see_digits).to_string()}
                    </button>
                </p>
            }
        };
        (!told.is_empty()).then(|| {
            view! {
                <h2>{td_string!(locale, refine_proof).to_string()}</h2>
                <table data-testid="proof"><tbody>{told.into_iter().map(row).collect_view()}</tbody></table>
                {has_spread.then(|| view! { <p class="muted">{td_string!(locale, refine_m_spread).to_string()}</p> })}
                {(model.simulator() == Some(Simulator::Eyes)).then(no_gaze)}
                <details class="command" data-testid="command">
                    <summary>{td_string!(locale, refine_m_command).to_string()}</summary>
                    {commands.into_iter().map(command).collect_view()}
                </details>
            }
        })
    }
}
