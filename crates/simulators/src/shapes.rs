//! Discs, squares and triangles in colours: the simplest pictures that a GAN of pictures can learn, as one sees at a
//! glance whether it has.

use forger_protocol::Random;

use crate::canvas::{edge, mix};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Disc,
    Square,
    Triangle,
}

/// One shape on a ground of one colour. Lengths are parts of the side of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub kind: Kind,
    /// The middle.
    pub centre: [f32; 2],
    /// From the middle to a side.
    pub radius: f32,
    /// Turn in radians.
    pub turn: f32,
    /// Red, green and blue in `[0, 1]`.
    pub color: [f32; 3],
    /// Of the ground.
    pub ground: [f32; 3],
}

impl Shape {
    /// A shape of the endless row that a seed means; the same for ever.
    pub fn nth(seed: u32, index: u64) -> Self {
        Self::random(&mut crate::at(seed, index))
    }

    /// Draws the parameters at random.
    pub fn random(random: &mut Random) -> Self {
        let kind = [Kind::Disc, Kind::Square, Kind::Triangle][random.below(3)];
        let mut within = |low: f32, high: f32| mix(low, high, random.uniform());
        Self {
            kind,
            centre: [within(0.38, 0.62), within(0.38, 0.62)],
            radius: within(0.18, 0.3),
            turn: within(-0.3, 0.3),
            color: vivid(within(0.0, 6.0)),
            ground: [within(0.05, 0.25); 3],
        }
    }

    /// The picture: `side` rows of `side` pixels, three bytes each (red, green, blue).
    pub fn render(&self, side: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(3 * side * side);
        for (row, column) in (0..side * side).map(|pixel| (pixel / side, pixel % side)) {
            let at = [column, row].map(|place| (place as f32 + 0.5) / side as f32);
            let cover = edge(self.within(at) * side as f32);
            let channels = self.ground.iter().zip(&self.color);
            bytes.extend(channels.map(|(ground, color)| (mix(*ground, *color, cover) * 255.0 + 0.5) as u8));
        }
        bytes
    }

    /// How far a point lies within the edge; below 0 outside.
    fn within(&self, at: [f32; 2]) -> f32 {
        let [x, y] = [at[0] - self.centre[0], at[1] - self.centre[1]];
        let (sin, cos) = (libm::sinf(self.turn), libm::cosf(self.turn));
        let [x, y] = [x * cos + y * sin, y * cos - x * sin];
        match self.kind {
            Kind::Disc => self.radius - libm::sqrtf(x * x + y * y),
            Kind::Square => self.radius - x.abs().max(y.abs()),
            // Distances from its three sides, of which the lower one is level.
            Kind::Triangle => {
                const HALF_ROOT_3: f32 = 0.866_025_4;
                let slope = HALF_ROOT_3 * x.abs() - 0.5 * y;
                0.75 * self.radius - slope.max(y)
            }
        }
    }
}

/// A full colour: 0 is red, 2 green, 4 blue.
fn vivid(hue: f32) -> [f32; 3] {
    [0.0_f32, 2.0, 4.0].map(|middle| {
        let away = (hue - middle).abs();
        let away = away.min(6.0 - away);
        mix(0.25, 0.95, (2.0 - away).clamp(0.0, 1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_fills_its_middle_and_leaves_the_corners() {
        for index in 0..60 {
            let shape = Shape::nth(3, index);
            let picture = shape.render(32);
            assert_eq!(picture.len(), 3 * 32 * 32);
            let pixel = |x: f32, y: f32| {
                let place = (y * 32.0) as usize * 32 + (x * 32.0) as usize;
                &picture[3 * place..3 * place + 3]
            };
            let bytes = |color: [f32; 3]| color.map(|value| (value * 255.0 + 0.5) as u8);
            assert_eq!(pixel(shape.centre[0], shape.centre[1]), bytes(shape.color), "{shape:?}");
            assert_eq!(&picture[..3], bytes(shape.ground), "{shape:?}");
        }
    }

    #[test]
    fn there_are_all_kinds_and_many_colours() {
        let shapes = (0..200).map(|index| Shape::nth(1, index)).collect::<Vec<_>>();
        for kind in [Kind::Disc, Kind::Square, Kind::Triangle] {
            assert!(shapes.iter().filter(|shape| shape.kind == kind).count() > 40, "{kind:?}");
        }
        for channel in 0..3 {
            let of = |shape: &&Shape| shape.color[channel] > shape.color[(channel + 1) % 3] + 0.3;
            assert!(shapes.iter().filter(of).count() > 40, "channel {channel}");
        }
    }
}
