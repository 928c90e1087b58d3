//! What both simulators draw with: soft edges, and strokes of a round pen.

/// A point, or a way from one: pixels, or whatever unit the caller draws in.
pub type Point = [f32; 2];

/// How much of a pixel lies on the near side of an edge that is `distance` pixels away (above 0: the pixel is within).
pub fn edge(distance: f32) -> f32 {
    (distance + 0.5).clamp(0.0, 1.0)
}

/// From `a` at 0 to `b` at 1.
pub fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// 1 at 0, falling smoothly to 0 at -1 and 1.
pub fn bump(x: f32) -> f32 {
    let rest = (1.0 - x * x).max(0.0);
    rest * rest
}

/// From 0 at 0 to 1 at 1, without a corner at either end.
pub fn smooth(x: f32) -> f32 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// How much of each pixel is covered, in `[0, 1]`, row by row.
pub struct Mask {
    pub width: usize,
    pub height: usize,
    pub cover: Vec<f32>,
}

impl Mask {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, cover: vec![0.0; width * height] }
    }

    /// Draws a line with round ends whose thickness goes from `thick[0]` to `thick[1]` pixels.
    pub fn line(&mut self, from: Point, to: Point, thick: [f32; 2]) {
        let radius = thick[0].max(thick[1]) / 2.0 + 1.0;
        let columns = span(from[0].min(to[0]) - radius, from[0].max(to[0]) + radius, self.width);
        let rows = span(from[1].min(to[1]) - radius, from[1].max(to[1]) + radius, self.height);
        let way = [to[0] - from[0], to[1] - from[1]];
        let squared = (way[0] * way[0] + way[1] * way[1]).max(1e-6);
        for row in rows {
            for column in columns.clone() {
                let seen = [column as f32 + 0.5 - from[0], row as f32 + 0.5 - from[1]];
                let along = ((seen[0] * way[0] + seen[1] * way[1]) / squared).clamp(0.0, 1.0);
                let off = [seen[0] - along * way[0], seen[1] - along * way[1]];
                let distance = libm::sqrtf(off[0] * off[0] + off[1] * off[1]);
                let thickness = mix(thick[0], thick[1], along);
                // A hair that is thinner than a pixel covers no more than its share of it.
                let cover = edge(thickness / 2.0 - distance) * thickness.min(1.0);
                let pixel = &mut self.cover[row * self.width + column];
                *pixel = pixel.max(cover);
            }
        }
    }

    /// Draws lines from point to point.
    pub fn stroke(&mut self, points: &[Point], thick: [f32; 2]) {
        let steps = points.len().saturating_sub(1).max(1) as f32;
        for (index, pair) in points.windows(2).enumerate() {
            let at = |index: usize| mix(thick[0], thick[1], index as f32 / steps);
            self.line(pair[0], pair[1], [at(index), at(index + 1)]);
        }
    }
}

/// The whole pixels of an axis of `length` that a range touches.
fn span(low: f32, high: f32, length: usize) -> std::ops::Range<usize> {
    let clamp = |value: f32| value.clamp(0.0, length as f32) as usize;
    clamp(low)..clamp(high + 1.0)
}

/// A smooth line through points (Catmull and Rom 1974), `steps` pieces between each two.
pub fn curve(points: &[Point], steps: usize) -> Vec<Point> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let mut line = vec![points[0]];
    for index in 0..last {
        // Beyond its ends a line goes on as it came.
        let [b, c] = [points[index], points[index + 1]];
        let beyond = |end: Point, before: Point| [2.0 * end[0] - before[0], 2.0 * end[1] - before[1]];
        let a = if index == 0 { beyond(b, c) } else { points[index - 1] };
        let d = if index + 1 == last { beyond(c, b) } else { points[index + 2] };
        for step in 1..=steps {
            let t = step as f32 / steps as f32;
            let (t2, t3) = (t * t, t * t * t);
            let axis = |n: usize| {
                let slope = (c[n] - a[n]) * t;
                let bend = (2.0 * a[n] - 5.0 * b[n] + 4.0 * c[n] - d[n]) * t2;
                let turn = (3.0 * b[n] - a[n] - 3.0 * c[n] + d[n]) * t3;
                0.5 * (2.0 * b[n] + slope + bend + turn)
            };
            line.push([axis(0), axis(1)]);
        }
    }
    line
}
