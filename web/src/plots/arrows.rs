//! Where D pushes the fakes.

use super::canvas::{Space, colour};

/// Fakes that get an arrow: more would be a thicket.
const MOST: usize = 150;
/// The longest arrow, in units of the plane.
const LONGEST: f32 = 0.26;

/// Draws an arrow from each of the first points `[n, 2]` along its push `[n, 2]`.
pub fn draw(space: &Space, points: &[f32], push: &[f32]) {
    let context = &space.context;
    context.begin_path();
    for (point, push) in points.chunks_exact(2).zip(push.chunks_exact(2)).take(MOST) {
        let [dx, dy] = shown([push[0], push[1]]);
        let (from, to) = (space.at(point[0], point[1]), space.at(point[0] + dx, point[1] + dy));
        let (x, y) = (to.0 - from.0, to.1 - from.1);
        let length = x.hypot(y);
        // A push of a pixel is no push that can be seen.
        if !length.is_finite() || length < 1.0 {
            continue;
        }
        context.move_to(from.0, from.1);
        context.line_to(to.0, to.1);
        let head = (length * 0.4).min(5.0) / length;
        for turn in [0.5, -0.5_f64] {
            let (sin, cos) = turn.sin_cos();
            context.move_to(to.0, to.1);
            context.line_to(to.0 - head * (x * cos - y * sin), to.1 - head * (x * sin + y * cos));
        }
    }
    context.set_stroke_style_str(&colour("--push"));
    context.set_line_width(1.2);
    context.stroke();
}

/// The arrow of a push. Its length grows with the push and never past `LONGEST`; it is not relative to the other
/// arrows, so that gradients which vanish are seen to vanish.
pub fn shown([x, y]: [f32; 2]) -> [f32; 2] {
    let scale = LONGEST / (x.hypot(y) + 2.0);
    [x * scale, y * scale]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_vanish_with_the_push_and_stay_short() {
        assert_eq!(shown([0.0, 0.0]), [0.0, 0.0]);
        assert!(shown([0.01, 0.0])[0] < 0.002);
        let [x, y] = shown([3e6, 4e6]);
        assert!((x.hypot(y) - LONGEST).abs() < 1e-3);
        assert!((y / x - 4.0 / 3.0).abs() < 1e-5, "the direction stays");
    }
}
