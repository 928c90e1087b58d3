//! The curves of a run. Dragging in one zooms all.

use forger_protocol::{
    Scalar, ScalarKind, Settings as _, ToyConfig,
    message::{Measures, Score},
};
use leptos::{ev::KeyboardEvent, html::Canvas, prelude::*};
use web_sys::PointerEvent;

use super::{curves::Curves, numbers::is_real, run::use_run, state::use_lab};
use crate::{
    components::labels,
    i18n::*,
    plots::{
        lines::{self, Chart, Line},
        scalars::{self, BINS, within},
    },
    state::screen::animate,
};

/// Steps of the button that zooms without a drag.
const LAST: u64 = 500;
/// A shorter drag is a click.
const SHORTEST_DRAG: f64 = 6.0;

/// A chart of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// What steps told of a kind.
    Scalars(ScalarKind),
    JensenShannon,
    SlicedWasserstein,
}

impl Curve {
    pub const ALL: [Self; 5] = [
        Self::Scalars(ScalarKind::Loss),
        Self::Scalars(ScalarKind::Verdict),
        Self::JensenShannon,
        Self::SlicedWasserstein,
        Self::Scalars(ScalarKind::Gradient),
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Scalars(ScalarKind::Loss) => "losses",
            Self::Scalars(ScalarKind::Verdict) => "verdicts",
            Self::Scalars(ScalarKind::Gradient) => "gradients",
            Self::JensenShannon => "js",
            Self::SlicedWasserstein => "sw",
        }
    }

    pub const fn is_measure(self) -> bool {
        matches!(self, Self::JensenShannon | Self::SlicedWasserstein)
    }

    fn chart(self, curves: &Curves, steps: (f64, f64)) -> Chart {
        let score = |of: fn(&Measures) -> Score| {
            let within = within(&curves.measures, steps, |measures| measures.step);
            let points = lines::thin(within, BINS, |m| (m.step as f64, f64::from(of(m).value)));
            let band = within.last().map(of).map(|score| (f64::from(score.floor_low), f64::from(score.floor_high)));
            Chart { lines: vec![Line { colour: "--accent", points }], band, steps, ..Chart::default() }
        };
        match self {
            Self::Scalars(kind) => scalars::chart(&ToyConfig::SYSTEM, kind, &curves.metrics, steps, |_, scalar| {
                Some(if is_real(scalar) { "--real" } else { "--fake" })
            }),
            Self::JensenShannon => score(|m| m.jensen_shannon),
            Self::SlicedWasserstein => score(|m| m.sliced_wasserstein),
        }
    }
}

/// Five small charts.
#[component]
pub fn Charts() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let escape = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        if event.key() == "Escape" && lab.zoom.with_untracked(Option::is_some) {
            lab.zoom.set(None);
        }
    });
    on_cleanup(move || escape.remove());
    let dragged = RwSignal::new(None::<(f64, f64)>);
    view! {
        <div class="charts">
            {Curve::ALL
                .into_iter()
                .filter(|curve| !curve.is_measure() || lab.has("measures"))
                .map(|curve| view! { <One curve dragged /> })
                .collect_view()}
            <p class="muted">
                {t!(i18n, zoom_help)} " "
                <button
                    class="plain"
                    data-testid="zoom-last"
                    disabled=move || { run.step() <= LAST }
                    on:click=move |_| {
                        let last = untrack(|| run.step());
                        lab.zoom.set(Some((last.saturating_sub(LAST) as f64, last as f64)));
                    }
                >
                    {t!(i18n, zoom_last)}
                </button>
                <button
                    class="plain"
                    data-testid="zoom-reset"
                    disabled=move || lab.zoom.get().is_none()
                    on:click=move |_| lab.zoom.set(None)
                >
                    {t!(i18n, zoom_reset)}
                </button>
            </p>
        </div>
    }
}

#[component]
fn One(curve: Curve, dragged: RwSignal<Option<(f64, f64)>>) -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let canvas = NodeRef::<Canvas>::new();
    let steps = move || lab.zoom.get().unwrap_or_else(|| (0.0, run.step().max(1) as f64));
    animate(
        move || {
            run.look.track();
            run.visit.track();
            lab.zoom.track();
            dragged.track();
            canvas.track();
        },
        move || {
            let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
            let mut chart = run.look.with(|look| curve.chart(&look.curves, steps()));
            chart.chosen = dragged.get();
            chart.cursor = run.visit.with(|visit| visit.as_ref().map(|moment| moment.step as f64));
            lines::draw(&canvas, &chart);
        },
    );
    let step_under = move |event: &PointerEvent| {
        let width = canvas.get_untracked().map_or(1.0, |canvas| f64::from(canvas.client_width()));
        lines::step_at(f64::from(event.offset_x()), width, untrack(steps))
    };
    // Which pointer drags, and from where: of two fingers, the first.
    let from = StoredValue::new(None::<(i32, f64)>);
    let taken = move |event: &PointerEvent| {
        // The page may have been left with the pointer down.
        from.try_update_value(|from| from.take_if(|(id, _)| *id == event.pointer_id())).flatten()
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 || from.get_value().is_some() {
            return;
        }
        if let Some(canvas) = canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        from.set_value(Some((event.pointer_id(), f64::from(event.offset_x()))));
        let step = step_under(&event);
        dragged.set(Some((step, step)));
    };
    let drag = move |event: PointerEvent| {
        if from.get_value().is_some_and(|(id, _)| id == event.pointer_id()) {
            let step = step_under(&event);
            dragged.update(|dragged| *dragged = dragged.map(|(first, _)| (first, step)));
        }
    };
    let up = move |event: PointerEvent| {
        let Some((_, start)) = taken(&event) else { return };
        let chosen = dragged.get_untracked();
        dragged.set(None);
        if let Some((first, last)) = chosen
            && (f64::from(event.offset_x()) - start).abs() > SHORTEST_DRAG
        {
            lab.zoom.set(Some((first.min(last).floor(), first.max(last).ceil().max(first.min(last).floor() + 1.0))));
        }
    };
    // Without an end, as where a menu or another window took the pointer, nothing was chosen.
    let give_up = move |event: PointerEvent| {
        if taken(&event).is_some() {
            dragged.set(None);
        }
    };
    let name = move |scalar: &Scalar| match scalar.of {
        "discriminator" => "D".to_owned(),
        "generator" => "G".to_owned(),
        "real" => format!("D({})", t_string!(i18n, real)),
        _ => format!("D({})", t_string!(i18n, fake)),
    };
    let key = move |(_, scalar): (usize, &'static Scalar)| {
        let class = if is_real(scalar) { "key real" } else { "key fake" };
        view! { <span class=class>{move || name(scalar)}</span> }
    };
    let keys = move || match curve {
        Curve::Scalars(kind) => ToyConfig::SYSTEM.of_kind(kind).map(key).collect_view().into_any(),
        _ => view! { <span class="key floor">{t!(i18n, floor)}</span> }.into_any(),
    };
    view! {
        <figure class="chart">
            <figcaption>
                <strong>{move || labels::curve(i18n.get_locale(), curve.key())}</strong>
                {keys}
            </figcaption>
            // The chart has the same for a name.
            <p class="muted" aria-hidden="true">{move || labels::curve_text(i18n.get_locale(), curve.key())}</p>
            <canvas
                node_ref=canvas
                data-testid=format!("chart-{}", curve.key())
                data-chart=""
                role="img"
                aria-label=move || labels::curve_text(i18n.get_locale(), curve.key())
                on:pointerdown=down
                on:pointermove=drag
                on:pointerup=up
                on:pointercancel=give_up
                on:lostpointercapture=give_up
                on:dblclick=move |_| lab.zoom.set(None)
            ></canvas>
        </figure>
    }
}
