//! A bias of channels, whose gradient is one pass over that of the pictures.

use burn::{
    backend::{
        Autodiff,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        ops::FloatTensorOps,
    },
    tensor::{Shape, Tensor},
};
use burn_cubecl::{CubeBackend, kernel::into_contiguous, tensor::CubeTensor};

use crate::nets::gpu::{Term, channel_sums, channels_last};

#[derive(Debug)]
struct AddBias;

impl Backward<CubeBackend, 2> for AddBias {
    type State = ();

    fn backward(self, ops: Ops<(), 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let slope = grads.consume::<CubeBackend>(&ops.node);
        let [for_y, for_bias] = ops.parents;
        if let Some(node) = for_bias {
            let rows = into_contiguous(channels_last(slope.clone()));
            grads.register::<CubeBackend>(node.id, channel_sums(&rows, &rows, &rows, Term::Value));
        }
        if let Some(node) = for_y {
            grads.register::<CubeBackend>(node.id, slope);
        }
    }
}

fn sum(y: CubeTensor, bias: CubeTensor) -> CubeTensor {
    let channels = bias.meta.num_elements();
    CubeBackend::float_add(y, CubeBackend::float_reshape(bias, Shape::from([1, channels, 1, 1])))
}

/// `y`, `[batch, channels, height, width]`, and `bias`, `[channels]`; `None` where they are not on a GPU that trains.
pub fn add_bias(y: &Tensor<4>, bias: &Tensor<1>) -> Option<Tensor<4>> {
    let y = y.clone().try_into_primitive::<Autodiff<CubeBackend>>().ok()?;
    let bias = bias.clone().try_into_primitive::<Autodiff<CubeBackend>>().ok()?;
    let prep = Backward::<CubeBackend, 2>::prepare::<NoCheckpointing>(AddBias, [y.node(), bias.node()]);
    let made = sum(y.primitive().clone(), bias.primitive().clone());
    Some(Tensor::from_primitive::<Autodiff<CubeBackend>>(match prep.compute_bound().stateful() {
        OpsKind::Tracked(prep) => prep.finish((), made),
        OpsKind::UnTracked(prep) => prep.finish(made),
    }))
}
