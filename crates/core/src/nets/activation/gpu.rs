//! Leaky ReLU on a GPU: one pass, and one back.

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
    tensor::Tensor,
};
use burn_cubecl::{
    CubeBackend,
    cubecl::{self, prelude::*},
    kernel::into_contiguous,
    tensor::CubeTensor,
};

use crate::nets::gpu::{channels_first, channels_last, empty, groups, lanes};

/// `values` where `x` is above zero, and `slope` times them elsewhere.
#[cube(launch_unchecked)]
fn leak<N: Size>(values: &[Vector<f32, N>], x: &[Vector<f32, N>], out: &mut [Vector<f32, N>], slope: f32, units: u32) {
    if ABSOLUTE_POS >= units as usize {
        terminate!();
    }
    let value = values[ABSOLUTE_POS];
    let above = x[ABSOLUTE_POS].greater_than(&Vector::new(0.0f32));
    out[ABSOLUTE_POS] = select_many(above, value, value * Vector::new(slope));
}

/// Pictures lie with their channels last, as convolutions leave them.
fn dense(x: CubeTensor) -> CubeTensor {
    into_contiguous(if x.meta.shape().num_dims() == 4 { channels_last(x) } else { x })
}

fn apply(values: CubeTensor, x: CubeTensor, slope: f32) -> CubeTensor {
    let is_picture = x.meta.shape().num_dims() == 4;
    let (values, x) = (dense(values), dense(x));
    let count = x.meta.num_elements();
    let mut out = empty(&x, [count]);
    out.meta = x.meta.clone();
    let lanes = lanes(count);
    let (cubes, dim) = groups(&x.client, count / lanes);
    #[expect(unsafe_code, reason = "each unit checks that it is one, and all tensors have as many values")]
    unsafe {
        leak::launch_unchecked(
            &x.client.clone(),
            cubes,
            dim,
            lanes,
            values.binding().into_buffer_arg(),
            x.binding().into_buffer_arg(),
            out.clone().binding().into_buffer_arg(),
            slope,
            (count / lanes) as u32,
        );
    }
    if is_picture { channels_first(out) } else { out }
}

#[derive(Debug)]
struct Leaky;

impl Backward<CubeBackend, 1> for Leaky {
    type State = (NodeId, f32);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<CubeBackend>(&ops.node);
        let (x, slope) = ops.state;
        let x = checkpointer.retrieve_node_output::<CubeTensor>(x);
        let [parent] = ops.parents;
        if let Some(node) = parent {
            grads.register::<CubeBackend>(node.id, apply(grad, x, slope));
        }
    }
}

/// `max(x, slope * x)`; `None` where `x` is not on a GPU.
pub fn leaky_relu<const D: usize>(x: &Tensor<D>, slope: f32) -> Option<Tensor<D>> {
    if let Ok(x) = x.clone().try_into_primitive::<Autodiff<CubeBackend>>() {
        let y = apply(x.primitive().clone(), x.primitive().clone(), slope);
        return Some(Tensor::from_primitive::<Autodiff<CubeBackend>>(
            match Leaky.prepare::<NoCheckpointing>([x.node()]).compute_bound().stateful() {
                OpsKind::Tracked(mut prep) => {
                    let state = (prep.checkpoint(&x), slope);
                    prep.finish(state, y)
                }
                OpsKind::UnTracked(prep) => prep.finish(y),
            },
        ));
    }
    let x = x.clone().try_into_primitive::<CubeBackend>().ok()?;
    Some(Tensor::from_primitive::<CubeBackend>(apply(x.clone(), x, slope)))
}
