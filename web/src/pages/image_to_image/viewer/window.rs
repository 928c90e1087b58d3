//! What part of a photo is seen, and what moves it.

/// How much closer than the whole photo.
pub const CLOSEST: f64 = 32.0;

/// A place on the frame, in its pixels.
pub type Point = [f64; 2];

/// What part of the photo is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The middle, in shares of the photo.
    pub x: f64,
    pub y: f64,
    /// 1 shows all of the photo.
    pub zoom: f64,
}

impl Window {
    pub const WHOLE: Self = Self { x: 0.5, y: 0.5, zoom: 1.0 };

    /// Left, top, width and height of the photo on a frame.
    pub fn place(self, frame: [f64; 2], photo: [f64; 2]) -> [f64; 4] {
        let fit = (frame[0] / photo[0]).min(frame[1] / photo[1]) * self.zoom;
        let (width, height) = (photo[0] * fit, photo[1] * fit);
        [frame[0] / 2.0 - self.x * width, frame[1] / 2.0 - self.y * height, width, height]
    }

    /// Kept where there is something to see: what is larger than the frame fills it, what is smaller is in the middle.
    pub fn kept(self, frame: [f64; 2], photo: [f64; 2]) -> Self {
        let zoom = self.zoom.clamp(1.0, CLOSEST);
        let [_, _, width, height] = Self { zoom, ..self }.place(frame, photo);
        let within = |at: f64, frame: f64, size: f64| {
            let margin = (frame / size / 2.0).min(0.5);
            at.clamp(margin, 1.0 - margin)
        };
        Self { x: within(self.x, frame[0], width), y: within(self.y, frame[1], height), zoom }
    }

    /// Zoomed so that what is under a point of the frame stays there.
    pub fn zoomed(self, by: f64, at: Point, frame: [f64; 2], photo: [f64; 2]) -> Self {
        let [left, top, width, height] = self.place(frame, photo);
        let under = [(at[0] - left) / width, (at[1] - top) / height];
        let zoom = (self.zoom * by).clamp(1.0, CLOSEST);
        let [_, _, width, height] = Self { zoom, ..self }.place(frame, photo);
        let middle = |axis: usize, size: f64| under[axis] + (frame[axis] / 2.0 - at[axis]) / size;
        Self { x: middle(0, width), y: middle(1, height), zoom }.kept(frame, photo)
    }

    /// Moved by so many pixels of the frame.
    pub fn moved(self, by: [f64; 2], frame: [f64; 2], photo: [f64; 2]) -> Self {
        let [_, _, width, height] = self.place(frame, photo);
        Self { x: self.x + by[0] / width, y: self.y + by[1] / height, ..self }
    }

    /// Moved and zoomed as two fingers go from their places to others: what is between them goes with them.
    pub fn pinched(self, from: [Point; 2], to: [Point; 2], frame: [f64; 2], photo: [f64; 2]) -> Self {
        let middle = |[a, b]: [Point; 2]| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
        let apart = |[a, b]: [Point; 2]| (a[0] - b[0]).hypot(a[1] - b[1]).max(1.0);
        let (before, now) = (middle(from), middle(to));
        let moved = self.moved([before[0] - now[0], before[1] - now[1]], frame, photo);
        moved.zoomed(apart(to) / apart(from), now, frame, photo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: [f64; 2] = [400.0, 200.0];
    const PHOTO: [f64; 2] = [100.0, 100.0];

    /// What of the photo is under a point of the frame.
    fn under(window: Window, at: Point) -> Point {
        let [left, top, width, height] = window.place(FRAME, PHOTO);
        [(at[0] - left) / width, (at[1] - top) / height]
    }

    fn assert_same(before: Point, after: Point) {
        assert!((before[0] - after[0]).hypot(before[1] - after[1]) < 1e-9, "{before:?}, {after:?}");
    }

    #[test]
    fn the_whole_photo_is_in_the_middle() {
        assert_eq!(Window::WHOLE.place(FRAME, PHOTO), [100.0, 0.0, 200.0, 200.0]);
        let lost = Window { x: 9.0, y: -9.0, zoom: 1.0 };
        assert_eq!(lost.kept(FRAME, PHOTO), Window::WHOLE);
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let at = [250.0, 130.0];
        let closer = Window { zoom: 4.0, ..Window::WHOLE };
        let closest = closer.zoomed(2.0, at, FRAME, PHOTO);
        assert_eq!(closest.zoom, 8.0);
        assert_same(under(closer, at), under(closest, at));
    }

    #[test]
    fn what_two_fingers_are_on_goes_with_them() {
        let (from, to) = ([[150.0, 80.0], [250.0, 80.0]], [[120.0, 60.0], [270.0, 60.0]]);
        let before = Window { zoom: 4.0, ..Window::WHOLE };
        let after = before.pinched(from, to, FRAME, PHOTO);
        assert_eq!(after.zoom, 6.0);
        for (from, to) in from.into_iter().zip(to) {
            assert_same(under(before, from), under(after, to));
        }
    }
}
