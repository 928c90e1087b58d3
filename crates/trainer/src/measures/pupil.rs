//! How far the pupil moves when an eye is refined. The paper has people mark it; here iris and pupil are found again in the refined
//! picture, as the place where it is most like what the synthetic one shows around its label.

/// Of the disc around the pupil that is looked for, in pixels: an iris and a little of what it lies on.
const RADIUS: i32 = 6;
/// How far it is looked for, in pixels each way.
const SEARCH: i32 = 5;
/// Eyes less open than this show no pupil to look for.
pub const OPEN: f32 = 0.35;

/// How far the pupil of the second picture `[height, width]` is from that of the first, whose place `(x, y)` in pixels is known. `None`
/// where there is nothing to find.
pub fn moved(before: &[f32], after: &[f32], width: usize, place: (f32, f32)) -> Option<f32> {
    // Finer than a pixel it is not exact: what is found of a picture in itself is no movement.
    let (first, second) = (found(before, before, width, place)?, found(before, after, width, place)?);
    Some((second.0 - first.0).hypot(second.1 - first.1))
}

/// The shift of the largest normalised cross-correlation, which light and contrast do not change; finer than a pixel by a parabola
/// through its neighbours.
fn found(before: &[f32], after: &[f32], width: usize, (x, y): (f32, f32)) -> Option<(f32, f32)> {
    // The middle of the first pixel is at 0.5.
    let (column, row) = (x.floor() as i32, y.floor() as i32);
    let like = |dx: i32, dy: i32| correlation([before, after], width, (column, row), (dx, dy));
    let shifts = (-SEARCH..=SEARCH).flat_map(|dy| (-SEARCH..=SEARCH).map(move |dx| (dx, dy)));
    let found = shifts.filter_map(|(dx, dy)| Some((like(dx, dy)?, dx, dy)));
    let (most, dx, dy) = found.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let finer = |before: Option<f32>, after: Option<f32>| match (before, after) {
        (Some(before), Some(after)) if before + after < 2.0 * most => {
            0.5 * (before - after) / (before - 2.0 * most + after)
        }
        _ => 0.0,
    };
    let x = dx as f32 + finer(like(dx - 1, dy), like(dx + 1, dy));
    Some((x, dy as f32 + finer(like(dx, dy - 1), like(dx, dy + 1))))
}

/// The correlation of the disc around a place of the first picture with that around the shifted place of the second, in `[-1, 1]`, of
/// pixels that both have. `None` where there are too few, or nothing differs.
fn correlation(
    [before, after]: [&[f32]; 2],
    width: usize,
    (column, row): (i32, i32),
    (dx, dy): (i32, i32),
) -> Option<f32> {
    let height = before.len() / width.max(1);
    let at = |picture: &[f32], x: i32, y: i32| {
        let inside = (0..width as i32).contains(&x) && (0..height as i32).contains(&y);
        inside.then(|| picture[y as usize * width + x as usize])
    };
    let disc = (-RADIUS..=RADIUS).flat_map(|y| (-RADIUS..=RADIUS).map(move |x| (x, y)));
    let disc = disc.filter(|(x, y)| x * x + y * y <= RADIUS * RADIUS);
    let both =
        disc.filter_map(|(x, y)| Some((at(before, column + x, row + y)?, at(after, column + x + dx, row + y + dy)?)));
    let both = both.collect::<Vec<_>>();
    let count = both.len() as f32;
    if count < (2 * RADIUS * RADIUS) as f32 {
        return None;
    }
    let mean = |of: fn(&(f32, f32)) -> f32| both.iter().map(of).sum::<f32>() / count;
    let (first, second) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sums = both.iter().map(|(a, b)| (a - first, b - second));
    let [ab, aa, bb] = sums.fold([0.0; 3], |[ab, aa, bb], (a, b)| [ab + a * b, aa + a * a, bb + b * b]);
    (aa * bb > 1e-6).then(|| ab / (aa * bb).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dark disc on light ground, 55 x 35, and a lid above that does not move.
    fn eye((x, y): (f32, f32)) -> Vec<f32> {
        let value = |at: usize| {
            let (column, row) = ((at % 55) as f32 + 0.5, (at / 55) as f32 + 0.5);
            let edge = ((column - x).hypot(row - y) - 4.0).clamp(0.0, 1.0);
            if row < 11.0 { 0.0 } else { 1.1 * edge - 0.8 }
        };
        (0..55 * 35).map(value).collect()
    }

    #[test]
    fn a_pupil_that_moves_is_seen_to_move() {
        let place = (25.5, 17.5);
        let one = eye(place);
        assert!(moved(&one, &one, 55, place).unwrap() < 1e-3);
        for (x, y) in [(2.0, 0.0), (0.0, 1.0), (-1.5, 2.0), (0.5, 0.0)] {
            let found = moved(&one, &eye((25.5 + x, 17.5 + y)), 55, place).unwrap();
            assert!((found - f32::hypot(x, y)).abs() < 0.25, "{found} for {x}, {y}");
        }
        // Lighter and flatter is no movement.
        let lighter = one.iter().map(|value| 0.2 + 0.6 * value).collect::<Vec<_>>();
        assert!(moved(&one, &lighter, 55, place).unwrap() < 1e-3);
        assert!(moved(&one, &[0.5; 55 * 35], 55, place).is_none());
    }
}
