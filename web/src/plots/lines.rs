//! A line chart of values over steps.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::canvas::{colour, dashed, prepare, trace};
use crate::numbers::count;

/// A line: a colour of the theme and `(step, value)` in order.
pub struct Line {
    pub colour: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// What a chart shows.
#[derive(Default)]
pub struct Chart {
    pub lines: Vec<Line>,
    /// The range of values, or what fits.
    pub range: Option<(f64, f64)>,
    /// A dashed level.
    pub mark: Option<f64>,
    /// A band of levels to compare with.
    pub band: Option<(f64, f64)>,
    /// Decades rather than values.
    pub log: bool,
    /// The first and the last step.
    pub steps: (f64, f64),
    /// Steps that are being chosen.
    pub chosen: Option<(f64, f64)>,
    /// A step to point at.
    pub cursor: Option<f64>,
}

/// Room for the labels of the axes, in CSS pixels.
const LEFT: f64 = 40.0;
const RIGHT: f64 = 4.0;
const ABOVE: f64 = 4.0;
const BELOW: f64 = 16.0;
/// What a logarithm can show of nothing.
const LEAST: f64 = 1e-8;

/// The step under a place that is `x` CSS pixels from the left of a chart.
pub fn step_at(x: f64, width: f64, (first, last): (f64, f64)) -> f64 {
    let share = ((x - LEFT) / (width - LEFT - RIGHT).max(1.0)).clamp(0.0, 1.0);
    first + share * (last - first)
}

/// The range that holds every value, and zero where the scale has one.
fn fit(chart: &Chart) -> (f64, f64) {
    let values = chart.lines.iter().flat_map(|line| line.points.iter().map(|point| level(chart, point.1)));
    let values = values.chain(chart.band.into_iter().flat_map(|(low, high)| [low, high]));
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    match (low > high, chart.log) {
        (true, _) => (0.0, 1.0),
        (_, true) => (low.floor(), high.ceil().max(low.floor() + 1.0)),
        (_, false) => (low.min(0.0), if high - low.min(0.0) < 1e-6 { low.min(0.0) + 1.0 } else { high }),
    }
}

/// A value as the axis has it; no number stays no number.
fn level(chart: &Chart, value: f64) -> f64 {
    if chart.log { value.clamp(LEAST, f64::MAX).log10() } else { value }
}

/// A level in the fewest characters that tell it apart.
fn label(chart: &Chart, level: f64) -> String {
    match level {
        // Nothing has no sign.
        _ if chart.log => format!("1e{:.0}", level.round() + 0.0),
        _ if level.abs() >= 100.0 => format!("{level:.0}"),
        _ => format!("{level:.2}"),
    }
}

/// A chart on a canvas.
struct Area<'a> {
    context: CanvasRenderingContext2d,
    chart: &'a Chart,
    range: (f64, f64),
    width: f64,
    height: f64,
}

impl Area<'_> {
    fn x(&self, step: f64) -> f64 {
        let (first, last) = self.chart.steps;
        LEFT + (self.width - LEFT - RIGHT) * (step - first) / (last - first).max(1e-9)
    }

    fn y(&self, level: f64) -> f64 {
        let (low, high) = self.range;
        ABOVE + (self.height - ABOVE - BELOW) * (1.0 - (level.clamp(low, high) - low) / (high - low))
    }

    fn across(&self, y: f64) {
        trace(&self.context, [(LEFT, y), (self.width - RIGHT, y)]);
    }

    fn axes(&self) {
        let (context, (low, high)) = (&self.context, self.range);
        context.set_font("11px system-ui, sans-serif");
        context.set_fill_style_str(&colour("--muted"));
        context.set_stroke_style_str(&colour("--line"));
        context.set_line_width(1.0);
        let middle = if self.chart.log { ((low + high) / 2.0).round() } else { (low + high) / 2.0 };
        for level in [low, middle, high] {
            let y = self.y(level);
            self.across(y);
            let y = y.clamp(10.0, self.height - BELOW) + 3.0;
            let _ = context.fill_text(&label(self.chart, level), 2.0, y);
        }
        let (first, last) = self.chart.steps;
        let _ = context.fill_text(&count(first), LEFT, self.height - 3.0);
        context.set_text_align("right");
        let _ = context.fill_text(&count(last), self.width - RIGHT, self.height - 3.0);
        context.set_text_align("left");
    }

    fn band(&self, (low, high): (f64, f64), ink: &str, alpha: f64) {
        let (top, bottom) = (self.y(high), self.y(low));
        self.context.set_global_alpha(alpha);
        self.context.set_fill_style_str(&colour(ink));
        self.context.fill_rect(LEFT, top, self.width - LEFT - RIGHT, (bottom - top).max(1.5));
        self.context.set_global_alpha(1.0);
    }

    fn chosen(&self, (from, to): (f64, f64)) {
        let (from, to) = (self.x(from.min(to)), self.x(from.max(to)));
        self.context.set_global_alpha(0.2);
        self.context.set_fill_style_str(&colour("--accent"));
        self.context.fill_rect(from, ABOVE, to - from, self.height - ABOVE - BELOW);
        self.context.set_global_alpha(1.0);
    }

    fn lines(&self) {
        self.context.set_line_width(1.5);
        for line in &self.chart.lines {
            self.context.set_stroke_style_str(&colour(line.colour));
            let at = |(step, value): &(f64, f64)| (self.x(*step), self.y(level(self.chart, *value)));
            trace(&self.context, line.points.iter().map(at));
        }
    }

    fn dashes(&self, draw: impl FnOnce()) {
        self.context.set_stroke_style_str(&colour("--ink"));
        self.context.set_line_width(1.0);
        dashed(&self.context, draw);
    }
}

/// Draws a chart over what was there.
pub fn draw(canvas: &HtmlCanvasElement, chart: &Chart) {
    let Some((context, width, height)) = prepare(canvas) else { return };
    let area = Area { context, chart, range: chart.range.unwrap_or_else(|| fit(chart)), width, height };
    if let Some(band) = chart.band {
        area.band(band, "--good", 0.3);
    }
    area.axes();
    if let Some(mark) = chart.mark {
        area.dashes(|| area.across(area.y(mark)));
    }
    area.lines();
    if let Some(step) = chart.cursor {
        area.dashes(|| {
            trace(&area.context, [(area.x(step), ABOVE), (area.x(step), height - BELOW)]);
        });
    }
    if let Some(chosen) = chart.chosen {
        area.chosen(chosen);
    }
}

/// Means over at most `bins` groups of neighbours: thousands of steps in a few hundred pixels.
pub fn thin<T>(items: &[T], bins: usize, point: impl Fn(&T) -> (f64, f64)) -> Vec<(f64, f64)> {
    let group = items.len().div_ceil(bins.max(1)).max(1);
    let mean = |group: &[T]| {
        let sum = group.iter().map(&point).fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        (sum.0 / group.len() as f64, sum.1 / group.len() as f64)
    };
    items.chunks(group).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_mean_and_the_length() {
        let steps = (0..1000).collect::<Vec<u32>>();
        let thinned = thin(&steps, 100, |step| (f64::from(*step), f64::from(step % 2)));
        assert_eq!(thinned.len(), 100);
        assert!(thinned.iter().all(|point| point.1 == 0.5));
        assert!(thin(&[] as &[u32], 100, |_| (0.0, 0.0)).is_empty());
    }

    #[test]
    fn the_place_of_a_step_is_found_again() {
        let steps = (100.0, 300.0);
        assert_eq!(step_at(0.0, 400.0, steps), 100.0);
        assert_eq!(step_at(9999.0, 400.0, steps), 300.0);
        assert_eq!(step_at(LEFT + (400.0 - LEFT - RIGHT) / 2.0, 400.0, steps), 200.0);
    }

    #[test]
    fn a_logarithmic_chart_spans_whole_decades() {
        let points = vec![(0.0, 0.03), (1.0, 4.0), (2.0, f64::NAN)];
        let chart = Chart { lines: vec![Line { colour: "--real", points }], log: true, ..Chart::default() };
        assert_eq!(fit(&chart), (-2.0, 1.0));
        assert_eq!(fit(&Chart::default()), (0.0, 1.0));
    }
}
