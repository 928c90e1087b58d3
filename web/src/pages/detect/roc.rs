//! How well the scores tell strange pictures from normal ones, and what the threshold misses.

use forger_protocol::detect::{
    Calibration, Normal,
    roc::{Operating, Wrong, area, roc},
};
use leptos::{html::Canvas, prelude::*};
use web_sys::CanvasRenderingContext2d;

use super::{batch::Batch, desk::Desk};
use crate::{
    components::labels,
    i18n::*,
    plots::canvas::{colour, dashed, prepare, trace},
    state::screen::animate,
};

/// Room around the square of the curve, in CSS pixels.
const LEFT: f64 = 40.0;
const ABOVE: f64 = 10.0;
const RIGHT: f64 = 10.0;
const BELOW: f64 = 20.0;
/// Radius of the point at the threshold.
const POINT: f64 = 5.0;

/// Pictures of which it is known what they are.
#[derive(Clone, PartialEq)]
struct Known {
    normal: Calibration,
    strange: Calibration,
    /// What the strange ones show, in the words of the card; nothing where the user marked them.
    what: Option<String>,
    points: Vec<Operating>,
}

impl Known {
    /// Nothing where there is only one kind.
    fn new(normal: Calibration, strange: Calibration, what: Option<String>) -> Option<Self> {
        let points = roc(normal.scores(), strange.scores()).ok()?;
        Some(Self { normal, strange, what, points })
    }

    fn of_card(normal: &Normal) -> Option<Self> {
        let strange = normal.strange.clone()?;
        Self::new(normal.scores.clone(), strange.scores, Some(strange.what))
    }

    fn of_batch([normal, strange]: [Vec<f32>; 2]) -> Option<Self> {
        Self::new(Calibration::new(normal).ok()?, Calibration::new(strange).ok()?, None)
    }

    /// Pictures of each kind.
    fn counts(&self) -> [usize; 2] {
        [self.normal.scores().len(), self.strange.scores().len()]
    }

    fn wrong(&self, threshold: f32) -> Wrong {
        Wrong::at(&self.normal, &self.strange, threshold)
    }

    /// Where a threshold is on the curve: the shares of false alarms and of hits.
    fn at(&self, threshold: f32) -> (f64, f64) {
        let (Wrong { false_alarms, missed }, [n, m]) = (self.wrong(threshold), self.counts());
        (false_alarms as f64 / n as f64, 1.0 - missed as f64 / m as f64)
    }
}

fn percent(locale: Locale, part: usize, of: usize) -> String {
    labels::percent(locale, part as f64 / of.max(1) as f64, 1)
}

/// How many normal pictures a threshold calls strange, and how many strange ones it misses, in words.
fn misses(locale: Locale, known: &Known, threshold: f32) -> String {
    let (Wrong { false_alarms, missed }, [n, m]) = (known.wrong(threshold), known.counts());
    let (alarms, missing) = (percent(locale, false_alarms, n), percent(locale, missed, m));
    let said = td_string!(locale, detect_false_alarms, n = n, a = false_alarms, percent = alarms).to_string();
    let of_strange = match &known.what {
        Some(what) => {
            let what = labels::strange(locale, what);
            td_string!(locale, detect_missed_of, m = m, what = what, b = missed, percent = missing).to_string()
        }
        None => td_string!(locale, detect_missed_marked, m = m, b = missed, percent = missing).to_string(),
    };
    format!("{said} {of_strange}")
}

/// The square of the curve: both axes from 0 to 1.
struct Square {
    on: CanvasRenderingContext2d,
    side: [f64; 2],
}

impl Square {
    fn at(&self, (alarms, hits): (f64, f64)) -> (f64, f64) {
        (LEFT + alarms * self.side[0], ABOVE + (1.0 - hits) * self.side[1])
    }

    fn frame(&self, locale: Locale) {
        let (on, [width, height]) = (&self.on, self.side);
        on.set_line_width(1.0);
        on.set_stroke_style_str(&colour("--line"));
        on.stroke_rect(LEFT, ABOVE, width, height);
        on.set_stroke_style_str(&colour("--muted"));
        dashed(on, || trace(on, [self.at((0.0, 0.0)), self.at((1.0, 1.0))]));
        on.set_font("11px system-ui, sans-serif");
        on.set_fill_style_str(&colour("--muted"));
        let below = ABOVE + height + 14.0;
        let say = |align: &str, text: &str, (x, y): (f64, f64)| {
            on.set_text_align(align);
            let _ = on.fill_text(text, x, y);
        };
        let all = labels::percent(locale, 1.0, 0);
        say("right", &all, (LEFT - 4.0, ABOVE + 9.0));
        say("right", "0", (LEFT - 4.0, below));
        say("right", &all, (LEFT + width, below));
        say("left", td_string!(locale, detect_roc_alarms), (LEFT + 4.0, below));
        self.along(td_string!(locale, detect_roc_hits), (LEFT - 8.0, ABOVE + height / 2.0), (0.0, -1.0));
        self.along(td_string!(locale, detect_roc_coin), self.at((0.5, 0.42)), (width, -height));
        on.set_text_align("left");
    }

    /// A text with its middle at a place, along a direction.
    fn along(&self, text: &str, (x, y): (f64, f64), (right, down): (f64, f64)) {
        let on = &self.on;
        on.save();
        let turned = on.translate(x, y).and_then(|()| on.rotate(down.atan2(right)));
        if turned.is_ok() {
            on.set_text_align("center");
            let _ = on.fill_text(text, 0.0, 0.0);
        }
        on.restore();
    }

    fn curve(&self, points: &[Operating]) {
        let on = &self.on;
        on.set_line_width(2.0);
        on.set_stroke_style_str(&colour("--accent"));
        trace(on, points.iter().map(|point| self.at((point.false_alarms, point.hits))));
    }

    fn point(&self, at: (f64, f64)) {
        let (on, (x, y)) = (&self.on, self.at(at));
        on.set_fill_style_str(&colour("--ink"));
        on.set_stroke_style_str(&colour("--card"));
        on.begin_path();
        if on.arc(x, y, POINT, 0.0, std::f64::consts::TAU).is_ok() {
            on.fill();
            on.stroke();
        }
    }
}

/// The curve of the pictures on the card of the model, or of the batch once rows of it are marked; nothing where there are neither.
#[component]
pub fn Roc(batch: Batch, desk: Desk, normal: Normal) -> impl IntoView {
    let i18n = use_i18n();
    let of_card = Known::of_card(&normal);
    let is_batch = Memo::new(move |_| batch.marked().is_some());
    let known = Memo::new(move |_| match batch.marked() {
        Some(scores) => Known::of_batch(scores),
        None => of_card.clone(),
    });
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let of_batch = move || {
        let locale = i18n.get_locale();
        match known.with(|known| known.as_ref().map(Known::counts)) {
            Some([n, m]) => td_string!(locale, detect_roc_batch, n = n, m = m).to_string(),
            None => td_string!(locale, detect_roc_one_kind).to_owned(),
        }
    };
    let is_running = Memo::new(move |_| desk.batch.get());
    // Read out when pictures are marked or all are judged, and not with every one that is.
    let told = move || (!is_running.get()).then(of_batch);
    view! {
        <Show when=move || is_batch.get() || is_known.get()>
            <figure class="roc">
                <Show when=move || is_known.get()>
                    <Curve desk known />
                </Show>
                <Show when=move || is_batch.get()>
                    <p data-testid="roc-of">{of_batch}</p>
                    <p class="unseen" role="status">{told}</p>
                </Show>
            </figure>
        </Show>
    }
}

/// The curve with the threshold on it, and both in words.
#[component]
fn Curve(desk: Desk, known: Memo<Option<Known>>) -> impl IntoView {
    let (i18n, canvas) = (use_i18n(), NodeRef::<Canvas>::new());
    let draw = move || {
        let Some((on, width, height)) = canvas.try_get_untracked().flatten().and_then(|canvas| prepare(&canvas)) else {
            return;
        };
        let square = Square { on, side: [(width - LEFT - RIGHT).max(1.0), (height - ABOVE - BELOW).max(1.0)] };
        square.frame(desk.locale());
        let at = desk.threshold.try_get_untracked().flatten();
        known.try_with_untracked(|known| {
            let Some(known) = known else { return };
            square.curve(&known.points);
            if let Some(threshold) = at {
                square.point(known.at(threshold));
            }
        });
    };
    animate(
        move || {
            desk.threshold.track();
            known.track();
            canvas.track();
            i18n.get_locale();
        },
        draw,
    );
    let area = move || {
        let area = known.with(|known| known.as_ref().map(|known| area(&known.points)))?;
        let pairs = format!("{:.0}", area * 1000.0);
        Some(td_string!(i18n.get_locale(), detect_area, area = format!("{area:.3}"), pairs = pairs).to_string())
    };
    let wrong = move || {
        let threshold = desk.threshold.get()?;
        known.with(|known| Some(misses(i18n.get_locale(), known.as_ref()?, threshold)))
    };
    view! {
        <canvas
            node_ref=canvas
            role="img"
            data-testid="roc"
            aria-label=move || t_string!(i18n, detect_roc)
        ></canvas>
        <figcaption>
            <span data-testid="misses">{wrong}</span>
            <span class="muted" data-testid="roc-area">{area}</span>
        </figcaption>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_lies_on_the_curve_and_both_kinds_are_needed() {
        let known = Known::of_batch([vec![1.0, 3.0], vec![2.0, 4.0, 3.0]]).unwrap();
        assert_eq!(known.counts(), [2, 3]);
        assert_eq!(
            [9.0, 2.5, 0.0].map(|threshold| known.at(threshold)),
            [(0.0, 0.0), (0.5, 1.0 - 1.0 / 3.0), (1.0, 1.0)]
        );
        assert!((area(&known.points) - 0.75).abs() < 1e-12);
        assert!(
            Known::of_batch([vec![1.0], Vec::new()]).is_none() && Known::of_batch([Vec::new(), vec![1.0]]).is_none()
        );
    }

    #[test]
    fn what_is_missed_is_said_in_every_language() {
        let mut known = Known::of_batch([vec![1.0, 3.0], vec![2.0, 4.0, 3.0]]).unwrap();
        for what in [None, Some("the other digits".to_owned())] {
            known.what = what;
            let said = [Locale::en, Locale::ko].map(|locale| misses(locale, &known, 2.5));
            assert!(said.iter().all(|said| said.contains("50.0") && said.contains("33.3")), "{said:?}");
            // What the site's cards say in English.
            assert!(!said[1].contains("digits"), "{said:?}");
        }
    }
}
