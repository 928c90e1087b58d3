//! The manifold of G: what it makes of an even mesh over the noise. Where cells shrink, fakes crowd.

use super::canvas::{Space, colour};

/// Steps of darkness, each one path: a path a cell would cost the frame.
const TONES: usize = 8;
/// The area at which a cell is half as dark as can be, in units of the plane: that of a mesh laid evenly over the data.
const EVEN: f32 = 0.01;

/// Draws points `[side, side, 2]` as a warped grid, or `[side, 2]` as a curve.
pub fn draw(space: &Space, points: &[f32], side: usize) {
    let ink = colour("--mesh");
    let context = &space.context;
    context.set_stroke_style_str(&ink);
    context.set_fill_style_str(&ink);
    if points.len() == 2 * side {
        context.begin_path();
        polyline(space, points.chunks_exact(2));
        context.set_line_width(2.5);
        return context.stroke();
    }
    if side < 2 || points.len() != 2 * side * side {
        return;
    }
    let tones = areas(points, side).into_iter().map(opacity).collect::<Vec<_>>();
    for tone in 0..TONES {
        context.begin_path();
        for (cell, opacity) in tones.iter().enumerate() {
            if ((opacity * TONES as f32) as usize).min(TONES - 1) == tone {
                for (index, [x, y]) in corners(points, side, cell).into_iter().enumerate() {
                    let (x, y) = space.at(x, y);
                    if index == 0 { context.move_to(x, y) } else { context.line_to(x, y) }
                }
                context.close_path();
            }
        }
        context.set_global_alpha(0.6 * (tone as f64 + 0.5) / TONES as f64);
        context.fill();
    }
    context.begin_path();
    for line in 0..side {
        polyline(space, points[2 * line * side..2 * (line + 1) * side].chunks_exact(2));
        polyline(space, points.chunks_exact(2).skip(line).step_by(side));
    }
    context.set_global_alpha(0.55);
    context.set_line_width(0.7);
    context.stroke();
    context.set_global_alpha(1.0);
}

/// Adds points to the path, one after the other.
pub(super) fn polyline<'a>(space: &Space, points: impl Iterator<Item = &'a [f32]>) {
    for (index, point) in points.enumerate() {
        let (x, y) = space.at(point[0], point[1]);
        if index == 0 { space.context.move_to(x, y) } else { space.context.line_to(x, y) }
    }
}

/// The corners of a cell, round it. Cells are counted row by row, `side - 1` in each.
fn corners(points: &[f32], side: usize, cell: usize) -> [[f32; 2]; 4] {
    let first = cell / (side - 1) * side + cell % (side - 1);
    [first, first + 1, first + side + 1, first + side].map(|at| [points[2 * at], points[2 * at + 1]])
}

/// The area of each cell, by the shoelace formula.
pub fn areas(points: &[f32], side: usize) -> Vec<f32> {
    let area = |cell| {
        let round: [[f32; 2]; 4] = corners(points, side, cell);
        let twice = (0..4).map(|at| {
            let ([x0, y0], [x1, y1]) = (round[at], round[(at + 1) % 4]);
            x0 * y1 - x1 * y0
        });
        twice.sum::<f32>().abs() / 2.0
    };
    (0..(side - 1) * (side - 1)).map(area).collect()
}

/// How dark a cell is: as much noise goes into each, so the smaller, the denser.
fn opacity(area: f32) -> f32 {
    EVEN / (EVEN + area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_mesh_has_even_areas() {
        let side = 4;
        let points = (0..side * side).flat_map(|at| [(at % side) as f32 * 0.5, (at / side) as f32 * 2.0]);
        let areas = areas(&points.collect::<Vec<_>>(), side);
        assert_eq!(areas, vec![1.0; 9]);
    }

    #[test]
    fn a_mesh_in_one_point_is_as_dark_as_can_be() {
        let areas = areas(&[0.3; 2 * 9], 3);
        assert!(areas.into_iter().map(opacity).all(|opacity| opacity == 1.0));
        assert!(opacity(EVEN) == 0.5 && opacity(1.0) < 0.02);
    }
}
