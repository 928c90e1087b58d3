//! [`crate::losses::adversarial`] for one logit at a time: the loss and its slope.

use forger_protocol::AdversarialLoss;

/// `log(1 + e^x)` and its slope, finite for any x.
fn softplus(x: f32) -> (f32, f32) {
    let e = libm::expf(-x.abs());
    let slope = if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
    (x.max(0.0) + libm::log1pf(e), slope)
}

/// How real D holds a sample of this logit, in `[0, 1]`: by its distance from D's aims, where the loss has aims.
pub fn verdict(loss: AdversarialLoss, logit: f32) -> f32 {
    match loss {
        AdversarialLoss::LeastSquares => logit.clamp(0.0, 1.0),
        _ => softplus(logit).1,
    }
}

/// What a real sample's logit `a` costs D, which aims at `1 - smoothing` where the loss has an aim.
pub fn real(loss: AdversarialLoss, smoothing: f32, a: f32) -> (f32, f32) {
    match loss {
        AdversarialLoss::Minimax | AdversarialLoss::NonSaturating => {
            let (real, real_slope) = softplus(-a);
            if smoothing == 0.0 {
                return (real, -real_slope);
            }
            let (fake, fake_slope) = softplus(a);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::adversarial;
    use burn::tensor::{Device, Tensor};

    #[test]
    fn verdicts_are_those_of_a_device() {
        let logits = [-30.0, -1.2, -0.3, 0.0, 0.2, 0.5, 0.9, 1.0, 1.7, 30.0_f32];
        for loss in AdversarialLoss::ALL {
            let there = adversarial::verdict(loss, Tensor::<1>::from_floats(logits, &Device::flex()));
            let there = there.into_data().try_into_vec::<f32>().unwrap();
            for (logit, there) in logits.into_iter().zip(there) {
                let here = verdict(loss, logit);
                assert!((here - there).abs() < 1e-6, "{loss:?}: {logit} is {here} and {there}");
            }
        }
    }

    #[test]
    fn half_way_between_its_aims_d_tosses_a_coin() {
        for loss in AdversarialLoss::ALL {
            let middle = if loss == AdversarialLoss::LeastSquares { 0.5 } else { 0.0 };
            assert!((verdict(loss, middle) - 0.5).abs() < 1e-6, "{loss:?}");
        }
        // A D of least squares that is at its aims has no doubt.
        let of = |logit| verdict(AdversarialLoss::LeastSquares, logit);
        assert_eq!([-0.1, 0.0, 1.0, 1.1].map(of), [0.0, 0.0, 1.0, 1.0]);
    }
}
