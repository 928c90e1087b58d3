//! The brush that picks samples out, in the noise and in the plane at once, and where noise is drawn.

use forger_protocol::LatentPrior;

/// Where the brush is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Brush {
    /// On the noise, in its units.
    Noise([f32; 2]),
    /// On the plane.
    Plane([f32; 2]),
}

/// The share of a view's half side that the brush reaches.
const REACH: f32 = 0.14;

/// Half the side of the view of the noise.
pub const fn extent(prior: LatentPrior) -> f32 {
    match prior {
        LatentPrior::Gaussian => 3.0,
        LatentPrior::Uniform => 1.15,
    }
}

/// Where noise is drawn: its first two dimensions, or a line.
pub fn place(z: &[f32], dim: usize) -> impl Iterator<Item = [f32; 2]> {
    z.chunks_exact(dim.max(1)).map(|z| [z[0], z.get(1).copied().unwrap_or(0.0)])
}

/// As [`place`], for the view of the noise: one dimension would be a crowded line, so that it is spread over a strip.
pub fn spread(z: &[f32], dim: usize, extent: f32) -> impl Iterator<Item = [f32; 2]> {
    place(z, dim).enumerate().map(move |(index, [x, y])| {
        // Steps of the golden ratio fill the strip evenly.
        let offset = (index as f32 * 0.618_034).fract() - 0.5;
        [x, if dim == 1 { offset * 0.8 * extent } else { y }]
    })
}

/// The samples under the brush, by place in `noise` (as drawn) or in `fakes` `[n, 2]`.
pub fn chosen(brush: Brush, noise: &[[f32; 2]], fakes: &[f32], noise_extent: f32, plane_extent: f32) -> Vec<usize> {
    let near = |[x, y]: [f32; 2], [cx, cy]: [f32; 2], reach: f32| (x - cx).hypot(y - cy) <= reach;
    match brush {
        Brush::Noise(at) => (0..noise.len()).filter(|index| near(noise[*index], at, REACH * noise_extent)).collect(),
        Brush::Plane(at) => {
            let points = fakes.chunks_exact(2).enumerate();
            let under = points.filter(|(_, point)| near([point[0], point[1]], at, REACH * 0.7 * plane_extent));
            under.map(|(index, _)| index).collect()
        }
    }
}

/// A step of the arrow keys, as a share of the half side.
pub fn moved([x, y]: [f32; 2], key: &str, extent: f32) -> Option<[f32; 2]> {
    let step = 0.08 * extent;
    let (dx, dy) = match key {
        "ArrowLeft" => (-step, 0.0),
        "ArrowRight" => (step, 0.0),
        "ArrowUp" => (0.0, step),
        "ArrowDown" => (0.0, -step),
        _ => return None,
    };
    Some([(x + dx).clamp(-extent, extent), (y + dy).clamp(-extent, extent)])
}

/// Points on their way from the noise (0) to the samples (1).
pub fn travel(noise: impl Iterator<Item = [f32; 2]>, points: &[f32], scale: f32, share: f32) -> Vec<f32> {
    let between = |from: f32, to: f32| from + (to - from) * share;
    let both = noise.zip(points.chunks_exact(2));
    both.flat_map(|([x, y], point)| [between(x * scale, point[0]), between(y * scale, point[1])]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_samples_are_chosen_from_either_side() {
        let (z, fakes) = ([0.0, 0.0, 2.0, 2.0], [0.9, 0.9, -0.9, -0.9]);
        let noise = spread(&z, 2, 3.0).collect::<Vec<_>>();
        assert_eq!(chosen(Brush::Noise([1.9, 2.0]), &noise, &fakes, 3.0, 1.25), [1]);
        assert_eq!(chosen(Brush::Plane([-0.9, -0.85]), &noise, &fakes, 3.0, 1.25), [1]);
        assert!(chosen(Brush::Noise([-2.0, 0.0]), &noise, &fakes, 3.0, 1.25).is_empty());
    }

    #[test]
    fn points_travel_from_noise_to_samples() {
        let path = |share| travel(place(&[1.0], 1), &[0.0, 2.0], 0.5, share);
        assert_eq!((path(0.0), path(0.5), path(1.0)), (vec![0.5, 0.0], vec![0.25, 1.0], vec![0.0, 2.0]));
    }

    #[test]
    fn arrow_keys_stay_in_the_view() {
        assert_eq!(moved([3.0, 0.0], "ArrowRight", 3.0), Some([3.0, 0.0]));
        assert_eq!(moved([0.0, 0.0], "a", 3.0), None);
    }
}
