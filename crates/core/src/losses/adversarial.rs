//! What D and G minimise, given D's logits `a` on real and `b` on fake samples, both `[batch, 1]`.
//!
//! All are means over the batch, without unit. With the logistic losses, a D that can only toss a coin has a loss of
//! `2 ln 2 = 1.386`.

use burn::tensor::{
    Tensor,
    activation::{relu, sigmoid, softplus},
};
use forger_protocol::AdversarialLoss;

/// D's loss, `[1]`. `smoothing` in `[0, 0.5]` lowers the aim for real samples from 1, where the loss has an aim: one-sided
/// label smoothing, Salimans et al. 2016 (arXiv 1606.03498), section 3.4.
pub fn discriminator(loss: AdversarialLoss, smoothing: f64, a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    match loss {
        // -log sigma(a) = softplus(-a) and -log(1 - sigma(b)) = softplus(b), finite for any logit.
        AdversarialLoss::Minimax | AdversarialLoss::NonSaturating => {
            let real = softplus(a.clone().neg(), 1.0).mean();
            let real = match smoothing {
                0.0 => real,
                smoothing => real * (1.0 - smoothing) + softplus(a, 1.0).mean() * smoothing,
            };
            real + softplus(b, 1.0).mean()
        }
        AdversarialLoss::LeastSquares => ((a - (1.0 - smoothing)).square().mean() + b.square().mean()) * 0.5,
        AdversarialLoss::Hinge => relu(a.neg() + 1.0).mean() + relu(b + 1.0).mean(),
        AdversarialLoss::Wasserstein => b.mean() - a.mean(),
    }
}

/// How real D holds samples, in `[0, 1]`, by its logits: by their distance from its aims, where it has aims for them.
pub fn verdict<const N: usize>(loss: AdversarialLoss, logits: Tensor<N>) -> Tensor<N> {
    match loss {
        AdversarialLoss::LeastSquares => logits.clamp(0.0, 1.0),
        _ => sigmoid(logits),
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
