//! The three maps on a GPU: shapes, layouts and launches of kernels written in CubeCL, which makes WGSL, SPIR-V or CUDA of them.
//!
//! The kernels want channels last. A tensor that one of them made is that already, seen with channels first, so that a chain of
//! convolutions moves nothing. There are two kinds: [`tiles`] for large products, [`units`] for all else.

mod bias;
mod correlate;
mod tiles;
mod units;

use burn::{
    backend::ops::FloatTensorOps,
    tensor::{Shape, Tensor},
};
use burn_cubecl::{
    CubeBackend,
    cubecl::prelude::{CubeCount, CubeDim},
    kernel::into_contiguous,
    tensor::CubeTensor,
};

pub use bias::add_bias;

use self::{
    tiles::{LANES, SIDE, TERMS, Tiling},
    units::{Plan, SizesLaunch},
};
use super::{backward::Maps, maps::Window};
use crate::nets::gpu::{channels_first, channels_last, empty, groups, lanes, sum_parts};

/// What is done with every sum of a map, in the same pass, in this order.
#[derive(Default)]
struct After {
    /// `[channels]`.
    bias: Option<CubeTensor>,
    relu: bool,
    /// Added in the end; of the shape of what is made, channels last.
    residual: Option<CubeTensor>,
}

impl After {
    /// As in training, where each of these is an operation of its own.
    fn is_nothing(&self) -> bool {
        self.bias.is_none() && !self.relu && self.residual.is_none()
    }
}

/// Which way a map goes.
#[derive(Clone, Copy)]
enum Way {
    Convolve,
    /// To a picture of this height and width.
    Spread([usize; 2]),
}

impl Maps for CubeBackend {
    fn size(tensor: &CubeTensor) -> [usize; 2] {
        let [_, _, height, width] = tensor.meta.shape().dims();
        [height, width]
    }

    fn convolve(x: &CubeTensor, weight: &CubeTensor, window: Window) -> CubeTensor {
        let weight = packed(weight.clone(), Way::Convolve);
        channels_first(apply(channels_last(x.clone()), &weight, window, Way::Convolve, After::default()))
    }

    fn spread(y: &CubeTensor, weight: &CubeTensor, window: Window, size: [usize; 2]) -> CubeTensor {
        let weight = packed(weight.clone(), Way::Spread(size));
        channels_first(apply(channels_last(y.clone()), &weight, window, Way::Spread(size), After::default()))
    }

    fn correlate(x: &CubeTensor, y: &CubeTensor, window: Window, [kernel, _]: [usize; 2]) -> CubeTensor {
        correlate::correlate(channels_last(x.clone()), channels_last(y.clone()), window, kernel)
    }
}

/// A convolution, or a transposed one, with weights that stay: packed once, and bias, ReLU and sum in the same pass.
#[derive(Clone, Debug)]
pub struct Fixed {
    weight: CubeTensor,
    bias: Option<CubeTensor>,
    window: Window,
    transposed: bool,
}

impl Fixed {
    /// `weight` is `[outer, inner, kernel, kernel]`, as for [`super::conv2d`] and [`super::conv_transpose2d`]. `None` for what
    /// is not on a GPU.
    pub fn new(weight: Tensor<4>, bias: Option<Tensor<1>>, window: Window, transposed: bool) -> Option<Self> {
        let way = if transposed { Way::Spread([0, 0]) } else { Way::Convolve };
        let weight = packed(weight.try_into_primitive::<CubeBackend>().ok()?, way);
        let bias = match bias {
            Some(bias) => Some(into_contiguous(bias.try_into_primitive::<CubeBackend>().ok()?)),
            None => None,
        };
        Some(Self { weight, bias, window, transposed })
    }

    /// Pictures `[batch, height, width, channels]`, channels last both before and after; `residual` is added in the end.
    pub fn apply(&self, x: CubeTensor, relu: bool, residual: Option<CubeTensor>) -> CubeTensor {
        let [_, height, width, _] = x.meta.shape().dims();
        let [kernel, ..] = self.weight.meta.shape().dims::<4>();
        let Window { stride, padding } = self.window;
        let covered = [height, width].map(|length| ((length - 1) * stride + kernel).saturating_sub(2 * padding));
        let way = if self.transposed { Way::Spread(covered) } else { Way::Convolve };
        let after = After { bias: self.bias.clone(), relu, residual };
        apply(x, &self.weight, self.window, way, after)
    }
}

/// Units under which sums are made in parts.
const BUSY: usize = 1 << 16;
/// Groups of tiles that keep a card busy.
const BUSY_TILES: usize = 256;
/// Multiplications under which tiles are not worth their barriers.
const MANY: usize = 1 << 27;
/// What a group of tiles asks of a device: bytes that its units share.
const SHARED: usize = 16 << 10;

/// A kernel `[outer, inner, height, width]` as the maps read it: `[height, width, from, to]`.
fn packed(weight: CubeTensor, way: Way) -> CubeTensor {
    let axes = if matches!(way, Way::Convolve) { [2, 3, 1, 0] } else { [2, 3, 0, 1] };
    into_contiguous(CubeBackend::float_permute(weight, &axes))
}

/// Rows and vectors of columns of the tile of a unit for `apart` products, each of so many rows, of `outer` columns and of so
/// many terms; `None` where tiles are not worth while, or not possible.
fn tiles_for(
    like: &CubeTensor,
    [inner, outer]: [usize; 2],
    rows: usize,
    terms: usize,
    apart: usize,
) -> Option<[usize; 2]> {
    let hardware = &like.client.properties().hardware;
    let able = hardware.max_units_per_cube as usize >= SIDE * SIDE && hardware.max_shared_memory_size >= SHARED;
    let fitting = inner.is_multiple_of(TERMS) && outer.is_multiple_of(LANES) && outer >= 2 * TERMS;
    if !able || !fitting || apart * rows * terms * outer < MANY {
        return None;
    }
    let count =
        |[values, vectors]: [usize; 2]| apart * rows.div_ceil(SIDE * values) * (outer / LANES).div_ceil(SIDE * vectors);
    let wide = if outer > SIDE * LANES { 2 } else { 1 };
    let offered = [[8, wide], [4, wide], [4, 1]];
    offered.into_iter().find(|tile| count(*tile) >= BUSY_TILES).or(Some([4, 1]))
}

/// [`super::maps::convolve`] and [`super::maps::spread`] of pictures with channels last, with a packed square kernel.
fn apply(x: CubeTensor, weight: &CubeTensor, window: Window, way: Way, after: After) -> CubeTensor {
    let x = into_contiguous(x);
    let [batch, height, width, inner] = x.meta.shape().dims();
    let [kernel, _, _, outer] = weight.meta.shape().dims();
    let [rows, columns] = match way {
        Way::Convolve => {
            [height, width].map(|length| (length + 2 * window.padding).saturating_sub(kernel) / window.stride + 1)
        }
        Way::Spread(size) => size,
    };
    let made = [batch, rows, columns, outer];
    if made.contains(&0) {
        return empty(&x, made);
    }
    let mut tiling = Tiling {
        kernel: kernel as u32,
        stride: window.stride as u32,
        padding: window.padding as u32,
        values: 0,
        vectors: 0,
        spread: matches!(way, Way::Spread(_)),
    };
    let (phases, taps) = (tiling.phases() as usize, tiling.taps() as usize);
    let positions = batch * rows.div_ceil(phases) * columns.div_ceil(phases);
    // What draws gains nothing by tiles (measured), and on a GPU in software it is slower for their barriers.
    let tile = if after.is_nothing() {
        tiles_for(&x, [inner, outer], positions, taps * taps * inner, phases * phases)
    } else {
        None
    };
    match tile {
        Some(tile) => {
            [tiling.values, tiling.vectors] = tile.map(|size| size as u32);
            apply_tiles(x, weight, made, positions, tiling)
        }
        None => apply_units(x, weight, made, window, way, after),
    }
}

/// Bias and what is added in the end; a kernel binds every buffer, also one that it does not read.
fn bound(after: After, like: &CubeTensor) -> [CubeTensor; 2] {
    [after.bias, after.residual].map(|tensor| tensor.map_or_else(|| empty(like, [4]), into_contiguous))
}

fn apply_tiles(x: CubeTensor, weight: &CubeTensor, made: [usize; 4], positions: usize, tiling: Tiling) -> CubeTensor {
    let phases = tiling.phases();
    let across = (made[3] / LANES).div_ceil(tiling.width());
    let count = CubeCount::Static(positions.div_ceil(tiling.height()) as u32, across as u32, phases * phases);
    let y = empty(&x, made);
    let sizes = sizes(x.meta.shape().dims(), [made[1], made[2], made[3]]);
    #[expect(unsafe_code, reason = "units read and write inside of the shapes above")]
    unsafe {
        tiles::product::launch_unchecked(
            &x.client.clone(),
            count,
            CubeDim::new_1d((SIDE * SIDE) as u32),
            LANES,
            x.binding().into_buffer_arg(),
            weight.clone().binding().into_buffer_arg(),
            y.clone().binding().into_buffer_arg(),
            sizes,
            tiling,
        );
    }
    y
}

fn apply_units(
    x: CubeTensor,
    weight: &CubeTensor,
    [batch, rows, columns, outer]: [usize; 4],
    window: Window,
    way: Way,
    after: After,
) -> CubeTensor {
    let [_, height, width, inner] = x.meta.shape().dims();
    let [kernel, ..] = weight.meta.shape().dims::<4>();
    let (from, to) = (lanes(inner), lanes(outer));
    let plan = Plan {
        kernel: kernel as u32,
        stride: window.stride as u32,
        padding: window.padding as u32,
        pixels: if columns >= 8 && window.stride == 1 { 8 } else { 4.min(columns as u32) },
        blocks: blocks(outer / to, to),
        bias: after.bias.is_some(),
        relu: after.relu,
        residual: after.residual.is_some(),
    };
    let sizes = sizes([batch, height, width, inner], [rows, columns, outer]);
    let pixels = plan.pixels as usize;
    let across = match way {
        Way::Convolve => columns.div_ceil(pixels),
        Way::Spread(_) => columns.div_ceil(window.stride * pixels) * window.stride,
    };
    let units = across * rows * batch * (outer / to / plan.blocks as usize);
    let (vectors, alone) = (inner / from, after.is_nothing());
    // What covers all of a picture makes few values of many terms.
    let wanted = if alone && matches!(way, Way::Convolve) { (BUSY / units).clamp(1, vectors) } else { 1 };
    let part = vectors.div_ceil(wanted);
    let parts = vectors.div_ceil(part);
    let y = empty(&x, [parts * batch, rows, columns, outer]);
    let client = x.client.clone();
    let (count, dim) = groups(&client, units * parts);
    let [bias, residual] = bound(after, &x).map(|tensor| tensor.binding().into_buffer_arg());
    let (x, weight) = (x.binding().into_buffer_arg(), weight.clone().binding().into_buffer_arg());
    let out = y.clone().binding().into_buffer_arg();
    #[expect(unsafe_code, reason = "each unit checks that it is one, and reads and writes inside of the shapes above")]
    unsafe {
        match way {
            Way::Convolve => units::convolve::launch_unchecked(
                &client,
                count,
                dim,
                from,
                to,
                x,
                weight,
                bias,
                residual,
                out,
                sizes,
                part as u32,
                plan,
            ),
            Way::Spread(_) => units::spread::launch_unchecked(
                &client, count, dim, from, to, x, weight, bias, residual, out, sizes, plan,
            ),
        }
    }
    if parts == 1 {
        return y;
    }
    let made = batch * rows * columns * outer;
    let sum = sum_parts(CubeBackend::float_reshape(y, Shape::from([parts, made])));
    CubeBackend::float_reshape(sum, Shape::from([batch, rows, columns, outer]))
}

/// Of pictures `[batch, height, width, inner]` and what is made of them, `[batch, rows, columns, outer]`.
fn sizes([batch, height, width, inner]: [usize; 4], [rows, columns, outer]: [usize; 3]) -> SizesLaunch {
    let (inner, outer) = (inner / lanes(inner), outer / lanes(outer));
    let [batch, height, width, inner, rows, columns, outer] =
        [batch, height, width, inner, rows, columns, outer].map(|size| size as u32);
    SizesLaunch::new(batch, height, width, inner, rows, columns, outer)
}

/// Vectors of channels that a unit makes: of colours, one by one, all three.
fn blocks(vectors: usize, lanes: usize) -> u32 {
    let offered = if lanes == 1 { [3, 2] } else { [2, 1] };
    offered.into_iter().find(|blocks| vectors.is_multiple_of(*blocks)).unwrap_or(1) as u32
}
