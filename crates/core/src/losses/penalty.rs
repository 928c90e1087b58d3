//! What D pays for steep verdicts, given its slope in its input.

use burn::tensor::Tensor;
use forger_protocol::Penalty;

/// Mean penalty over `slopes`, `grad_x D(x)` as `[batch, features]`. Returns `[1]`, or `None` for no penalty.
///
/// [`Penalty::Gradient`]: Gulrajani et al. 2017 (arXiv 1704.00028), equation 3. [`Penalty::R1`]: Mescheder et al. 2018
/// (arXiv 1801.04406), equation 9.
pub fn penalty(kind: Penalty, slopes: Tensor<2>) -> Option<Tensor<1>> {
    let square = slopes.square().sum_dim(1);
    match kind {
        Penalty::None => None,
        // The least square keeps the root's own slope finite at 0.
        Penalty::Gradient => Some((square.clamp_min(1e-30).sqrt() - 1.0).square().mean()),
        Penalty::R1 => Some(square.mean() * 0.5),
    }
}
