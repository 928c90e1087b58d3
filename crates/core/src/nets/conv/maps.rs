//! The three maps, each a product of matrices around [`unfold`] or [`fold`], or many in the tiles of [`winograd`].
//!
//! Small pictures share a product, so that none is too small to be fast; large batches are taken in groups, so that an
//! unfolded group stays in the cache. Groups do not depend on the number of threads, nor do the results.

use burn::{
    backend::{Flex, flex::FlexTensor, ops::FloatTensorOps},
    tensor::{Shape, TensorData},
};

use super::{
    backward::Maps,
    unfold::{fold, unfold},
    winograd,
};

/// Values of an unfolded group.
const GROUP: usize = 1 << 18;

/// How a kernel moves over a picture, the same in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From one position to the next, in values of the larger picture.
    pub stride: usize,
    /// Zeros on each side.
    pub padding: usize,
}

/// Shapes of a convolution of `x`, `[batch, inner, height, width]`, to `y`, `[batch, outer, rows, columns]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shapes {
    pub batch: usize,
    pub inner: usize,
    pub height: usize,
    pub width: usize,
    pub outer: usize,
    pub rows: usize,
    pub columns: usize,
    pub kernel: [usize; 2],
    pub window: Window,
}

impl Shapes {
    fn new([batch, inner, height, width]: [usize; 4], outer: usize, kernel: [usize; 2], window: Window) -> Self {
        let out = |length: usize, kernel| (length + 2 * window.padding).saturating_sub(kernel) / window.stride + 1;
        let (rows, columns) = (out(height, kernel[0]), out(width, kernel[1]));
        Self { batch, inner, height, width, outer, rows, columns, kernel, window }
    }

    /// Values of a picture of `x`.
    fn x(&self) -> usize {
        self.inner * self.height * self.width
    }

    /// Positions of the kernel on a picture.
    pub fn positions(&self) -> usize {
        self.rows * self.columns
    }

    /// Values under the kernel.
    pub fn patch(&self) -> usize {
        self.inner * self.kernel[0] * self.kernel[1]
    }

    /// The window of the same sums with `x` and `y` exchanged and the kernel turned, where that unfolds fewer channels. It
    /// multiplies for every value of `x`, so that there must not be many more of them than positions.
    fn other_way(&self) -> Option<Window> {
        let Self { inner, height, width, outer, kernel, window, .. } = *self;
        let is_square = kernel[0] == kernel[1] && window.padding < kernel[0];
        let is_less = 2 * outer <= inner && height * width <= 2 * self.positions();
        (window.stride == 1 && is_square && is_less)
            .then(|| Window { stride: 1, padding: kernel[0] - 1 - window.padding })
    }

    /// Pictures that are unfolded together.
    fn group(&self) -> usize {
        (GROUP / (self.patch() * self.positions()).max(1)).clamp(1, self.batch.max(1))
    }
}

fn dims(tensor: &FlexTensor) -> [usize; 4] {
    tensor.layout().shape().dims()
}

impl Maps for Flex {
    fn size(tensor: &FlexTensor) -> [usize; 2] {
        size(tensor)
    }

    fn convolve(x: &FlexTensor, weight: &FlexTensor, window: Window) -> FlexTensor {
        convolve(x, weight, window)
    }

    fn spread(y: &FlexTensor, weight: &FlexTensor, window: Window, size: [usize; 2]) -> FlexTensor {
        spread(y, weight, window, size)
    }

    fn correlate(x: &FlexTensor, y: &FlexTensor, window: Window, kernel: [usize; 2]) -> FlexTensor {
        correlate(x, y, window, kernel)
    }
}

fn size(tensor: &FlexTensor) -> [usize; 2] {
    let [_, _, height, width] = dims(tensor);
    [height, width]
}

pub(super) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// The convolution of `x`, `[batch, inner, height, width]`, with `weight`, `[outer, inner, kernel, kernel]`:
/// `[batch, outer, rows, columns]`.
fn convolve(x: &FlexTensor, weight: &FlexTensor, window: Window) -> FlexTensor {
    let (x, weight) = (x.to_contiguous(), weight.to_contiguous());
    let shapes = Shapes::new(dims(&x), dims(&weight)[0], size(&weight), window);
    let shape = [shapes.batch, shapes.outer, shapes.rows, shapes.columns];
    if winograd::serves(&shapes) {
        return tensor(winograd::convolve(&shapes, x.storage::<f32>(), weight), shape);
    }
    if let Some(window) = shapes.other_way() {
        return lay_down(&x, &turned(&weight), window, [shapes.rows, shapes.columns]);
    }
    let matrix = weight.reshape(Shape::from([shapes.outer, shapes.patch()]));
    let (positions, picture) = (shapes.positions(), shapes.x());
    let values = x.storage::<f32>();
    let mut y = vec![0.0; shapes.batch * shapes.outer * positions];
    over_groups(&mut y, shapes.group() * shapes.outer * positions, |group, out| {
        let count = out.len() / (shapes.outer * positions);
        let first = group * shapes.group();
        let patches = unfold(&shapes, &values[first * picture..(first + count) * picture]);
        let patches = tensor(patches, [shapes.patch(), count * positions]);
        let product = Flex::float_matmul(matrix.clone(), patches);
        scatter(product.storage::<f32>(), count, positions, out);
    });
    tensor(y, shape)
}

/// The transposed convolution: each value of `y`, `[batch, outer, rows, columns]`, lays down its kernel of `weight`,
/// `[outer, inner, kernel, kernel]`, on a picture of `size`: `[batch, inner, height, width]`.
fn spread(y: &FlexTensor, weight: &FlexTensor, window: Window, [height, width]: [usize; 2]) -> FlexTensor {
    let (y, weight) = (y.to_contiguous(), weight.to_contiguous());
    let [.., rows, columns] = dims(&y);
    let kernel = size(&weight);
    let covered = [rows, columns].map(|length| (length + kernel[0]).saturating_sub(1 + 2 * window.padding));
    if window.stride == 1 && kernel[0] == kernel[1] && window.padding < kernel[0] && covered == [height, width] {
        return convolve(&y, &turned(&weight), Window { stride: 1, padding: kernel[0] - 1 - window.padding });
    }
    lay_down(&y, &weight, window, [height, width])
}

/// As [`spread`], by summing up; both are contiguous.
fn lay_down(y: &FlexTensor, weight: &FlexTensor, window: Window, [height, width]: [usize; 2]) -> FlexTensor {
    let [batch, outer, rows, columns] = dims(y);
    let [_, inner, ..] = dims(weight);
    let kernel = size(weight);
    let shapes = Shapes { batch, inner, height, width, outer, rows, columns, kernel, window };
    let matrix = weight.clone().reshape(Shape::from([outer, shapes.patch()])).transpose(0, 1);
    let positions = shapes.positions();
    let values = y.storage::<f32>();
    let mut x = vec![0.0; batch * shapes.x()];
    over_groups(&mut x, shapes.group() * shapes.x(), |group, out| {
        let count = out.len() / shapes.x();
        let first = group * shapes.group();
        let side = gather(&values[first * outer * positions..], outer, count, positions);
        let patches = Flex::float_matmul(matrix.clone(), side);
        fold(&shapes, patches.storage::<f32>(), out);
    });
    tensor(x, [batch, inner, height, width])
}

/// Inner and outer channels exchanged, and each kernel turned by half: what makes a convolution of stride 1 of the transposed
/// one, which then has larger products and nothing to sum up.
fn turned(weight: &FlexTensor) -> FlexTensor {
    let [outer, inner, height, width] = dims(weight);
    let (values, area) = (weight.storage::<f32>(), height * width);
    let mut turned = Vec::with_capacity(values.len());
    for inside in 0..inner {
        for outside in 0..outer {
            turned.extend(values[(outside * inner + inside) * area..][..area].iter().rev());
        }
    }
    tensor(turned, [inner, outer, height, width])
}

/// The gradient of a kernel: for each place under it, the products of `x`, `[batch, inner, height, width]`, and `y`,
/// `[batch, outer, rows, columns]`, summed over all positions: `[outer, inner, kernel, kernel]`.
fn correlate(x: &FlexTensor, y: &FlexTensor, window: Window, kernel: [usize; 2]) -> FlexTensor {
    let (x, y) = (x.to_contiguous(), y.to_contiguous());
    let [_, outer, rows, columns] = dims(&y);
    let shapes = Shapes { rows, columns, ..Shapes::new(dims(&x), outer, kernel, window) };
    let (positions, picture) = (shapes.positions(), shapes.x());
    if winograd::serves(&shapes) {
        return winograd::correlate(&shapes, x.storage::<f32>(), y.storage::<f32>());
    }
    if let Some(window) = shapes.other_way() {
        return turned(&correlate(&y, &x, window, kernel));
    }
    let (x, y) = (x.storage::<f32>(), y.storage::<f32>());
    let group = shapes.group();
    let total = sum_of_groups(shapes.batch.div_ceil(group), outer * shapes.patch(), |index| {
        let (first, last) = (index * group, ((index + 1) * group).min(shapes.batch));
        let patches = unfold(&shapes, &x[first * picture..last * picture]);
        let patches = tensor(patches, [shapes.patch(), (last - first) * positions]);
        let side = gather(&y[first * outer * positions..], outer, last - first, positions);
        Flex::float_matmul(side, patches.transpose(0, 1))
    });
    tensor(total, [outer, shapes.inner, kernel[0], kernel[1]])
}

/// `[batch, channels, positions]` to `[channels, batch * positions]`.
fn gather(values: &[f32], channels: usize, batch: usize, positions: usize) -> FlexTensor {
    let mut out = Vec::with_capacity(channels * batch * positions);
    for channel in 0..channels {
        for picture in 0..batch {
            out.extend_from_slice(&values[(picture * channels + channel) * positions..][..positions]);
        }
    }
    tensor(out, [channels, batch * positions])
}

/// `[channels, batch, positions]` to `[batch, channels, positions]`.
fn scatter(values: &[f32], batch: usize, positions: usize, out: &mut [f32]) {
    let channels = out.len() / (batch * positions).max(1);
    for (index, out) in out.chunks_exact_mut(positions).enumerate() {
        let (picture, channel) = (index / channels, index % channels);
        out.copy_from_slice(&values[(channel * batch + picture) * positions..][..positions]);
    }
}

/// Calls `each` with the number and the values of every group of `out`.
pub(super) fn over_groups(out: &mut [f32], size: usize, each: impl Fn(usize, &mut [f32]) + Sync + Send) {
    if out.is_empty() {
        return;
    }
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        out.par_chunks_mut(size).enumerate().for_each(|(group, out)| each(group, out));
    }
    #[cfg(not(feature = "parallel"))]
    out.chunks_mut(size).enumerate().for_each(|(group, out)| each(group, out));
}

/// The sum of `size` values of every group.
pub(super) fn sum_of_groups(count: usize, size: usize, each: impl Fn(usize) -> FlexTensor + Sync + Send) -> Vec<f32> {
    #[cfg(feature = "parallel")]
    let parts = {
        use rayon::prelude::*;
        (0..count).into_par_iter().map(each).collect::<Vec<_>>()
    };
    #[cfg(not(feature = "parallel"))]
    let parts = (0..count).map(each);
    // In order, so that rounding is the same whoever was first.
    let mut total = vec![0.0; size];
    for part in parts {
        total.iter_mut().zip(part.storage::<f32>()).for_each(|(total, part)| *total += part);
    }
    total
}
