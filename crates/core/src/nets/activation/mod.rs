//! Leaky ReLU in one pass, forwards and backwards.
//!
//! burn makes it of a mask and a choice, and the choice alone took a twelfth of a training step of DCGAN.

#[cfg(feature = "gpu")]
mod gpu;

use burn::{
    backend::{
        Autodiff, Flex,
        autodiff::{
            NodeId,
            checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        flex::FlexTensor,
    },
    tensor::{Tensor, TensorData, activation},
};

/// `max(x, slope * x)` for a slope in `[0, 1)`; 0 makes it ReLU.
pub fn leaky_relu<const D: usize>(x: Tensor<D>, slope: f32) -> Tensor<D> {
    if let Ok(x) = x.clone().try_into_primitive::<Autodiff<Flex>>() {
        let y = pass(x.primitive(), |x| if x > 0.0 { x } else { slope * x });
        return Tensor::from_primitive::<Autodiff<Flex>>(
            match Leaky.prepare::<NoCheckpointing>([x.node()]).compute_bound().stateful() {
                OpsKind::Tracked(mut prep) => {
                    let state = (prep.checkpoint(&x), slope);
                    prep.finish(state, y)
                }
                OpsKind::UnTracked(prep) => prep.finish(y),
            },
        );
    }
    #[cfg(feature = "gpu")]
    if let Some(y) = gpu::leaky_relu(&x, slope) {
        return y;
    }
    match x.clone().try_into_primitive::<Flex>() {
        Ok(x) => Tensor::from_primitive::<Flex>(pass(&x, |x| if x > 0.0 { x } else { slope * x })),
        Err(_) if slope == 0.0 => activation::relu(x),
        Err(_) => activation::leaky_relu(x, f64::from(slope)),
    }
}

#[derive(Debug)]
struct Leaky;

impl Backward<Flex, 1> for Leaky {
    type State = (NodeId, f32);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<Flex>(&ops.node).to_contiguous();
        let (x, slope) = ops.state;
        let x = checkpointer.retrieve_node_output::<FlexTensor>(x).to_contiguous();
        let [parent] = ops.parents;
        if let Some(node) = parent {
            let pairs = grad.storage::<f32>().iter().zip(x.storage::<f32>());
            let values = pairs.map(|(grad, x)| if *x > 0.0 { *grad } else { slope * grad }).collect::<Vec<_>>();
            let shape = x.layout().shape().clone();
            grads.register::<Flex>(node.id, FlexTensor::from_data(TensorData::new(values, shape)));
        }
    }
}

fn pass(x: &FlexTensor, map: impl Fn(f32) -> f32) -> FlexTensor {
    let x = x.to_contiguous();
    let values = x.storage::<f32>().iter().map(|x| map(*x)).collect::<Vec<_>>();
    FlexTensor::from_data(TensorData::new(values, x.layout().shape().clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn values_and_slopes_on_both_sides_of_zero() {
        let device = Device::flex().autodiff();
        let x = Tensor::<1>::from_floats([-2.0, 0.0, 3.0], &device).require_grad();
        for slope in [0.0, 0.2] {
            let y = leaky_relu(x.clone(), slope);
            let gradients = (y.clone() * Tensor::from_floats([1.0, 10.0, 100.0], &device)).sum().backward();
            let read = |tensor: Tensor<1>| tensor.into_data().try_into_vec::<f32>().unwrap();
            assert_eq!(read(y.inner()), [-2.0 * slope, 0.0, 3.0]);
            assert_eq!(read(x.grad(&gradients).unwrap()), [slope, 10.0 * slope, 100.0]);
            assert_eq!(read(leaky_relu(x.clone().inner(), slope)), [-2.0 * slope, 0.0, 3.0]);
        }
    }
}
