//! One step of one player, in slow motion.

use std::time::Duration;

use forger_protocol::{
    Command, StepKind,
    message::{SessionState, StepMetrics},
};
use leptos::{ev::KeyboardEvent, html::Section, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    layers::{Layer, Layers},
    numbers::numbers,
    run::use_run,
    state::use_lab,
};
use crate::{
    components::{focus, labels},
    i18n::*,
    state::screen::{Motion, is_still, play},
};

/// Time that a stage is shown, unless the user goes on before.
const STAGE: Duration = Duration::from_millis(1600);
/// Noise, forge, judge, loss, gradient, update.
pub const STAGES: usize = 6;
pub const FORGE: usize = 1;
pub const UPDATE: usize = 5;

/// Where the slow motion is.
#[derive(Clone, Copy)]
pub struct Slow {
    pub player: RwSignal<Option<StepKind>>,
    pub stage: RwSignal<usize>,
    pub travel: RwSignal<f64>,
    playing: RwSignal<bool>,
    /// The numbers before the update.
    before: RwSignal<Option<StepMetrics>>,
}

impl Slow {
    pub fn new() -> Self {
        Self {
            player: RwSignal::new(None),
            stage: RwSignal::new(0),
            travel: RwSignal::new(1.0),
            playing: RwSignal::new(false),
            before: RwSignal::new(None),
        }
    }

    pub fn close(self) {
        if self.player.with_untracked(Option::is_some) {
            self.player.set(None);
        }
    }

    /// Tracked.
    pub fn is_open(self) -> bool {
        self.player.get().is_some()
    }

    /// What belongs to the stage: see [`Self::is_open`]. Tracked.
    pub fn layers(self) -> Option<Layers> {
        let player = self.player.get()?;
        Some(match self.stage.get() {
            0 => Layers::of(&[Layer::Fake]),
            FORGE => Layers::of(&[Layer::Manifold, Layer::Fake]),
            4 if player == StepKind::Generator => Layers::of(&[Layer::Fake, Layer::Verdict, Layer::Push]),
            UPDATE => Layers::of(&[Layer::Real, Layer::Fake, Layer::Verdict, Layer::Line]),
            _ => Layers::of(&[Layer::Real, Layer::Fake, Layer::Verdict]),
        })
    }

    /// Whether a part of the networks works at this stage: `z`, `g`, `x`, `d` or `v`. Tracked.
    pub fn works(self, part: &str) -> bool {
        let Some(player) = self.player.get() else { return false };
        let parts: &[&str] = match (self.stage.get(), player) {
            (0, _) => &["z"],
            (FORGE, _) => &["g", "x"],
            (2, _) => &["x", "d", "v"],
            (3, _) => &["v"],
            // The gradient of G comes back through D.
            (4, StepKind::Generator) => &["g", "x", "d"],
            (_, StepKind::Generator) => &["g"],
            _ => &["d"],
        };
        parts.contains(&part)
    }
}

/// The buttons that begin it.
#[component]
pub fn SlowButtons() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let begin = move |player| {
        if untrack(|| run.state()) == SessionState::Running {
            run.command(Command::Pause);
        }
        run.back_to_now();
        lab.slow.before.set(None);
        lab.slow.stage.set(0);
        lab.slow.playing.set(!is_still());
        lab.slow.player.set(Some(player));
    };
    view! {
        <button data-testid="slow-d-button" on:click=move |_| begin(StepKind::Discriminator)>{t!(i18n, slow_d)}</button>
        <button data-testid="slow-g-button" on:click=move |_| begin(StepKind::Generator)>{t!(i18n, slow_g)}</button>
    }
}

/// The stages, while there is something to show.
#[component]
pub fn SlowMotion() -> impl IntoView {
    let (run, lab) = (use_run(), use_lab());
    let (slow, motion) = (lab.slow, StoredValue::new(None::<Motion>));
    Effect::new(move |_| {
        let (player, stage) = (slow.player.get(), slow.stage.get());
        if let Some(motion) = motion.try_update_value(Option::take).flatten() {
            motion.stop();
        }
        match (player, stage) {
            (None, _) | (Some(_), 2..UPDATE) => slow.travel.set(1.0),
            (Some(_), 0) => slow.travel.set(0.0),
            (Some(_), FORGE) => motion.set_value(Some(play(1200.0, move |share| {
                let _ = slow.travel.try_set(share);
            }))),
            (Some(player), _) => {
                slow.travel.set(1.0);
                slow.before.set(untrack(|| run.with_moment(|moment| moment.metrics.clone())));
                run.command(Command::Step(player));
            }
        }
    });
    Effect::new(move |_| {
        let (open, stage, playing) = (slow.is_open(), slow.stage.get(), slow.playing.get());
        if !open || !playing || stage >= UPDATE {
            return;
        }
        if let Ok(timer) = set_timeout_with_handle(
            move || {
                let _ = slow.stage.try_set(stage + 1);
            },
            STAGE,
        ) {
            on_cleanup(move || timer.clear());
        }
    });
    move || slow.player.get().map(|player| view! { <Stages player /> })
}

#[component]
fn Stages(player: StepKind) -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let (slow, panel) = (lab.slow, NodeRef::<Section>::new());
    // The keys work at once, and those who listen hear where they are.
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            let _ = panel.focus();
        }
    });
    // Whoever came by keyboard goes on from where they were.
    let begun_at = document().active_element().filter(|element| element.tag_name() != "BODY");
    let begun_at = begun_at.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let begun_at = StoredValue::new_local(begun_at.into_iter().collect::<Vec<_>>());
    let close = move || {
        focus::settle(begun_at.try_get_value().unwrap_or_default());
        slow.close();
    };
    let next = move || {
        slow.playing.set(false);
        if slow.stage.get_untracked() < UPDATE {
            slow.stage.update(|stage| *stage += 1);
        } else {
            close();
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowRight" => {
            event.prevent_default();
            next();
        }
        "Escape" => close(),
        _ => {}
    };
    let of_d = player == StepKind::Discriminator;
    let title = move || labels::stage(i18n.get_locale(), slow.stage.get());
    let text = move || labels::stage_text(i18n.get_locale(), slow.stage.get(), of_d);
    let said = move || {
        let stage = slow.stage.get();
        slow.before
            .with(|before| run.with_moment(|moment| numbers(stage, of_d, moment.metrics.as_ref(), before.as_ref())))
    };
    let last = move || slow.stage.get() == UPDATE;
    view! {
        <section
            class="slow"
            node_ref=panel
            tabindex="-1"
            data-testid="slow"
            aria-label=move || if of_d { t_string!(i18n, slow_d) } else { t_string!(i18n, slow_g) }
            on:keydown=key
        >
            <div aria-live="polite">
                <h2>
                    <span class="count">{move || format!("{} / {STAGES}", slow.stage.get() + 1)}</span>
                    {title}
                </h2>
                <p>{text}</p>
            </div>
            <p class="numbers">{said}</p>
            <div class="buttons">
                <button class="primary" data-testid="slow-next" on:click=move |_| next()>
                    {move || if last() { t_string!(i18n, close) } else { t_string!(i18n, next) }}
                </button>
                <Show when=move || !last()>
                    <button on:click=move |_| slow.playing.update(|playing| *playing = !*playing)>
                        {move || if slow.playing.get() { t_string!(i18n, pause) } else { t_string!(i18n, go_on) }}
                    </button>
                    <button class="plain" data-testid="slow-close" on:click=move |_| close()>{t!(i18n, close)}</button>
                </Show>
            </div>
        </section>
    }
}
