//! Batch normalisation in training on a GPU: three passes over the pictures there, and three back.

use burn::{
    backend::{
        Autodiff,
        autodiff::{
            NodeId,
            checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
    },
    nn::BatchNorm,
    tensor::Tensor,
};
use burn_cubecl::{
    CubeBackend,
    cubecl::{self, prelude::*},
    kernel::into_contiguous,
    tensor::CubeTensor,
};

use crate::nets::gpu::{Term, channel_sums, channels_first, channels_last, empty, groups, lanes};

/// What is known of a channel: the sums of its values and of their squared distances from the mean, of `count` values.
#[derive(Clone, Debug)]
struct Statistics {
    total: CubeTensor,
    squares: CubeTensor,
    count: usize,
    epsilon: f64,
}

/// `(x - mean) / sqrt(variance + epsilon) * gamma + beta`.
#[cube(launch_unchecked)]
fn normalize<N: Size>(
    x: &[Vector<f32, N>],
    total: &[Vector<f32, N>],
    squares: &[Vector<f32, N>],
    gamma: &[Vector<f32, N>],
    beta: &[Vector<f32, N>],
    y: &mut [Vector<f32, N>],
    vectors: u32,
    units: u32,
    count: f32,
    epsilon: f32,
) {
    if ABSOLUTE_POS >= units as usize {
        terminate!();
    }
    let channel = ABSOLUTE_POS % vectors as usize;
    let count = Vector::new(count);
    let deviation = (squares[channel] / count + Vector::new(epsilon)).sqrt();
    y[ABSOLUTE_POS] = (x[ABSOLUTE_POS] - total[channel] / count) / deviation * gamma[channel] + beta[channel];
}

/// The gradient by x, given that by y, its sum, and the sum of its products with `x - mean`.
#[cube(launch_unchecked)]
fn slope_by_input<N: Size>(
    slope: &[Vector<f32, N>],
    x: &[Vector<f32, N>],
    total: &[Vector<f32, N>],
    squares: &[Vector<f32, N>],
    gamma: &[Vector<f32, N>],
    sum: &[Vector<f32, N>],
    products: &[Vector<f32, N>],
    out: &mut [Vector<f32, N>],
    vectors: u32,
    units: u32,
    count: f32,
    epsilon: f32,
) {
    if ABSOLUTE_POS >= units as usize {
        terminate!();
    }
    let channel = ABSOLUTE_POS % vectors as usize;
    let count = Vector::new(count);
    let variance = squares[channel] / count + Vector::new(epsilon);
    let apart = x[ABSOLUTE_POS] - total[channel] / count;
    let projected = apart / variance * (products[channel] / count);
    out[ABSOLUTE_POS] = (slope[ABSOLUTE_POS] - sum[channel] / count - projected) * gamma[channel] / variance.sqrt();
}

/// The gradient by gamma, given the sum of products of that by y with `x - mean`.
#[cube(launch_unchecked)]
fn slope_by_gamma<N: Size>(
    products: &[Vector<f32, N>],
    squares: &[Vector<f32, N>],
    out: &mut [Vector<f32, N>],
    units: u32,
    count: f32,
    epsilon: f32,
) {
    if ABSOLUTE_POS >= units as usize {
        terminate!();
    }
    let variance = squares[ABSOLUTE_POS] / Vector::new(count) + Vector::new(epsilon);
    out[ABSOLUTE_POS] = products[ABSOLUTE_POS] / variance.sqrt();
}

/// A running statistic after one more batch, in which the sum of `count` values was `sum`.
#[cube(launch_unchecked)]
fn average<N: Size>(
    before: &[Vector<f32, N>],
    sum: &[Vector<f32, N>],
    out: &mut [Vector<f32, N>],
    units: u32,
    count: f32,
    momentum: f32,
) {
    if ABSOLUTE_POS >= units as usize {
        terminate!();
    }
    let mean = sum[ABSOLUTE_POS] / Vector::new(count);
    out[ABSOLUTE_POS] = before[ABSOLUTE_POS] + (mean - before[ABSOLUTE_POS]) * Vector::new(momentum);
}

fn averaged(before: CubeTensor, sum: CubeTensor, count: usize, momentum: f64) -> CubeTensor {
    let channels = sum.meta.num_elements();
    let (out, lanes) = (empty(&sum, [channels]), lanes(channels));
    let (cubes, dim) = groups(&sum.client, channels / lanes);
    #[expect(unsafe_code, reason = "each unit checks that it is one, and all tensors are of this length")]
    unsafe {
        average::launch_unchecked(
            &sum.client.clone(),
            cubes,
            dim,
            lanes,
            into_contiguous(before).binding().into_buffer_arg(),
            sum.binding().into_buffer_arg(),
            out.clone().binding().into_buffer_arg(),
            (channels / lanes) as u32,
            count as f32,
            momentum as f32,
        );
    }
    out
}

fn dims(x: &CubeTensor) -> [usize; 4] {
    x.meta.shape().dims()
}

/// Pictures `[batch, height, width, channels]`.
fn forward(x: &CubeTensor, gamma: CubeTensor, beta: CubeTensor, epsilon: f64) -> (CubeTensor, Statistics) {
    let [batch, height, width, channels] = dims(x);
    let count = batch * height * width;
    let total = channel_sums(x, x, x, Term::Value);
    let squares = channel_sums(x, x, &total, Term::Square);
    let (y, lanes) = (empty(x, dims(x)), lanes(channels));
    let units = count * channels / lanes;
    let (cubes, dim) = groups(&x.client, units);
    #[expect(unsafe_code, reason = "each unit checks that it is one, and all tensors are of these shapes")]
    unsafe {
        normalize::launch_unchecked(
            &x.client,
            cubes,
            dim,
            lanes,
            x.clone().binding().into_buffer_arg(),
            total.clone().binding().into_buffer_arg(),
            squares.clone().binding().into_buffer_arg(),
            into_contiguous(gamma).binding().into_buffer_arg(),
            into_contiguous(beta).binding().into_buffer_arg(),
            y.clone().binding().into_buffer_arg(),
            (channels / lanes) as u32,
            units as u32,
            count as f32,
            epsilon as f32,
        );
    }
    (y, Statistics { total, squares, count, epsilon })
}

/// Gradients by x, gamma and beta.
fn backward(slope: &CubeTensor, x: &CubeTensor, gamma: CubeTensor, statistics: Statistics) -> [CubeTensor; 3] {
    let [_, _, _, channels] = dims(x);
    let Statistics { total, squares, count, epsilon } = statistics;
    let sum = channel_sums(slope, slope, slope, Term::Value);
    let products = channel_sums(slope, x, &total, Term::Product);
    let (by_input, by_gamma, lanes) = (empty(x, dims(x)), empty(x, [channels]), lanes(channels));
    let (vectors, units) = (channels / lanes, count * channels / lanes);
    let (cubes, dim) = groups(&x.client, units);
    let (few_cubes, few_dim) = groups(&x.client, vectors);
    #[expect(unsafe_code, reason = "each unit checks that it is one, and all tensors are of these shapes")]
    unsafe {
        slope_by_input::launch_unchecked(
            &x.client,
            cubes,
            dim,
            lanes,
            slope.clone().binding().into_buffer_arg(),
            x.clone().binding().into_buffer_arg(),
            total.binding().into_buffer_arg(),
            squares.clone().binding().into_buffer_arg(),
            into_contiguous(gamma).binding().into_buffer_arg(),
            sum.clone().binding().into_buffer_arg(),
            products.clone().binding().into_buffer_arg(),
            by_input.clone().binding().into_buffer_arg(),
            vectors as u32,
            units as u32,
            count as f32,
            epsilon as f32,
        );
        slope_by_gamma::launch_unchecked(
            &x.client,
            few_cubes,
            few_dim,
            lanes,
            products.binding().into_buffer_arg(),
            squares.binding().into_buffer_arg(),
            by_gamma.clone().binding().into_buffer_arg(),
            vectors as u32,
            count as f32,
            epsilon as f32,
        );
    }
    [by_input, by_gamma, sum]
}

#[derive(Debug)]
struct Normalize;

impl Backward<CubeBackend, 3> for Normalize {
    type State = (NodeId, CubeTensor, Statistics);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let slope = into_contiguous(channels_last(grads.consume::<CubeBackend>(&ops.node)));
        let (x, gamma, statistics) = ops.state;
        let x = into_contiguous(channels_last(checkpointer.retrieve_node_output::<CubeTensor>(x)));
        let [by_input, by_gamma, by_beta] = backward(&slope, &x, gamma, statistics);
        let slopes = [channels_first(by_input), by_gamma, by_beta];
        for (node, slope) in ops.parents.into_iter().zip(slopes) {
            if let Some(node) = node {
                grads.register::<CubeBackend>(node.id, slope);
            }
        }
    }
}

/// Normalises pictures `[batch, channels, height, width]` by their own statistics, and takes those into the running ones, as
/// [`BatchNorm::forward`] does; `None` where it is not training on a GPU.
pub fn batch_norm(norm: &BatchNorm, x: &Tensor<4>) -> Option<Tensor<4>> {
    if !norm.training.is_enabled() {
        return None;
    }
    let x = x.clone().try_into_primitive::<Autodiff<CubeBackend>>().ok()?;
    let gamma = norm.gamma.val().try_into_primitive::<Autodiff<CubeBackend>>().ok()?;
    let beta = norm.beta.val().try_into_primitive::<Autodiff<CubeBackend>>().ok()?;
    let prep = Normalize.prepare::<NoCheckpointing>([x.node(), gamma.node(), beta.node()]);
    let pictures = into_contiguous(channels_last(x.primitive().clone()));
    let weight = gamma.primitive().clone();
    let (y, statistics) = forward(&pictures, weight.clone(), beta.primitive().clone(), norm.epsilon);
    let y = channels_first(y);
    let found = [(&norm.running_mean, statistics.total.clone()), (&norm.running_var, statistics.squares.clone())];
    for (running, sum) in found {
        let before = running.value_sync();
        let before = if before.device().is_autodiff() { before.inner() } else { before };
        let before = before.try_into_primitive::<CubeBackend>().ok()?;
        let now = Tensor::from_primitive::<CubeBackend>(averaged(before, sum, statistics.count, norm.momentum));
        running.update(Tensor::from_inner(now));
    }
    let y = match prep.compute_bound().stateful() {
        OpsKind::Tracked(mut prep) => {
            let state = (prep.checkpoint(&x), weight, statistics);
            prep.finish(state, y)
        }
        OpsKind::UnTracked(prep) => prep.finish(y),
    };
    Some(Tensor::from_primitive::<Autodiff<CubeBackend>>(y))
}
