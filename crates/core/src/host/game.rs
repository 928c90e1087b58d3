//! Algorithm 1 of Goodfellow et al. 2014 on the host: what [`crate::systems::gan::Gan`] is to burn's devices.

use forger_protocol::{AdversarialLoss, Penalty, ToyConfig, system::GAME};

use super::{
    kernels::LANES,
    losses,
    mlp::{HostMlp, Pass, columns, padded},
    penalty::penalty,
    player::HostPlayer,
    spectral::Spectral,
};
use crate::data::{Draws, distributions::Points};

/// What a step tells. Losses and verdicts are those before an update, gradients the norms of those that updated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// D's loss, the mean over the batch, with its penalty.
    pub d_loss: f32,
    /// G's loss, the mean over the batch.
    pub g_loss: f32,
    /// Mean verdict on real samples, in `[0, 1]`.
    pub d_real: f32,
    /// Mean verdict on fake ones, in `[0, 1]`.
    pub d_fake: f32,
    /// Euclidean norm over all weights of D; 0 without an update.
    pub d_gradient: f32,
    /// Euclidean norm over all weights of G; 0 without an update.
    pub g_gradient: f32,
}

impl Told {
    /// In the order of [`GAME`].
    pub const fn into_array(self) -> [f32; GAME.len()] {
        [self.d_loss, self.g_loss, self.d_real, self.d_fake, self.d_gradient, self.g_gradient]
    }
}

/// What the steps of a game allocate, kept from one to the next.
#[derive(Default)]
struct Scratch {
    forged: Pass,
    judged: Pass,
    gradient: Vec<f32>,
}

/// A generator and a discriminator of points, and all that training them needs.
pub struct HostGame {
    /// May change between steps, where [`ToyConfig::is_live_change`] allows it; then call [`HostGame::tune`].
    pub config: ToyConfig,
    /// With the moving average of its weights.
    pub generator: HostPlayer,
    /// With spectral normalisation, where the settings ask for it.
    pub discriminator: HostPlayer,
    /// Where real samples come from.
    pub points: Points,
    /// Where z, instance noise and the places of a penalty come from.
    pub noise: Draws,
    /// Steps done. The caller counts them: a step is several updates.
    pub steps: u64,
    scratch: Scratch,
}

impl HostGame {
    /// At step 0 with these new networks.
    pub fn new(config: ToyConfig, generator: HostMlp, discriminator: HostMlp) -> Self {
        let average = generator.values.clone();
        let spectral = config.spectral_norm.then(|| Spectral::new(&discriminator));
        let mut generator = HostPlayer::new("generator", generator, config.generator_optimizer);
        let mut discriminator = HostPlayer::new("discriminator", discriminator, config.discriminator_optimizer);
        (generator.average, discriminator.spectral) = (Some(average), spectral);
        Self {
            points: Points::new(&config),
            noise: Draws::noise(config.seed),
            steps: 0,
            scratch: Scratch::default(),
            generator,
            discriminator,
            config,
        }
    }

    /// Takes live settings.
    pub fn tune(&mut self, config: ToyConfig) {
        self.generator.optimizer.tune(config.generator_optimizer);
        self.discriminator.optimizer.tune(config.discriminator_optimizer);
        self.config = config;
    }

    fn z(&mut self) -> Vec<f32> {
        let ToyConfig { prior, batch, latent_dim, .. } = self.config;
        self.noise.random.latent(prior, batch, latent_dim)
    }

    /// Noise of [`ToyConfig::instance_noise`] for points `[2, batch]`, or nothing where there is none.
    fn blur(&mut self, points: &mut [f32]) {
        let deviation = self.config.instance_noise as f32;
        if deviation > 0.0 {
            let mut noise = vec![0.0; self.config.batch * 2];
            self.noise.random.fill_normal(&mut noise);
            let batch = points.len() / 2;
            for (sample, pair) in noise.chunks_exact(2).enumerate() {
                points[sample] += deviation * pair[0];
                points[batch + sample] += deviation * pair[1];
            }
        }
    }

    fn forge(&mut self, z: &[f32]) -> Vec<f32> {
        let mut forged = std::mem::take(&mut self.scratch.forged);
        self.generator.network.forward_into(columns(z, self.config.latent_dim), &mut forged);
        let points = forged.output().to_vec();
        self.scratch.forged = forged;
        points
    }

    /// One update of D on the next real samples.
    pub fn step_discriminator(&mut self) -> Told {
        let (real, z) = (self.points.next_points(self.config.batch), self.z());
        self.update_discriminator(&real, &z, None)
    }

    /// D learns to tell `real` `[batch, 2]` from what G forges of `z` `[batch, latent_dim]`. `mix` `[batch]` says where
    /// between them [`Penalty::Gradient`] looks; it is drawn where it is not given.
    pub fn update_discriminator(&mut self, real: &[f32], z: &[f32], mix: Option<&[f32]>) -> Told {
        let ToyConfig { batch, loss, .. } = self.config;
        let (mut real, mut fake) = (columns(real, 2), self.forge(z));
        self.blur(&mut real);
        self.blur(&mut fake);
        let HostPlayer { network: raw, spectral, .. } = &mut self.discriminator;
        if let Some(spectral) = spectral {
            spectral.iterate(raw);
        }
        let normalised = spectral.as_ref().map(|spectral| spectral.normalised(raw));
        let network = normalised.as_ref().map_or(&*raw, |normalised| &normalised.network);

        // Real samples and fake ones in one pass: feature by feature, so each feature's two halves meet.
        let half = padded(batch);
        let mut both = Vec::with_capacity(4 * half);
        for feature in 0..2 {
            both.extend_from_slice(&real[feature * half..(feature + 1) * half]);
            both.extend_from_slice(&fake[feature * half..(feature + 1) * half]);
        }
        let mut judged = std::mem::take(&mut self.scratch.judged);
        network.forward_into(both, &mut judged);
        let (mut told, mut slopes) = (Told::default(), vec![0.0; 2 * half]);
        let share = 1.0 / batch as f32;
        let smoothing = self.config.label_smoothing as f32;
        for sample in 0..batch {
            let (a, b) = (judged.output()[sample], judged.output()[half + sample]);
            let ((cost_a, slope_a), (cost_b, slope_b)) = (losses::real(loss, smoothing, a), losses::fake(loss, b));
            told.d_loss += share * (cost_a + cost_b);
            told.g_loss += share * losses::generator(loss, b).0;
            told.d_real += share * losses::verdict(loss, a);
            told.d_fake += share * losses::verdict(loss, b);
            (slopes[sample], slopes[half + sample]) = (share * slope_a, share * slope_b);
        }
        let mut gradient = std::mem::take(&mut self.scratch.gradient);
        gradient.clear();
        gradient.resize(network.values.len(), 0.0);
        network.backward(&judged, slopes, Some(&mut gradient));
        self.scratch.judged = judged;
        if self.config.penalty != Penalty::None {
            let at = match (self.config.penalty, mix) {
                (Penalty::Gradient, Some(mix)) => between(&real, &fake, mix),
                (Penalty::Gradient, None) => {
                    let mut mix = vec![0.0; batch];
                    self.noise.random.fill_uniform(&mut mix, 0.0, 1.0);
                    between(&real, &fake, &mix)
                }
                _ => real,
            };
            let kind = (self.config.penalty, self.config.penalty_weight as f32, batch);
            told.d_loss += penalty(network, &network.forward(at), kind, &mut gradient);
        }
        if let (Some(spectral), Some(normalised)) = (&self.discriminator.spectral, &normalised) {
            spectral.pull_back(normalised, &mut gradient);
        }
        told.d_gradient = norm(&gradient);
        self.discriminator.learn(&gradient, 0.0);
        self.scratch.gradient = gradient;
        if self.clips() {
            let limit = self.config.clip as f32;
            self.discriminator.network.values.iter_mut().for_each(|value| *value = value.clamp(-limit, limit));
        }
        told
    }

    fn clips(&self) -> bool {
        self.config.loss == AdversarialLoss::Wasserstein && self.config.penalty == Penalty::None
    }

    /// One update of G.
    pub fn step_generator(&mut self) -> Told {
        let z = self.z();
        self.update_generator(&z)
    }

    /// G learns to pass what it forges of `z`. Only the fields of G are set.
    pub fn update_generator(&mut self, z: &[f32]) -> Told {
        let ToyConfig { batch, loss, ema_decay, .. } = self.config;
        let mut fake = self.forge(z);
        self.blur(&mut fake);
        let HostPlayer { network: raw, spectral, .. } = &self.discriminator;
        let normalised = spectral.as_ref().map(|spectral| spectral.normalised(raw));
        let network = normalised.as_ref().map_or(raw, |normalised| &normalised.network);
        let mut judged = std::mem::take(&mut self.scratch.judged);
        network.forward_into(fake, &mut judged);
        let (mut told, mut slopes) = (Told::default(), vec![0.0; padded(batch)]);
        let share = 1.0 / batch as f32;
        for (slope, b) in slopes.iter_mut().zip(judged.output()).take(batch) {
            let (cost, of_b) = losses::generator(loss, *b);
            told.g_loss += share * cost;
            *slope = share * of_b;
        }
        let slopes = network.backward(&judged, slopes, None);
        self.scratch.judged = judged;
        let mut gradient = std::mem::take(&mut self.scratch.gradient);
        gradient.clear();
        gradient.resize(self.generator.network.values.len(), 0.0);
        self.generator.network.backward(&self.scratch.forged, slopes, Some(&mut gradient));
        told.g_gradient = norm(&gradient);
        self.generator.learn(&gradient, ema_decay as f32);
        self.scratch.gradient = gradient;
        told
    }

    /// Losses and verdicts without an update of D, as [`crate::systems::gan::Gan`] takes them before a step of G alone.
    pub fn look(&mut self) -> Told {
        let (real, z) = (self.points.next_points(self.config.batch), self.z());
        let fake = self.forge(&z);
        let (network, batch, loss) = (self.discriminator.normalised(), self.config.batch, self.config.loss);
        let smoothing = self.config.label_smoothing as f32;
        let (real, fake) = (network.forward(columns(&real, 2)), network.forward(fake));
        let (mut told, share) = (Told::default(), 1.0 / batch as f32);
        for (a, b) in real.output().iter().zip(fake.output()).take(batch) {
            told.d_loss += share * (losses::real(loss, smoothing, *a).0 + losses::fake(loss, *b).0);
            told.g_loss += share * losses::generator(loss, *b).0;
            told.d_real += share * losses::verdict(loss, *a);
            told.d_fake += share * losses::verdict(loss, *b);
        }
        told
    }
}

/// `mix real + (1 - mix) fake`, `[2, batch]`.
fn between(real: &[f32], fake: &[f32], mix: &[f32]) -> Vec<f32> {
    let half = real.len() / 2;
    let at = |sample: usize| mix.get(sample).copied().unwrap_or_default();
    let pairs = real.iter().zip(fake).enumerate();
    pairs.map(|(index, (real, fake))| at(index % half) * real + (1.0 - at(index % half)) * fake).collect()
}

/// Euclidean norm.
fn norm(values: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for chunk in values.chunks(LANES) {
        chunk.iter().zip(&mut sums).for_each(|(value, sum)| *sum += value * value);
    }
    sums.iter().sum::<f32>().sqrt()
}
