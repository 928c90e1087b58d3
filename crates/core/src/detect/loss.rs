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
    is_squared: bool,
}

impl Loss {
    /// ADGAN, algorithm 1: the mean squared error. `targets` is `[pictures, channels, side, side]`.
    pub fn squared(targets: Tensor<4>) -> Self {
        Self { targets: grouped(targets, 1), judge: None, is_squared: true }
    }

    /// AnoGAN, equations 1, 3 and 4: `(1 - lambda) sum |x - G(z)| + lambda sum |f(x) - f(G(z))|`, f the layer of D before its
    /// logit. The sum of both is divided by the number of pixels, so that sizes can be compared; lambda keeps its meaning.
    pub fn residual(targets: Tensor<4>, discriminator: Option<Discriminator>, lambda: f32) -> Self {
        let judge = discriminator.filter(|_| lambda > 0.0).map(|network| {
            let seen = last(&network, targets.clone());
            (network, grouped(seen, 1), lambda)
        });
        Self { targets: grouped(targets, 1), judge, is_squared: false }
    }

    /// Of pictures `[pictures * starts, channels, side, side]`, as many for each target, one after the other: `[pictures *
    /// starts]`. Each is 0 for the target itself, and depends on no other.
    pub fn losses(&self, pictures: Tensor<4>) -> Tensor<1> {
        let ([targets, _, values], count) = (self.targets.dims(), pictures.dims()[0]);
        let starts = count / targets.max(1);
        let difference = grouped(pictures.clone(), starts) - self.targets.clone();
        if self.is_squared {
            return summed(difference.square()) / values as f32;
        }
        let residual = summed(difference.abs());
        let loss = match &self.judge {
            Some((network, wanted, lambda)) => {
                let found = grouped(last(network, pictures), starts);
                residual * (1.0 - lambda) + summed((found - wanted.clone()).abs()) * *lambda
            }
            None => residual,
        };
        loss / values as f32
    }

    /// Of these targets only.
    pub fn of(&self, targets: &[usize]) -> Self {
        let rows = |values: &Tensor<3>| {
            let some = targets.iter().map(|row| values.clone().narrow(0, *row, 1)).collect();
            Tensor::cat(some, 0)
        };
        let judge = self.judge.as_ref().map(|(network, seen, lambda)| (network.clone(), rows(seen), *lambda));
        Self { targets: rows(&self.targets), judge, is_squared: self.is_squared }
    }
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

/// Of each row the sum.
fn summed(values: Tensor<3>) -> Tensor<1> {
    let [pictures, starts, _] = values.dims();
    values.sum_dim(2).reshape([pictures * starts])
}
