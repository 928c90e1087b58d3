//! The maps with their derivatives: each is linear in both of its arguments, and its derivatives are the other two.

use burn::backend::{
    Autodiff, Flex,
    autodiff::{
        NodeId,
        checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    tensor::FloatTensor,
};

use super::maps::{self, Window};

type Tracked = FloatTensor<Autodiff<Flex>>;
type Plain = FloatTensor<Flex>;

#[derive(Debug)]
struct Convolve;

impl Backward<Flex, 2> for Convolve {
    type State = (NodeId, NodeId, Window);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<Flex>(&ops.node);
        let (x, weight, window) = ops.state;
        let x = checkpointer.retrieve_node_output::<Plain>(x);
        let weight = checkpointer.retrieve_node_output::<Plain>(weight);
        let [for_x, for_weight] = ops.parents;
        if let Some(node) = for_x {
            grads.register::<Flex>(node.id, maps::spread(&grad, &weight, window, maps::size(&x)));
        }
        if let Some(node) = for_weight {
            grads.register::<Flex>(node.id, maps::correlate(&x, &grad, window, maps::size(&weight)));
        }
    }
}

/// [`maps::convolve`] with gradients.
pub fn convolve(x: Tracked, weight: Tracked, window: Window) -> Tracked {
    match Convolve.prepare::<NoCheckpointing>([x.node(), weight.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut prep) => {
            let state = (prep.checkpoint(&x), prep.checkpoint(&weight), window);
            prep.finish(state, maps::convolve(x.primitive(), weight.primitive(), window))
        }
        OpsKind::UnTracked(prep) => prep.finish(maps::convolve(x.primitive(), weight.primitive(), window)),
    }
}

#[derive(Debug)]
struct Spread;

impl Backward<Flex, 2> for Spread {
    type State = (NodeId, NodeId, Window);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<Flex>(&ops.node);
        let (y, weight, window) = ops.state;
        let y = checkpointer.retrieve_node_output::<Plain>(y);
        let weight = checkpointer.retrieve_node_output::<Plain>(weight);
        let [for_y, for_weight] = ops.parents;
        if let Some(node) = for_y {
            grads.register::<Flex>(node.id, maps::convolve(&grad, &weight, window));
        }
        if let Some(node) = for_weight {
            grads.register::<Flex>(node.id, maps::correlate(&grad, &y, window, maps::size(&weight)));
        }
    }
}

/// [`maps::spread`] with gradients.
pub fn spread(y: Tracked, weight: Tracked, window: Window, size: [usize; 2]) -> Tracked {
    match Spread.prepare::<NoCheckpointing>([y.node(), weight.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut prep) => {
            let state = (prep.checkpoint(&y), prep.checkpoint(&weight), window);
            prep.finish(state, maps::spread(y.primitive(), weight.primitive(), window, size))
        }
        OpsKind::UnTracked(prep) => prep.finish(maps::spread(y.primitive(), weight.primitive(), window, size)),
    }
}
