//! Curves made of many noisy values.

/// Steps and values, by step; all are finite.
pub type Points = Vec<(f64, f64)>;

/// Share of a curve that a smoothed point stands for.
const WINDOW: usize = 40;
/// Fewer values than this are not smoothed: each is worth looking at.
pub const FEW: usize = 80;
/// Places along the step at which a curve is drawn.
const PLACES: usize = 240;

/// A moving average over a fortieth of the curve, centred; at its ends, over what there is of the window.
pub fn smooth(points: &[(f64, f64)]) -> Points {
    let half = points.len() / WINDOW / 2;
    let mut sums = vec![0.0];
    sums.extend(points.iter().scan(0.0, |sum, (_, value)| {
        *sum += value;
        Some(*sum)
    }));
    let mean = |(index, (step, _)): (usize, &(f64, f64))| {
        let (from, to) = (index.saturating_sub(half), (index + half + 1).min(points.len()));
        (*step, (sums[to] - sums[from]) / (to - from) as f64)
    };
    let smoothed = points.iter().enumerate().map(mean).collect::<Vec<_>>();
    let stride = smoothed.len().div_ceil(PLACES).max(1);
    let last = smoothed.last().copied();
    let mut thinned = smoothed.into_iter().step_by(stride).collect::<Points>();
    if thinned.last().copied() != last {
        thinned.extend(last);
    }
    thinned
}

/// The same curve to the eye with fewer points: the lowest and the highest value of each place along the step.
pub fn thin(points: &[(f64, f64)]) -> Points {
    let stride = points.len().div_ceil(PLACES);
    if stride <= 2 {
        return points.to_vec();
    }
    let extremes = |part: &[(f64, f64)]| {
        let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let ends = [part.iter().min_by(by_value), part.iter().max_by(by_value)];
        let mut ends = ends.into_iter().flatten().copied().collect::<Vec<_>>();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        ends
    };
    points.chunks(stride).flat_map(extremes).collect()
}

/// The values that a picture should have room for: all but one in a hundred, so that one spike does not flatten the rest,
/// with some air. `None` without values.
pub fn range<'a>(curves: impl Iterator<Item = &'a [(f64, f64)]>) -> Option<(f64, f64)> {
    let mut values = curves.flatten().map(|(_, value)| *value).collect::<Vec<_>>();
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let aside = values.len() / 200;
    let (low, high) = (values[aside], values[last - aside]);
    let air = if high > low { 0.05 * (high - low) } else { 0.05 * low.abs().max(1.0) };
    // Nothing here is below 0 that is not measured below 0.
    let bottom = if low >= 0.0 { (low - air).max(0.0) } else { low - air };
    Some((bottom, high + air))
}

/// Round numbers within a range, about `count` of them.
pub fn ticks((low, high): (f64, f64), count: usize) -> Vec<f64> {
    let step = tick_step((low, high), count);
    if !step.is_normal() {
        return Vec::new();
    }
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|index| index as f64 * step).collect()
}

fn tick_step((low, high): (f64, f64), count: usize) -> f64 {
    let raw = (high - low) / count as f64;
    let power = 10.0_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0].into_iter().find(|step| step * power >= 0.999 * raw);
    step.unwrap_or(10.0) * power
}

/// A number in few characters, to about three digits.
pub fn short(value: f64) -> String {
    let size = value.abs();
    let trim = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    match size {
        _ if value.is_nan() => "none".to_owned(),
        _ if size == 0.0 => "0".to_owned(),
        1e9.. => format!("{value:.1e}"),
        1e6.. => trim(format!("{:.2}", value / 1e6)) + "M",
        1e4.. => trim(format!("{:.1}", value / 1e3)) + "k",
        100.0.. => trim(format!("{value:.1}")),
        1.0.. => trim(format!("{value:.2}")),
        0.1.. => trim(format!("{value:.3}")),
        0.001.. => trim(format!("{value:.4}")),
        _ => format!("{value:.1e}"),
    }
}

/// A count with its thousands apart.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smoothed_line_is_the_line_and_noise_goes() {
        let line = (0..2000).map(|x| (f64::from(x), 3.0 * f64::from(x) + 1.0)).collect::<Vec<_>>();
        let smoothed = smooth(&line);
        assert!(
            smoothed.len() <= PLACES + 1 && smoothed.first().unwrap().0 == 0.0 && smoothed.last().unwrap().0 == 1999.0
        );
        assert!(smoothed[5..].iter().rev().skip(5).all(|(x, y)| (y - 3.0 * x - 1.0).abs() < 1e-6));
        let noise = (0..2000).map(|x| (f64::from(x), f64::from(x % 2))).collect::<Vec<_>>();
        assert!(smooth(&noise).iter().all(|(_, y)| (y - 0.5).abs() < 0.03));
        assert_eq!(smooth(&[]), []);
        assert_eq!(smooth(&[(1.0, 2.0)]), [(1.0, 2.0)]);
    }

    #[test]
    fn a_thinned_curve_keeps_its_spikes() {
        let mut curve = (0..5000).map(|x| (f64::from(x), 0.0)).collect::<Vec<_>>();
        curve[1234].1 = 9.0;
        curve[4321].1 = -9.0;
        let thinned = thin(&curve);
        assert!(thinned.len() <= 2 * PLACES);
        assert!(thinned.contains(&(1234.0, 9.0)) && thinned.contains(&(4321.0, -9.0)));
        assert!(thinned.is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn a_spike_does_not_flatten_the_rest() {
        let mut curve = (0..1000).map(|x| (f64::from(x), f64::from(x % 10))).collect::<Vec<_>>();
        curve[500].1 = 1e6;
        assert_eq!(range([curve.as_slice()].into_iter()), Some((0.0, 9.45)));
        assert_eq!(range([&[(0.0, 4.0)][..]].into_iter()), Some((3.8, 4.2)));
        assert_eq!(range(std::iter::empty()), None);
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks((0.0, 1.0), 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks((0.0, 1700.0), 4), [0.0, 500.0, 1000.0, 1500.0]);
        assert_eq!(ticks((-3.0, 2.5), 4), [-2.0, 0.0, 2.0]);
        assert_eq!(ticks((1.0, 1.0), 4), Vec::<f64>::new());
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.6000000000000001, "0.6"),
            (12.0, "12"),
            (1500.0, "1500"),
            (25_000.0, "25k"),
            (2_500_000.0, "2.5M"),
            (0.0002, "2.0e-4"),
            (-0.25, "-0.25"),
            (f64::NAN, "none"),
        ] {
            assert_eq!(short(value), text);
        }
        assert_eq!([count(7), count(1234), count(1_234_567)], ["7", "1,234", "1,234,567"]);
    }
}
