//! The three maps on a GPU: shapes, layouts and launches of [`super::kernels`].
//!
//! The kernels want channels last. A tensor that one of them made is that already, seen with channels first, so that a chain of
//! convolutions moves nothing.

use burn::{
    backend::ops::FloatTensorOps,
    tensor::{DType, Shape, Tensor},
};
use burn_cubecl::{
    CubeBackend,
    cubecl::{
        calculate_cube_count_elemwise,
        prelude::{CubeCount, CubeDim},
    },
    kernel::into_contiguous,
    ops::numeric::empty_device_contiguous_dtype,
    tensor::CubeTensor,
};

use super::{
    backward::Maps,
    kernels::{self, Plan, SizesLaunch},
    maps::Window,
};

/// What is done with every sum of a map, in the same pass, in this order.
#[derive(Default)]
struct After {
    /// `[channels]`.
    bias: Option<CubeTensor>,
    relu: bool,
    /// Added in the end; of the shape of what is made, channels last.
    residual: Option<CubeTensor>,
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
        correlate(channels_last(x.clone()), channels_last(y.clone()), window, kernel)
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

/// Units of a correlation under which its rows are summed in parts.
const BUSY: usize = 1 << 16;

/// Channels first to channels last, without moving anything.
fn channels_last(x: CubeTensor) -> CubeTensor {
    CubeBackend::float_permute(x, &[0, 2, 3, 1])
}

/// Channels last to channels first, without moving anything.
fn channels_first(x: CubeTensor) -> CubeTensor {
    CubeBackend::float_permute(x, &[0, 3, 1, 2])
}

/// A kernel `[outer, inner, height, width]` as the maps read it: `[height, width, from, to]`.
fn packed(weight: CubeTensor, way: Way) -> CubeTensor {
    let axes = if matches!(way, Way::Convolve) { [2, 3, 1, 0] } else { [2, 3, 0, 1] };
    into_contiguous(CubeBackend::float_permute(weight, &axes))
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
    let (from, to) = (lanes(inner), lanes(outer));
    let plan = Plan {
        kernel: kernel as u32,
        stride: window.stride as u32,
        padding: window.padding as u32,
        pixels: if columns >= 8 && window.stride == 1 { 8 } else { 4 },
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
    let y = empty(&x, [batch, rows, columns, outer]);
    if units == 0 {
        return y;
    }
    // A kernel binds every buffer, also one that it does not read.
    let nothing = || empty(&x, [4]);
    let bias = after.bias.map_or_else(nothing, into_contiguous);
    let residual = after.residual.map_or_else(nothing, into_contiguous);
    let client = x.client.clone();
    let (count, dim) = groups(&client, units);
    let launch = match way {
        Way::Convolve => kernels::convolve::launch_unchecked,
        Way::Spread(_) => kernels::spread::launch_unchecked,
    };
    #[expect(unsafe_code, reason = "each unit checks that it is one, and reads and writes inside of the shapes above")]
    unsafe {
        launch(
            &client,
            count,
            dim,
            from,
            to,
            x.binding().into_buffer_arg(),
            weight.clone().binding().into_buffer_arg(),
            bias.binding().into_buffer_arg(),
            residual.binding().into_buffer_arg(),
            y.clone().binding().into_buffer_arg(),
            sizes,
            plan,
        );
    }
    y
}

/// [`super::maps::correlate`] of tensors with channels last: `[outer, inner, kernel, kernel]`.
fn correlate(x: CubeTensor, y: CubeTensor, window: Window, kernel: usize) -> CubeTensor {
    let (x, y) = (into_contiguous(x), into_contiguous(y));
    let [batch, height, width, inner] = x.meta.shape().dims();
    let [_, rows, columns, outer] = y.meta.shape().dims();
    let (from, to) = (lanes(inner), lanes(outer));
    let plan = Plan {
        kernel: kernel as u32,
        stride: window.stride as u32,
        padding: window.padding as u32,
        pixels: 1,
        blocks: blocks(outer / to, to),
        bias: false,
        relu: false,
        residual: false,
    };
    let each = kernel * kernel * (inner / from) * (outer / to / plan.blocks as usize);
    let lines = batch * rows;
    let part = lines.div_ceil(BUSY.div_ceil(each.max(1)).clamp(1, lines.max(1))).max(1);
    let parts = lines.div_ceil(part);
    let out = empty(&x, [parts, kernel * kernel * inner * outer]);
    let client = x.client.clone();
    let (count, dim) = groups(&client, each * parts);
    let sizes = sizes([batch, height, width, inner], [rows, columns, outer]);
    #[expect(unsafe_code, reason = "each unit checks that it is one, and reads and writes inside of the shapes above")]
    unsafe {
        kernels::correlate::launch_unchecked(
            &client,
            count,
            dim,
            from,
            to,
            x.binding().into_buffer_arg(),
            y.binding().into_buffer_arg(),
            out.clone().binding().into_buffer_arg(),
            sizes,
            part as u32,
            plan,
        );
    }
    let sum = if parts > 1 { CubeBackend::float_sum_dim(out, 0) } else { out };
    let gradient = CubeBackend::float_reshape(sum, Shape::from([kernel, kernel, inner, outer]));
    CubeBackend::float_permute(gradient, &[3, 2, 0, 1])
}

fn empty<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    empty_device_contiguous_dtype(like.client.clone(), like.device.clone(), Shape::from(shape), DType::F32)
}

/// Of pictures `[batch, height, width, inner]` and what is made of them, `[batch, rows, columns, outer]`.
fn sizes([batch, height, width, inner]: [usize; 4], [rows, columns, outer]: [usize; 3]) -> SizesLaunch {
    let (inner, outer) = (inner / lanes(inner), outer / lanes(outer));
    let [batch, height, width, inner, rows, columns, outer] =
        [batch, height, width, inner, rows, columns, outer].map(|size| size as u32);
    SizesLaunch::new(batch, height, width, inner, rows, columns, outer)
}

/// Channels that are read and written together.
fn lanes(channels: usize) -> usize {
    [4, 2].into_iter().find(|lanes| channels.is_multiple_of(*lanes)).unwrap_or(1)
}

/// Vectors of channels that a unit makes: of colours, one by one, all three.
fn blocks(vectors: usize, lanes: usize) -> u32 {
    let offered = if lanes == 1 { [3, 2] } else { [2, 1] };
    offered.into_iter().find(|blocks| vectors.is_multiple_of(*blocks)).unwrap_or(1) as u32
}

fn groups(client: &burn_cubecl::cubecl::client::Client, units: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new_1d(64);
    (calculate_cube_count_elemwise(client, units, dim), dim)
}
