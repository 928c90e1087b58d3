//! A line chart of values over steps.

use web_sys::HtmlCanvasElement;

use super::canvas::{colour, prepare};

/// A line: a colour of the theme and `(step, value)` in order.
pub struct Line {
    pub colour: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// Room for the labels of the axes, in CSS pixels.
const LEFT: f64 = 34.0;
const BELOW: f64 = 16.0;

/// Draws lines; `range` is fixed or fits the values, `mark` is a dashed level.
pub fn draw(canvas: &HtmlCanvasElement, lines: &[Line], range: Option<(f64, f64)>, mark: Option<f64>) {
    let Some((context, width, height)) = prepare(canvas) else { return };
    let values = lines.iter().flat_map(|line| line.points.iter().map(|point| point.1));
    let fitted = values
        .filter(|value| value.is_finite())
        .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = range.unwrap_or(if fitted.0 > fitted.1 { (0.0, 1.0) } else { (fitted.0.min(0.0), fitted.1) });
    let high = if high - low < 1e-6 { low + 1.0 } else { high };
    let last = lines.iter().filter_map(|line| line.points.last()).map(|point| point.0).fold(1.0, f64::max);
    let (inner_width, inner_height) = (width - LEFT - 4.0, height - BELOW - 4.0);
    let at = |(step, value): (f64, f64)| {
        let y = 4.0 + inner_height * (1.0 - (value.clamp(low, high) - low) / (high - low));
        (LEFT + inner_width * step / last, y)
    };
    context.set_font("11px system-ui, sans-serif");
    context.set_fill_style_str(&colour("--muted"));
    context.set_stroke_style_str(&colour("--line"));
    context.set_line_width(1.0);
    for level in [low, (low + high) / 2.0, high] {
        let (x, y) = at((0.0, level));
        context.begin_path();
        context.move_to(x, y);
        context.line_to(width, y);
        context.stroke();
        let _ = context.fill_text(&format!("{level:.2}"), 2.0, y.clamp(10.0, height - BELOW) + 3.0);
    }
    let _ = context.fill_text("0", LEFT, height - 3.0);
    let label = format!("{last:.0}");
    let _ = context.fill_text(&label, width - 7.0 * label.len() as f64, height - 3.0);
    if let Some(mark) = mark {
        let (x, y) = at((0.0, mark));
        context.set_stroke_style_str(&colour("--ink"));
        let _ = context.set_line_dash(&js_sys::Array::of2(&4.0.into(), &4.0.into()));
        context.begin_path();
        context.move_to(x, y);
        context.line_to(width, y);
        context.stroke();
        let _ = context.set_line_dash(&js_sys::Array::new());
    }
    context.set_line_width(1.5);
    for line in lines {
        context.set_stroke_style_str(&colour(line.colour));
        context.begin_path();
        for (index, point) in line.points.iter().enumerate() {
            let (x, y) = at(*point);
            if index == 0 { context.move_to(x, y) } else { context.line_to(x, y) }
        }
        context.stroke();
    }
}

/// Means over at most `bins` groups of neighbours: thousands of steps in a few hundred pixels.
pub fn thin(points: impl ExactSizeIterator<Item = (f64, f64)>, bins: usize) -> Vec<(f64, f64)> {
    let group = points.len().div_ceil(bins.max(1)).max(1);
    let points = points.collect::<Vec<_>>();
    let mean = |group: &[(f64, f64)]| {
        let sum = group.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        (sum.0 / group.len() as f64, sum.1 / group.len() as f64)
    };
    points.chunks(group).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_mean_and_the_length() {
        let points = (0..1000).map(|step| (f64::from(step), f64::from(step % 2)));
        let thin = thin(points.collect::<Vec<_>>().into_iter(), 100);
        assert_eq!(thin.len(), 100);
        assert!(thin.iter().all(|point| point.1 == 0.5));
        assert!(super::thin(Vec::new().into_iter(), 100).is_empty());
    }
}
