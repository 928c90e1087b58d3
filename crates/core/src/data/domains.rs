//! Pictures of two domains, as pairs or not.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Chance, Draws, Pairs, Source, photos::Photo};

/// How pictures become the squares that a step learns from.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Of the squares, in pixels.
    pub side: usize,
    /// By how much pictures are enlarged before a square is cut out by chance; 1 for none.
    pub jitter: f64,
    /// Whether every other picture, by chance, is shown in a mirror.
    pub mirror: bool,
    /// Gives the order and the cuts.
    pub seed: u32,
}

/// Endless squares of two sets of pictures, each of a picture that is drawn from all: not every one comes once in an epoch.
pub struct Domains {
    x: Vec<Photo>,
    y: Vec<Photo>,
    /// Whether pictures of one place belong together.
    paired: bool,
    cut: Cut,
    draws: Draws,
}

/// Where a square lies, and whether it is mirrored.
#[derive(Clone, Copy)]
struct Place {
    top: usize,
    left: usize,
    mirrored: bool,
}

impl Domains {
    /// Pairs are cut and mirrored alike.
    pub fn paired(pairs: Vec<[Photo; 2]>, cut: Cut) -> Self {
        let (x, y) = pairs.into_iter().map(|[x, y]| (x, y)).unzip();
        Self::new(x, y, true, cut)
    }

    /// Sets of any number of pictures each.
    pub fn unpaired(x: Vec<Photo>, y: Vec<Photo>, cut: Cut) -> Self {
        Self::new(x, y, false, cut)
    }

    fn new(x: Vec<Photo>, y: Vec<Photo>, paired: bool, cut: Cut) -> Self {
        // Once for all: 8 bits are a quarter of what a step would make of them.
        let large = ((cut.side as f64 * cut.jitter.max(1.0)).round() as usize).max(cut.side);
        let enlarged = |photos: Vec<Photo>| photos.into_iter().map(|photo| covering(&photo, large)).collect();
        Self { x: enlarged(x), y: enlarged(y), paired, cut, draws: Draws::data(cut.seed) }
    }

    /// Pictures of each domain.
    pub fn counts(&self) -> [usize; 2] {
        [self.x.len(), self.y.len()]
    }

    /// The middles of the first pictures of both, at most `count`, `[count, 3, side, side]` each.
    pub fn middles(&self, count: usize, device: &Device) -> Pairs {
        let count = count.min(self.x.len()).min(self.y.len());
        let middle = |photo: &Photo| {
            let [top, left] = [photo.height, photo.width].map(|length| (length - self.cut.side) / 2);
            square(photo, self.cut.side, Place { top, left, mirrored: false })
        };
        let squares = |photos: &[Photo]| photos[..count].iter().flat_map(middle).collect();
        Pairs { input: self.tensor(squares(&self.x), device), target: self.tensor(squares(&self.y), device) }
    }

    fn place(&mut self, photo: [usize; 2]) -> Place {
        let [height, width] = photo;
        let random = &mut self.draws.random;
        let top = random.below(height - self.cut.side + 1);
        let left = random.below(width - self.cut.side + 1);
        Place { top, left, mirrored: self.cut.mirror && random.below(2) == 1 }
    }

    fn tensor(&self, values: Vec<f32>, device: &Device) -> Tensor<4> {
        let side = self.cut.side;
        let count = values.len() / (3 * side * side);
        Tensor::from_data(TensorData::new(values, [count, 3, side, side]), device)
    }
}

/// The longest side of a picture, in pixels.
pub const LONGEST: usize = 32_767;

/// The picture so large that its shorter side is `side`; what is longer stays longer. Of one that is far longer than wide the middle
/// has to do: all of it could take any memory.
fn covering(photo: &Photo, side: usize) -> Photo {
    let [height, width] = [photo.height.max(1), photo.width.max(1)];
    let scale = side as f64 / height.min(width) as f64;
    let kept = [height, width].map(|length| length.min((LONGEST as f64 / scale) as usize).max(1));
    if kept != [height, width] {
        return covering(&photo.cut((height - kept[0]) / 2, (width - kept[1]) / 2, kept[0], kept[1]), side);
    }
    let scaled = |length: usize| ((length as f64 * scale).round() as usize).max(side);
    if [scaled(height), scaled(width)] == [height, width] {
        photo.clone()
    } else {
        photo.resized(scaled(height), scaled(width))
    }
}

/// Values of a square, `[3, side, side]` in `[-1, 1]`.
fn square(photo: &Photo, side: usize, place: Place) -> Vec<f32> {
    let mut values = photo.cut(place.top, place.left, side, side).values();
    if place.mirrored {
        values.chunks_exact_mut(side).for_each(<[f32]>::reverse);
    }
    values
}

impl Source for Domains {
    type Batch = Pairs;

    /// Squares of both domains, `[count, 3, side, side]` each.
    fn next(&mut self, count: usize, device: &Device) -> Pairs {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        let side = self.cut.side;
        for _ in 0..count {
            let x = self.draws.random.below(self.x.len().max(1));
            let y = if self.paired { x } else { self.draws.random.below(self.y.len().max(1)) };
            let (Some(first), Some(second)) = (self.x.get(x), self.y.get(y)) else { break };
            let sizes = [first, second].map(|photo| [photo.height, photo.width]);
            let place = self.place(sizes[0]);
            let other = if self.paired { place } else { self.place(sizes[1]) };
            inputs.extend(square(&self.x[x], side, place));
            targets.extend(square(&self.y[y], side, other));
        }
        Pairs { input: self.tensor(inputs, device), target: self.tensor(targets, device) }
    }

    fn chance(&mut self) -> &mut dyn Chance {
        &mut self.draws
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(height: usize, width: usize, value: u8) -> Photo {
        let pixels = (0..3 * height * width).map(|at| value.wrapping_add((at % width) as u8)).collect();
        Photo { height, width, pixels }
    }

    fn cut(jitter: f64) -> Cut {
        Cut { side: 8, jitter, mirror: true, seed: 1 }
    }

    fn read(tensor: Tensor<4>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn pairs_are_cut_and_mirrored_alike() {
        let pairs = (0..5).map(|index| [photo(12, 16, index * 20), photo(12, 16, index * 20)]).collect();
        let mut domains = Domains::paired(pairs, cut(1.5));
        let Pairs { input, target } = domains.next(30, &Device::flex());
        assert_eq!(input.dims(), [30, 3, 8, 8]);
        assert_eq!(read(input), read(target));
    }

    #[test]
    fn what_is_no_pair_is_drawn_apart() {
        let set = |count: u8, value: u8| (0..count).map(|index| photo(8, 8, value + index)).collect::<Vec<_>>();
        let mut domains = Domains::unpaired(set(3, 0), set(7, 100), cut(1.0));
        assert_eq!(domains.counts(), [3, 7]);
        let first =
            |tensor: Tensor<4>| read(tensor).chunks_exact(3 * 64).map(|it| it[0].min(it[7])).collect::<Vec<_>>();
        let Pairs { input, target } = domains.next(60, &Device::flex());
        let kinds = |values: Vec<f32>| {
            let values = values.into_iter().map(|value| (value * 127.5) as i32);
            values.collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!((kinds(first(input)), kinds(first(target))), (3, 7));
        // Not larger than the smaller set.
        assert_eq!(domains.middles(9, &Device::flex()).input.dims(), [3, 3, 8, 8]);
    }

    #[test]
    fn of_a_picture_that_is_far_longer_than_wide_the_middle_is_kept() {
        let long = covering(&photo(1, 20_001, 0), 8);
        assert_eq!((long.height, long.width), (8, 4095 * 8));
        // Values grow with the columns, of which 7953 are left out at the left.
        assert_eq!(long.pixels[4], (7953 % 256) as u8);
        let pairs = vec![[photo(1, 20_001, 0), photo(1, 20_001, 9)]];
        assert_eq!(Domains::paired(pairs, cut(1.0)).next(2, &Device::flex()).input.dims(), [2, 3, 8, 8]);
    }

    #[test]
    fn small_pictures_are_enlarged_and_the_run_goes_on_where_it_stood() {
        let new = || Domains::unpaired(vec![photo(5, 9, 3)], vec![photo(40, 8, 9)], cut(1.25));
        let (mut domains, mut again) = (new(), new());
        domains.next(3, &Device::flex());
        let state = domains.chance().state();
        assert!(again.chance().restore(&state));
        assert_eq!(read(domains.next(4, &Device::flex()).target), read(again.next(4, &Device::flex()).target));
    }
}
