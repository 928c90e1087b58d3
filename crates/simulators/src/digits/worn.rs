//! Digits as a worn pen and a bad scanner leave them: what stands in for photographed ones where there are none.

use forger_protocol::Random;

use super::{Digit, SIDE};
use crate::at;

/// Grey in `[0, 1]`, row by row, of the endless row that a seed means: paler strokes with gaps, a soft focus, a grey ground and
/// grain.
pub fn nth(seed: u32, index: u64) -> Vec<f32> {
    let mut random = at(seed, index);
    let clean = Digit::random(&mut random).draw();
    let ink = 0.55 + 0.35 * random.uniform();
    let ground = 0.08 + 0.12 * random.uniform();
    let mut grain = Random::new(seed ^ (index as u32).wrapping_mul(0x9e37_79b9), forger_protocol::Stream::Simulators);
    let gap: [f32; 3] = std::array::from_fn(|_| random.uniform());
    let soft = softened(&clean);
    let worn = soft.iter().enumerate().map(|(pixel, value)| {
        let [x, y] = [pixel % SIDE, pixel / SIDE].map(|place| place as f32 / SIDE as f32);
        // Bands in which the pen was dry.
        let dry = libm::sinf(40.0 * (gap[0] * x + gap[1] * y) + 6.0 * gap[2]).max(0.0);
        ground + value * (ink - 0.25 * dry - ground) + 0.1 * (grain.uniform() - 0.5)
    });
    worn.map(|value| value.clamp(0.0, 1.0)).collect()
}

/// Each pixel and its neighbours: 1/4, 1/2, 1/4 in both directions.
fn softened(picture: &[f32]) -> Vec<f32> {
    let value = |x: i32, y: i32| {
        let [x, y] = [x, y].map(|place| place.clamp(0, SIDE as i32 - 1) as usize);
        picture.get(y * SIDE + x).copied().unwrap_or_default()
    };
    let places = (0..SIDE * SIDE).map(|pixel| ((pixel % SIDE) as i32, (pixel / SIDE) as i32));
    let weights = [(-1, 0.25), (0, 0.5), (1, 0.25)];
    let soft = |(x, y): (i32, i32)| {
        let pairs = weights.iter().flat_map(|row| weights.iter().map(move |column| (row, column)));
        pairs.map(|((down, a), (right, b))| a * b * value(x + right, y + down)).sum()
    };
    places.map(soft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Simulator;

    #[test]
    fn it_is_the_same_digit_paler_on_a_grey_ground() {
        for index in 0..20 {
            let (clean, worn) = (Simulator::Digits.nth(5, index).pixels, nth(5, index));
            assert_eq!(worn.len(), SIDE * SIDE);
            let mean = |of: &dyn Fn(f32) -> bool| {
                let chosen = clean.iter().zip(&worn).filter(|(clean, _)| of(**clean)).map(|(_, worn)| *worn);
                let chosen = chosen.collect::<Vec<_>>();
                chosen.iter().sum::<f32>() / chosen.len() as f32
            };
            let (stroke, ground) = (mean(&|value| value > 0.9), mean(&|value| value == 0.0));
            assert!((0.05..0.4).contains(&ground) && stroke > ground + 0.15 && stroke < 0.95, "{ground} {stroke}");
            assert_eq!(worn, nth(5, index));
        }
    }
}
