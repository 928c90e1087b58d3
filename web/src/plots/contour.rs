//! The line along which a map has one value, by marching squares.

use super::canvas::{Space, colour};

/// Where D tosses a coin: the line between what it calls real and fake.
pub fn draw(space: &Space, side: usize, map: &[f32], level: f32) {
    space.context.begin_path();
    let scale = 2.0 * space.extent / side as f32;
    let at = |cell: f32| (cell + 0.5) * scale - space.extent;
    for [x0, y0, x1, y1] in segments(map, side, level) {
        let (from, to) = (space.at(at(x0), at(y0)), space.at(at(x1), at(y1)));
        space.context.move_to(from.0, from.1);
        space.context.line_to(to.0, to.1);
    }
    space.context.set_stroke_style_str(&colour("--ink"));
    space.context.set_line_width(1.6);
    space.context.stroke();
}

/// The pieces `[x0, y0, x1, y1]` of the line, in cells, of a `side * side` map whose rows go upwards.
pub fn segments(map: &[f32], side: usize, level: f32) -> Vec<[f32; 4]> {
    let mut found = Vec::new();
    if side < 2 || map.len() != side * side {
        return found;
    }
    for row in 0..side - 1 {
        for column in 0..side - 1 {
            let at = |x: usize, y: usize| map[(row + y) * side + column + x] - level;
            // Round the cell, beginning at its lower left.
            let corners = [at(0, 0), at(1, 0), at(1, 1), at(0, 1)];
            let crossing = |edge: usize| {
                let (from, to) = (corners[edge], corners[(edge + 1) % 4]);
                let share = from / (from - to);
                let (x, y) = [(share, 0.0), (1.0, share), (1.0 - share, 1.0), (0.0, 1.0 - share)][edge];
                (column as f32 + x, row as f32 + y)
            };
            let crossed = |edge: &usize| (corners[*edge] > 0.0) != (corners[(*edge + 1) % 4] > 0.0);
            let mut edges = (0..4).filter(crossed).collect::<Vec<_>>();
            // A saddle: the mean says which corners belong together.
            if edges.len() == 4 && (corners.iter().sum::<f32>() > 0.0) != (corners[0] > 0.0) {
                edges.rotate_right(1);
            }
            for pair in edges.chunks_exact(2) {
                let (from, to) = (crossing(pair[0]), crossing(pair[1]));
                found.push([from.0, from.1, to.0, to.1]);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_has_a_straight_line() {
        let side = 5;
        let map = (0..side * side).map(|cell| (cell % side) as f32).collect::<Vec<_>>();
        let pieces = segments(&map, side, 1.5);
        assert_eq!(pieces.len(), side - 1);
        assert!(pieces.iter().all(|[x0, _, x1, _]| *x0 == 1.5 && *x1 == 1.5), "{pieces:?}");
    }

    #[test]
    fn a_flat_map_and_a_map_of_another_size_have_none() {
        assert!(segments(&[0.5; 16], 4, 0.7).is_empty());
        assert!(segments(&[0.0, 1.0], 4, 0.5).is_empty());
        assert!(segments(&[], 0, 0.5).is_empty());
    }

    #[test]
    fn a_saddle_keeps_together_what_its_mean_says() {
        // High at lower left and upper right; the middle is high, so that the low corners are cut off alone.
        for (high, cut) in [(1.0, [1.0, 0.0]), (0.6, [0.0, 0.0])] {
            let pieces = segments(&[high, 0.0, 0.0, high], 2, if high == 1.0 { 0.4 } else { 0.5 });
            assert_eq!(pieces.len(), 2);
            // One of the pieces lies round the corner `cut`.
            let near = |p: &[f32; 4]| {
                (p[0] - cut[0]).abs() + (p[1] - cut[1]).abs() + (p[2] - cut[0]).abs() + (p[3] - cut[1]).abs()
            };
            let nearest = pieces.iter().map(near).fold(f32::MAX, f32::min);
            assert!(nearest <= 1.7, "{pieces:?}");
        }
    }
}
