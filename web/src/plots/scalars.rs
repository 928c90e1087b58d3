//! What steps told, as charts: one for each kind of number.

use forger_protocol::{Declaration, Scalar, ScalarKind, message::StepMetrics};

use super::lines::{self, Chart, Line};

/// Points of a line in a chart.
pub const BINS: usize = 240;
/// Points of a curve that are kept, at most.
const MOST: usize = 50_000;
/// The newest, which are all kept.
const NEWEST: usize = 20_000;

/// The chart of a kind of number, over these steps. Each scalar of the kind has a colour by its place among them, or
/// none, and is not shown.
pub fn chart(
    system: &Declaration,
    kind: ScalarKind,
    metrics: &[StepMetrics],
    steps: (f64, f64),
    colour: impl Fn(usize, &Scalar) -> Option<&'static str>,
) -> Chart {
    let of_kind = system.of_kind(kind).enumerate();
    let lines = of_kind
        .filter_map(|(index, (place, scalar))| Some(line(scalar, place, colour(index, scalar)?, metrics, steps)));
    let whole = Chart { lines: lines.collect(), steps, ..Chart::default() };
    match kind {
        ScalarKind::Loss => whole,
        ScalarKind::Verdict => Chart { range: Some((0.0, 1.0)), mark: Some(0.5), ..whole },
        ScalarKind::Gradient => Chart { log: true, ..whole },
    }
}

/// The line of a scalar, which has this place among those of a step.
fn line(scalar: &Scalar, place: usize, colour: &'static str, metrics: &[StepMetrics], steps: (f64, f64)) -> Line {
    let within = within(metrics, steps, |metrics| metrics.step);
    let value = |values: &[f32]| values.get(place).copied().map_or(f64::NAN, f64::from);
    let mut points = lines::thin(within, BINS, |m| (m.step as f64, value(&m.values)));
    if scalar.kind == ScalarKind::Gradient {
        // A player that was not updated has none.
        points.retain(|point| point.1 > 0.0);
    }
    Line { colour, points }
}

/// What lies within these steps, and a neighbour on either side so that lines reach the edge.
pub fn within<T>(items: &[T], (first, last): (f64, f64), step: impl Fn(&T) -> u64) -> &[T] {
    let from = items.partition_point(|item| (step(item) as f64) < first).saturating_sub(1);
    let to = items.partition_point(|item| step(item) as f64 <= last).saturating_add(1).min(items.len());
    items.get(from..to).unwrap_or_default()
}

/// Where there are too many points, keeps the first of every so many steps of all but the newest: a run may be as long as
/// somebody lets it train.
pub fn thin_out<T>(points: &mut Vec<T>, step: impl Fn(&T) -> u64) {
    if points.len() <= MOST {
        return;
    }
    let older = points.len() - NEWEST;
    // Powers of two divide each other, so that what was kept once is kept evenly.
    let every = (step(&points[older]) / (MOST - NEWEST) as u64 * 2).next_power_of_two();
    let (mut index, mut last) = (0, None);
    points.retain(|point| {
        let part = step(point) / every;
        index += 1;
        index > older || last.replace(part) != Some(part)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_steps_and_its_neighbours() {
        let steps = [10_u64, 20, 30, 40, 50];
        assert_eq!(within(&steps, (25.0, 35.0), |step| *step), [20, 30, 40]);
        assert_eq!(within(&steps, (0.0, 99.0), |step| *step), steps);
        assert_eq!(within(&steps, (60.0, 99.0), |step| *step), [50]);
        assert!(within(&[] as &[u64], (0.0, 1.0), |step| *step).is_empty());
    }

    #[test]
    fn ten_million_steps_take_little_memory_and_the_newest_are_all_there() {
        let mut metrics = Vec::new();
        let steps = 10_000_000;
        for first in (0..steps).step_by(1000) {
            metrics.extend((first..first + 1000).map(|step| StepMetrics { step, ..StepMetrics::default() }));
            thin_out(&mut metrics, |metrics| metrics.step);
        }
        assert!(metrics.capacity() * size_of::<StepMetrics>() < 50 << 20);
        assert!((NEWEST..=MOST).contains(&metrics.len()), "{}", metrics.len());
        assert!(metrics.is_sorted_by(|a, b| a.step < b.step));
        assert_eq!(metrics[0].step, 0);
        let newest = &metrics[metrics.len() - NEWEST..];
        assert!(newest.iter().rev().zip((0..steps).rev()).all(|(metrics, step)| metrics.step == step));
        // No part of the run is without points.
        let widest = metrics.windows(2).map(|pair| pair[1].step - pair[0].step).max();
        assert!(widest.is_some_and(|widest| widest <= 1024), "{widest:?}");
    }
}
