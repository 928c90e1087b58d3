//! The updates of the two players, on one device or by parts of a batch on several.
//!
//! The first device has networks and optimizers. The others get copies of the networks for each update and send their
//! gradients back, as burn's own trainer does it where one device optimizes for all (`MultiDeviceOptim::OptimMainDevice`).
//! burn's all-reduce would spare the copies, but only its CUDA devices have it. All devices work at the same time: no
//! operation here waits for its result.

use burn::tensor::{Device, Gradients, Tensor, TensorData};
use forger_protocol::{AdversarialLoss, Penalty};

use super::{Gan, Rules};
use crate::{
    data::Source,
    losses::{adversarial, penalty::penalty},
    nets::{Discriminator, Generator},
    optimizer, parameters,
    scalars::Scalars,
};

/// What one device learns from in an update of D.
struct Part<const N: usize> {
    real: Tensor<N>,
    z: Tensor<2>,
    mix: Option<Tensor<2>>,
}

impl<G: Generator<N>, D: Discriminator<N>, S: Source<Batch = Tensor<N>>, const N: usize> Gan<G, D, S, N> {
    /// Shares every batch, in equal parts, with more devices.
    pub fn share(&mut self, devices: &[Device]) {
        self.helpers = devices.iter().map(|device| device.clone().autodiff()).collect();
    }

    /// All devices that train, the first one first, and the samples that each takes of a batch.
    fn shares(&self) -> (Vec<Device>, usize) {
        let devices = [std::slice::from_ref(&self.device), &self.helpers].concat();
        let count = self.rules.batch / devices.len();
        (devices, count)
    }

    pub(super) fn z(&mut self, count: usize, device: &Device) -> Tensor<2> {
        let Rules { prior, latent_dim, .. } = self.rules;
        let z = self.noise.random.latent(prior, count, latent_dim);
        Tensor::from_data(TensorData::new(z, [count, latent_dim]), device)
    }

    pub(super) fn zero(&self) -> Tensor<1> {
        Tensor::zeros([1], &self.device())
    }

    /// Samples as D sees them: augmented, and with instance noise, where there is any.
    fn shown(&mut self, samples: Tensor<N>) -> Tensor<N> {
        let samples = self.source.augment(samples);
        self.noise.noisy(samples, self.rules.instance_noise)
    }

    /// One update of D on the next real samples.
    pub(super) fn step_discriminator(&mut self) -> Scalars {
        let (devices, count) = self.shares();
        let part =
            |device: &Device| Part { real: self.source.next(count, device), z: self.z(count, device), mix: None };
        let parts = devices.iter().map(part).collect();
        self.teach_discriminator(parts)
    }

    /// D learns to tell `real` from what G forges of `z`; G stays as it is. `mix`, one value a sample, says where between
    /// the two [`Penalty::Gradient`] looks; it is drawn where it is not given.
    pub fn update_discriminator(&mut self, real: Tensor<N>, z: Tensor<2>, mix: Option<Tensor<2>>) -> Scalars {
        self.teach_discriminator(vec![Part { real, z, mix }])
    }

    /// An update of D by parts of a batch, the first on the device of the networks.
    fn teach_discriminator(&mut self, parts: Vec<Part<N>>) -> Scalars {
        self.discriminator.network = self.discriminator.network.clone().prepare();
        let (generator, discriminator) = (self.generator.network.clone(), self.discriminator.network.clone());
        let mut parts = parts.into_iter();
        let Some(own) = parts.next() else { return self.look() };
        let (told, mut gradients) = self.judge_both(&generator, &discriminator, own);
        let (mut others, mut slopes) = (Vec::new(), Vec::new());
        for part in parts {
            let device = part.z.device();
            let discriminator = parameters::copy(&discriminator, &device);
            let copy = parameters::copy(&generator, &device);
            let (told, mut gradients) = self.judge_both(&copy, &discriminator, part);
            others.push(told.into_tensor());
            slopes.extend(optimizer::flatten(&discriminator, &mut gradients).map(|(_, slopes)| slopes));
        }
        // Only now, so that no device waits for another before it has all of its work.
        let mut told = told.mean(self.gather(others));
        let slopes = self.gather(slopes);
        if let Some(norm) = self.discriminator.learn_shared(&mut gradients, slopes) {
            told.tell("d_gradient", norm);
        }
        if self.rules.loss == AdversarialLoss::Wasserstein && self.rules.penalty == Penalty::None {
            self.discriminator.network = parameters::clip(self.discriminator.network.clone(), self.rules.clip);
        }
        told
    }

    fn gather(&self, tensors: Vec<Tensor<1>>) -> Vec<Tensor<1>> {
        tensors.into_iter().map(|tensor| tensor.to_device(&self.device())).collect()
    }

    /// Losses and verdicts of a part of a batch, and the gradients of D's loss.
    fn judge_both(&mut self, generator: &G, discriminator: &D, part: Part<N>) -> (Scalars, Gradients) {
        let fake = generator.forge(part.z).detach();
        let real = self.shown(part.real);
        let fake = self.shown(fake);
        // Two batches, so that batch normalisation does not mix the two (as the authors of DCGAN do).
        let (a, b) = (discriminator.judge(real.clone()), discriminator.judge(fake.clone()));
        let mut loss = adversarial::discriminator(self.rules.loss, self.rules.label_smoothing, a.clone(), b.clone());
        if let Some(penalty) = self.penalty(discriminator, real, fake, part.mix) {
            loss = loss + penalty * self.rules.penalty_weight;
        }
        let told = self.told(loss.clone().detach().inner(), a.detach().inner(), b.detach().inner());
        (told, loss.backward())
    }

    fn penalty(
        &mut self,
        discriminator: &D,
        real: Tensor<N>,
        fake: Tensor<N>,
        mix: Option<Tensor<2>>,
    ) -> Option<Tensor<1>> {
        let at = match self.rules.penalty {
            Penalty::None => return None,
            Penalty::R1 => real,
            Penalty::Gradient => {
                let batch = real.dims()[0];
                let mix = mix.unwrap_or_else(|| {
                    let mut mix = vec![0.0; batch];
                    self.noise.random.fill_uniform(&mut mix, 0.0, 1.0);
                    Tensor::from_data(TensorData::new(mix, [batch, 1]), &real.device())
                });
                let mut shape = [1; N];
                shape[0] = batch;
                let mix: Tensor<N> = mix.reshape(shape);
                real * mix.clone() + fake * (mix.neg() + 1.0)
            }
        };
        penalty(self.rules.penalty, discriminator.slopes(at)?)
    }

    /// G learns to pass what it forges of `z`; D stays as it is. Returns G's loss before the update and the norm of its
    /// gradient, `[1]` each.
    pub fn update_generator(&mut self, z: Tensor<2>) -> (Tensor<1>, Tensor<1>) {
        self.teach_generator(vec![z])
    }

    /// An update of G by parts of a batch, the first on the device of the networks.
    fn teach_generator(&mut self, parts: Vec<Tensor<2>>) -> (Tensor<1>, Tensor<1>) {
        // D's weights need no gradient here, which saves a third of its backward pass.
        let (generator, judge) = (self.generator.network.clone(), self.discriminator.network.clone().no_grad());
        let mut parts = parts.into_iter();
        let Some(own) = parts.next() else { return (self.zero(), self.zero()) };
        let (before, mut gradients) = self.forge_for(&generator, &judge, own);
        let (mut losses, mut slopes) = (Vec::new(), Vec::new());
        for z in parts {
            let device = z.device();
            let generator = parameters::copy(&generator, &device);
            let judge = parameters::copy(&judge, &device).no_grad();
            let (loss, mut gradients) = self.forge_for(&generator, &judge, z);
            losses.push(loss);
            slopes.extend(optimizer::flatten(&generator, &mut gradients).map(|(_, slopes)| slopes));
        }
        let before = optimizer::mean(before, self.gather(losses));
        let slopes = self.gather(slopes);
        let norm = self.generator.learn_shared(&mut gradients, slopes);
        self.generator.follow(self.rules.ema_decay);
        (before, norm.unwrap_or_else(|| self.zero()))
    }

    /// G's adversarial loss on a part of a batch, and the gradients of all that it minimises.
    fn forge_for(&mut self, generator: &G, judge: &D, z: Tensor<2>) -> (Tensor<1>, Gradients) {
        let codes = generator.codes(z);
        let fake = generator.draw(codes.clone());
        let term = self.term.as_ref().map(|term| term.loss(codes, fake.clone()));
        let fake = self.shown(fake);
        let loss = adversarial::generator(self.rules.loss, judge.judge(fake));
        let before = loss.clone().detach().inner();
        let loss = match term {
            Some(term) => loss + term,
            None => loss,
        };
        (before, loss.backward())
    }

    pub(super) fn step_generator(&mut self) -> (Tensor<1>, Tensor<1>) {
        let (devices, count) = self.shares();
        let parts = devices.iter().map(|device| self.z(count, device)).collect();
        self.teach_generator(parts)
    }
}
