//! The z of a picture, by gradient descent: Creswell and Bharath 2016 (arXiv 1611.05644), with features of D beside the
//! pixels as in Zhu et al. 2016 (arXiv 1609.03552), section 3.1.
//!
//! A descent from one z often ends in a poor valley, so that several are begun and the worse half is given up again and
//! again, each round as dear as the one before: successive halving, Jamieson and Talwalkar 2016 (arXiv 1502.07943). z and the
//! optimizer live in plain loops on the host; the device only draws and differentiates.

use burn::tensor::{Tensor, TensorData};
use forger_protocol::{LatentPrior, message::InvertSettings};

use super::{Likeness, adam::Adam};
use crate::{
    nets::{dcgan::Generator, fold},
    weights::Drawer,
};

/// The largest |z| that a link can hold.
pub(crate) const LARGEST: f32 = 3.9;
/// Weight of the distance from the shell that z of the prior lie near, for each dimension: the more there are, the thinner is
/// the shell. A z that is much longer or shorter may come nearer to the pixels, but draws what the network never drew in
/// training.
const SHELL: f32 = 3e-4;

/// Why a search ended without a z.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvertError {
    /// A picture of another size than the model draws, or losses and gradients of other codes than those that are followed.
    #[error("{found} values where {expected} are needed")]
    Size {
        /// Values of a picture of the model, or of the codes that are followed.
        expected: usize,
        /// Values that were given.
        found: usize,
    },
    /// The picture, a loss or a gradient.
    #[error("the search met a value that is not a number")]
    NotFinite,
    /// Networks that are prepared to draw have no gradients.
    #[error("a search needs the networks as they were trained")]
    Prepared,
    /// Nothing to search with.
    #[error("a search needs a start and a step")]
    Settings,
}

/// A search for the z of one picture.
pub struct Inversion {
    generator: Generator,
    likeness: Likeness,
    settings: InvertSettings,
    /// The codes that are followed, `[starts, dim]`, and their moments.
    z: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
    dim: usize,
    prior: LatentPrior,
    step: usize,
    best: Vec<f32>,
    best_loss: f32,
}

impl Inversion {
    /// A search for the z of `target`, `[channels, height, width]` in `[-1, 1]`, on the device of the model.
    pub fn new(model: &Drawer, target: &[f32], settings: InvertSettings) -> Result<Self, InvertError> {
        let config = &model.config;
        let shape = [1, config.channels, config.image_size, config.image_size];
        let (expected, found) = (shape.iter().product(), target.len());
        if found != expected {
            return Err(InvertError::Size { expected, found });
        }
        if !target.iter().all(|value| value.is_finite()) {
            return Err(InvertError::NotFinite);
        }
        if settings.starts == 0 || settings.steps == 0 {
            return Err(InvertError::Settings);
        }
        let target = Tensor::from_data(TensorData::new(target.to_vec(), shape), &model.device().autodiff());
        let discriminator = model.discriminator.as_ref().map(fold::discriminator);
        let (prior, dim) = (model.codes.prior(), config.latent_dim);
        let z = model.codes.samples(settings.seed, settings.starts);
        Ok(Self {
            generator: fold::generator(model.generator().ok_or(InvertError::Prepared)?),
            likeness: Likeness::new(target, discriminator, settings.features),
            settings,
            mean: vec![0.0; z.len()],
            square: vec![0.0; z.len()],
            dim,
            prior,
            step: 0,
            best: z[..dim].to_vec(),
            best_loss: f32::INFINITY,
            z,
        })
    }

    /// Losses `[starts]` of the codes that are still followed, and their gradients `[starts, dim]`; not read back. For
    /// [`Inversion::update`].
    pub fn gradient(&self) -> (Tensor<1>, Tensor<2>) {
        let shape = [self.z.len() / self.dim, self.dim];
        let device = self.generator.project.weight.device();
        let z = Tensor::<2>::from_data(TensorData::new(self.z.clone(), shape), &device).require_grad();
        let losses = self.likeness.losses(self.generator.forward(z.clone()));
        // No code has a part in the loss of another, so that the gradient of the sum is that of each.
        let gradients = losses.clone().sum().backward();
        let gradient = z.grad(&gradients).unwrap_or_else(|| z.inner().zeros_like());
        (losses.inner(), gradient)
    }

    /// One step of all codes with what [`Inversion::gradient`] gave, read back. After an error nothing has changed.
    pub fn update(&mut self, losses: &[f32], gradient: &[f32]) -> Result<(), InvertError> {
        for (expected, found) in [(self.z.len() / self.dim, losses.len()), (self.z.len(), gradient.len())] {
            if found != expected {
                return Err(InvertError::Size { expected, found });
            }
        }
        if !losses.iter().chain(gradient).all(|value| value.is_finite()) {
            return Err(InvertError::NotFinite);
        }
        let codes = self.z.chunks_exact(self.dim);
        let losses = losses.iter().zip(codes).map(|(loss, z)| loss + SHELL * self.dim as f32 * self.excess(z).powi(2));
        let losses = losses.collect::<Vec<_>>();
        for (loss, z) in losses.iter().zip(self.z.chunks_exact(self.dim)) {
            if *loss < self.best_loss {
                self.best_loss = *loss;
                self.best.copy_from_slice(z);
            }
        }
        self.adam(gradient);
        let starts = self.starts_after(self.step);
        if starts < losses.len() {
            self.keep(starts, &losses);
        }
        Ok(())
    }

    /// How much longer a code is than those of the prior: `|z|^2 / E |z|^2 - 1`.
    fn excess(&self, z: &[f32]) -> f32 {
        z.iter().map(|value| value * value).sum::<f32>() / (self.typical() * self.dim as f32) - 1.0
    }

    /// The mean square of a component under the prior.
    fn typical(&self) -> f32 {
        match self.prior {
            LatentPrior::Gaussian => 1.0,
            LatentPrior::Uniform => 1.0 / 3.0,
        }
    }

    fn adam(&mut self, gradient: &[f32]) {
        let largest = match self.prior {
            LatentPrior::Gaussian => LARGEST,
            LatentPrior::Uniform => 1.0,
        };
        let adam = Adam::at(self.step, self.settings.steps);
        self.step += 1;
        for start in (0..self.z.len()).step_by(self.dim) {
            let code = start..start + self.dim;
            // The gradient of the squared excess is along z.
            let outwards = 4.0 * SHELL * self.excess(&self.z[code.clone()]) / self.typical();
            for index in code {
                let slope = gradient[index] + outwards * self.z[index];
                let moved = self.z[index] - adam.step(slope, &mut self.mean[index], &mut self.square[index]);
                self.z[index] = moved.clamp(-largest, largest);
            }
        }
    }

    /// Codes that are followed after so many steps: n for a while, n / 2 for twice as long, and so on.
    fn starts_after(&self, step: usize) -> usize {
        let mut starts = self.settings.starts;
        let rounds = usize::BITS - (starts - 1).leading_zeros();
        let whole = (1_u128 << (rounds + 1)) - 1;
        for round in 0..rounds {
            let end = self.settings.steps as u128 * ((2 << round) - 1) / whole;
            if (step as u128) < end.max(1) {
                break;
            }
            starts = starts.div_ceil(2);
        }
        starts
    }

    /// Goes on with the codes of the least losses.
    fn keep(&mut self, starts: usize, losses: &[f32]) {
        let mut order = (0..losses.len()).collect::<Vec<_>>();
        order.sort_by(|a, b| losses[*a].total_cmp(&losses[*b]));
        order.truncate(starts);
        for values in [&mut self.z, &mut self.mean, &mut self.square] {
            *values = order.iter().flat_map(|index| values[index * self.dim..][..self.dim].to_vec()).collect();
        }
    }

    /// Whether all steps are done.
    pub fn is_done(&self) -> bool {
        self.step >= self.settings.steps
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The code of the least loss so far, `[dim]`; before the first step the first that is tried.
    pub fn best(&self) -> &[f32] {
        &self.best
    }

    /// Its loss, with what keeps it near the shell; infinite before the first step.
    pub fn best_loss(&self) -> f32 {
        self.best_loss
    }
}
