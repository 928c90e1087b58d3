//! What the model says of a picture, in pictures and words.

use std::sync::Arc;

use forger_protocol::detect::Normal;
use leptos::{html::Canvas, prelude::*};
use web_sys::MouseEvent;

use super::{
    batch::Batch,
    board::Board,
    desk::{Model, Verdict},
    histogram::Histogram,
    roc::Roc,
};
use crate::{
    components::{focus, labels},
    i18n::*,
    pages::image_to_image::{ask::Picture, heat::Shown},
    plots::lines::{self, Chart, Line},
    state::screen::animate,
};

/// Differences are shown as they are up to this, of 2 that there are between black and white.
const HOTTEST: f32 = 1.0;

/// Where two pictures differ, in colours that are clear where they do not: `[height, width]`, of differences in `[0, 2]`.
fn heat(residual: &Arc<[f32]>, size: [usize; 2]) -> Picture {
    let tone = |difference: &f32| {
        let heat = (difference / HOTTEST).clamp(0.0, 1.0);
        [255, ((heat * 2.0 - 1.0).max(0.0) * 255.0) as u8, 0, (heat * 255.0) as u8]
    };
    Picture { size, values: residual.iter().flat_map(tone).collect() }
}

/// Whether codes move at all: an encoder gives the one that counts.
pub fn searches(normal: &Normal) -> bool {
    normal.search.steps > 1
}

/// How many of the normal pictures are at least as strange, as a sentence.
pub fn beside(locale: Locale, normal: &Normal, score: f32) -> String {
    let (n, k) = (normal.scores.scores().len(), normal.scores.as_strange(score));
    match k {
        0 => td_string!(locale, detect_none_of, n = n).to_string(),
        1 => td_string!(locale, detect_one_of, n = n).to_string(),
        _ => td_string!(locale, detect_some_of, n = n, k = k).to_string(),
    }
}

/// What comes nearest to the picture, and where the two differ.
#[component]
pub fn Pictures(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let opacity = RwSignal::new(0.8);
    let made = Signal::derive(move || match board.look.get() {
        Some(look) => Some(look.made),
        None => board.verdict.with(|verdict| verdict.as_ref().map(|verdict| verdict.made.clone())),
    });
    let of = move |part: fn(&Verdict) -> Picture| {
        Signal::derive(move || board.verdict.with(|verdict| verdict.as_ref().map(part)))
    };
    let (given, map) = (of(|verdict| verdict.given.clone()), of(|verdict| heat(&verdict.residual, verdict.given.size)));
    let none = move || made.with(Option::is_none);
    let searches = board.model.with_value(|model| searches(&model.normal));
    let help = move || {
        if searches { t_string!(i18n, detect_made_help) } else { t_string!(i18n, detect_made_encoder) }
    };
    view! {
        <figure class="made" class:waiting=none>
            <div
                class="sheet"
                class:old=move || board.look.with(Option::is_none) && board.is_old.get()
                role="img"
                aria-label=move || t_string!(i18n, detect_made)
            >
                <Shown picture=made id="made" />
            </div>
            <figcaption><strong>{t!(i18n, detect_made)}</strong> <span class="muted">{help}</span></figcaption>
        </figure>
        <figure class="where" class:waiting=move || board.verdict.with(Option::is_none)>
            <div
                class="sheet"
                class:old=move || board.look.with(Option::is_some) || board.is_old.get()
                role="img"
                aria-label=move || t_string!(i18n, detect_where)
            >
                <Shown picture=given id="given" />
                <div class="heat" style:opacity=move || opacity.get().to_string()><Shown picture=map id="heat" /></div>
            </div>
            <figcaption>
                <strong>{t!(i18n, detect_where)}</strong>
                <label>
                    <span>{t!(i18n, detect_opacity)}</span>
                    <input
                        type="range"
                        min="0"
                        max="1"
                        step="0.05"
                        data-testid="opacity"
                        aria-valuetext=move || labels::percent(i18n.get_locale(), opacity.get(), 0)
                        prop:value=move || opacity.get()
                        on:input=move |event| event_target_value(&event).parse().into_iter().for_each(|to| opacity.set(to))
                    />
                </label>
            </figcaption>
        </figure>
    }
}

/// The score in words, among those of normal pictures, and how the search went.
#[component]
pub fn Words(board: Board, batch: Batch) -> impl IntoView {
    let i18n = use_i18n();
    let desk = board.desk;
    let Model { normal, .. } = board.model.get_value();
    // Each part has starts of its own.
    let has_starts = searches(&normal) && normal.patches.is_none();
    let normal = StoredValue::new(*normal);
    let score_of = move || board.said(|verdict| verdict.score);
    let score = Signal::derive(move || match board.look.get() {
        Some(look) => Some(look.score),
        None => score_of(),
    });
    let is_strange = move || {
        let score = score_of()?;
        Some(desk.threshold.get().is_some_and(|threshold| score > threshold))
    };
    let said = move || {
        let locale = i18n.get_locale();
        is_strange().map(|strange| {
            if strange { td_string!(locale, detect_is_strange) } else { td_string!(locale, detect_is_normal) }
                .to_string()
        })
    };
    let compared = move || {
        let score = score_of()?;
        Some(normal.with_value(|normal| beside(i18n.get_locale(), normal, score)))
    };
    let status = move || {
        if let Some(look) = board.look.get() {
            let (locale, step, steps) = (i18n.get_locale(), look.step, look.steps);
            return if look.in_parts {
                td_string!(locale, detect_part, part = step, parts = steps).to_string()
            } else {
                td_string!(locale, detect_step, step = step, steps = steps).to_string()
            };
        }
        if board.request.get().is_some() || desk.shelf.opening.with(Option::is_some) {
            return t_string!(i18n, detect_loading).to_owned();
        }
        match compared() {
            None if board.failed.get() => t_string!(i18n, detect_given_up).to_owned(),
            Some(compared) => compared,
            // It is being drawn on.
            None if board.is_old.get() => String::new(),
            None => t_string!(i18n, detect_nothing).to_owned(),
        }
    };
    // What came of it is read out, and not each step.
    let told = move || {
        if board.look.with(Option::is_some) || board.request.get().is_some() {
            return None;
        }
        match said().zip(compared()) {
            Some((said, compared)) => Some(format!("{said}. {compared}")),
            None => board.failed.get().then(|| t_string!(i18n, detect_given_up).to_owned()),
        }
    };
    let numbers = move || {
        board.said(|verdict| {
            let p = normal.with_value(|normal| normal.scores.p_value(verdict.score));
            let (p, score, s) =
                (format!("{p:.4}"), format!("{:.4}", verdict.score), format!("{:.2}", verdict.milliseconds / 1000.0));
            td_string!(i18n.get_locale(), detect_numbers, p = p, score = score, s = s).to_string()
        })
    };
    let cancel = move |event: MouseEvent| {
        focus::keep(&event);
        board.cancel();
    };
    let again = move |event: MouseEvent| {
        focus::keep(&event);
        board.judge();
    };
    view! {
        <div class="words">
            <p class="said" class:strange=move || is_strange() == Some(true) data-testid="verdict">{said}</p>
            <p data-testid="beside">{status}</p>
            <p class="unseen" role="status" data-testid="told">{told}</p>
            <p class="muted" data-testid="numbers">{numbers}</p>
            <Show when=move || board.is_blank()>
                <p class="warning" data-testid="blank">{t!(i18n, detect_blank)}</p>
            </Show>
            <div class="buttons">
                <Show when=move || board.request.get().is_some()>
                    <button data-testid="cancel" on:click=cancel>{t!(i18n, cancel)}</button>
                </Show>
                <Show when=move || board.failed.get()>
                    <button data-testid="again" on:click=again>{t!(i18n, retry)}</button>
                </Show>
            </div>
            <Histogram desk normal=normal.get_value() score />
            <Roc batch desk normal=normal.get_value() />
            {has_starts.then(|| view! { <Starts board /> })}
        </div>
    }
}

/// The losses of the starts, step by step.
#[component]
fn Starts(board: Board) -> impl IntoView {
    let (i18n, canvas) = (use_i18n(), NodeRef::<Canvas>::new());
    let curves = Signal::derive(move || match board.look.get() {
        Some(look) => Some(look.curves),
        None => board.verdict.with(|verdict| verdict.as_ref().map(|verdict| verdict.curves.clone())),
    });
    let steps = board.model.with_value(|model| model.normal.search.steps);
    let draw = move || {
        let (Some(Some(curves)), Some(canvas)) = (curves.try_get_untracked(), canvas.try_get_untracked().flatten())
        else {
            return;
        };
        let line = |curve: Vec<f32>| {
            let points = curve.into_iter().enumerate().map(|(step, loss)| (step as f64 + 1.0, f64::from(loss)));
            Line { colour: "--accent", points: points.collect() }
        };
        let lines = curves.into_iter().map(line).collect();
        lines::draw(&canvas, &Chart { lines, steps: (1.0, steps.max(2) as f64), ..Chart::default() });
    };
    animate(
        move || {
            curves.track();
            canvas.track();
        },
        draw,
    );
    view! {
        <figure
            class="starts"
            class:waiting=move || curves.with(Option::is_none)
            class:old=move || board.look.with(Option::is_none) && board.is_old.get()
        >
            <canvas node_ref=canvas role="img" data-testid="starts" aria-label=move || t_string!(i18n, detect_starts)></canvas>
            <figcaption class="muted">{t!(i18n, detect_starts)}</figcaption>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_clear_and_what_differs_covers() {
        let map = heat(&vec![0.0, 0.25, 1.0, 9.0].into(), [2, 2]);
        let alphas = map.values.chunks_exact(4).map(|pixel| pixel[3]).collect::<Vec<_>>();
        assert_eq!(alphas, [0, 63, 255, 255]);
        assert_eq!(map.values[8..12], [255, 255, 0, 255]);
    }
}
