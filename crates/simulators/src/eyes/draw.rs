//! Light and shade.

use forger_protocol::{Random, Stream};

use super::{Eye, HEIGHT, WIDTH, anatomy::Anatomy, lashes};
use crate::canvas::{Point, bump, edge, mix, smooth};

/// Waves of fibres around an iris.
const FIBRES: usize = 3;

pub fn draw(eye: &Eye) -> Vec<f32> {
    let scene = Scene::of(eye);
    let hairs = lashes::lashes(eye, &scene.anatomy);
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT);
    for row in 0..HEIGHT {
        for column in 0..WIDTH {
            let seen = scene.at([column as f32 + 0.5, row as f32 + 0.5]);
            let hair = hairs.cover[row * WIDTH + column] * mix(0.45, 0.95, eye.lashes);
            pixels.push(mix(seen, scene.hair, hair).clamp(0.0, 1.0));
        }
    }
    pixels
}

struct Scene<'a> {
    eye: &'a Eye,
    anatomy: Anatomy,
    /// Where the light comes from: right and down.
    light: Point,
    skin: f32,
    hair: f32,
    /// Middle of the reflection of the light on the cornea, in the eye's own frame.
    glint: Point,
    /// How many fibres a wave has, and where it begins (radians).
    fibres: [Point; FIBRES],
}

impl<'a> Scene<'a> {
    fn of(eye: &'a Eye) -> Self {
        let anatomy = Anatomy::of(eye);
        let (sin, cos) = libm::sincosf(eye.light.to_radians());
        let mut random = Random::new(eye.detail ^ 0x5eed, Stream::Simulators);
        let fibres = [7.0, 12.0, 19.0].map(|count: f32| [count, std::f32::consts::TAU * random.uniform()]);
        let skin = mix(0.26, 0.9, eye.skin);
        Self {
            light: [sin, -cos],
            skin,
            hair: mix(0.04, 0.16, eye.skin),
            // A mirror ball shows the light half-way between its middle and where the light stands; the cornea moves
            // with the gaze.
            glint: [anatomy.gaze[0] * 10.5 + 2.7 * sin, anatomy.gaze[1] * 10.5 - 2.7 * cos],
            anatomy,
            eye,
            fibres,
        }
    }

    /// How bright a point of the picture is.
    fn at(&self, point: Point) -> f32 {
        let own = self.anatomy.own(point);
        let t = Anatomy::along(own[0]);
        let [upper, lower] = self.anatomy.rims(t.clamp(0.0, 1.0));
        // Distances to the rims in pixels, less where a rim runs steeply.
        let ahead = self.anatomy.rims((t + 0.02).clamp(0.0, 1.0));
        let run = |rim: f32, next: f32| {
            let slope = (next - rim) / (0.02 * 38.0);
            self.eye.scale / libm::sqrtf(1.0 + slope * slope)
        };
        let (below_upper, above_lower) =
            ((own[1] - upper) * run(upper, ahead[0]), (lower - own[1]) * run(lower, ahead[1]));
        let within =
            if (0.0..=1.0).contains(&t) { (edge(below_upper) + edge(above_lower) - 1.0).max(0.0) } else { 0.0 };
        let mut value = self.skin_at(own, t, [below_upper, above_lower]);
        if within > 0.0 {
            value = mix(value, self.ball_at(own, t, [below_upper, above_lower]), within);
        }
        // The root of the lashes makes a dark line of the upper rim, wider towards the temple.
        if t > -0.06 && t < 1.0 {
            let line = mix(0.9, 2.4, self.eye.lashes) * (1.15 - 0.75 * t.max(0.0));
            let cover = bump(below_upper / (line + 0.9)) * smooth((t + 0.06) * 8.0) * smooth((1.0 - t) * 8.0);
            value = mix(value, self.hair, 0.9 * cover);
        }
        value
    }

    fn skin_at(&self, own: Point, t: f32, [below_upper, above_lower]: [f32; 2]) -> f32 {
        let eye = self.eye;
        let [u, v] = own;
        // The face turns towards the light or away from it.
        let mut light = 1.0 + eye.contrast * 0.5 * (u * self.light[0] + v * self.light[1] * 0.4) / 25.0;
        // What is under the brow lies in its shadow, most by the nose; the cheek comes forward into the light.
        let socket = smooth((6.0 - v) / 16.0) * (1.0 - 0.6 * smooth((-8.0 - v) / 8.0));
        light -= (0.12 + 0.3 * eye.depth) * socket * (0.75 + 0.02 * u);
        light += 0.1 * smooth((v - 6.0) / 14.0);
        let near = t.clamp(0.0, 1.0);
        let arch = 4.0 * near * (1.0 - near);
        // The fold above the lid, and the roll of skin over it.
        let fold = v - self.anatomy.fold(near);
        let there = smooth(arch * 2.5);
        light -= there * mix(0.1, 0.4, eye.depth) * bump(fold / 1.5);
        light += there * 0.1 * bump((fold - 2.3) / 2.0);
        // Below: the moist rim of the lower lid, then the bag under the eye.
        let under = -above_lower;
        if under > -1.0 {
            light += there * 0.12 * bump((under - 1.0) / 1.3);
            light -= there * 0.1 * bump((under - 3.2) / 2.2);
            light -= there * mix(0.0, 0.12, eye.depth) * bump((under - 6.5 - 2.0 * arch) / 2.5);
        }
        // Less light reaches the skin around the opening, and its corners.
        light -= 0.12 * bump(below_upper / 4.0) * smooth((t + 0.2) * 4.0) * smooth((1.2 - t) * 4.0);
        light -= 0.22 * bump((u - 19.5) / 4.0) * bump((v - 3.4) / 3.0)
            + 0.25 * bump((u + 19.5) / 5.0) * bump((v - 1.6) / 3.0);
        let skin = self.skin * light;
        // The brow, as far as the picture shows it.
        let height = mix(-24.0, -12.5, eye.brow) + 0.006 * (u - 6.0) * (u - 6.0);
        let brow = smooth((3.2 - (v - height).abs()) / 2.5) * 0.85;
        mix(skin, self.hair + 0.05, brow)
    }

    fn ball_at(&self, own: Point, t: f32, [below_upper, above_lower]: [f32; 2]) -> f32 {
        let eye = self.eye;
        let (away, facing) = self.anatomy.ball(own);
        // The white is never white: it shades off towards the rim of the ball, and where it ends there is flesh.
        let white = mix(0.42, 0.95, eye.skin) * mix(0.5, 1.0, smooth(facing * 1.4));
        let side = 1.0 + 0.3 * eye.contrast * own[0] * self.light[0] / 15.0;
        let flesh = self.skin * 0.8;
        let mut value = mix(flesh, white * side, smooth(facing * 5.0) * smooth((1.0 - t) * 9.0));
        let radius = self.anatomy.iris_radius();
        let iris = edge((1.0 - away) * radius);
        if iris > 0.0 {
            value = mix(value, self.iris_at(own, away), iris);
        }
        // The upper lid and its lashes throw a shadow on the ball, the lower one hardly any.
        let shadow = 0.55 * smooth(1.0 - below_upper / 5.5) + 0.15 * smooth(1.0 - above_lower / 2.0);
        value *= 1.0 - shadow;
        // The cornea mirrors the light as it is, and with it what is in shadow shines.
        let off = [own[0] - self.glint[0], own[1] - self.glint[1]];
        let distance = libm::sqrtf(off[0] * off[0] + off[1] * off[1]) * eye.scale;
        mix(value, mix(0.75, 1.0, eye.skin), 0.95 * edge(mix(0.7, 1.25, eye.contrast) - distance))
    }

    /// `away`: from the axis of the gaze, in radii of the iris.
    fn iris_at(&self, own: Point, away: f32) -> f32 {
        let eye = self.eye;
        let distance = self.anatomy.gaze.map(|part| part * 13.5);
        let off = [own[0] - distance[0], own[1] - distance[1]];
        let angle = libm::atan2f(off[1], off[0]);
        let fibres: f32 = self.fibres.iter().map(|[count, begin]| libm::sinf(count * angle + begin)).sum();
        // Light that enters on one side shines through on the other.
        let length = libm::sqrtf(off[0] * off[0] + off[1] * off[1]).max(0.5);
        let through = -(off[0] * self.light[0] + off[1] * self.light[1]) / length;
        let tone = mix(0.1, 0.6, eye.iris) * mix(0.75, 1.0, eye.skin);
        let mut value = tone * (1.0 + 0.05 * fibres + 0.3 * eye.contrast * through);
        // Darker towards its rim, brightest around the pupil.
        value *= 1.0 - 0.5 * smooth((away - 0.72) / 0.28) + 0.15 * bump((away - eye.pupil - 0.15) / 0.2);
        let pupil = edge((eye.pupil - away) * self.anatomy.iris_radius());
        mix(value, 0.02 + 0.04 * eye.skin, pupil)
    }
}
