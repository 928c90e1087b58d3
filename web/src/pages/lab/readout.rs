//! Step, rate and measures, and the same for those who listen.

use std::time::Duration;

use forger_protocol::message::{Measures, Score};
use leptos::prelude::*;

use super::{run::use_run, state::use_lab};
use crate::{components::labels, i18n::*};

/// Ten times a second would be noise.
const SPEAK_EVERY: Duration = Duration::from_secs(5);

/// A distance, and what a perfect generator would score.
fn score(score: Score) -> String {
    format!("{:.3}", score.value)
}

fn floor(score: Score) -> String {
    format!("{:.3} – {:.3}", score.floor_low, score.floor_high)
}

#[component]
pub fn Readout() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let rate = move || {
        run.look.with(|look| {
            let update = look.update.as_ref().filter(|update| update.steps_per_second > 0.0);
            update.map_or_else(|| "–".into(), |update| labels::count(update.steps_per_second))
        })
    };
    let measures = move || run.with_moment(|moment| moment.measures);
    let of = move |text: fn(Measures) -> String| measures().map_or_else(|| "–".into(), text);
    let covered = move || measures().and_then(|measures| measures.coverage);
    let modes = move || covered().map_or_else(|| "–".into(), |c| format!("{} / {}", c.covered, c.modes));
    let quality = move || {
        covered().map_or_else(|| "–".into(), |c| labels::percent(i18n.get_locale(), f64::from(c.high_quality), 0))
    };
    let spoken = RwSignal::new(String::new());
    let speak = move || {
        let text = untrack(move || {
            let (locale, step) = (i18n.get_locale(), labels::count(run.shown_step() as f64));
            let (state, js) = (labels::state(locale, run.state()), of(|m| score(m.jensen_shannon)));
            match covered() {
                Some(c) => {
                    td_string!(locale, live, step = step, state = state, covered = c.covered, modes = c.modes, js = js)
                        .to_string()
                }
                None => td_string!(locale, live_plain, step = step, state = state, js = js).to_string(),
            }
        });
        spoken.set(text);
    };
    if let Ok(timer) = set_interval_with_handle(speak, SPEAK_EVERY) {
        on_cleanup(move || timer.clear());
    }
    let distances = move || {
        lab.has("measures").then(|| {
            view! {
                <div>
                    <dt>{t!(i18n, jensen_shannon)}</dt>
                    <dd data-testid="js">
                        {move || of(|m| score(m.jensen_shannon))}
                        <small>{t!(i18n, perfect)} " " {move || of(|m| floor(m.jensen_shannon))}</small>
                    </dd>
                </div>
                <div>
                    <dt>{t!(i18n, sliced_wasserstein)}</dt>
                    <dd data-testid="sw">
                        {move || of(|m| score(m.sliced_wasserstein))}
                        <small>{t!(i18n, perfect)} " " {move || of(|m| floor(m.sliced_wasserstein))}</small>
                    </dd>
                </div>
            }
        })
    };
    view! {
        <dl class="readout">
            <div>
                <dt>{t!(i18n, step_count)}</dt>
                <dd data-testid="step-count">{move || labels::count(run.shown_step() as f64)}</dd>
            </div>
            <div><dt>{t!(i18n, steps_per_second)}</dt><dd data-testid="steps-per-second">{rate}</dd></div>
            <div><dt>{t!(i18n, modes)}</dt><dd data-testid="modes-covered">{modes}</dd></div>
            <div><dt>{t!(i18n, quality)}</dt><dd>{quality}</dd></div>
            {distances}
            <div>
                <dt>{t!(i18n, state)}</dt>
                <dd class="state" data-testid="state">{move || labels::state(i18n.get_locale(), run.state())}</dd>
            </div>
        </dl>
        <p class="unseen" aria-live="polite">{move || spoken.get()}</p>
    }
}
