//! The maps with their derivatives: each is linear in both of its arguments, and its derivatives are the other two.

use burn::backend::{
    Autodiff, Backend,
    autodiff::{
        NodeId,
        checkpoint::{base::Checkpointer, strategy::NoCheckpointing},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    tensor::FloatTensor,
};

use super::maps::Window;

type Tracked<B> = FloatTensor<Autodiff<B>>;
type Plain<B> = FloatTensor<B>;

/// A backend with the three maps.
pub trait Maps: Backend {
    /// Height and width.
    fn size(tensor: &Plain<Self>) -> [usize; 2];
    /// `x`, `[batch, inner, height, width]`, and `weight`, `[outer, inner, kernel, kernel]`, to `[batch, outer, rows,
    /// columns]`.
    fn convolve(x: &Plain<Self>, weight: &Plain<Self>, window: Window) -> Plain<Self>;
    /// `y`, `[batch, outer, rows, columns]`, and `weight`, `[outer, inner, kernel, kernel]`, to `[batch, inner, height,
    /// width]` of this size.
    fn spread(y: &Plain<Self>, weight: &Plain<Self>, window: Window, size: [usize; 2]) -> Plain<Self>;
    /// `x` and `y` of these shapes to the gradient of the kernel, `[outer, inner, kernel, kernel]`.
    fn correlate(x: &Plain<Self>, y: &Plain<Self>, window: Window, kernel: [usize; 2]) -> Plain<Self>;
}

#[derive(Debug)]
struct Convolve;

impl<B: Maps> Backward<B, 2> for Convolve {
    type State = (NodeId, NodeId, Window);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (x, weight, window) = ops.state;
        let x = checkpointer.retrieve_node_output::<Plain<B>>(x);
        let weight = checkpointer.retrieve_node_output::<Plain<B>>(weight);
        let [for_x, for_weight] = ops.parents;
        if let Some(node) = for_x {
            grads.register::<B>(node.id, B::spread(&grad, &weight, window, B::size(&x)));
        }
        if let Some(node) = for_weight {
            grads.register::<B>(node.id, B::correlate(&x, &grad, window, B::size(&weight)));
        }
    }
}

/// [`Maps::convolve`] with gradients.
pub fn convolve<B: Maps>(x: Tracked<B>, weight: Tracked<B>, window: Window) -> Tracked<B> {
    match Backward::<B, 2>::prepare::<NoCheckpointing>(Convolve, [x.node(), weight.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut prep) => {
            let state = (prep.checkpoint(&x), prep.checkpoint(&weight), window);
            prep.finish(state, B::convolve(x.primitive(), weight.primitive(), window))
        }
        OpsKind::UnTracked(prep) => prep.finish(B::convolve(x.primitive(), weight.primitive(), window)),
    }
}

#[derive(Debug)]
struct Spread;

impl<B: Maps> Backward<B, 2> for Spread {
    type State = (NodeId, NodeId, Window);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let (y, weight, window) = ops.state;
        let y = checkpointer.retrieve_node_output::<Plain<B>>(y);
        let weight = checkpointer.retrieve_node_output::<Plain<B>>(weight);
        let [for_y, for_weight] = ops.parents;
        if let Some(node) = for_y {
            grads.register::<B>(node.id, B::convolve(&grad, &weight, window));
        }
        if let Some(node) = for_weight {
            grads.register::<B>(node.id, B::correlate(&grad, &y, window, B::size(&weight)));
        }
    }
}

/// [`Maps::spread`] with gradients.
pub fn spread<B: Maps>(y: Tracked<B>, weight: Tracked<B>, window: Window, size: [usize; 2]) -> Tracked<B> {
    match Backward::<B, 2>::prepare::<NoCheckpointing>(Spread, [y.node(), weight.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut prep) => {
            let state = (prep.checkpoint(&y), prep.checkpoint(&weight), window);
            prep.finish(state, B::spread(y.primitive(), weight.primitive(), window, size))
        }
        OpsKind::UnTracked(prep) => prep.finish(B::spread(y.primitive(), weight.primitive(), window, size)),
    }
}
