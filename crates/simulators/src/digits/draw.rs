//! From strokes to pixels.

use forger_protocol::{Random, Stream};

use super::{Digit, SIDE, shapes};
use crate::canvas::{Mask, Point, curve};

/// Pixels that the writing fits into, pen included, as MNIST has it.
const BOX: f32 = 20.0;

/// Pieces of a curve between two points.
const STEPS: usize = 5;

pub fn draw(digit: &Digit) -> Vec<f32> {
    let lines = fit(&written(digit), digit.thickness);
    let paint = |[x, y]: Point| {
        let mut mask = Mask::new(SIDE, SIDE);
        for line in &lines {
            let moved: Vec<Point> = line.iter().map(|point| [point[0] + x, point[1] + y]).collect();
            mask.stroke(&moved, [digit.thickness; 2]);
        }
        mask.cover
    };
    // The ink's centre of mass goes to the middle; it is known once it is drawn.
    let middle = SIDE as f32 / 2.0;
    let [x, y] = mass(&paint([middle, middle]));
    paint([2.0 * middle - x, 2.0 * middle - y])
}

/// The strokes as the hand makes them, in heights of a digit.
fn written(digit: &Digit) -> Vec<Vec<Point>> {
    let mut random = Random::new(digit.hand, Stream::Simulators);
    let (sin, cos) = libm::sincosf(digit.turn.to_radians());
    let mut place = |&[x, y]: &Point| {
        let mut chance = || digit.wobble * (2.0 * random.uniform() - 1.0);
        let (x, y) = (x - 0.5 + chance(), y - 0.5 + chance());
        let x = x * digit.width - y * digit.slant;
        [x * cos + y * sin, y * cos - x * sin]
    };
    let strokes = shapes::strokes(digit.class, digit.style).iter();
    let mut line = |stroke: &shapes::Stroke| match stroke {
        shapes::Stroke::Curve(points) => curve(&points.iter().map(&mut place).collect::<Vec<_>>(), STEPS),
        shapes::Stroke::Corners(points) => points.iter().map(&mut place).collect(),
    };
    strokes.map(&mut line).collect()
}

/// Lines as large as the box allows, around `[0, 0]`.
fn fit(lines: &[Vec<Point>], thickness: f32) -> Vec<Vec<Point>> {
    let range = |axis: usize| {
        let values = lines.iter().flatten().map(|point| point[axis]);
        values.fold([f32::MAX, f32::MIN], |[low, high], value| [low.min(value), high.max(value)])
    };
    let [x, y] = [range(0), range(1)];
    let scale = (BOX - thickness) / (x[1] - x[0]).max(y[1] - y[0]).max(1e-3);
    let place = |point: &Point| [(point[0] - (x[0] + x[1]) / 2.0) * scale, (point[1] - (y[0] + y[1]) / 2.0) * scale];
    lines.iter().map(|line| line.iter().map(place).collect()).collect()
}

/// Where a picture balances.
fn mass(pixels: &[f32]) -> Point {
    let mut sums = [0.0, 0.0, 1e-6];
    for (index, ink) in pixels.iter().enumerate() {
        let place = [(index % SIDE) as f32 + 0.5, (index / SIDE) as f32 + 0.5];
        sums = [sums[0] + ink * place[0], sums[1] + ink * place[1], sums[2] + ink];
    }
    [sums[0] / sums[2], sums[1] / sums[2]]
}
