//! The views of the latent page.

use leptos::{ev::KeyboardEvent, html::Canvas, prelude::*};
use web_sys::MouseEvent;

use super::explorer::{Explorer, GRID, View, WALK};
use crate::{components::labels, engine_client::use_engine, i18n::*, plots::pictures};

const COLUMNS: usize = 8;
/// Sliders shown before the user asks for all.
const FIRST: usize = 10;
/// Most of a standard normal, and what the URL can hold.
const REACH: f32 = 3.0;

fn show(view: View, canvas: NodeRef<Canvas>, columns: usize, count: usize) {
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            view.pixels.with(|pixels| {
                let size = pixels.side * pixels.side * 4 * count;
                if let Some(values) = pixels.values.get(..size).filter(|values| !values.is_empty()) {
                    pictures::draw(&canvas, values, pixels.side, columns);
                }
            });
        }
    });
}

/// The samples of a seed; a click picks one for A or B.
#[component]
pub fn Samples(explorer: Explorer, pick_b: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let canvas = NodeRef::<Canvas>::new();
    show(explorer.grid, canvas, COLUMNS, GRID);
    let cursor = RwSignal::new(0_usize);
    let pick = move |index: usize| {
        cursor.set(index);
        let target = if pick_b.get_untracked() { explorer.b } else { explorer.a };
        target.set(explorer.sample(index));
    };
    let click = move |event: MouseEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let cell = |at: i32, whole: f64| ((f64::from(at) / whole * COLUMNS as f64) as usize).min(COLUMNS - 1);
        pick(cell(event.offset_y(), height) * COLUMNS + cell(event.offset_x(), width));
    };
    let key = move |event: KeyboardEvent| {
        let at = cursor.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" => at.checked_sub(1),
            "ArrowRight" => Some(at + 1),
            "ArrowUp" => at.checked_sub(COLUMNS),
            "ArrowDown" => Some(at + COLUMNS),
            "Enter" | " " => {
                pick(at);
                Some(at)
            }
            _ => return,
        };
        event.prevent_default();
        cursor.set(to.filter(|to| *to < GRID).unwrap_or(at));
    };
    let place = move || {
        let (row, column) = (cursor.get() / COLUMNS, cursor.get() % COLUMNS);
        format!("cursor r{row} c{column}")
    };
    view! {
        <div
            class="samples"
            tabindex="0"
            role="group"
            aria-label=move || t_string!(i18n, grid_label)
            on:keydown=key
        >
            <canvas node_ref=canvas data-testid="sample-grid" on:click=click></canvas>
            <span class=place aria-hidden="true"></span>
        </div>
    }
}

/// A, large, and the pictures from A to B.
#[component]
pub fn Walk(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let (large, strip) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    show(explorer.walk, large, 1, 1);
    show(explorer.walk, strip, WALK, WALK);
    let middle = NodeRef::<Canvas>::new();
    let at = RwSignal::new(WALK / 2);
    Effect::new(move |_| {
        let at = at.get();
        if let Some(canvas) = middle.get() {
            explorer.walk.pixels.with(|pixels| {
                let size = pixels.side * pixels.side * 4;
                let range = at * size..(at + 1) * size;
                if let Some(values) = pixels.values.get(range).filter(|values| !values.is_empty()) {
                    pictures::draw(&canvas, values, pixels.side, 1);
                }
            });
        }
    });
    view! {
        <div class="pair">
            <figure><canvas node_ref=large data-testid="picture-a"></canvas><figcaption>{t!(i18n, selected_a)}</figcaption></figure>
            <figure><canvas node_ref=middle data-testid="picture-between"></canvas><figcaption>{t!(i18n, walk)}</figcaption></figure>
        </div>
        <canvas class="strip" node_ref=strip data-testid="walk-strip"></canvas>
        <input
            type="range"
            min="0"
            max=WALK - 1
            data-testid="walk-slider"
            aria-label=move || t_string!(i18n, walk)
            prop:value=move || at.get()
            on:input=move |event| at.set(event_target_value(&event).parse().unwrap_or_default())
        />
        <p class="muted">{t!(i18n, walk_help)}</p>
    }
}

/// A slider for each dimension of A.
#[component]
pub fn Sliders(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    let all = RwSignal::new(false);
    let shown = move || if all.get() { explorer.dim() } else { explorer.dim().min(FIRST) };
    let slider = move |index: usize| {
        let value = move || explorer.a.with(|a| a.get(index).copied().unwrap_or_default());
        let change = move |text: String| {
            if let Ok(value) = text.parse() {
                explorer.a.update(|a| {
                    if let Some(slot) = a.get_mut(index) {
                        *slot = value;
                    }
                });
            }
        };
        view! {
            <label>
                <span>{format!("z{}", index + 1)}</span>
                <input
                    type="range"
                    min=-REACH
                    max=REACH
                    step="0.03125"
                    prop:value=value
                    on:input=move |event| change(event_target_value(&event))
                />
            </label>
        }
    };
    view! {
        <h2>{t!(i18n, sliders)}</h2>
        <div class="sliders">
            <For each=move || 0..shown() key=|index| *index children=slider />
        </div>
        <button class="plain" on:click=move |_| all.update(|all| *all = !*all)>
            {move || match all.get() {
                true => t_string!(i18n, fewer).to_string(),
                false => td_string!(i18n.get_locale(), more, n = explorer.dim()).to_string(),
            }}
        </button>
    }
}

/// How far loading is, with a way out; or what the last drawing took.
#[component]
pub fn Loading(explorer: Explorer) -> impl IntoView {
    let (i18n, engine) = (use_i18n(), use_engine());
    let share = move || match (explorer.loading.get(), engine.progress.get()) {
        (Some(id), Some((of, done, total))) if id == of && total > 0.0 => Some(done / total),
        _ => None,
    };
    let drawn = move || {
        explorer.grid.pixels.with(|pixels| {
            let device = pixels.device.map(labels::device)?;
            let ms = format!("{:.0}", pixels.milliseconds);
            Some(td_string!(i18n.get_locale(), drawn, n = GRID, ms = ms, device = device).to_string())
        })
    };
    view! {
        <Show when=move || explorer.loading.get().is_some() fallback=move || view! { <p class="muted">{drawn}</p> }>
            <p class="loading" role="status">
                {t!(i18n, downloading)} " "
                <progress data-testid="progress" max="1" prop:value=share></progress>
                <button data-testid="cancel-button" on:click=move |_| explorer.cancel()>{t!(i18n, cancel)}</button>
            </p>
        </Show>
        <Show when=move || explorer.failed.get()>
            <button
                data-testid="retry-button"
                on:click=move |_| match explorer.manifest.with_untracked(Option::is_some) {
                    true => explorer.load_wanted(),
                    false => explorer.load_manifest(),
                }
            >
                {t!(i18n, retry)}
            </button>
        </Show>
    }
}

/// What the model is and where it came from.
#[component]
pub fn About(explorer: Explorer) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let card = explorer.card.get()?;
        let metrics = card.metrics.iter().map(|(name, metric)| {
            view! { <li title=metric.command.clone()>{format!("{name} {:.4}", metric.value)}</li> }
        });
        Some(view! {
            <details class="card">
                <summary>{t!(i18n, card)} ": " {card.name.clone()}</summary>
                <dl>
                    <dt>{t!(i18n, card_data)}</dt>
                    <dd>{card.data.name.clone()} ", " {card.data.images} " " {t!(i18n, card_images)} " · " {card.data.licence.clone()}</dd>
                    <dt>{t!(i18n, card_licence)}</dt><dd>{card.licence.clone()}</dd>
                    <dt>{t!(i18n, card_steps)}</dt><dd>{card.steps}</dd>
                    <dt>{t!(i18n, card_metrics)}</dt><dd><ul>{metrics.collect_view()}</ul></dd>
                </dl>
                <p>{card.notes.clone()}</p>
            </details>
        })
    }
}
