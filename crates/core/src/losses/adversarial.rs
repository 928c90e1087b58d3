//! What D and G minimise, given D's logits `a` on real and `b` on fake samples, both `[batch, 1]`.
//!
//! All are means over the batch, without unit. With the logistic losses, a D that can only toss a coin has a loss of
//! `2 ln 2 = 1.386`.

use burn::tensor::{
    Tensor,
    activation::{relu, softplus},
};
use forger_protocol::AdversarialLoss;

/// D's loss, `[1]`.
pub fn discriminator(loss: AdversarialLoss, a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    match loss {
        // -log sigma(a) = softplus(-a) and -log(1 - sigma(b)) = softplus(b), finite for any logit.
        AdversarialLoss::Minimax | AdversarialLoss::NonSaturating => {
            softplus(a.neg(), 1.0).mean() + softplus(b, 1.0).mean()
        }
        AdversarialLoss::LeastSquares => ((a - 1.0).square().mean() + b.square().mean()) * 0.5,
        AdversarialLoss::Hinge => relu(a.neg() + 1.0).mean() + relu(b + 1.0).mean(),
        AdversarialLoss::Wasserstein => b.mean() - a.mean(),
    }
}

/// G's loss, `[1]`.
pub fn generator(loss: AdversarialLoss, b: Tensor<2>) -> Tensor<1> {
    match loss {
        AdversarialLoss::Minimax => softplus(b, 1.0).mean().neg(),
        AdversarialLoss::NonSaturating => softplus(b.neg(), 1.0).mean(),
        AdversarialLoss::LeastSquares => (b - 1.0).square().mean() * 0.5,
        AdversarialLoss::Hinge | AdversarialLoss::Wasserstein => b.mean().neg(),
    }
}
