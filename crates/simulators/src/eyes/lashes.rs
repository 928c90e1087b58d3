//! Hairs: the lashes of both lids.

use forger_protocol::{Random, Stream};

use super::{Eye, HEIGHT, WIDTH, anatomy::Anatomy};
use crate::canvas::{Mask, Point, mix};

const UPPER: usize = 13;
const LOWER: usize = 9;

/// What lashes cover of each pixel.
pub fn lashes(eye: &Eye, anatomy: &Anatomy) -> Mask {
    let mut mask = Mask::new(WIDTH, HEIGHT);
    let mut random = Random::new(eye.detail, Stream::Simulators);
    let mut chance = || random.uniform() - 0.5;
    for index in 0..UPPER + LOWER {
        let is_upper = index < UPPER;
        let place = if is_upper { index as f32 / UPPER as f32 } else { (index - UPPER) as f32 / LOWER as f32 };
        // None at the inner corner.
        let t = 0.03 + 0.87 * place + 0.05 * chance();
        let [upper, lower] = anatomy.rims(t);
        let u = (t - 0.5) * 38.0;
        // They spread like a fan, and those at the temple are the longest.
        let lean = 2.4 * (t - 0.62) + 0.5 * chance();
        let length = (mix(1.2, 4.2, eye.lashes) - 1.2 * t) * (1.0 + 0.5 * chance());
        let thick = mix(0.5, 0.95, eye.lashes);
        let root = [u, if is_upper { upper } else { lower }];
        let (rise, thick) = if is_upper { (-length, thick) } else { (0.6 * length, 0.35 * thick) };
        // From the upper rim they first go forwards, that is down in the picture, before they turn up.
        let sag = if is_upper { 0.25 * length } else { 0.0 };
        let hair: [Point; 4] = [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0].map(|part: f32| {
            let up = root[1] + rise * part * part + sag * part * (1.0 - part);
            anatomy.place([root[0] + lean * length * 0.5 * part, up])
        });
        mask.stroke(&hair, [thick, 0.3 * thick]);
    }
    mask
}
