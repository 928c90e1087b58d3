//! What kernels of our own share: layouts, sizes of groups, and sums over channels.

use burn::{
    backend::{Autodiff, ops::FloatTensorOps},
    tensor::{DType, Shape, Tensor},
};
use burn_cubecl::{
    CubeBackend,
    cubecl::{
        self, calculate_cube_count_elemwise,
        client::Client,
        prelude::{CubeCount, CubeDim, *},
    },
    kernel::into_contiguous,
    ops::numeric::empty_device_contiguous_dtype,
    tensor::CubeTensor,
};

/// Rows of which a unit makes a sum.
const EACH: usize = 64;

/// Whether it is on a GPU with TF32, to which burn's products of matrices round their factors.
pub fn has_tf32<const D: usize>(x: &Tensor<D>) -> bool {
    let tracked = x.clone().try_into_primitive::<Autodiff<CubeBackend>>().ok().map(|x| x.primitive().client.clone());
    let client = tracked.or_else(|| x.clone().try_into_primitive::<CubeBackend>().ok().map(|x| x.client));
    client.is_some_and(|client| client.properties().supports_type(tf32::elem_type_native()))
}

/// The sum of the squares of `[length]`, `[1]`; `None` where it is not on a GPU.
pub fn sum_of_squares(x: &Tensor<1>) -> Option<Tensor<1>> {
    let x = into_contiguous(x.clone().try_into_primitive::<CubeBackend>().ok()?);
    let rows = CubeBackend::float_reshape(x.clone(), Shape::from([x.meta.num_elements(), 1]));
    // The mean that squares are taken from, on the GPU without an upload. What is no number makes the sum none, as it should.
    let zero = CubeBackend::float_mul_scalar(CubeBackend::float_slice(x, &[(0..1).into()]), 0.0.into());
    Some(Tensor::from_primitive::<CubeBackend>(channel_sums(&rows, &rows, &zero, Term::Square)))
}

/// Channels first to channels last, without moving anything.
pub fn channels_last(x: CubeTensor) -> CubeTensor {
    CubeBackend::float_permute(x, &[0, 2, 3, 1])
}

/// Channels last to channels first, without moving anything.
pub fn channels_first(x: CubeTensor) -> CubeTensor {
    CubeBackend::float_permute(x, &[0, 3, 1, 2])
}

/// Channels that are read and written together.
pub fn lanes(channels: usize) -> usize {
    [4, 2].into_iter().find(|lanes| channels.is_multiple_of(*lanes)).unwrap_or(1)
}

/// A tensor in f32 with nothing in it yet.
pub fn empty<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    empty_device_contiguous_dtype(like.client.clone(), like.device.clone(), Shape::from(shape), DType::F32)
}

/// Groups for so many units.
pub fn groups(client: &Client, units: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new_1d(64);
    (calculate_cube_count_elemwise(client, units, dim), dim)
}

/// Of what a sum is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// a
    Value,
    /// (a - mean)^2
    Square,
    /// a (b - mean)
    Product,
}

/// Sums over every `parts`-th row, `[parts, channels]`, of `a` and `b`, `[rows, channels]`; the mean is `total / count`.
#[cube(launch_unchecked)]
fn sum_rows<N: Size>(
    a: &[Vector<f32, N>],
    b: &[Vector<f32, N>],
    total: &[Vector<f32, N>],
    out: &mut [Vector<f32, N>],
    rows: u32,
    vectors: u32,
    parts: u32,
    count: f32,
    #[comptime] term: Term,
) {
    let (vectors, parts) = (vectors as usize, parts as usize);
    let (part, vector) = (ABSOLUTE_POS / vectors, ABSOLUTE_POS % vectors);
    if part >= parts {
        terminate!();
    }
    let mut mean = Vector::new(0.0f32);
    if comptime![term != Term::Value] {
        mean = total[vector] / Vector::new(count);
    }
    let mut sum = Vector::new(0.0f32);
    for index in 0..(rows as usize - part).div_ceil(parts) {
        let at = (part + index * parts) * vectors + vector;
        if comptime![term == Term::Value] {
            sum += a[at];
        } else if comptime![term == Term::Square] {
            let apart = a[at] - mean;
            sum += apart * apart;
        } else {
            sum += a[at] * (b[at] - mean);
        }
    }
    out[ABSOLUTE_POS] = sum;
}

/// Sums over all but the last axis, `[channels]`: of terms of `a` and of `b`, both contiguous, of the same shape. `total` is
/// the sum of what the mean is of.
pub fn channel_sums(a: &CubeTensor, b: &CubeTensor, total: &CubeTensor, term: Term) -> CubeTensor {
    let dims = a.meta.shape().to_vec();
    let channels = dims.last().copied().unwrap_or(1);
    let count = dims.iter().product::<usize>() / channels.max(1);
    let (lanes, client) = (lanes(channels), a.client.clone());
    let vectors = channels / lanes;
    // In rounds, each with a part of the rows of the one before.
    let (mut rows, mut term, mut sums) = (count, term, a.clone());
    loop {
        let parts = rows.div_ceil(EACH);
        let out = empty(a, [parts, channels]);
        let (cubes, dim) = groups(&client, parts * vectors);
        #[expect(
            unsafe_code,
            reason = "each unit checks that it is one, and reads and writes inside of the shapes above"
        )]
        unsafe {
            sum_rows::launch_unchecked(
                &client,
                cubes,
                dim,
                lanes,
                sums.binding().into_buffer_arg(),
                b.clone().binding().into_buffer_arg(),
                total.clone().binding().into_buffer_arg(),
                out.clone().binding().into_buffer_arg(),
                rows as u32,
                vectors as u32,
                parts as u32,
                count as f32,
                term,
            );
        }
        if parts <= 1 {
            return CubeBackend::float_reshape(out, Shape::from([channels]));
        }
        (rows, term, sums) = (parts, Term::Value, out);
    }
}

/// Sums over the first axis of `[parts, length]`, contiguous.
pub fn sum_parts(parts: CubeTensor) -> CubeTensor {
    channel_sums(&parts, &parts, &parts, Term::Value)
}
