//! What is done to a drawing, pixel by pixel: a pixel is of one colour or of another, never between them.

use forger_protocol::translate_url::Drawing;

/// What a pointer does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    #[default]
    Rectangle,
    Brush,
    Eraser,
    Bucket,
}

impl Tool {
    /// Every tool, in the order in which the page shows them.
    pub const ALL: [Self; 4] = [Self::Rectangle, Self::Brush, Self::Eraser, Self::Bucket];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Rectangle => "rectangle",
            Self::Brush => "brush",
            Self::Eraser => "eraser",
            Self::Bucket => "bucket",
        }
    }

    /// The key that takes it up.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Rectangle => "r",
            Self::Brush => "b",
            Self::Eraser => "e",
            Self::Bucket => "f",
        }
    }

    /// Whether it draws a line of some width.
    pub const fn has_width(self) -> bool {
        matches!(self, Self::Brush | Self::Eraser)
    }
}

/// A place on a drawing, in pixels from left and top; it may lie beyond the edge.
pub type Place = [i32; 2];

/// Fills the part of a row, from one pixel to another and with both, as far as it is on the drawing.
fn row(drawing: &mut Drawing, y: i32, from: i32, to: i32, colour: u8) {
    let side = drawing.side() as i32;
    let (from, to) = (from.max(0), to.min(side - 1));
    if (0..side).contains(&y) && from <= to {
        let start = (y * side) as usize;
        drawing.pixels_mut()[start + from as usize..=start + to as usize].fill(colour);
    }
}

/// A rectangle with these pixels in two of its corners.
pub fn rectangle(drawing: &mut Drawing, [x0, y0]: Place, [x1, y1]: Place, colour: u8) {
    let side = drawing.side() as i32;
    for y in y0.min(y1).max(0)..=y0.max(y1).min(side - 1) {
        row(drawing, y, x0.min(x1), x0.max(x1), colour);
    }
}

/// A disc of this width around a pixel.
fn disc(drawing: &mut Drawing, [x, y]: Place, width: i32, colour: u8) {
    // Places are counted in halves of pixels, so that even widths are possible.
    let (before, after) = (width / 2, (width - 1) / 2);
    for dy in -before..=after {
        let off = f64::from(dy) + f64::from(before - after) / 2.0;
        let reach = (f64::from(width) * f64::from(width) / 4.0 - off * off).max(0.0).sqrt();
        let shift = f64::from(before - after) / 2.0;
        let (from, to) = ((-reach - shift).ceil() as i32, (reach - shift).floor() as i32);
        row(drawing, y + dy, x + from, x + to, colour);
    }
}

/// A line of this width, with round ends.
pub fn line(drawing: &mut Drawing, [x0, y0]: Place, [x1, y1]: Place, width: i32, colour: u8) {
    let steps = (x1 - x0).abs().max((y1 - y0).abs()).max(1);
    for step in 0..=steps {
        let between =
            |from: i32, to: i32| from + (f64::from(to - from) * f64::from(step) / f64::from(steps)).round() as i32;
        disc(drawing, [between(x0, x1), between(y0, y1)], width, colour);
    }
}

/// Gives all that is of one colour around a pixel, edge to edge, another.
pub fn fill(drawing: &mut Drawing, [x, y]: Place, colour: u8) {
    let side = drawing.side() as i32;
    if !(0..side).contains(&x) || !(0..side).contains(&y) {
        return;
    }
    let at = |x: i32, y: i32| (y * side + x) as usize;
    let before = drawing.pixels()[at(x, y)];
    if before == colour {
        return;
    }
    let mut open = vec![(x, y)];
    while let Some((x, y)) = open.pop() {
        let is = |drawing: &Drawing, x: i32| drawing.pixels()[at(x, y)] == before;
        if !is(drawing, x) {
            continue;
        }
        let (mut from, mut to) = (x, x);
        while from > 0 && is(drawing, from - 1) {
            from -= 1;
        }
        while to + 1 < side && is(drawing, to + 1) {
            to += 1;
        }
        row(drawing, y, from, to, colour);
        for next in [y - 1, y + 1].into_iter().filter(|next| (0..side).contains(next)) {
            let starts = (from..=to).filter(|x| {
                let is = |x: i32| drawing.pixels()[at(x, next)] == before;
                is(*x) && (*x == from || !is(*x - 1))
            });
            open.extend(starts.map(|x| (x, next)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(drawing: &Drawing, colour: u8) -> usize {
        drawing.pixels().iter().filter(|pixel| **pixel == colour).count()
    }

    #[test]
    fn a_rectangle_has_its_corners_whichever_way_it_is_drawn_and_ends_at_the_edge() {
        for (from, to) in [([2, 3], [5, 9]), ([5, 9], [2, 3]), ([2, 9], [5, 3])] {
            let mut drawing = Drawing::new(16);
            rectangle(&mut drawing, from, to, 1);
            assert_eq!((count(&drawing, 1), drawing.pixels()[3 * 16 + 2], drawing.pixels()[9 * 16 + 5]), (28, 1, 1));
        }
        let mut drawing = Drawing::new(4);
        rectangle(&mut drawing, [-100, 2], [100, 100], 2);
        assert_eq!(count(&drawing, 2), 8);
    }

    #[test]
    fn a_line_is_as_wide_as_the_brush() {
        for width in 1..=24 {
            let mut drawing = Drawing::new(64);
            line(&mut drawing, [10, 30], [50, 30], width, 1);
            let across = (0..64).filter(|y| drawing.pixels()[y * 64 + 30] == 1).count();
            assert_eq!(across, width as usize, "{width}");
        }
        let mut drawing = Drawing::new(8);
        line(&mut drawing, [-20, -20], [-3, -3], 2, 1);
        assert_eq!(count(&drawing, 1), 0);
        line(&mut drawing, [0, 0], [7, 7], 1, 1);
        assert_eq!(count(&drawing, 1), 8);
    }

    #[test]
    fn the_bucket_stops_at_what_is_of_another_colour() {
        let mut drawing = Drawing::new(32);
        rectangle(&mut drawing, [4, 4], [20, 20], 1);
        rectangle(&mut drawing, [6, 6], [18, 18], 0);
        fill(&mut drawing, [10, 10], 2);
        assert_eq!(count(&drawing, 2), 13 * 13);
        fill(&mut drawing, [0, 0], 3);
        assert_eq!((count(&drawing, 3), count(&drawing, 1)), (32 * 32 - 17 * 17, 17 * 17 - 13 * 13));
        let before = drawing.clone();
        fill(&mut drawing, [40, 2], 1);
        fill(&mut drawing, [10, 10], 2);
        assert_eq!(drawing, before);
    }
}
