//! How unlike one picture others are, in pixels and in what D sees.

use burn::tensor::Tensor;

use crate::nets::dcgan::Discriminator;

/// A picture that others are to be like.
#[derive(Clone, Debug)]
pub struct Likeness {
    /// `[1, channels, side, side]`.
    target: Tensor<4>,
    discriminator: Option<Discriminator>,
    /// What D's layers make of the target, and one over the mean of its squares.
    features: Vec<(Tensor<4>, Tensor<1>)>,
    weight: f32,
}

impl Likeness {
    /// `target` is `[1, channels, side, side]` in `[-1, 1]`. Without a discriminator, or with no weight, only pixels count.
    pub fn new(target: Tensor<4>, discriminator: Option<Discriminator>, weight: f32) -> Self {
        let discriminator = discriminator.filter(|_| weight > 0.0);
        let seen = discriminator.as_ref().map(|network| network.features(target.clone())).unwrap_or_default();
        let scaled = seen.into_iter().map(|features| {
            // A layer that sees nothing must not divide by 0.
            let energy = features.clone().square().mean() + 1e-8;
            (features, energy.recip())
        });
        Self { target, features: scaled.collect(), discriminator, weight }
    }

    /// Of pictures `[count, channels, side, side]`, the mean squared error of pixels and, weighted, that of the features of
    /// each layer in units of their mean square, averaged over the layers: `[count]`, 0 for the picture itself.
    pub fn losses(&self, pictures: Tensor<4>) -> Tensor<1> {
        let mut losses = errors(pictures.clone(), self.target.clone());
        if let Some(network) = &self.discriminator {
            let weight = self.weight / self.features.len() as f32;
            for (found, (wanted, scale)) in network.features(pictures).into_iter().zip(&self.features) {
                losses = losses + errors(found, wanted.clone()) * scale.clone() * weight;
            }
        }
        losses
    }
}

/// Mean squared differences, `[count]`.
fn errors(found: Tensor<4>, wanted: Tensor<4>) -> Tensor<1> {
    let count = found.dims()[0];
    (found - wanted).square().reshape([count as i32, -1]).mean_dim(1).reshape([count])
}

/// The peak signal-to-noise ratio in decibels of pictures in `[-1, 1]`, whose peak is 2; infinite for equal ones.
/// [`crate::metrics::image::psnr`] is that of values up to 255.
pub fn psnr(a: &[f32], b: &[f32]) -> f32 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum::<f64>();
    // The peak is 2: from -1 to 1.
    (10.0 * libm::log10(4.0 * a.len() as f64 / squares)) as f32
}
