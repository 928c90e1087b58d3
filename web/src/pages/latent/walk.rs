//! A walk from code to code, as a film strip that plays.

use forger_protocol::{EngineError, LatentRequest, Reply, Request, latent_url, message::Film};
use js_sys::{Array, Float32Array};
use leptos::{html::Canvas, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, DragEvent};

use super::{
    drag,
    explorer::Explorer,
    pictures::{Thumb, View, show},
};
use crate::{
    components::{files, focus, start_stop::StartStop},
    engine_client::Underway,
    i18n::*,
    plots::{canvas::hidden, pictures},
    state::screen::matches,
};

/// Pictures from a stop to the next: a row of the strip.
const FRAMES: usize = 12;
/// Hundredths of a second that a picture of the film is seen.
const DELAY: u16 = 8;
/// A film is about so large.
const FILM_SIDE: usize = 256;

#[component]
pub fn Walk(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let stops = explorer.part(|state| state.walk.clone());
    let (straight, closed) = (explorer.part(|state| state.straight), explorer.part(|state| state.closed));
    let codes = Memo::new(move |_| {
        let stops = stops.get().iter().filter_map(|code| explorer.values(code)).collect::<Vec<_>>();
        latent_url::walk(&stops, FRAMES, straight.get(), closed.get())
    });
    let view = View::default();
    Effect::new(move |_| {
        let z = codes.with(|codes| codes.iter().flatten().copied().collect::<Vec<_>>());
        if !z.is_empty() && explorer.can_draw() {
            explorer.draw(view, z);
        }
    });
    let at = RwSignal::new(0_usize);
    let count = Memo::new(move |_| view.pixels.with(super::pictures::Pixels::count));
    let shown = Memo::new(move |_| at.get().min(count.get().saturating_sub(1)));
    let (large, strip) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    show(view, large, 1, move || shown.get()..shown.get() + 1);
    show(view, strip, FRAMES, || 0..usize::MAX);
    let playing = RwSignal::new(false);
    let player = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        playing.try_set(false);
        if let Some(handle) = player.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let play = move |_| {
        if playing.get_untracked() {
            return stop();
        }
        let next = move || {
            let count = count.try_get_untracked().unwrap_or_default().max(1);
            at.try_update(|at| *at = (*at + 1) % count);
        };
        playing.set(true);
        let every = std::time::Duration::from_millis(u64::from(DELAY) * 10);
        player.set_value(set_interval_with_handle(next, every).ok());
    };
    let hovering = RwSignal::new(false);
    let drop = move |event: DragEvent| {
        hovering.set(false);
        if let Some(code) = drag::dropped(&event) {
            explorer.change(|state| state.walk.push(code));
        }
    };
    let stop_button = move |(place, code): (usize, latent_url::Code)| {
        let code = StoredValue::new(code);
        let remove = move |event: web_sys::MouseEvent| {
            focus::keep(&event);
            explorer.change(|state| {
                if place < state.walk.len() {
                    state.walk.remove(place);
                }
            });
        };
        view! {
            <button
                class="exemplar"
                title=move || t_string!(i18n, remove)
                aria-label=move || td_string!(i18n.get_locale(), remove_stop, n = place + 1).to_string()
                on:click=remove
            >
                <Thumb explorer code=Signal::derive(move || Some(code.get_value())) />
            </button>
        }
    };
    let calm = matches("(prefers-reduced-motion: reduce)");
    view! {
        <p class="muted">{t!(i18n, walk_lead)}</p>
        <div
            class="stops"
            class:hovering=move || hovering.get()
            data-testid="stops"
            on:dragover=drag::over(hovering)
            on:dragleave=move |_| hovering.set(false)
            on:drop=drop
        >
            {move || stops.get().into_iter().enumerate().map(stop_button).collect_view()}
            <span class="slot" aria-hidden="true">"+"</span>
        </div>
        <div class="buttons">
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="straight"
                    prop:checked=move || straight.get()
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        explorer.change(|state| state.straight = on);
                    }
                />
                <span>{t!(i18n, straight)}</span>
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="closed"
                    prop:checked=move || closed.get()
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        explorer.change(|state| state.closed = on);
                    }
                />
                <span>{t!(i18n, closed_walk)}</span>
            </label>
            <button
                data-testid="clear-walk"
                on:click=move |_| {
                    explorer.change(|state| state.walk.clear());
                }
            >
                {t!(i18n, clear)}
            </button>
        </div>
        <Show
            when=move || codes.with(|codes| codes.len() > 1)
            fallback=move || view! { <p class="muted" data-testid="no-walk">{t!(i18n, no_walk)}</p> }
        >
            <div class="film">
                <canvas
                    class="film-picture"
                    role="img"
                    aria-label=move || t_string!(i18n, walk_place)
                    node_ref=large
                    data-testid="walk-picture"
                ></canvas>
                <div class="film-tools">
                    <input
                        type="range"
                        min="0"
                        max=move || count.get().saturating_sub(1)
                        data-testid="walk-slider"
                        aria-label=move || t_string!(i18n, walk_place)
                        aria-valuetext=move || {
                            // First what the other follows from: it may stay the same where this changes.
                            let count = count.get();
                            format!("{} / {count}", shown.get() + 1)
                        }
                        prop:value=move || shown.get()
                        on:input=move |event| at.set(event_target_value(&event).parse().unwrap_or_default())
                    />
                    <div class="buttons">
                        <button data-testid="play" on:click=play>
                            {move || if playing.get() { t_string!(i18n, pause) } else { t_string!(i18n, play) }}
                        </button>
                        <Export explorer view codes />
                    </div>
                    {calm.then(|| view! { <p class="muted">{t!(i18n, calm)}</p> })}
                </div>
            </div>
            <canvas
                class="strip"
                role="img"
                aria-label=move || t_string!(i18n, tab_walk)
                node_ref=strip
                data-testid="walk-strip"
            ></canvas>
        </Show>
    }
}

/// The walk as files.
#[component]
fn Export(explorer: Explorer, view: View, codes: Memo<Vec<Vec<f32>>>) -> impl IntoView {
    let making = RwSignal::new(None::<Underway>);
    let film = move |()| {
        let (Some(dim), Some(model)) = (explorer.dim_untracked(), explorer.model()) else { return };
        let z = codes.with_untracked(|codes| codes.iter().flatten().copied().collect::<Vec<_>>());
        let side = view.pixels.with_untracked(|pixels| pixels.side).max(1);
        let film = Film { scale: (FILM_SIDE / side).max(1), delay: DELAY };
        let request = LatentRequest::Film { model: model.clone(), count: z.len() / dim, film };
        let engine = explorer.engine;
        spawn_local(async move {
            let ask = async || {
                // Who left the tab wants no film.
                if making.try_get_untracked().is_none() {
                    return Err(EngineError::Cancelled);
                }
                let codes = Float32Array::from(z.as_slice()).buffer();
                let (id, answer) = engine.send(Request::Latent(request.clone()), vec![codes]);
                engine.follow(id, making);
                answer.await
            };
            let answer = explorer.shelf.ask(Some(&model), ask).await;
            match answer {
                Ok((Reply::Film, buffers)) => {
                    let parts = buffers.iter().collect::<Array>();
                    files::give(&parts, "image/gif", "forger-walk.gif");
                }
                Ok(_) => {}
                Err(error) => explorer.tell(&error),
            }
            making.try_set(None);
        });
    };
    let png = move |_| {
        view.pixels.with_untracked(|pixels| {
            let Some(canvas) = hidden(1, 1) else { return };
            pictures::draw(&canvas, &pixels.values, pixels.side, FRAMES);
            let give = Closure::once_into_js(move |blob: Option<Blob>| {
                if let Some(blob) = blob {
                    files::give_blob(&blob, "forger-walk.png");
                }
            });
            let _ = canvas.to_blob(give.unchecked_ref());
        });
    };
    let is_making = move || making.with(Option::is_some);
    let share = move || making.get()?.share;
    let stop = move || {
        if let Some(making) = making.try_get_untracked().flatten() {
            explorer.engine.cancel(making.id);
        }
    };
    on_cleanup(stop);
    view! {
        // Before its pictures come there is nothing in it.
        <button data-testid="save-png" disabled=move || view.pixels.with(|pixels| pixels.count() == 0) on:click=png>
            "PNG"
        </button>
        <Show when=is_making>
            <progress max="1" prop:value=share aria-label="GIF"></progress>
        </Show>
        <StartStop is_on=Signal::derive(is_making) start=film stop=move |()| stop() label="GIF" ids=["save-gif", "cancel-gif"] />
    }
}
