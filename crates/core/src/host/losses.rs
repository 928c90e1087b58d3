//! [`crate::losses::adversarial`] for one logit at a time: the loss and its slope.

use forger_protocol::AdversarialLoss;

/// `log(1 + e^x)` and its slope, finite for any x.
fn softplus(x: f32) -> (f32, f32) {
    let e = libm::expf(-x.abs());
    let slope = if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
    (x.max(0.0) + libm::log1pf(e), slope)
}

/// D's verdict of a logit.
pub fn sigmoid(x: f32) -> f32 {
    softplus(x).1
}

/// What a real sample's logit `a` costs D, which aims at `1 - smoothing` where the loss has an aim.
pub fn real(loss: AdversarialLoss, smoothing: f32, a: f32) -> (f32, f32) {
    match loss {
        AdversarialLoss::Minimax | AdversarialLoss::NonSaturating => {
            let ((real, real_slope), (fake, fake_slope)) = (softplus(-a), softplus(a));
            ((1.0 - smoothing) * real + smoothing * fake, smoothing * fake_slope - (1.0 - smoothing) * real_slope)
        }
        AdversarialLoss::LeastSquares => {
            let off = a - (1.0 - smoothing);
            (0.5 * off * off, off)
        }
        AdversarialLoss::Hinge if a < 1.0 => (1.0 - a, -1.0),
        AdversarialLoss::Hinge => (0.0, 0.0),
        AdversarialLoss::Wasserstein => (-a, -1.0),
    }
}

/// What a fake sample's logit `b` costs D.
pub fn fake(loss: AdversarialLoss, b: f32) -> (f32, f32) {
    match loss {
        AdversarialLoss::Minimax | AdversarialLoss::NonSaturating => softplus(b),
        AdversarialLoss::LeastSquares => (0.5 * b * b, b),
        AdversarialLoss::Hinge if b > -1.0 => (1.0 + b, 1.0),
        AdversarialLoss::Hinge => (0.0, 0.0),
        AdversarialLoss::Wasserstein => (b, 1.0),
    }
}

/// What a fake sample's logit `b` costs G.
pub fn generator(loss: AdversarialLoss, b: f32) -> (f32, f32) {
    match loss {
        AdversarialLoss::Minimax => {
            let (value, slope) = softplus(b);
            (-value, -slope)
        }
        AdversarialLoss::NonSaturating => {
            let (value, slope) = softplus(-b);
            (value, -slope)
        }
        AdversarialLoss::LeastSquares => (0.5 * (b - 1.0) * (b - 1.0), b - 1.0),
        AdversarialLoss::Hinge | AdversarialLoss::Wasserstein => (-b, -1.0),
    }
}
