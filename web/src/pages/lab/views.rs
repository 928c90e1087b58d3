//! The views of a toy run: plane, charts, figures and buttons.

use forger_protocol::{Command, StepKind, message::SessionState};
use leptos::{html::Canvas, prelude::*};

use super::run::use_run;
use crate::{
    components::labels,
    engine_client::use_engine,
    i18n::*,
    plots::{
        lines::{self, Line},
        plane,
    },
};

/// Points of a line in a chart.
const BINS: usize = 240;

/// Draws with `draw` in the next frame after anything it reads has changed; of several changes, the last.
fn animate(draw: impl Fn() + Copy + 'static) {
    let asked = StoredValue::new(false);
    Effect::new(move |_| {
        use_engine().lab.track();
        if asked.get_value() {
            return;
        }
        asked.set_value(true);
        request_animation_frame(move || {
            if asked.try_set_value(false).is_none() {
                untrack(draw);
            }
        });
    });
}

/// The plane with real and fake points and D's verdict.
#[component]
pub fn Plane() -> impl IntoView {
    let (i18n, engine) = (use_i18n(), use_engine());
    let canvas = NodeRef::<Canvas>::new();
    animate(move || {
        if let Some(canvas) = canvas.try_get_untracked().flatten() {
            engine.lab.with_untracked(|look| {
                let side = look.update.as_ref().map_or(0, |update| update.heat_side);
                plane::draw(&canvas, side, &look.heat, &look.real, &look.fake);
            });
        }
    });
    view! {
        <figure class="plane">
            <canvas node_ref=canvas data-testid="plane" role="img" aria-label=move || t_string!(i18n, plane_label)></canvas>
            <figcaption>
                <span class="key real">{t!(i18n, real)}</span>
                <span class="key fake">{t!(i18n, fake)}</span>
                <span class="muted">{t!(i18n, verdict)}</span>
            </figcaption>
        </figure>
    }
}

/// Losses, and mean verdicts against the coin.
#[component]
pub fn Charts() -> impl IntoView {
    let (i18n, engine) = (use_i18n(), use_engine());
    let (losses, verdicts) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    animate(move || {
        engine.lab.with_untracked(|look| {
            let line = |colour, value: fn(&forger_protocol::message::StepMetrics) -> f32| Line {
                colour,
                points: lines::thin(look.history.iter().map(|m| (m.step as f64, f64::from(value(m)))), BINS),
            };
            if let Some(canvas) = losses.try_get_untracked().flatten() {
                lines::draw(&canvas, &[line("--real", |m| m.d_loss), line("--fake", |m| m.g_loss)], None, None);
            }
            if let Some(canvas) = verdicts.try_get_untracked().flatten() {
                let both = [line("--real", |m| m.d_real), line("--fake", |m| m.d_fake)];
                lines::draw(&canvas, &both, Some((0.0, 1.0)), Some(0.5));
            }
        });
    });
    view! {
        <figure class="chart">
            <figcaption>
                <strong>{t!(i18n, losses)}</strong>
                <span class="key real">{t!(i18n, loss_d)}</span>
                <span class="key fake">{t!(i18n, loss_g)}</span>
            </figcaption>
            <canvas node_ref=losses role="img" aria-label=move || t_string!(i18n, losses)></canvas>
        </figure>
        <figure class="chart">
            <figcaption>
                <strong>{t!(i18n, verdicts)}</strong>
                <span class="key real">"D(" {t!(i18n, real)} ")"</span>
                <span class="key fake">"D(" {t!(i18n, fake)} ")"</span>
            </figcaption>
            <canvas node_ref=verdicts role="img" aria-label=move || t_string!(i18n, verdicts)></canvas>
            <p class="muted">{t!(i18n, coin)}</p>
        </figure>
    }
}

/// Step, rate and coverage, and the same for those who listen.
#[component]
pub fn Readout() -> impl IntoView {
    let (i18n, engine, run) = (use_i18n(), use_engine(), use_run());
    let rate = move || {
        engine.lab.with(|look| {
            let update = look.update.as_ref().filter(|update| update.steps_per_second > 0.0);
            update.map_or_else(|| "–".into(), |update| format!("{:.0}", update.steps_per_second))
        })
    };
    let coverage = move || engine.lab.with(|look| look.update.as_ref().and_then(|update| update.coverage));
    let modes = move || coverage().map_or_else(|| "–".into(), |c| format!("{} / {}", c.covered, c.modes));
    let quality = move || coverage().map_or_else(|| "–".into(), |c| format!("{:.0} %", 100.0 * c.high_quality));
    // Spoken now and then: ten times a second would be noise.
    let spoken = RwSignal::new(String::new());
    let speak = move || {
        let (locale, step) = (i18n.get_locale_untracked(), untrack(move || run.step()));
        let state = labels::state(locale, untrack(move || run.state()));
        spoken.set(match untrack(coverage) {
            Some(c) => {
                td_string!(locale, live, step = step, state = state, covered = c.covered, modes = c.modes).to_string()
            }
            None => td_string!(locale, live_plain, step = step, state = state).to_string(),
        });
    };
    if let Ok(timer) = set_interval_with_handle(speak, std::time::Duration::from_secs(5)) {
        on_cleanup(move || timer.clear());
    }
    view! {
        <dl class="readout">
            <div><dt>{t!(i18n, step_count)}</dt><dd data-testid="step-count">{move || run.step()}</dd></div>
            <div><dt>{t!(i18n, steps_per_second)}</dt><dd data-testid="steps-per-second">{rate}</dd></div>
            <div><dt>{t!(i18n, modes)}</dt><dd data-testid="modes-covered">{modes}</dd></div>
            <div><dt>{t!(i18n, quality)}</dt><dd>{quality}</dd></div>
            <div><dt class="state">{move || labels::state(i18n.get_locale(), run.state())}</dt></div>
        </dl>
        <p class="unseen" aria-live="polite">{move || spoken.get()}</p>
    }
}

/// Train, pause, step, reset; `short` leaves the single players out.
#[component]
pub fn Buttons(#[prop(optional)] short: bool) -> impl IntoView {
    let (i18n, run) = (use_i18n(), use_run());
    let running = Memo::new(move |_| run.state() == SessionState::Running);
    let step = move |kind| run.command(Command::Step(kind));
    view! {
        <div class="buttons">
            <button
                class="primary"
                data-testid="train-button"
                disabled=move || running.get()
                on:click=move |_| run.command(Command::Train)
            >
                {t!(i18n, train)}
            </button>
            <button
                data-testid="pause-button"
                disabled=move || !running.get()
                on:click=move |_| run.command(Command::Pause)
            >
                {t!(i18n, pause)}
            </button>
            <button data-testid="step-button" disabled=move || running.get() on:click=move |_| step(StepKind::Both)>
                {t!(i18n, step)}
            </button>
            <Show when=move || !short>
                <button
                    data-testid="step-d-button"
                    disabled=move || running.get()
                    on:click=move |_| step(StepKind::Discriminator)
                >
                    {t!(i18n, step_d)}
                </button>
                <button
                    data-testid="step-g-button"
                    disabled=move || running.get()
                    on:click=move |_| step(StepKind::Generator)
                >
                    {t!(i18n, step_g)}
                </button>
            </Show>
            <button data-testid="reset-button" on:click=move |_| run.command(Command::Reset)>{t!(i18n, reset)}</button>
        </div>
    }
}
