//! How far pictures are from those that they should explain.

use burn::tensor::Tensor;

use crate::nets::dcgan::Discriminator;

/// The losses of a search, in the pixels and features of the pictures that are searched for.
#[derive(Clone, Debug)]
pub struct Loss {
    /// `[pictures, 1, values]`.
    targets: Tensor<3>,
    /// D, what its last layer makes of the targets, `[pictures, 1, features]`, and the weight of that.
    judge: Option<(Discriminator, Tensor<3>, f32)>,
    distance: Distance,
}

/// What pixels and features come to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Distance {
    /// Squares, the mean over pixels and the mean over features.
    Squared,
    /// Absolute differences, a part of each.
    Residual,
}

impl Loss {
    /// ADGAN, algorithm 1: the mean squared error. `targets` is `[pictures, channels, side, side]`.
    pub fn squared(targets: Tensor<4>) -> Self {
        Self { targets: grouped(targets, 1), judge: None, distance: Distance::Squared }
    }

    /// f-AnoGAN, equation 3, the loss of its encoder and its score: `1/n |x - G(z)|^2 + kappa/m |f(x) - f(G(z))|^2`, of n pixels and
    /// m values of f, the layer of D before its logit.
    pub fn encoded(targets: Tensor<4>, discriminator: Option<Discriminator>, kappa: f32) -> Self {
        let judge = judge(&targets, discriminator, kappa);
        Self { targets: grouped(targets, 1), judge, distance: Distance::Squared }
    }

    /// AnoGAN, equations 1, 3 and 4: `(1 - lambda) sum |x - G(z)| + lambda sum |f(x) - f(G(z))|`, f the layer of D before its
    /// logit. The sum of both is divided by the number of pixels, so that sizes can be compared; lambda keeps its meaning.
    pub fn residual(targets: Tensor<4>, discriminator: Option<Discriminator>, lambda: f32) -> Self {
        let judge = judge(&targets, discriminator, lambda);
        Self { targets: grouped(targets, 1), judge, distance: Distance::Residual }
    }

    /// Of pictures `[pictures * starts, channels, side, side]`, as many for each target, one after the other: `[pictures *
    /// starts]`. Each is 0 for the target itself, and depends on no other.
    pub fn losses(&self, pictures: Tensor<4>) -> Tensor<1> {
        let (pixels, features) = self.parts(pictures);
        match (features, self.distance) {
            (Some((features, weight)), Distance::Squared) => pixels + features * weight,
            (Some((features, weight)), Distance::Residual) => pixels * (1.0 - weight) + features * weight,
            (None, _) => pixels,
        }
    }

    /// What pixels and what features come to, and the weight of these, where D is asked.
    pub fn parts(&self, pictures: Tensor<4>) -> (Tensor<1>, Option<(Tensor<1>, f32)>) {
        let ([targets, _, values], count) = (self.targets.dims(), pictures.dims()[0]);
        let starts = count / targets.max(1);
        let pixels = grouped(pictures.clone(), starts) - self.targets.clone();
        let features = self.judge.as_ref().map(|(network, wanted, weight)| {
            let found = grouped(last(network, pictures), starts) - wanted.clone();
            // A sum of absolute differences is divided as that of pixels is.
            let values = if self.distance == Distance::Squared { wanted.dims()[2] } else { values };
            (self.summed(found) / values as f32, *weight)
        });
        (self.summed(pixels) / values as f32, features)
    }

    /// Of each row of differences the sum.
    fn summed(&self, differences: Tensor<3>) -> Tensor<1> {
        let [pictures, starts, _] = differences.dims();
        let each = if self.distance == Distance::Squared { differences.square() } else { differences.abs() };
        each.sum_dim(2).reshape([pictures * starts])
    }

    /// Of these targets only.
    pub fn of(&self, targets: &[usize]) -> Self {
        let rows = |values: &Tensor<3>| {
            let some = targets.iter().map(|row| values.clone().narrow(0, *row, 1)).collect();
            Tensor::cat(some, 0)
        };
        let judge = self.judge.as_ref().map(|(network, seen, lambda)| (network.clone(), rows(seen), *lambda));
        Self { targets: rows(&self.targets), judge, distance: self.distance }
    }
}

/// D with what it makes of the targets, if that has any weight.
fn judge(
    targets: &Tensor<4>,
    discriminator: Option<Discriminator>,
    weight: f32,
) -> Option<(Discriminator, Tensor<3>, f32)> {
    discriminator.filter(|_| weight > 0.0).map(|network| {
        let seen = grouped(last(&network, targets.clone()), 1);
        (network, seen, weight)
    })
}

/// What the layer of D before its logit makes of pictures.
fn last(network: &Discriminator, pictures: Tensor<4>) -> Tensor<4> {
    let mut features = network.features(pictures);
    let last = features.len() - 1;
    features.swap_remove(last)
}

/// `[pictures, starts, values]`.
fn grouped(pictures: Tensor<4>, starts: usize) -> Tensor<3> {
    let count = pictures.dims()[0];
    pictures.reshape([(count / starts.max(1)) as i32, starts as i32, -1])
}
