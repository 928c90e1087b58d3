//! Trained networks through which the losses of super-resolution look at pictures: VGG-19 where the user has its weights, or
//! a classifier that `forger train classifier` has made.

use burn::{
    module::Module as _,
    tensor::{Device, Tensor},
};
use forger_protocol::SuperresLosses;

use super::{classifier::Classifier, fold, vgg::Vgg};
use crate::{
    losses::perceptual::{perceptual, texture},
    parameters,
};

/// The shares of the two views of `L_P` (pool2 and pool5 of VGG-19), and of the three of `L_T` (conv1.1, conv2.1, conv3.1):
/// as in the supplement of Sajjadi et al. 2017 (arXiv 1612.07919), those of `L_T` up to a factor.
const PERCEPTUAL: [f64; 2] = [0.2, 0.02];
const TEXTURE: [f64; 3] = [0.3, 1.0, 1.0];
/// Side of the patches of `L_T` in pixels of the picture (section 4.2.3).
const PATCH: usize = 16;

/// A network that is not trained here.
#[derive(Clone, Debug)]
pub enum Lens {
    /// Its weights are the user's.
    Vgg(Vgg),
    /// Trained by Forger.
    Classifier(Box<Classifier>),
}

/// What a lens shows of pictures: maps `[batch, channels, height, width]`.
struct Views {
    perceptual: Vec<Tensor<4>>,
    texture: Vec<Tensor<4>>,
}

impl Lens {
    /// The same, ready for gradients in pictures on this device.
    pub fn on(self, device: &Device) -> Self {
        let device = device.clone().autodiff();
        match self {
            Self::Vgg(vgg) => Self::Vgg(parameters::copy(&vgg, &device).no_grad()),
            Self::Classifier(net) => {
                Self::Classifier(Box::new(parameters::copy(&fold::classifier(&net), &device).no_grad()))
            }
        }
    }

    /// Of a classifier the views are its second and its last map, and its first three.
    fn look(&self, pictures: Tensor<4>) -> Views {
        match self {
            Self::Vgg(vgg) => {
                let maps = vgg.maps(pictures);
                Views { perceptual: maps.pools, texture: maps.firsts }
            }
            Self::Classifier(net) => {
                let maps = net.maps(pictures);
                let perceptual = maps.get(1).into_iter().chain(maps.last()).cloned().collect();
                Views { perceptual, texture: maps.into_iter().take(TEXTURE.len()).collect() }
            }
        }
    }

    /// `L_P` and `L_T` of pictures `[batch, 3, height, width]` in `[-1, 1]`, with their weights; `[1]`. Maps are divided by the
    /// mean size of what `real` gives (section 5.3 has a mean of one as well).
    pub fn loss(&self, weights: &SuperresLosses, fake: Tensor<4>, real: Tensor<4>) -> Tensor<1> {
        let height = real.dims()[2];
        let mut sum = Tensor::zeros([1], &real.device());
        let (fake, real) = (self.look(fake), self.look(real));
        let pairs = |fake: Vec<Tensor<4>>, real: Vec<Tensor<4>>| {
            fake.into_iter().zip(real).map(|(fake, real)| {
                let size = (real.clone().abs().mean() + 1e-6).reshape([1, 1, 1, 1]);
                (fake / size.clone(), real / size)
            })
        };
        if weights.perceptual > 0.0 {
            for ((fake, real), share) in pairs(fake.perceptual, real.perceptual).zip(PERCEPTUAL) {
                sum = sum + perceptual(fake, real) * (share * weights.perceptual);
            }
        }
        if weights.texture > 0.0 {
            for ((fake, real), share) in pairs(fake.texture, real.texture).zip(TEXTURE) {
                let side = PATCH * real.dims()[2] / height;
                sum = sum + texture(fake, real, side) * (share * weights.texture);
            }
        }
        sum
    }
}
