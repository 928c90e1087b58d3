//! How alike the patches of two sets of pictures are, at several sizes: sliced Wasserstein distance, Karras et al. 2018 (arXiv
//! 1710.10196), section 5. It asks whether results look like the truth, and not whether each is where it should be.

use forger_core::data::photos::Photo;
use forger_protocol::{Random, Stream};
use rayon::prelude::*;

/// Side of a patch.
const SIDE: usize = 7;
const VALUES: usize = 3 * SIDE * SIDE;
/// Side of the smallest pictures of a pyramid.
const SMALLEST: usize = 16;
/// Patches of a picture, and of a set.
const OF_PICTURE: usize = 128;
const OF_SET: usize = 8192;
/// Ways that patches are looked at from.
const DIRECTIONS: usize = 128;

/// A picture in numbers, or what it adds to a smaller one.
#[derive(Clone)]
struct Level {
    size: [usize; 2],
    /// `[3, height, width]`.
    values: Vec<f32>,
}

/// The distance in thousandths of a standard deviation, the mean over sizes; 0 for sets of the same patches. `None` where the
/// pictures are too small, or not all of one size.
pub fn distance(one: &[&Photo], other: &[&Photo]) -> Option<f64> {
    let shape = one.first()?.shape();
    let is_same = |photo: &&Photo| photo.shape() == shape;
    if !one.iter().chain(other).all(is_same) || other.is_empty() || shape[1].min(shape[2]) < SMALLEST {
        return None;
    }
    let (one, other) = (pyramids(one), pyramids(other));
    let levels = one.first()?.len();
    let at = |level: usize| {
        let random = &mut Random::new(1 + level as u32, Stream::Metrics);
        let mut directions = vec![0.0; DIRECTIONS * VALUES];
        random.fill_normal(&mut directions);
        directions.chunks_exact_mut(VALUES).for_each(unit);
        let of = |set: &[Vec<Level>], random: &mut Random| patches(set, level, random);
        let (a, b) = (of(&one, random), of(&other, random));
        let apart = |direction: &[f32]| {
            let seen = [&a, &b].map(|patches| {
                let along = |patch: &[f32]| patch.iter().zip(direction).map(|(value, way)| value * way).sum::<f32>();
                let mut seen = patches.chunks_exact(VALUES).map(along).collect::<Vec<_>>();
                seen.sort_unstable_by(f32::total_cmp);
                seen
            });
            // Sets of other numbers of pictures are compared at the same shares.
            let count = seen[0].len().min(seen[1].len());
            let place = |seen: &[f32], index: usize| f64::from(seen[index * seen.len() / count]);
            (0..count).map(|index| (place(&seen[0], index) - place(&seen[1], index)).abs()).sum::<f64>() / count as f64
        };
        directions.par_chunks_exact(VALUES).map(apart).sum::<f64>() / DIRECTIONS as f64
    };
    Some(1000.0 * (0..levels).map(at).sum::<f64>() / levels as f64)
}

fn unit(direction: &mut [f32]) {
    let length = direction.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    direction.iter_mut().for_each(|value| *value /= length);
}

/// Patches of a level of all pictures, `[count, 3, 7, 7]`, each channel of mean 0 and deviation 1.
fn patches(set: &[Vec<Level>], level: usize, random: &mut Random) -> Vec<f32> {
    let each = (OF_SET / set.len()).clamp(1, OF_PICTURE);
    let mut patches = Vec::with_capacity(set.len().min(OF_SET) * each * VALUES);
    for picture in set.iter().take(OF_SET) {
        let Level { size: [height, width], values } = &picture[level];
        for _ in 0..each {
            let (top, left) = (random.below(height - SIDE + 1), random.below(width - SIDE + 1));
            for plane in values.chunks_exact(height * width) {
                for row in plane.chunks_exact(*width).skip(top).take(SIDE) {
                    patches.extend_from_slice(&row[left..left + SIDE]);
                }
            }
        }
    }
    for channel in 0..3 {
        let of = |at: &usize| at / (SIDE * SIDE) % 3 == channel;
        let places = (0..patches.len()).filter(of).collect::<Vec<_>>();
        let count = places.len().max(1) as f64;
        let mean = places.iter().map(|at| f64::from(patches[*at])).sum::<f64>() / count;
        let square = places.iter().map(|at| (f64::from(patches[*at]) - mean).powi(2)).sum::<f64>() / count;
        let deviation = square.sqrt().max(1e-6);
        places.into_iter().for_each(|at| patches[at] = ((f64::from(patches[at]) - mean) / deviation) as f32);
    }
    patches
}

/// Of each picture what every size adds to the next smaller one, and the smallest itself.
fn pyramids(photos: &[&Photo]) -> Vec<Vec<Level>> {
    photos.par_iter().map(|photo| pyramid(photo)).collect()
}

fn pyramid(photo: &Photo) -> Vec<Level> {
    let mut level = Level { size: [photo.height, photo.width], values: photo.values() };
    let mut levels = Vec::new();
    while level.size.iter().all(|side| side / 2 >= SMALLEST) {
        let small = level.halved();
        let large = small.doubled(level.size);
        level.values.iter_mut().zip(&large.values).for_each(|(value, below)| *value -= below);
        levels.push(level);
        level = small;
    }
    levels.push(level);
    levels
}

impl Level {
    /// Blurred, and every other pixel of it.
    fn halved(&self) -> Self {
        let [height, width] = self.size;
        let size = self.size.map(|side| side.div_ceil(2));
        let blurred = self.clone().blurred(1.0);
        let planes = blurred.values.chunks_exact(height * width);
        let rows = planes.flat_map(|plane| plane.chunks_exact(width).step_by(2));
        Self { size, values: rows.flat_map(|row| row.iter().step_by(2).copied()).collect() }
    }

    /// With pixels put between, as large as that.
    fn doubled(&self, size: [usize; 2]) -> Self {
        let ([rows, columns], [height, width]) = (self.size, size);
        let mut values = vec![0.0; 3 * height * width];
        for (from, to) in self.values.chunks_exact(rows * columns).zip(values.chunks_exact_mut(height * width)) {
            for (row, line) in from.chunks_exact(columns).zip(to.chunks_exact_mut(width).step_by(2)) {
                line.iter_mut().step_by(2).zip(row).for_each(|(to, from)| *to = *from);
            }
        }
        Self { size, values }.blurred(2.0)
    }

    /// By a binomial filter of 5 x 5, mirrored at the edges; `gain` on each axis.
    fn blurred(self, gain: f32) -> Self {
        let [height, width] = self.size;
        let weights = [1.0, 4.0, 6.0, 4.0, 1.0].map(|weight| gain * weight / 16.0);
        let mut values = self.values;
        let mut line = Vec::new();
        for plane in values.chunks_exact_mut(height * width) {
            for row in plane.chunks_exact_mut(width) {
                line.clear();
                line.extend_from_slice(row);
                blur(&line, &weights, |at, value| row[at] = value);
            }
            for column in 0..width {
                line.clear();
                line.extend(plane.iter().skip(column).step_by(width));
                blur(&line, &weights, |at, value| plane[at * width + column] = value);
            }
        }
        Self { size: self.size, values }
    }
}

/// Five weights at every place of a line.
fn blur(line: &[f32], weights: &[f32; 5], mut put: impl FnMut(usize, f32)) {
    let last = line.len() as isize - 1;
    let mirrored = |at: isize| {
        let at = at.abs();
        (if at > last { 2 * last - at } else { at }).clamp(0, last) as usize
    };
    for at in 0..line.len() {
        let around = weights.iter().zip(-2..).map(|(weight, shift)| weight * line[mirrored(at as isize + shift)]);
        put(at, around.sum());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(seed: u32, blur: usize) -> Photo {
        let (height, width) = (48, 64);
        let mut values = vec![0.0; 3 * height * width];
        Random::new(seed, Stream::Metrics).fill_uniform(&mut values, -1.0, 1.0);
        let level = (0..blur).fold(Level { size: [height, width], values }, |level, _| level.blurred(1.0));
        Photo { height, width, pixels: forger_core::weights::to_bytes(&level.values) }
    }

    #[test]
    fn blur_is_further_from_noise_than_other_noise() {
        let set = |seed, blur| (seed..seed + 12).map(|seed| photo(seed, blur)).collect::<Vec<_>>();
        let refs = |set: &'static [Photo]| set.iter().collect::<Vec<_>>();
        let [one, other, blurred] = [set(1, 0), set(50, 0), set(90, 3)].map(|set| &*Box::leak(set.into_boxed_slice()));
        let near = distance(&refs(one), &refs(other)).unwrap();
        let far = distance(&refs(one), &refs(blurred)).unwrap();
        assert!(near < 80.0 && far > 1.3 * near, "{near} {far}");
        assert_eq!(distance(&refs(one), &refs(one)).map(|value| value < near + 1.0), Some(true));
        assert_eq!(distance(&refs(one), &[]), None);
    }

    #[test]
    fn a_pyramid_adds_up_to_the_picture() {
        let photo = photo(3, 0);
        let levels = pyramid(&photo);
        assert_eq!(levels.iter().map(|level| level.size).collect::<Vec<_>>(), [[48, 64], [24, 32]]);
        let up = levels[1].doubled([48, 64]);
        let again = levels[0].values.iter().zip(&up.values).map(|(fine, coarse)| fine + coarse);
        assert!(again.zip(photo.values()).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}
