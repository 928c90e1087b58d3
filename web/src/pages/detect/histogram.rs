//! The scores of normal pictures and of known strange ones, the threshold, and where a picture lies among them.

use forger_protocol::detect::{Calibration, KnownStrange, Normal};
use leptos::{html::Canvas, prelude::*};
use web_sys::{CanvasRenderingContext2d, MouseEvent, PointerEvent};

use super::desk::Desk;
use crate::{
    components::{focus, labels},
    i18n::*,
    plots::canvas::{colour, prepare},
    state::screen::animate,
};

const BINS: usize = 40;
/// Room above and below the bars, in CSS pixels.
const ABOVE: f64 = 18.0;
const BELOW: f64 = 4.0;
/// How far beyond the highest normal score the axis goes, of the way from the lowest to it. What lies farther is at its end, but
/// for known strange pictures: all of them are on the axis, so that a threshold can be above them.
const BEYOND: f32 = 0.6;
/// Room at the ends of the axis, of its length.
const ROOM: f32 = 0.05;
/// CSS pixels from one line of the hatching to the next.
const HATCH: f64 = 5.0;
/// Steps of the slider.
const STEPS: f32 = 500.0;

/// The scores that there is room for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    low: f32,
    high: f32,
}

impl Axis {
    fn new(normal: &Calibration, strange: Option<&Calibration>) -> Self {
        let (low, high) = ends(normal);
        let span = (high - low).max(high.abs() * 1e-3).max(1e-6);
        let normal = Self { low: low - span * ROOM, high: high + span * BEYOND };
        let Some((least, most)) = strange.map(ends) else { return normal };
        let span = most.max(high) - least.min(low);
        Self { low: normal.low.min(least - span * ROOM), high: normal.high.max(most + span * ROOM) }
    }

    /// In `[0, 1]`.
    fn share(self, score: f32) -> f64 {
        f64::from(((score - self.low) / (self.high - self.low)).clamp(0.0, 1.0))
    }

    fn at(self, share: f64) -> f32 {
        self.low + (self.high - self.low) * share.clamp(0.0, 1.0) as f32
    }
}

/// The lowest score and the highest.
fn ends(scores: &Calibration) -> (f32, f32) {
    (scores.scores().first().copied().unwrap_or(0.0), scores.scores().last().copied().unwrap_or(1.0))
}

/// Which share of the scores is in each bin.
fn shares(scores: &Calibration, axis: Axis) -> [f64; BINS] {
    let mut counts = [0_usize; BINS];
    for score in scores.scores() {
        counts[((axis.share(*score) * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    counts.map(|count| count as f64 / scores.scores().len().max(1) as f64)
}

/// Bars as outlines that are hatched, each a rectangle: not by their colour alone other than those which are filled.
fn hatched(on: &CanvasRenderingContext2d, bars: &[[f64; 4]], (width, height): (f64, f64), colour: &str) {
    on.set_stroke_style_str(colour);
    on.set_line_width(1.5);
    on.save();
    on.begin_path();
    bars.iter().for_each(|[x, y, width, height]| on.rect(*x, *y, *width, *height));
    on.stroke();
    on.clip();
    on.set_line_width(1.0);
    on.begin_path();
    for step in 0..((width + height) / HATCH) as u32 {
        let x = f64::from(step) * HATCH;
        on.move_to(x, 0.0);
        on.line_to(x - height, height);
    }
    on.stroke();
    on.restore();
}

fn line(on: &CanvasRenderingContext2d, x: f64, height: f64, colour: &str) {
    on.set_stroke_style_str(colour);
    on.set_line_width(2.0);
    on.begin_path();
    on.move_to(x, ABOVE - 12.0);
    on.line_to(x, height);
    on.stroke();
}

/// Bars, with a threshold that a pointer moves and a slider, too.
#[component]
pub fn Histogram(desk: Desk, normal: Normal, #[prop(into)] score: Signal<Option<f32>>) -> impl IntoView {
    let (i18n, canvas) = (use_i18n(), NodeRef::<Canvas>::new());
    let Normal { scores, strange, .. } = normal;
    let axis = Axis::new(&scores, strange.as_ref().map(|strange| &strange.scores));
    let bars = StoredValue::new((shares(&scores, axis), strange.as_ref().map(|strange| shares(&strange.scores, axis))));
    let counts = (scores.scores().len(), strange.as_ref().map_or(0, |strange| strange.scores.scores().len()));
    let scores = StoredValue::new(scores);
    let has_strange = strange.is_some();
    let draw = move || {
        let Some((on, width, height)) = canvas.try_get_untracked().flatten().and_then(|canvas| prepare(&canvas)) else {
            return;
        };
        let Some((normal, strange)) = bars.try_get_value() else { return };
        let most = normal.iter().chain(strange.iter().flatten()).copied().fold(f64::MIN_POSITIVE, f64::max);
        let (step, threshold) = (width / BINS as f64, desk.threshold.get_untracked().unwrap_or(axis.high));
        let bar = |(bin, share): (usize, f64)| {
            // A few are not none.
            let tall = if share > 0.0 { (share / most * (height - ABOVE - BELOW)).max(1.5) } else { 0.0 };
            [bin as f64 * step + 0.5, height - BELOW - tall, step - 1.0, tall]
        };
        for (bin, share) in normal.into_iter().enumerate() {
            let middle = axis.at((bin as f64 + 0.5) / BINS as f64);
            on.set_fill_style_str(&colour(if middle > threshold { "--fake" } else { "--real" }));
            let [x, y, wide, tall] = bar((bin, share));
            on.fill_rect(x, y, wide, tall);
        }
        if let Some(strange) = strange {
            let some = strange.into_iter().enumerate().filter(|(_, share)| *share > 0.0);
            hatched(&on, &some.map(bar).collect::<Vec<_>>(), (width, height), &colour("--mesh"));
        }
        line(&on, axis.share(threshold) * width, height, &colour("--ink"));
        if let Some(score) = score.try_get_untracked().flatten() {
            let (x, tone) = (axis.share(score) * width, colour("--push"));
            line(&on, x, height, &tone);
            on.set_fill_style_str(&tone);
            on.begin_path();
            on.move_to(x, ABOVE);
            [(x - 6.0, ABOVE - 12.0), (x + 6.0, ABOVE - 12.0)].iter().for_each(|(x, y)| on.line_to(*x, *y));
            on.fill();
        }
    };
    animate(
        move || {
            desk.threshold.track();
            score.track();
            canvas.track();
        },
        draw,
    );
    let to = move |event: &PointerEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        let edge = canvas.get_bounding_client_rect();
        if edge.width() > 0.0 {
            desk.moved.set(Some(axis.at((f64::from(event.client_x()) - edge.left()) / edge.width())));
        }
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(canvas) = canvas.get_untracked() {
            let _ = canvas.set_pointer_capture(event.pointer_id());
        }
        to(&event);
    };
    let slide = move |event| {
        if let Ok(score) = event_target_value(&event).parse() {
            desk.moved.set(Some(score));
        }
    };
    let back = move |event: MouseEvent| {
        focus::keep(&event);
        desk.moved.set(None);
    };
    let alarms = move || {
        let threshold = desk.threshold.get()?;
        let (n, total) = scores.with_value(|scores| (scores.called(threshold), scores.scores().len()));
        let (locale, score) = (i18n.get_locale(), format!("{threshold:.4}"));
        let percent = labels::percent(locale, n as f64 / total.max(1) as f64, 1);
        Some(td_string!(locale, detect_alarms, score = score, n = n, total = total, percent = percent).to_string())
    };
    let series = move |what: String| {
        let (n, m) = counts;
        move || {
            let locale = i18n.get_locale();
            td_string!(locale, detect_series, n = n, m = m, what = labels::strange(locale, &what)).to_string()
        }
    };
    view! {
        <figure class="histogram">
            <canvas
                node_ref=canvas
                role="img"
                data-testid="histogram"
                aria-label=move || {
                    if has_strange { t_string!(i18n, detect_histogram_both) } else { t_string!(i18n, detect_histogram) }
                }
                on:pointerdown=down
                on:pointermove=move |event| {
                    if event.buttons() & 1 == 1 {
                        to(&event);
                    }
                }
            ></canvas>
            <input
                type="range"
                data-testid="threshold"
                min=axis.low
                max=axis.high
                step=(axis.high - axis.low) / STEPS
                aria-label=move || t_string!(i18n, detect_threshold)
                aria-valuetext=alarms
                prop:value=move || desk.threshold.get().unwrap_or(axis.high)
                on:input=slide
            />
            <figcaption>
                <span data-testid="alarms">{alarms}</span>
                <span class="muted">{t!(i18n, detect_legend)}</span>
                {strange.map(|KnownStrange { what, .. }| view! { <span class="muted" data-testid="series">{series(what)}</span> })}
                <Show when=move || desk.moved.get().is_some()>
                    <button data-testid="usual" on:click=back>{t!(i18n, detect_usual)}</button>
                </Show>
            </figcaption>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_is_in_a_bin_and_what_is_far_beyond_at_the_end() {
        let scores = Calibration::new((0..200).map(|score| score as f32 / 100.0).collect()).unwrap();
        let axis = Axis::new(&scores, None);
        assert!((shares(&scores, axis).iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!((axis.share(9e9), axis.share(-1.0)), (1.0, 0.0));
        assert!((axis.at(axis.share(1.5)) - 1.5).abs() < 1e-5);
        // All the same, and all nothing.
        for same in [3.0, 0.0] {
            let scores = Calibration::new(vec![same; 3]).unwrap();
            let axis = Axis::new(&scores, None);
            assert!(axis.share(same) < 0.5);
            assert!((shares(&scores, axis).iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn known_strange_scores_are_all_within_the_axis() {
        let of = |scores: &[f32]| Calibration::new(scores.to_vec()).unwrap();
        let normal = of(&[1.0, 2.0]);
        assert_eq!(Axis::new(&normal, Some(&of(&[1.5, 2.2]))), Axis::new(&normal, None));
        for strange in [of(&[0.5, 9.0]), of(&[7.0]), of(&[0.1])] {
            let axis = Axis::new(&normal, Some(&strange));
            let (least, most) = ends(&strange);
            // By more than a step of the slider.
            let step = (axis.high - axis.low) / STEPS;
            assert!(axis.low + step < least.min(1.0) && axis.high - step > most.max(2.0), "{axis:?}");
        }
    }
}
