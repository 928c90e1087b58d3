//! The noise beside the plane, and its way to the samples.

use leptos::{ev::KeyboardEvent, html::Canvas, prelude::*};
use web_sys::PointerEvent;

use super::{
    brush::{self, Brush},
    layers::Layer,
    run::use_run,
    state::use_lab,
};
use crate::{
    components::labels,
    i18n::*,
    plots::{
        canvas::{Space, under},
        scatter::{self, Mark},
        ways,
    },
    state::screen::{Motion, animate, play},
};

/// How long the way from noise to samples takes.
const TRAVEL_MS: f64 = 1600.0;

#[component]
pub fn NoiseView() -> impl IntoView {
    let (i18n, run, lab) = (use_i18n(), use_run(), use_lab());
    let canvas = NodeRef::<Canvas>::new();
    let extent = move || brush::extent(run.config.with(|config| config.prior));
    animate(
        move || {
            run.look.track();
            run.visit.track();
            lab.noise.track();
            lab.brush.track();
            lab.layers.track();
            lab.walk.track();
            canvas.track();
        },
        move || {
            let Some(space) = canvas.try_get_untracked().flatten().and_then(|canvas| Space::new(&canvas, extent()))
            else {
                return;
            };
            let dim = run.config.with(|config| config.latent_dim);
            let points = lab.noise.with(|z| brush::spread(z, dim, extent()).collect::<Vec<_>>());
            scatter::draw(&space, points.iter().copied(), "--muted", Mark::Dot, 1.3);
            let chosen = run.with_moment(|moment| lab.chosen(moment));
            let chosen = chosen.into_iter().filter_map(|index| points.get(index).copied());
            scatter::draw(&space, chosen, "--ink", Mark::Ring, 3.0);
            // Ways through one dimension would lie on one another.
            if dim == 2 && lab.shown_layers().has(Layer::Walk) {
                lab.walk.with(|found, share| {
                    if let Some(found) = found {
                        ways::draw(&space, &found.in_noise(share));
                    }
                });
            }
        },
    );
    let hover = move |event: PointerEvent| lab.brush.set(under(&event, untrack(extent)).map(Brush::Noise));
    let picked = Memo::new(move |_| lab.brush.get().map(|_| run.with_moment(|moment| lab.chosen(moment).len())));
    let text = move || match picked.get() {
        Some(count) => t_string!(i18n, picked, count = count).to_string(),
        None => t_string!(i18n, pick_help).to_string(),
    };
    // Read out where a key led to, and not whenever the run has learned more.
    let spoken = RwSignal::new(String::new());
    let key = move |event: KeyboardEvent| {
        let at = match lab.brush.get_untracked() {
            Some(Brush::Noise(at)) => at,
            _ => [0.0, 0.0],
        };
        if event.key() == "Escape" {
            lab.brush.set(None);
            spoken.set(String::new());
        } else if let Some(to) = brush::moved(at, &event.key(), untrack(extent)) {
            event.prevent_default();
            lab.brush.set(Some(Brush::Noise(to)));
            spoken.set(untrack(text));
        }
    };
    view! {
        <figure class="noise">
            <figcaption>
                <strong>{t!(i18n, noise_title)}</strong>
            </figcaption>
            <div
                class="pick"
                tabindex="0"
                role="application"
                aria-label=move || t_string!(i18n, noise_label)
                on:keydown=key
                on:blur=move |_| lab.brush.set(None)
            >
                <canvas
                    node_ref=canvas
                    data-testid="noise"
                    on:pointermove=hover
                    on:pointerleave=move |_| lab.brush.set(None)
                ></canvas>
            </div>
            <p class="muted" data-testid="picked">{text}</p>
            <p class="unseen" aria-live="polite" data-testid="spoken">{spoken}</p>
            <Travel />
        </figure>
    }
}

#[component]
fn Travel() -> impl IntoView {
    let (i18n, lab) = (use_i18n(), use_lab());
    let motion = StoredValue::new(None::<Motion>);
    let stop = move || {
        if let Some(motion) = motion.try_update_value(Option::take).flatten() {
            motion.stop();
        }
    };
    on_cleanup(stop);
    let start = move |_| {
        stop();
        motion.set_value(Some(play(TRAVEL_MS, move |share| {
            // Slow at both ends, so that the eye can follow.
            let _ = lab.travel.try_set(share * share * (3.0 - 2.0 * share));
        })));
    };
    let drag = move |event| {
        stop();
        if let Ok(share) = event_target_value(&event).parse() {
            lab.travel.set(share);
        }
    };
    view! {
        <div class="travel">
            <button data-testid="travel-button" on:click=start>{t!(i18n, travel)}</button>
            <input
                type="range"
                min="0"
                max="1"
                step="0.01"
                data-testid="travel-slider"
                aria-label=move || t_string!(i18n, travel_label)
                aria-valuetext=move || labels::percent(i18n.get_locale(), lab.travel.get(), 0)
                prop:value=move || lab.travel.get().to_string()
                on:input=drag
            />
        </div>
    }
}
