//! The search itself, step by step: codes and their moments live in plain loops on the host, the device draws and
//! differentiates, and whoever leads reads losses and gradients back in his own way.

use burn::tensor::{Gradients, Tensor, TensorData};
use forger_protocol::{LatentPrior, OptimizerConfig};

use super::{DetectError, DetectSettings, Finding, Loss, Over, Way, codes, size};
use crate::{
    latent::{adam::Adam, invert::LARGEST},
    nets::{dcgan::Generator, fold},
    optimizer::Optimizer,
    parameters,
    weights::Drawer,
};

/// A gain of the score below this share of it is none.
const GAIN: f32 = 1e-3;

/// A search for the codes of some pictures. Together they are faster on a GPU, and scores depend on their number by what sums
/// round to; see [`super::detect`] for one that does not.
pub struct Search {
    /// As it draws now. A copy: the model keeps its weights.
    generator: Generator,
    /// Where weights are tuned.
    optimizer: Option<Optimizer>,
    /// Gradients of the weights, until the losses are known to be numbers.
    pending: Option<Gradients>,
    /// To the pictures that are still followed.
    loss: Loss,
    settings: DetectSettings,
    /// Of all pictures.
    pictures: Vec<f32>,
    found: Vec<Followed>,
    /// The pictures that are still followed.
    open: Vec<usize>,
    shape: [usize; 3],
    dim: usize,
    largest: f32,
    step: usize,
}

/// What is known of a picture.
struct Followed {
    /// Its codes now, `[starts, dim]`, and their moments.
    z: Vec<f32>,
    mean: Vec<f32>,
    square: Vec<f32>,
    best: Best,
    path: Vec<f32>,
    /// Steps since there was a gain, and what the score was then.
    idle: usize,
    gained: f32,
}

/// The moment of the least score.
struct Best {
    score: f32,
    z: Vec<f32>,
    losses: Vec<f32>,
    /// With the weights of that moment, where they move. Shares what did not change.
    generator: Option<Generator>,
}

impl Search {
    /// For `pictures`, `[count, channels, side, side]` in `[-1, 1]`, on the device of the model: one of them where weights are
    /// tuned. `given` are codes for the first start of each, or nothing.
    pub fn new(model: &Drawer, pictures: &[f32], settings: DetectSettings, given: &[f32]) -> Result<Self, DetectError> {
        let (config, size) = (&model.config, size(model));
        let count = pictures.len() / size;
        if count == 0 || settings.starts == 0 || settings.steps == 0 {
            return Err(DetectError::Settings);
        }
        let dim = config.latent_dim;
        for (expected, found) in [(count * size, pictures.len()), (count * dim, given.len())] {
            if found != expected && found > 0 {
                return Err(DetectError::Size { expected, found });
            }
        }
        if !pictures.iter().chain(given).all(|value| value.is_finite()) {
            return Err(DetectError::NotFinite);
        }
        let trained = model.generator().ok_or(DetectError::Prepared)?;
        let device = model.device().autodiff();
        let shape = [config.channels, config.image_size, config.image_size];
        let all = TensorData::new(pictures.to_vec(), [count, shape[0], shape[1], shape[2]]);
        let targets = Tensor::from_data(all, &device);
        let mut generator = fold::generator(trained);
        let discriminator = model.discriminator.as_ref().filter(|_| settings.way.asks_for_d()).map(fold::discriminator);
        if discriminator.is_none() && settings.way.asks_for_d() {
            return Err(DetectError::NoDiscriminator);
        }
        let mut encoded = Vec::new();
        let (loss, optimizer) = match settings.way {
            Way::Anogan { lambda } => (Loss::residual(targets, discriminator, lambda), None),
            Way::Encoder { kappa } => {
                encoded = codes(model, pictures)?;
                (Loss::encoded(targets, discriminator, kappa), None)
            }
            Way::Adgan { .. } if count > 1 => return Err(DetectError::Together { found: count }),
            Way::Adgan { rate } => {
                // Constants have no gradients; a copy has.
                generator = parameters::copy(&generator, &device);
                (Loss::squared(targets), Some(Optimizer::new(OptimizerConfig::adam(rate))))
            }
        };
        let given = if given.is_empty() { &encoded } else { given };
        // The same for every picture, so that none depends on the place that it has.
        let starts = model.codes.samples(settings.seed, settings.starts);
        let followed = |index: usize| {
            let mut z = starts.clone();
            if let Some(code) = given.get(index * dim..(index + 1) * dim) {
                z[..dim].copy_from_slice(code);
            }
            let (mean, square) = (vec![0.0; z.len()], vec![0.0; z.len()]);
            let best = Best { score: f32::INFINITY, z: z.clone(), losses: Vec::new(), generator: None };
            Followed { z, mean, square, best, path: Vec::new(), idle: 0, gained: f32::INFINITY }
        };
        Ok(Self {
            generator,
            optimizer,
            pending: None,
            loss,
            settings,
            pictures: pictures.to_vec(),
            found: (0..count).map(followed).collect(),
            open: (0..count).collect(),
            shape,
            dim,
            largest: if model.codes.prior() == LatentPrior::Uniform { 1.0 } else { LARGEST },
            step: 0,
        })
    }

    /// Losses `[codes]` of the codes that are followed, and their gradients `[codes, dim]`; not read back. For
    /// [`Search::update`].
    pub fn gradient(&mut self) -> (Tensor<1>, Tensor<2>) {
        let z = self.open.iter().flat_map(|index| self.found[*index].z.iter().copied()).collect();
        let z = self.codes(z).require_grad();
        let losses = self.loss.losses(self.generator.forward(z.clone()));
        // No code has a part in the loss of another, so that the gradient of the sum is that of each.
        let mut gradients = losses.clone().sum().backward();
        let gradient = z.grad_remove(&mut gradients).unwrap_or_else(|| z.inner().zeros_like());
        self.pending = self.optimizer.is_some().then_some(gradients);
        (losses.inner(), gradient)
    }

    /// One step of all codes, and of weights that are tuned, with what [`Search::gradient`] gave, read back. After an error
    /// nothing has changed.
    pub fn update(&mut self, losses: &[f32], gradient: &[f32]) -> Result<(), DetectError> {
        let starts = self.settings.starts;
        let codes = self.open.len() * starts;
        for (expected, found) in [(codes, losses.len()), (codes * self.dim, gradient.len())] {
            if found != expected {
                return Err(DetectError::Size { expected, found });
            }
        }
        if !losses.iter().chain(gradient).all(|value| value.is_finite()) {
            return Err(DetectError::NotFinite);
        }
        let adam = Adam::at(self.step, self.settings.steps);
        self.step += 1;
        let each = losses.chunks_exact(starts).zip(gradient.chunks_exact(starts * self.dim));
        for (index, (losses, slopes)) in self.open.iter().zip(each) {
            let followed = &mut self.found[*index];
            followed.judge(losses, self.settings.over, self.optimizer.as_ref().map(|_| &self.generator));
            followed.descend(slopes, &adam, self.largest);
        }
        if let (Some(optimizer), Some(gradients)) = (&mut self.optimizer, self.pending.take()) {
            self.generator = optimizer.step(self.generator.clone(), gradients).0;
        }
        self.close();
        Ok(())
    }

    /// Follows no longer those that gain nothing.
    fn close(&mut self) {
        let patience = self.settings.patience;
        let goes_on = |index: &usize| patience == 0 || self.found[*index].idle < patience;
        let places = (0..self.open.len()).filter(|place| goes_on(&self.open[*place])).collect::<Vec<_>>();
        if places.len() == self.open.len() {
            return;
        }
        if !places.is_empty() {
            self.loss = self.loss.of(&places);
        }
        self.open = places.into_iter().map(|place| self.open[place]).collect();
    }

    /// Codes on the device, `[codes, dim]`.
    fn codes(&self, codes: Vec<f32>) -> Tensor<2> {
        let shape = [codes.len() / self.dim, self.dim];
        Tensor::from_data(TensorData::new(codes, shape), &self.generator.project.weight.device())
    }

    /// Whether all steps are done, or nothing is gained any more.
    pub fn is_done(&self) -> bool {
        self.step >= self.settings.steps || self.open.is_empty()
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Pictures that are no longer followed.
    pub fn finished(&self) -> usize {
        if self.is_done() { self.found.len() } else { self.found.len() - self.open.len() }
    }

    /// The score so far of each picture; infinite before the first step.
    pub fn scores(&self) -> Vec<f32> {
        self.found.iter().map(|followed| followed.best.score).collect()
    }

    /// What the best code of each picture draws so far, `[count, channels, side, side]`, not read back.
    pub fn reconstructions(&self) -> Tensor<4> {
        let codes = self.found.iter().flat_map(|followed| followed.best.code(self.dim).to_vec()).collect();
        // Only a picture that is alone has weights of its own.
        let tuned = self.found.first().and_then(|followed| followed.best.generator.as_ref());
        tuned.unwrap_or(&self.generator).forward(self.codes(codes)).inner()
    }

    /// What was found so far, given [`Search::reconstructions`], read back.
    pub fn findings(&self, reconstructions: &[f32]) -> Result<Vec<Finding>, DetectError> {
        if reconstructions.len() != self.pictures.len() {
            return Err(DetectError::Size { expected: self.pictures.len(), found: reconstructions.len() });
        }
        if !reconstructions.iter().all(|value| value.is_finite()) {
            return Err(DetectError::NotFinite);
        }
        let size = self.shape.iter().product();
        let pairs = self.pictures.chunks_exact(size).zip(reconstructions.chunks_exact(size));
        let finding = |(followed, (picture, drawn)): (&Followed, (&[f32], &[f32]))| Finding {
            score: followed.best.score,
            losses: followed.best.losses.clone(),
            code: followed.best.code(self.dim).to_vec(),
            reconstruction: drawn.to_vec(),
            residual: residual(picture, drawn, self.shape[0]),
            path: followed.path.clone(),
        };
        Ok(self.found.iter().zip(pairs).map(finding).collect())
    }
}

impl Followed {
    /// Keeps this moment if it is the best.
    fn judge(&mut self, losses: &[f32], over: Over, tuned: Option<&Generator>) {
        let score = match over {
            Over::Mean => losses.iter().sum::<f32>() / losses.len() as f32,
            Over::Least => losses.iter().copied().fold(f32::INFINITY, f32::min),
        };
        if score < self.best.score {
            self.best = Best { score, z: self.z.clone(), losses: losses.to_vec(), generator: tuned.cloned() };
        }
        self.path.push(self.best.score);
        self.idle += 1;
        if score < self.gained * (1.0 - GAIN) {
            (self.gained, self.idle) = (score, 0);
        }
    }

    fn descend(&mut self, slopes: &[f32], adam: &Adam, largest: f32) {
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((value, slope), (mean, square)) in self.z.iter_mut().zip(slopes).zip(moments) {
            *value = (*value - adam.step(*slope, mean, square)).clamp(-largest, largest);
        }
    }
}

impl Best {
    /// The code of the least loss.
    fn code(&self, dim: usize) -> &[f32] {
        let mut order = (0..self.losses.len()).collect::<Vec<_>>();
        order.sort_by(|a, b| self.losses[*a].total_cmp(&self.losses[*b]));
        let start = order.first().copied().unwrap_or_default() * dim;
        &self.z[start..start + dim]
    }
}

/// Absolute differences, the mean over channels.
fn residual(picture: &[f32], drawn: &[f32], channels: usize) -> Vec<f32> {
    let area = picture.len() / channels;
    let at = |place: usize| {
        (0..channels).map(move |channel| channel * area + place).map(|at| (picture[at] - drawn[at]).abs())
    };
    (0..area).map(|place| at(place).sum::<f32>() / channels as f32).collect()
}
