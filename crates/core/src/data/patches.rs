//! Pairs of small and large patches for super-resolution, cut by chance.

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{Degradation, SuperresConfig};

use super::{Chance, Draws, Pairs, Source, degrade::degrade, photos::Photo};

/// A picture and the small one that was made of it.
struct Pair {
    large: Photo,
    small: Photo,
}

/// Endless patches of a set of photos, each turned and mirrored by chance.
pub struct Patches {
    pairs: Vec<Pair>,
    scale: usize,
    patch: usize,
    degradation: Degradation,
    draws: Draws,
}

impl Patches {
    /// Makes the small pictures. Photos that are smaller than a patch are left out.
    pub fn new(photos: Vec<Photo>, config: &SuperresConfig) -> Self {
        let (scale, patch) = (config.scale, config.patch);
        let pair = |photo: Photo| {
            let large = photo.multiple_of(scale);
            let small = large.resized(large.height / scale, large.width / scale);
            (small.height >= patch && small.width >= patch).then_some(Pair { large, small })
        };
        let pairs = photos.into_iter().filter_map(pair).collect();
        Self { pairs, scale, patch, degradation: config.degradation, draws: Draws::data(config.seed) }
    }

    /// How many photos there are patches of.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The middles of the first photos that are so large, at most `count`: small ones, made by interpolation, and large ones,
    /// whose side is the multiple of the scale below `side`, or below that of the largest photo where all are smaller. `None` where
    /// there are no photos.
    pub fn middles(&self, count: usize, side: usize, device: &Device) -> Option<Pairs> {
        let largest = self.pairs.iter().map(|pair| pair.large.height.min(pair.large.width)).max()?;
        let side = side.min(largest) / self.scale * self.scale;
        let is_large = |pair: &&Pair| pair.large.height >= side && pair.large.width >= side;
        let middle = |pair: &Pair| {
            let (top, left) = ((pair.large.height - side) / 2, (pair.large.width - side) / 2);
            pair.large.cut(top, left, side, side)
        };
        let large = self.pairs.iter().filter(is_large).take(count).map(middle).collect::<Vec<_>>();
        let tensor = |photos: &[Photo], side: usize| {
            let values = photos.iter().flat_map(Photo::values).collect();
            Tensor::from_data(TensorData::new(values, [photos.len(), 3, side, side]), device)
        };
        let small_side = side / self.scale;
        let small = large.iter().map(|photo| photo.resized(small_side, small_side)).collect::<Vec<_>>();
        (!large.is_empty()).then(|| Pairs { input: tensor(&small, small_side), target: tensor(&large, side) })
    }
}

impl Source for Patches {
    type Batch = Pairs;

    /// Small patches, `[count, 3, patch, patch]`, and the large ones, `[count, 3, patch * scale, patch * scale]`.
    fn next(&mut self, count: usize, device: &Device) -> Pairs {
        let (small_side, large_side) = (self.patch, self.patch * self.scale);
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let Some(pair) = self.pairs.get(self.draws.random.below(self.pairs.len())) else { break };
            let top = self.draws.random.below(pair.small.height - small_side + 1);
            let left = self.draws.random.below(pair.small.width - small_side + 1);
            let turn = self.draws.random.below(8);
            let part = pair.large.cut(top * self.scale, left * self.scale, large_side, large_side);
            let reduced = match self.degradation {
                Degradation::Bicubic => pair.small.cut(top, left, small_side, small_side),
                Degradation::Photo => degrade(&part, self.scale, &mut self.draws.random),
            };
            small.extend(turned(&reduced, turn));
            large.extend(turned(&part, turn));
        }
        let tensor = |values: Vec<f32>, side: usize| {
            let count = values.len() / (3 * side * side);
            Tensor::from_data(TensorData::new(values, [count, 3, side, side]), device)
        };
        Pairs { input: tensor(small, small_side), target: tensor(large, large_side) }
    }

    fn chance(&mut self) -> &mut dyn Chance {
        &mut self.draws
    }
}

/// The values of a square picture in `[-1, 1]`, mirrored or not and turned by quarters: `turn` is one of eight.
fn turned(picture: &Photo, turn: usize) -> Vec<f32> {
    let side = picture.height;
    let mut values = Vec::with_capacity(picture.pixels.len());
    for plane in picture.pixels.chunks_exact((side * side).max(1)) {
        for row in 0..side {
            for column in 0..side {
                let (y, x) = if turn & 1 == 0 { (row, column) } else { (column, row) };
                let y = if turn & 2 == 0 { y } else { side - 1 - y };
                let x = if turn & 4 == 0 { x } else { side - 1 - x };
                values.push(f32::from(plane[y * side + x]) / 127.5 - 1.0);
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::resize::resize;

    fn photo(height: usize, width: usize) -> Photo {
        let pixels = (0..3 * height * width).map(|i| (i % width + 3 * (i / width) + 50 * (i / (height * width))) as u8);
        Photo { height, width, pixels: pixels.collect() }
    }

    fn config() -> SuperresConfig {
        SuperresConfig { patch: 6, scale: 2, ..SuperresConfig::default() }
    }

    #[test]
    fn the_eight_turns_differ_and_keep_every_pixel() {
        let picture = photo(5, 5);
        let mut all = (0..8).map(|turn| turned(&picture, turn)).collect::<Vec<_>>();
        for index in 0..8 {
            assert!(all[..index].iter().all(|other| *other != all[index]));
        }
        all.iter_mut().for_each(|values| values.sort_by(f32::total_cmp));
        assert!(all.iter().all(|values| *values == all[0]));
    }

    #[test]
    fn the_two_patches_of_a_pair_show_the_same() {
        let mut patches = Patches::new(vec![photo(31, 40), photo(9, 40)], &config());
        assert_eq!(patches.len(), 1, "the second is too small");
        let Pairs { input: small, target: large } = patches.next(20, &Device::flex());
        assert_eq!((small.dims(), large.dims()), ([20, 3, 6, 6], [20, 3, 12, 12]));
        let [small, large] = [small, large].map(|tensor| tensor.into_data().try_into_vec::<f32>().unwrap());
        for (small, large) in small.chunks_exact(108).zip(large.chunks_exact(432)) {
            let again = resize(large, [3, 12, 12], [6, 6]);
            // Edges differ, because a patch was made of a whole picture.
            for (index, (a, b)) in small.iter().zip(&again).enumerate() {
                let (row, column) = (index / 6 % 6, index % 6);
                let inside = (2..4).contains(&row) && (2..4).contains(&column);
                assert!(!inside || (a - b).abs() < 0.02, "{index}: {a} {b}");
            }
        }
    }

    #[test]
    fn goes_on_where_it_stood() {
        let new = || Patches::new(vec![photo(31, 40)], &config());
        let (mut patches, mut again) = (new(), new());
        patches.next(3, &Device::flex());
        let state = patches.chance().state();
        assert!(again.chance().restore(&state));
        let read =
            |patches: &mut Patches| patches.next(4, &Device::flex()).target.into_data().try_into_vec::<f32>().unwrap();
        assert_eq!(read(&mut patches), read(&mut again));
        assert!(!again.chance().restore(&serde_json::Value::Null));
    }
}
