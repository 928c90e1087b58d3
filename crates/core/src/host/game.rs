//! Algorithm 1 of Goodfellow et al. 2014 on the host: what [`crate::systems::gan::Gan`] is to burn's devices.

use forger_protocol::{AdversarialLoss, Penalty, Random, Stream, ToyConfig};

use super::{
    kernels::LANES,
    losses,
    mlp::{HostMlp, Pass, columns, padded},
    optimizer::HostOptimizer,
    penalty::penalty,
    spectral::Spectral,
};
use crate::{data::distributions::Points, systems::gan::Board};

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
    pub generator: HostMlp,
    pub discriminator: HostMlp,
    /// Moving average of G's weights: what samples are drawn with.
    pub average: Vec<f32>,
    pub generator_optimizer: HostOptimizer,
    pub discriminator_optimizer: HostOptimizer,
    pub spectral: Option<Spectral>,
    pub points: Points,
    pub noise: Random,
    pub steps: u64,
    scratch: Scratch,
}

impl HostGame {
    /// At step 0 with these new networks.
    pub fn new(config: ToyConfig, generator: HostMlp, discriminator: HostMlp) -> Self {
        Self {
            average: generator.values.clone(),
            generator_optimizer: HostOptimizer::new(config.generator_optimizer),
            discriminator_optimizer: HostOptimizer::new(config.discriminator_optimizer),
            spectral: config.spectral_norm.then(|| Spectral::new(&discriminator)),
            points: Points::new(&config),
            noise: Random::new(config.seed, Stream::Noise),
            steps: 0,
            scratch: Scratch::default(),
            generator,
            discriminator,
            config,
        }
    }

    /// Takes live settings.
    pub fn tune(&mut self, config: ToyConfig) {
        self.generator_optimizer.tune(config.generator_optimizer);
        self.discriminator_optimizer.tune(config.discriminator_optimizer);
        self.config = config;
    }

    fn z(&mut self) -> Vec<f32> {
        let ToyConfig { prior, batch, latent_dim, .. } = self.config;
        self.noise.latent(prior, batch, latent_dim)
    }

    /// Noise of [`ToyConfig::instance_noise`] for points `[2, batch]`, or nothing where there is none.
    fn blur(&mut self, points: &mut [f32]) {
        let deviation = self.config.instance_noise as f32;
        if deviation > 0.0 {
            let mut noise = vec![0.0; self.config.batch * 2];
            self.noise.fill_normal(&mut noise);
            let batch = points.len() / 2;
            for (sample, pair) in noise.chunks_exact(2).enumerate() {
                points[sample] += deviation * pair[0];
                points[batch + sample] += deviation * pair[1];
            }
        }
    }

    fn forge(&mut self, z: &[f32]) -> Vec<f32> {
        let mut forged = std::mem::take(&mut self.scratch.forged);
        self.generator.forward_into(columns(z, self.config.latent_dim), &mut forged);
        let points = forged.output().to_vec();
        self.scratch.forged = forged;
        points
    }

    /// One update of D on the next real samples.
    pub fn step_discriminator(&mut self) -> Board<f32> {
        let (real, z) = (self.points.next_points(self.config.batch), self.z());
        self.update_discriminator(&real, &z, None)
    }

    /// D learns to tell `real` `[batch, 2]` from what G forges of `z` `[batch, latent_dim]`. `mix` `[batch]` says where
    /// between them [`Penalty::Gradient`] looks; it is drawn where it is not given.
    pub fn update_discriminator(&mut self, real: &[f32], z: &[f32], mix: Option<&[f32]>) -> Board<f32> {
        let ToyConfig { batch, loss, .. } = self.config;
        let (mut real, mut fake) = (columns(real, 2), self.forge(z));
        self.blur(&mut real);
        self.blur(&mut fake);
        if let Some(spectral) = &mut self.spectral {
            spectral.iterate(&self.discriminator);
        }
        let normalised = self.spectral.as_ref().map(|spectral| spectral.normalised(&self.discriminator));
        let network = normalised.as_ref().map_or(&self.discriminator, |normalised| &normalised.network);

        // Real samples and fake ones in one pass: feature by feature, so each feature's two halves meet.
        let half = padded(batch);
        let mut both = Vec::with_capacity(4 * half);
        for feature in 0..2 {
            both.extend_from_slice(&real[feature * half..(feature + 1) * half]);
            both.extend_from_slice(&fake[feature * half..(feature + 1) * half]);
        }
        let mut judged = std::mem::take(&mut self.scratch.judged);
        network.forward_into(both, &mut judged);
        let (mut board, mut slopes) = (Board::default(), vec![0.0; 2 * half]);
        let share = 1.0 / batch as f32;
        let smoothing = self.config.label_smoothing as f32;
        for sample in 0..batch {
            let (a, b) = (judged.output()[sample], judged.output()[half + sample]);
            let ((cost_a, slope_a), (cost_b, slope_b)) = (losses::real(loss, smoothing, a), losses::fake(loss, b));
            board.d_loss += share * (cost_a + cost_b);
            board.g_loss += share * losses::generator(loss, b).0;
            board.d_real += share * losses::sigmoid(a);
            board.d_fake += share * losses::sigmoid(b);
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
                    self.noise.fill_uniform(&mut mix, 0.0, 1.0);
                    between(&real, &fake, &mix)
                }
                _ => real,
            };
            let kind = (self.config.penalty, self.config.penalty_weight as f32, batch);
            board.d_loss += penalty(network, &network.forward(at), kind, &mut gradient);
        }
        if let (Some(spectral), Some(normalised)) = (&self.spectral, &normalised) {
            spectral.pull_back(normalised, &mut gradient);
        }
        board.d_gradient = norm(&gradient);
        self.discriminator_optimizer.update(&mut self.discriminator.values, &gradient);
        self.scratch.gradient = gradient;
        if self.clips() {
            let limit = self.config.clip as f32;
            self.discriminator.values.iter_mut().for_each(|value| *value = value.clamp(-limit, limit));
        }
        board
    }

    fn clips(&self) -> bool {
        self.config.loss == AdversarialLoss::Wasserstein && self.config.penalty == Penalty::None
    }

    /// D as it judges: with its weights normalised where they are to be.
    pub fn judge(&self) -> HostMlp {
        match &self.spectral {
            Some(spectral) => spectral.normalised(&self.discriminator).network,
            None => self.discriminator.clone(),
        }
    }

    /// One update of G.
    pub fn step_generator(&mut self) -> Board<f32> {
        let z = self.z();
        self.update_generator(&z)
    }

    /// G learns to pass what it forges of `z`. Only the fields of G are set.
    pub fn update_generator(&mut self, z: &[f32]) -> Board<f32> {
        let ToyConfig { batch, loss, ema_decay, .. } = self.config;
        let mut fake = self.forge(z);
        self.blur(&mut fake);
        let normalised = self.spectral.as_ref().map(|spectral| spectral.normalised(&self.discriminator));
        let network = normalised.as_ref().map_or(&self.discriminator, |normalised| &normalised.network);
        let mut judged = std::mem::take(&mut self.scratch.judged);
        network.forward_into(fake, &mut judged);
        let (mut board, mut slopes) = (Board::default(), vec![0.0; padded(batch)]);
        let share = 1.0 / batch as f32;
        for (slope, b) in slopes.iter_mut().zip(judged.output()).take(batch) {
            let (cost, of_b) = losses::generator(loss, *b);
            board.g_loss += share * cost;
            *slope = share * of_b;
        }
        let slopes = network.backward(&judged, slopes, None);
        self.scratch.judged = judged;
        let mut gradient = std::mem::take(&mut self.scratch.gradient);
        gradient.clear();
        gradient.resize(self.generator.values.len(), 0.0);
        self.generator.backward(&self.scratch.forged, slopes, Some(&mut gradient));
        board.g_gradient = norm(&gradient);
        self.generator_optimizer.update(&mut self.generator.values, &gradient);
        self.scratch.gradient = gradient;
        let decay = ema_decay as f32;
        for (average, value) in self.average.iter_mut().zip(&self.generator.values) {
            *average = decay * *average + (1.0 - decay) * value;
        }
        board
    }

    /// Losses and verdicts without an update of D, as [`crate::systems::gan::Gan`] takes them before a step of G alone.
    pub fn look(&mut self) -> Board<f32> {
        let (real, z) = (self.points.next_points(self.config.batch), self.z());
        let fake = self.forge(&z);
        let (network, batch, loss) = (self.judge(), self.config.batch, self.config.loss);
        let smoothing = self.config.label_smoothing as f32;
        let (real, fake) = (network.forward(columns(&real, 2)), network.forward(fake));
        let (mut board, share) = (Board::default(), 1.0 / batch as f32);
        for (a, b) in real.output().iter().zip(fake.output()).take(batch) {
            board.d_loss += share * (losses::real(loss, smoothing, *a).0 + losses::fake(loss, *b).0);
            board.g_loss += share * losses::generator(loss, *b).0;
            board.d_real += share * losses::sigmoid(*a);
            board.d_fake += share * losses::sigmoid(*b);
        }
        board
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
