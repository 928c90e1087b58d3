//! Data of a user's own: a pad to draw on, and a box for text.

use forger_protocol::{Distribution, MOST_POINTS, ToyConfig};
use leptos::{
    html::{Canvas, Textarea},
    prelude::*,
    task::spawn_local,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MouseEvent, PointerEvent};

use super::{
    csv::{self, Problem, coordinate},
    run::use_run,
    state::use_lab,
};
use crate::{
    components::{files, focus, labels},
    i18n::*,
    plots::{
        canvas::{Space, moves, under_on},
        scatter::{self, Mark},
    },
    state::{newest::Turns, screen::animate, toasts::use_toasts},
};

/// Points of a stroke are no closer, in steps.
const CLOSEST: i32 = 4;

/// The pad, while it is wanted.
#[component]
pub fn OwnData() -> impl IntoView {
    let lab = use_lab();
    move || lab.pad.get().then(|| view! { <Pad /> })
}

#[component]
fn Pad() -> impl IntoView {
    let (i18n, run, lab, toasts) = (use_i18n(), use_run(), use_lab(), use_toasts());
    let points = RwSignal::new(run.config.with_untracked(|config| config.points.clone()));
    // Where each stroke began, to take it back.
    let strokes = StoredValue::new(Vec::<usize>::new());
    // Which pointer draws: of two fingers, the first.
    let pointer = StoredValue::new(None::<i32>);
    let canvas = NodeRef::<Canvas>::new();
    animate(
        move || {
            points.track();
            canvas.track();
        },
        move || {
            let Some(space) = canvas.try_get_untracked().flatten().and_then(|canvas| Space::new(&canvas, 1.0)) else {
                return;
            };
            points.with(|points| {
                let points = points.iter().map(|point| point.map(coordinate));
                scatter::draw(&space, points, "--real", Mark::Dot, 3.0);
            });
        },
    );
    let drop = move |event: PointerEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        let places = moves(event).into_iter().filter_map(|event| under_on(&event, &canvas, 1.0));
        let begun = strokes.with_value(|strokes| strokes.last().copied().unwrap_or_default());
        points.update(|points| {
            for at in places.map(|at| at.map(|value| csv::step(f64::from(value)))) {
                let distance = |to: &[i8; 2]| {
                    (i32::from(to[0]) - i32::from(at[0])).abs() + (i32::from(to[1]) - i32::from(at[1])).abs()
                };
                let far = points.get(begun..).and_then(<[_]>::last).is_none_or(|last| distance(last) >= CLOSEST);
                if far && points.len() < MOST_POINTS {
                    points.push(at);
                }
            }
        });
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 || pointer.get_value().is_some() {
            return;
        }
        if let Some(canvas) = canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        strokes.update_value(|strokes| strokes.push(points.with_untracked(Vec::len)));
        pointer.set_value(Some(event.pointer_id()));
        drop(event);
    };
    let go = move |event: PointerEvent| {
        if pointer.get_value() == Some(event.pointer_id()) {
            drop(event);
        }
    };
    let end = move |event: PointerEvent| {
        // The pad may have been closed with the pointer down.
        pointer.try_update_value(|pointer| pointer.take_if(|id| *id == event.pointer_id()));
    };
    let take_back = move |_| {
        let begun = strokes.try_update_value(Vec::pop).flatten();
        points.update(|points| points.truncate(begun.unwrap_or_else(|| points.len().saturating_sub(1))));
    };
    let done = move |event: MouseEvent| {
        focus::keep(&event);
        let config = run.config.get_untracked();
        run.change(ToyConfig { distribution: Distribution::Own, points: points.get_untracked(), ..config });
        lab.pad.set(false);
    };
    let close = move |event: MouseEvent| {
        focus::keep(&event);
        lab.pad.set(false);
    };
    let read = move |text: String| {
        let locale = i18n.get_locale_untracked();
        match csv::parse(&text) {
            Ok(found) => {
                if let Some(count) = found.thinned_from {
                    let [count, most] = [count, MOST_POINTS].map(|points| labels::count(points as f64));
                    toasts.note(td_string!(locale, own_thinned, count = count, most = most).to_string());
                }
                if found.scaled {
                    toasts.note(td_string!(locale, own_scaled).to_string());
                }
                strokes.update_value(Vec::clear);
                points.set(found.points);
            }
            Err(Problem::Line(line, text)) => {
                toasts.error(td_string!(locale, own_bad_line, line = line, text = text).to_string());
            }
            Err(Problem::TooFew) => toasts.error(td_string!(locale, own_too_few).to_string()),
        }
    };
    let count = move || points.with(Vec::len);
    let counted = move || {
        let [count, most] = [count(), MOST_POINTS].map(|points| labels::count(points as f64));
        t_string!(i18n, own_count, count = count, most = most).to_string()
    };
    view! {
        <div class="own" data-testid="own-data">
            <p class="muted">{t!(i18n, own_help)}</p>
            <canvas
                node_ref=canvas
                data-testid="own-pad"
                role="img"
                aria-label=move || t_string!(i18n, own_pad)
                on:pointerdown=down
                on:pointermove=go
                on:pointerup=end
                on:pointercancel=end
                // Last of all, and all there is where a menu or another window took the pointer.
                on:lostpointercapture=end
            ></canvas>
            <p class="muted" data-testid="own-count">{counted}</p>
            <div class="buttons">
                <button
                    class="primary"
                    type="button"
                    data-testid="own-done"
                    disabled=move || { count() < 2 }
                    on:click=done
                >
                    {t!(i18n, own_done)}
                </button>
                <button type="button" data-testid="own-undo" disabled=move || count() == 0 on:click=take_back>
                    {t!(i18n, own_undo)}
                </button>
                <button
                    type="button"
                    data-testid="own-clear"
                    disabled=move || count() == 0
                    on:click=move |_| {
                        strokes.update_value(Vec::clear);
                        points.update(Vec::clear);
                    }
                >
                    {t!(i18n, own_clear)}
                </button>
                <button class="plain" type="button" on:click=close>{t!(i18n, cancel)}</button>
            </div>
            <Text read=Callback::new(read) />
        </div>
    }
}

/// The box, which also takes a file.
#[component]
fn Text(read: Callback<String>) -> impl IntoView {
    let i18n = use_i18n();
    let text = NodeRef::<Textarea>::new();
    let turns = Turns::default();
    let take = move |file: web_sys::File| {
        let is_wanted = turns.begin();
        spawn_local(async move {
            let found = JsFuture::from(file.text()).await.ok().and_then(|found| found.as_string());
            if is_wanted() {
                read.run(found.unwrap_or_default());
            }
        });
    };
    let dropped = files::on_drop(move |files| files.into_iter().take(1).for_each(take));
    view! {
        <details>
            <summary>{t!(i18n, own_paste)}</summary>
            <label>
                <span>{t!(i18n, own_text)}</span>
                <textarea
                    node_ref=text
                    rows="4"
                    placeholder="0.1, 0.2"
                    data-testid="own-text"
                    on:dragover=|event| event.prevent_default()
                    on:drop=dropped
                ></textarea>
            </label>
            <div class="buttons">
                <button
                    type="button"
                    data-testid="own-read"
                    on:click=move |_| read.run(text.get_untracked().map(|text| text.value()).unwrap_or_default())
                >
                    {t!(i18n, own_read)}
                </button>
                <label class="button file">
                    <span>{t!(i18n, own_file)}</span>
                    <input
                        type="file"
                        class="unseen"
                        accept=".csv,.tsv,.txt,text/plain"
                        data-testid="own-file"
                        on:change=move |event| {
                            if let Some(file) = files::chosen(&event) {
                                take(file);
                            }
                        }
                    />
                </label>
            </div>
        </details>
    }
}
