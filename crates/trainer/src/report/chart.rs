//! Curves as SVG.

use maud::{Markup, html};

use super::series::{self, FEW, Points};

/// Size of the picture in its own units. A card of the page is about as wide in pixels, on a phone as on a desk, so that
/// text has the size it is given.
const SIZE: (f64, f64) = (380.0, 230.0);
/// Left, top, right and bottom edge of the frame of the curves.
const FRAME: (f64, f64, f64, f64) = (46.0, 22.0, 362.0, 192.0);
/// Colours that `style.css` knows.
pub const COLOURS: usize = 8;

/// A curve.
pub struct Line {
    pub name: String,
    /// Which of the [`COLOURS`].
    pub colour: usize,
    pub points: Points,
}

/// Curves over the steps of training.
pub struct Chart {
    pub title: String,
    /// What the height means.
    pub unit: String,
    /// Said below the picture.
    pub note: String,
    /// Fitted to the curves when there is none.
    pub range: Option<(f64, f64)>,
    /// A value to compare with.
    pub reference: Option<f64>,
    /// Whether the single values are drawn behind a smoothed curve.
    pub raw: bool,
    pub lines: Vec<Line>,
}

/// From steps and values to the picture.
struct Scale {
    last_step: f64,
    range: (f64, f64),
}

impl Scale {
    fn x(&self, step: f64) -> f64 {
        FRAME.0 + step / self.last_step * (FRAME.2 - FRAME.0)
    }

    fn y(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        let share = (value - low) / (high - low);
        // Far outside, a line needs not be drawn to scale; numbers of many digits help nobody.
        FRAME.3 - share.clamp(-10.0, 10.0) * (FRAME.3 - FRAME.1)
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        for (index, (step, value)) in points.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            path += &format!("{command}{:.1} {:.1}", self.x(*step), self.y(*value));
        }
        path
    }
}

impl Chart {
    /// A figure, or nothing when there are no values.
    pub fn figure(&self) -> Markup {
        let Some(fitted) = series::range(self.lines.iter().map(|line| line.points.as_slice())) else {
            return html! {};
        };
        let range = self.range.unwrap_or(fitted);
        let steps = self.lines.iter().filter_map(|line| line.points.last()).map(|(step, _)| *step);
        let scale = Scale { last_step: steps.fold(1.0, f64::max), range };
        let values = || self.lines.iter().flat_map(|line| &line.points);
        let outside = values().filter(|(_, value)| *value < range.0 || *value > range.1).count();
        html! {
            figure.card {
                figcaption {
                    h3 { (self.title) }
                    @if self.lines.len() > 1 || self.raw { (self.legend()) }
                }
                (self.picture(&scale))
                @if !self.note.is_empty() || outside > 0 {
                    p.note {
                        (self.note)
                        @if !self.note.is_empty() && outside > 0 { ". " }
                        @if outside > 0 { (series::count(outside as u64)) " of " (series::count(values().count() as u64))
                            " values lie outside the frame" }
                    }
                }
            }
        }
    }

    fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for line in &self.lines {
                    li { span.swatch.{ "c" (line.colour % COLOURS) } {} (line.name)
                        @if let Some((_, last)) = series::smooth(&line.points).last() { " " b { (series::short(*last)) } }
                    }
                }
            }
        }
    }

    fn picture(&self, scale: &Scale) -> Markup {
        let (left, top, right, bottom) = FRAME;
        let (width, height) = (right - left, bottom - top);
        let names = self.lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>().join(", ");
        html! {
            svg viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-label={ (self.title) ": " (names) } {
                @for value in series::ticks(scale.range, 4) {
                    @let y = format!("{:.1}", scale.y(value));
                    line.grid x1=(left) x2=(right) y1=(y) y2=(y) {}
                    text.tick x=(left - 6.0) y=(y) dy="0.35em" text-anchor="end" { (series::short(value)) }
                }
                @for step in series::ticks((0.0, scale.last_step), 4) {
                    @let x = format!("{:.1}", scale.x(step));
                    line.axis x1=(x) x2=(x) y1=(bottom) y2=(bottom + 4.0) {}
                    text.tick x=(x) y=(bottom + 17.0) text-anchor="middle" { (series::short(step)) }
                }
                line.axis x1=(left) x2=(right) y1=(bottom) y2=(bottom) {}
                text.unit x=(left) y="12" { (self.unit) }
                text.unit x=(right) y=(SIZE.1 - 4.0) text-anchor="end" { "steps" }
                // A picture in the picture, which cuts off what is outside of the frame.
                svg x=(left) y=(top) width=(width) height=(height)
                    viewBox={ (left) " " (top) " " (width) " " (height) } {
                    @if let Some(value) = self.reference {
                        @let y = format!("{:.1}", scale.y(value));
                        line.reference x1=(left) x2=(right) y1=(y) y2=(y) {}
                    }
                    @if self.raw {
                        @for line in self.lines.iter().filter(|line| line.points.len() >= FEW) {
                            path.raw.{ "c" (line.colour % COLOURS) } d=(scale.path(&series::thin(&line.points))) {}
                        }
                    }
                    @for line in &self.lines {
                        path.line.{ "c" (line.colour % COLOURS) } d=(scale.path(&series::smooth(&line.points))) {}
                    }
                }
                @for line in self.lines.iter().filter(|line| line.points.len() < FEW) {
                    @for (step, value) in line.points.iter().filter(|(_, value)| is_within(scale.range, *value)) {
                        circle.dot.{ "c" (line.colour % COLOURS) } cx=(format!("{:.1}", scale.x(*step)))
                            cy=(format!("{:.1}", scale.y(*value))) r="2.5" {
                            title { (line.name) ", step " (series::count(*step as u64)) ": " (series::short(*value)) }
                        }
                    }
                }
            }
        }
    }
}

fn is_within((low, high): (f64, f64), value: f64) -> bool {
    (low..=high).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Points) -> Chart {
        let line = Line { name: "<D & G>".into(), colour: 9, points };
        let (title, unit) = ("Losses".into(), "loss".into());
        Chart { title, unit, note: String::new(), range: None, reference: None, raw: true, lines: vec![line] }
    }

    #[test]
    fn a_chart_without_values_is_not_drawn() {
        assert_eq!(chart(Vec::new()).figure().into_string(), "");
    }

    #[test]
    fn names_are_escaped_and_coordinates_are_numbers() {
        let text = chart((1..500).map(|x| (f64::from(x), f64::from(x % 7))).collect()).figure().into_string();
        assert!(text.contains("&lt;D &amp; G&gt;") && !text.contains("<D"), "{text}");
        assert!(text.contains(r#"class="raw c1""#) && !text.contains("NaN") && !text.contains("inf"), "{text}");
        for constant in [vec![(0.0, 0.0)], vec![(5.0, 2.0), (6.0, 2.0)]] {
            let text = chart(constant).figure().into_string();
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        }
    }

    #[test]
    fn values_outside_the_frame_are_counted() {
        let mut points = (1..=400).map(|x| (f64::from(x), f64::from(x % 7))).collect::<Vec<_>>();
        points[7].1 = 1e9;
        assert!(chart(points).figure().into_string().contains("1 of 400 values lie outside the frame"));
    }
}
