//! Where the parts of an eye are.

use super::Eye;
use crate::canvas::{Point, mix};

/// Where the middle of an eye usually is, pixels.
const MIDDLE: Point = [27.5, 15.0];

/// Radius of the eyeball, pixels at scale 1.
const BALL: f32 = 15.2;

/// Radius of the iris.
const IRIS: f32 = 6.9;

/// From the middle to either corner.
const CORNER: f32 = 19.0;

/// Measures in pixels of the eye's own frame, whose origin is the middle of the eyeball and which is neither tilted nor
/// scaled.
pub struct Anatomy {
    middle: Point,
    scale: f32,
    sin: f32,
    cos: f32,
    /// How far the lids can be apart in the middle.
    upper: f32,
    lower: f32,
    openness: f32,
    /// The direction of the gaze: right, down, towards who looks.
    pub gaze: [f32; 3],
}

impl Anatomy {
    pub fn of(eye: &Eye) -> Self {
        let (sin, cos) = libm::sincosf(eye.tilt.to_radians());
        let (yaw, pitch) = (libm::sincosf(eye.yaw.to_radians()), libm::sincosf(eye.pitch.to_radians()));
        Self {
            middle: [MIDDLE[0] + eye.shift[0], MIDDLE[1] + eye.shift[1]],
            scale: eye.scale,
            sin,
            cos,
            upper: mix(7.0, 10.5, eye.lids),
            lower: mix(4.5, 6.5, eye.lids),
            openness: eye.openness,
            gaze: [yaw.0 * pitch.1, -pitch.0, yaw.1 * pitch.1],
        }
    }

    /// From the eye's own frame to the picture.
    pub fn place(&self, [u, v]: Point) -> Point {
        let (u, v) = (u * self.scale, v * self.scale);
        [self.middle[0] + u * self.cos + v * self.sin, self.middle[1] + v * self.cos - u * self.sin]
    }

    /// From the picture to the eye's own frame.
    pub fn own(&self, [x, y]: Point) -> Point {
        let (x, y) = ((x - self.middle[0]) / self.scale, (y - self.middle[1]) / self.scale);
        [x * self.cos - y * self.sin, y * self.cos + x * self.sin]
    }

    /// The plane of the iris lies that far before the middle of the ball.
    fn iris_distance() -> f32 {
        libm::sqrtf(BALL * BALL - IRIS * IRIS)
    }

    /// The middle of the pupil, in the picture.
    pub fn pupil(&self) -> Point {
        let distance = Self::iris_distance();
        self.place([self.gaze[0] * distance, self.gaze[1] * distance])
    }

    /// Yaw and pitch, degrees, that bring the pupil to a point of the picture, or towards it.
    pub fn gaze_to(&self, pupil: Point) -> (f32, f32) {
        let [u, v] = self.own(pupil).map(|value| value / Self::iris_distance());
        let pitch = libm::asinf(-v.clamp(-0.95, 0.95));
        let yaw = libm::asinf((u / libm::cosf(pitch)).clamp(-0.95, 0.95));
        (yaw.to_degrees(), pitch.to_degrees())
    }

    /// What of the eyeball is seen at a point of the eye's own frame: distance from the axis of the gaze in radii of
    /// the iris, and how far the surface turns away, from 1 (faces us) to 0 (the rim of the ball).
    pub fn ball(&self, [u, v]: Point) -> (f32, f32) {
        let (x, y) = (u / BALL, v / BALL);
        let facing = libm::sqrtf((1.0 - x * x - y * y).max(0.0));
        let along = x * self.gaze[0] + y * self.gaze[1] + facing * self.gaze[2];
        let away = if along > 0.0 { libm::sqrtf((1.0 - along * along).max(0.0)) } else { 1.0 };
        (away * BALL / IRIS, facing)
    }

    /// Pixels of the picture in a radius of the iris.
    pub fn iris_radius(&self) -> f32 {
        IRIS * self.scale
    }

    /// Where along the lids a point is: 0 at the outer corner, 1 at the inner one.
    pub fn along(u: f32) -> f32 {
        (u + CORNER) / (2.0 * CORNER)
    }

    /// The line between the corners: the inner one is lower, because the tears gather there.
    fn base(t: f32) -> f32 {
        mix(1.2, 3.2, t)
    }

    /// The upper lid of an eye that is wide open, above the base. It is highest a little towards the nose.
    fn upper_arch(t: f32) -> f32 {
        let t = (t - 0.12 * t * (1.0 - t)).clamp(0.0, 1.0);
        let arch = 4.0 * t * (1.0 - t);
        arch * (1.5 - 0.5 * arch)
    }

    /// The lower lid, below the base. It is lowest a little towards the temple.
    fn lower_arch(t: f32) -> f32 {
        let t = (t + 0.18 * t * (1.0 - t)).clamp(0.0, 1.0);
        let arch = 4.0 * t * (1.0 - t);
        arch * (1.2 - 0.2 * arch)
    }

    /// Heights of the upper and the lower rim at a place along the lids. They meet where the eye is closed, nearly
    /// where the lower one is: it hardly moves.
    pub fn rims(&self, t: f32) -> [f32; 2] {
        let lower = Self::base(t) + self.lower * (0.7 + 0.3 * self.openness) * Self::lower_arch(t);
        [lower - self.openness * (lower - self.wide(t)), lower]
    }

    /// Where the upper rim is when the eye is wide open.
    pub fn wide(&self, t: f32) -> f32 {
        Self::base(t) - self.upper * Self::upper_arch(t)
    }

    /// Where the skin folds above the lid: further above it, the further the lid is open, because the lid slides under
    /// the fold.
    pub fn fold(&self, t: f32) -> f32 {
        mix(self.rims(t)[0], self.wide(t), 0.6) - 2.6 - 1.2 * Self::upper_arch(t)
    }
}
