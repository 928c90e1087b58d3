//! The scores of normal pictures, the threshold, and where a picture lies among them.

use forger_protocol::detect::Calibration;
use leptos::{html::Canvas, prelude::*};
use web_sys::{CanvasRenderingContext2d, PointerEvent};

use super::desk::Desk;
use crate::{
    i18n::*,
    plots::canvas::{colour, prepare},
    state::screen::animate,
};

const BINS: usize = 40;
/// Room above and below the bars, in CSS pixels.
const ABOVE: f64 = 18.0;
const BELOW: f64 = 4.0;
/// How far beyond the highest normal score the axis goes, of the way from the lowest to it. What lies farther is at its end.
const BEYOND: f32 = 0.6;
/// Steps of the slider.
const STEPS: f32 = 500.0;

/// The scores that there is room for.
#[derive(Clone, Copy, PartialEq)]
struct Axis {
    low: f32,
    high: f32,
}

impl Axis {
    fn new(scores: &Calibration) -> Self {
        let (low, high) =
            (scores.scores().first().copied().unwrap_or(0.0), scores.scores().last().copied().unwrap_or(1.0));
        let span = (high - low).max(high.abs() * 1e-3).max(1e-6);
        Self { low: low - span * 0.05, high: high + span * BEYOND }
    }

    /// In `[0, 1]`.
    fn share(self, score: f32) -> f64 {
        f64::from(((score - self.low) / (self.high - self.low)).clamp(0.0, 1.0))
    }

    fn at(self, share: f64) -> f32 {
        self.low + (self.high - self.low) * share.clamp(0.0, 1.0) as f32
    }
}

/// How many scores are in each bin.
fn counts(scores: &Calibration, axis: Axis) -> [usize; BINS] {
    let mut counts = [0; BINS];
    for score in scores.scores() {
        counts[((axis.share(*score) * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    counts
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
pub fn Histogram(desk: Desk, scores: Calibration, #[prop(into)] score: Signal<Option<f32>>) -> impl IntoView {
    let (i18n, canvas) = (use_i18n(), NodeRef::<Canvas>::new());
    let axis = Axis::new(&scores);
    let scores = StoredValue::new(scores);
    let draw = move || {
        let Some((on, width, height)) = canvas.try_get_untracked().flatten().and_then(|canvas| prepare(&canvas)) else {
            return;
        };
        let Some(counts) = scores.try_with_value(|scores| counts(scores, axis)) else { return };
        let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
        let (step, threshold) = (width / BINS as f64, desk.threshold.get_untracked().unwrap_or(axis.high));
        for (bin, count) in counts.into_iter().enumerate() {
            let middle = axis.at((bin as f64 + 0.5) / BINS as f64);
            on.set_fill_style_str(&colour(if middle > threshold { "--fake" } else { "--real" }));
            let tall = count as f64 / most * (height - ABOVE - BELOW);
            // A few are not none.
            let tall = if count > 0 { tall.max(1.5) } else { 0.0 };
            on.fill_rect(bin as f64 * step + 0.5, height - BELOW - tall, step - 1.0, tall);
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
    let alarms = move || {
        let threshold = desk.threshold.get()?;
        let (n, total) = scores.with_value(|scores| (scores.called(threshold), scores.scores().len()));
        let percent = format!("{:.1}", n as f64 / total.max(1) as f64 * 100.0);
        let said = td_string!(
            i18n.get_locale(),
            detect_alarms,
            score = format!("{threshold:.4}"),
            n = n,
            total = total,
            percent = percent
        );
        Some(said.to_string())
    };
    view! {
        <figure class="histogram">
            <canvas
                node_ref=canvas
                role="img"
                data-testid="histogram"
                aria-label=move || t_string!(i18n, detect_histogram)
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
                <Show when=move || desk.moved.get().is_some()>
                    <button data-testid="usual" on:click=move |_| desk.moved.set(None)>{t!(i18n, detect_usual)}</button>
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
        let axis = Axis::new(&scores);
        assert_eq!(counts(&scores, axis).iter().sum::<usize>(), 200);
        assert_eq!((axis.share(9e9), axis.share(-1.0)), (1.0, 0.0));
        assert!((axis.at(axis.share(1.5)) - 1.5).abs() < 1e-5);
        // All the same, and all nothing.
        for same in [3.0, 0.0] {
            let scores = Calibration::new(vec![same; 3]).unwrap();
            assert!(Axis::new(&scores).share(same) < 0.5);
            assert_eq!(counts(&scores, Axis::new(&scores)).iter().sum::<usize>(), 3);
        }
    }
}
