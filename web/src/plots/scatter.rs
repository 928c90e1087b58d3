//! Points.

use super::canvas::{Space, colour};

/// How a point is drawn: not by colour alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Dot,
    Square,
    /// A ring round a point, to pick it out.
    Ring,
    /// A cross at a spot.
    Cross,
}

/// Pixels of the canvas's own colour round each point, which part it from what lies below.
const RIM: f64 = 1.0;

/// One path for all points: a path each would cost the frame.
fn outline(space: &Space, points: &[[f32; 2]], mark: Mark, size: f64) {
    let context = &space.context;
    context.begin_path();
    for [x, y] in points {
        let (x, y) = space.at(*x, *y);
        match mark {
            Mark::Square => context.rect(x - size, y - size, 2.0 * size, 2.0 * size),
            Mark::Cross => {
                for (dx, dy) in [(size, 0.0), (0.0, size)] {
                    context.move_to(x - dx, y - dy);
                    context.line_to(x + dx, y + dy);
                }
            }
            Mark::Dot | Mark::Ring => {
                context.move_to(x + size, y);
                let _ = context.arc(x, y, size, 0.0, std::f64::consts::TAU);
            }
        }
    }
}

/// Points `[n, 2]`.
pub fn draw(space: &Space, points: impl Iterator<Item = [f32; 2]>, ink: &str, mark: Mark, size: f64) {
    let (context, points) = (&space.context, points.collect::<Vec<_>>());
    if matches!(mark, Mark::Ring | Mark::Cross) {
        outline(space, &points, mark, size);
        context.set_stroke_style_str(&colour(ink));
        context.set_line_width(2.0);
        return context.stroke();
    }
    // All rims before all points: where points are dense, no rim covers another point.
    for (size, ink) in [(size + RIM, "--card"), (size, ink)] {
        outline(space, &points, mark, size);
        context.set_fill_style_str(&colour(ink));
        context.fill();
    }
}

/// Points as pairs.
pub fn pairs(points: &[f32]) -> impl Iterator<Item = [f32; 2]> {
    points.chunks_exact(2).map(|point| [point[0], point[1]])
}
