//! The curves of the run: a chart for each kind of number that its steps tell.

use forger_protocol::{Declaration, ScalarKind, system};
use leptos::{html::Canvas, prelude::*};
use serde_json::Value;

use super::{form, trainer::Trainer, words};
use crate::{
    components::labels,
    i18n::*,
    plots::{lines, scalars},
    state::screen::animate,
};

/// Colours of lines, by their places in a chart.
const COLOURS: [&str; 6] = ["--real", "--fake", "--mesh", "--good", "--push", "--muted"];

/// What the texts of the lab call a kind.
const fn key(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::Loss => "losses",
        ScalarKind::Verdict => "verdicts",
        ScalarKind::Gradient => "gradients",
    }
}

#[component]
pub fn Curves(trainer: Trainer) -> impl IntoView {
    let system = Memo::new(move |_| trainer.open.with(|info| info.as_ref().map(|info| info.config.system.clone())));
    let charts = move || {
        let system = system.get()?;
        let declared = system::find(&system.name)?;
        let kinds = ScalarKind::ALL.into_iter().filter(|kind| form::tells(&system, *kind));
        let of = |kind| view! { <One trainer declared kind config=system.config.clone() /> };
        Some(kinds.map(of).collect_view())
    };
    view! { <div class="charts">{charts}</div> }
}

#[component]
fn One(trainer: Trainer, declared: &'static Declaration, kind: ScalarKind, config: Value) -> impl IntoView {
    let (i18n, canvas) = (use_i18n(), NodeRef::<Canvas>::new());
    let told = declared.of_kind(kind).enumerate().filter(|(_, (_, scalar))| scalar.is_told(&config));
    let told = told.map(|(index, (_, scalar))| (index, *scalar)).collect::<Vec<_>>();
    let drawn = StoredValue::new(told.iter().map(|(index, _)| *index).collect::<Vec<_>>());
    animate(
        move || {
            trainer.look.track();
            trainer.aim.track();
            canvas.track();
        },
        move || {
            let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
            let mut chart = trainer.look.with(|look| {
                // Of a run that went on, earlier steps are not told again.
                let first = look.metrics.first().map_or(0, |metrics| metrics.step.saturating_sub(1));
                let steps = (first as f64, look.step().max(first + 1) as f64);
                scalars::chart(declared, kind, &look.metrics, steps, |place, _| {
                    drawn.with_value(|drawn| drawn.contains(&place)).then(|| COLOURS[place % COLOURS.len()])
                })
            });
            chart.cursor = trainer.aim.get().map(|step| step as f64);
            lines::draw(&canvas, &chart);
        },
    );
    let keys = told.into_iter().map(|(index, scalar)| {
        let class = format!("key key-{}", index % COLOURS.len());
        view! { <span class=class>{move || words::scalar(i18n.get_locale(), &scalar)}</span> }
    });
    let text = move || words::curve_text(i18n.get_locale(), kind);
    view! {
        <figure class="chart">
            <figcaption>
                <strong>{move || labels::curve(i18n.get_locale(), key(kind))}</strong>
                {keys.collect_view()}
            </figcaption>
            // The chart has the same for a name.
            <p class="muted" aria-hidden="true">{text}</p>
            <canvas node_ref=canvas data-testid=format!("chart-{}", key(kind)) role="img" aria-label=text></canvas>
        </figure>
    }
}
