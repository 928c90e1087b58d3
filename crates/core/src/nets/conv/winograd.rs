//! Convolutions of 3 x 3 and stride 1 in [tiles](crate::nets::winograd), with a quarter of the multiplications.
//!
//! Tiles and kernels are taken to 36 places where the convolution is a product each, so that all channels and tiles are 36
//! products of matrices.

use burn::{
    backend::{Flex, flex::FlexTensor, ops::FloatTensorOps},
    tensor::Shape,
};

use wide::f32x4;

use super::maps::{Shapes, over_groups, sum_of_groups, tensor};
use crate::nets::winograd::{SEEN, TILE, Value, kernel, outputs, outputs_back, samples};

const PLACES: usize = SEEN * SEEN;
/// With fewer channels, taking tiles to their places is most of the work.
const CHANNELS: usize = 12;
/// With fewer tiles in a batch, taking kernels to their places is.
const TILES: usize = 16;
/// Values of a group's tiles, which stay in the cache.
const GROUP: usize = 1 << 18;

/// What takes kernels to their places: `[PLACES, 9]`.
fn kernel_places() -> FlexTensor {
    let units: [[f32; 9]; 9] = std::array::from_fn(|row| std::array::from_fn(|at| f32::from(u8::from(at == row))));
    let columns = units.each_ref().map(kernel);
    tensor((0..PLACES).flat_map(|place| columns.map(|column| column[place])).collect(), [PLACES, 9])
}

/// A map of lines of `K` values to lines of `M`.
trait Line<const K: usize, const M: usize> {
    fn map<T: Value>(x: [T; K]) -> [T; M];
}

struct Samples;
struct Outputs;
struct OutputsBack;

impl Line<SEEN, SEEN> for Samples {
    #[inline(always)]
    fn map<T: Value>(x: [T; SEEN]) -> [T; SEEN] {
        samples(x)
    }
}

impl Line<SEEN, TILE> for Outputs {
    #[inline(always)]
    fn map<T: Value>(x: [T; SEEN]) -> [T; TILE] {
        outputs(x)
    }
}

impl Line<TILE, SEEN> for OutputsBack {
    #[inline(always)]
    fn map<T: Value>(x: [T; TILE]) -> [T; SEEN] {
        outputs_back(x)
    }
}

/// Values of tiles that are taken to their places together.
trait Lanes: Value + Default {
    const COUNT: usize;
    /// Every `step`-th of `values`.
    fn of(values: &[f32], step: usize) -> Self;
    fn put(self, values: &mut [f32], step: usize);
}

impl Lanes for f32 {
    const COUNT: usize = 1;

    #[inline(always)]
    fn of(values: &[f32], _: usize) -> Self {
        values[0]
    }

    #[inline(always)]
    fn put(self, values: &mut [f32], _: usize) {
        values[0] = self;
    }
}

impl Lanes for f32x4 {
    const COUNT: usize = 4;

    #[inline(always)]
    fn of(values: &[f32], step: usize) -> Self {
        let values = &values[..3 * step + 1];
        Self::from([values[0], values[step], values[2 * step], values[3 * step]])
    }

    #[inline(always)]
    fn put(self, values: &mut [f32], step: usize) {
        let values = &mut values[..3 * step + 1];
        let [a, b, c, d] = self.to_array();
        (values[0], values[step], values[2 * step], values[3 * step]) = (a, b, c, d);
    }
}

/// [`std::array::from_fn`], which is a call for each value here.
#[inline(always)]
fn gathered<V: Lanes, const K: usize>(mut value: impl FnMut(usize) -> V) -> [V; K] {
    let mut values = [V::default(); K];
    for (k, to) in values.iter_mut().enumerate() {
        *to = value(k);
    }
    values
}

/// Calls `$each` for `$count` neighbours, as many at a time as there are lanes.
macro_rules! by_lanes {
    ($count:expr, |$first:ident, $lanes:ident| $each:block) => {{
        let (count, mut $first) = ($count, 0);
        while $first + f32x4::COUNT <= count {
            type $lanes = f32x4;
            $each;
            $first += f32x4::COUNT;
        }
        while $first < count {
            type $lanes = f32;
            $each;
            $first += 1;
        }
    }};
}

/// How many tiles lie below and beside each other in a picture.
fn grid(shapes: &Shapes) -> [usize; 2] {
    [shapes.rows.div_ceil(TILE), shapes.columns.div_ceil(TILE)]
}

fn tiles(shapes: &Shapes) -> usize {
    grid(shapes).iter().product()
}

/// Whether this way is the faster one.
pub(super) fn serves(shapes: &Shapes) -> bool {
    shapes.kernel == [3, 3]
        && shapes.window.stride == 1
        && shapes.inner.min(shapes.outer) >= CHANNELS
        && shapes.batch * tiles(shapes) >= TILES
}

/// Pictures that are taken together.
fn group(shapes: &Shapes) -> usize {
    (GROUP / (PLACES * shapes.inner.max(shapes.outer) * tiles(shapes)).max(1)).clamp(1, shapes.batch.max(1))
}

/// Pictures `[count, channels, height, width]`, with `padding` zeros around, to `[PLACES, channels, count * tiles]`. A line of a
/// tile has `K` values.
fn to_places<L: Line<K, SEEN>, const K: usize>(
    pictures: &[f32],
    [channels, height, width]: [usize; 3],
    padding: usize,
    [down, along]: [usize; 2],
) -> FlexTensor {
    let count = pictures.len() / (channels * height * width).max(1);
    let tiles = down * along;
    let mut places = vec![0.0; PLACES * channels * count * tiles];
    let mut line = vec![0.0; TILE * along + K - TILE];
    // Lines at their six places, `[SEEN, TILE, down + 1, along]`: one in TILE, so that those of all tiles are neighbours.
    let phase = (down + 1) * along;
    let mut lines = vec![0.0; SEEN * TILE * phase];
    let row_of = |y: usize| y.checked_sub(padding).filter(|row| *row < height);
    for (index, picture) in pictures.chunks_exact((height * width).max(1)).enumerate() {
        let (number, channel) = (index / channels, index % channels);
        for y in 0..TILE * down + K - TILE {
            match row_of(y) {
                Some(row) => {
                    line[padding..padding + width].copy_from_slice(&picture[row * width..(row + 1) * width]);
                }
                None => line.fill(0.0),
            }
            let start = y % TILE * phase + y / TILE * along;
            by_lanes!(along, |first, V| {
                let at = L::map(gathered(|k| V::of(&line[TILE * first + k..], TILE)));
                for (j, at) in at.into_iter().enumerate() {
                    at.put(&mut lines[j * TILE * phase + start + first..], 1);
                }
            });
        }
        for j in 0..SEEN {
            let of: [&[f32]; K] =
                std::array::from_fn(|k| &lines[(j * TILE + k % TILE) * phase + k / TILE * along..][..tiles]);
            by_lanes!(tiles, |first, V| {
                let at = L::map(gathered(|k| V::of(&of[k][first..], 1)));
                for (i, at) in at.into_iter().enumerate() {
                    let place = ((i * SEEN + j) * channels + channel) * count * tiles + number * tiles;
                    at.put(&mut places[place + first..], 1);
                }
            });
        }
    }
    tensor(places, [PLACES, channels, count * tiles])
}

/// Products `[PLACES, outer, count * tiles]` to pictures `[count, outer, rows, columns]`.
fn from_places(shapes: &Shapes, products: &[f32], out: &mut [f32]) {
    let Shapes { outer, rows, columns, .. } = *shapes;
    let [_, along] = grid(shapes);
    let tiles = tiles(shapes);
    let count = out.len() / (outer * rows * columns).max(1);
    let mut lines = vec![0.0; TILE * SEEN * tiles];
    let mut line = vec![0.0; TILE * along];
    for (index, picture) in out.chunks_exact_mut((rows * columns).max(1)).enumerate() {
        let (number, channel) = (index / outer, index % outer);
        for j in 0..SEEN {
            let of: [&[f32]; SEEN] = std::array::from_fn(|i| {
                &products[(((i * SEEN + j) * outer + channel) * count + number) * tiles..][..tiles]
            });
            by_lanes!(tiles, |first, V| {
                let made = Outputs::map(gathered(|k| V::of(&of[k][first..], 1)));
                for (r, made) in made.into_iter().enumerate() {
                    made.put(&mut lines[(r * SEEN + j) * tiles + first..], 1);
                }
            });
        }
        for (row, out) in picture.chunks_exact_mut(columns).enumerate() {
            let (r, start) = (row % TILE, row / TILE * along);
            let of: [&[f32]; SEEN] = std::array::from_fn(|j| &lines[(r * SEEN + j) * tiles + start..][..along]);
            by_lanes!(along, |first, V| {
                let made = Outputs::map(gathered(|k| V::of(&of[k][first..], 1)));
                for (n, made) in made.into_iter().enumerate() {
                    made.put(&mut line[TILE * first + n..], TILE);
                }
            });
            out.copy_from_slice(&line[..columns]);
        }
    }
}

/// As the convolution of [`super::maps`]; `x` is contiguous.
pub(super) fn convolve(shapes: &Shapes, x: &[f32], weight: FlexTensor) -> Vec<f32> {
    let Shapes { batch, inner, height, width, outer, rows, columns, window, .. } = *shapes;
    let kernels = weight.reshape(Shape::from([outer * inner, 9])).transpose(0, 1);
    let kernels = Flex::float_matmul(kernel_places(), kernels).reshape(Shape::from([PLACES, outer, inner]));
    let picture = inner * height * width;
    let mut y = vec![0.0; batch * outer * rows * columns];
    over_groups(&mut y, group(shapes) * outer * rows * columns, |index, out| {
        let count = out.len() / (outer * rows * columns);
        let x = &x[index * group(shapes) * picture..][..count * picture];
        let places = to_places::<Samples, SEEN>(x, [inner, height, width], window.padding, grid(shapes));
        let products = Flex::float_matmul(kernels.clone(), places);
        from_places(shapes, products.storage::<f32>(), out);
    });
    y
}

/// As the gradient of a kernel of [`super::maps`]; both are contiguous.
pub(super) fn correlate(shapes: &Shapes, x: &[f32], y: &[f32]) -> FlexTensor {
    let Shapes { batch, inner, height, width, outer, rows, columns, window, .. } = *shapes;
    let (picture, made, group) = (inner * height * width, outer * rows * columns, group(shapes));
    let total = sum_of_groups(batch.div_ceil(group), PLACES * outer * inner, |index| {
        let (first, last) = (index * group, ((index + 1) * group).min(batch));
        let (x, y) = (&x[first * picture..last * picture], &y[first * made..last * made]);
        let places = to_places::<Samples, SEEN>(x, [inner, height, width], window.padding, grid(shapes));
        let gradients = to_places::<OutputsBack, TILE>(y, [outer, rows, columns], 0, grid(shapes));
        Flex::float_matmul(gradients, places.transpose(1, 2))
    });
    let total = tensor(total, [PLACES, outer * inner]).transpose(0, 1);
    Flex::float_matmul(total, kernel_places()).reshape(Shape::from([outer, inner, 3, 3]))
}
