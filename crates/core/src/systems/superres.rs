//! Super-resolution: EnhanceNet, Sajjadi et al. 2017 (arXiv 1612.07919). Without `L_A` there is one player.

mod state;

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation::sigmoid},
};
use forger_protocol::{AdversarialLoss, OutOfRange, Random, StepKind, Stream, SuperresConfig};

use super::{System, gan::Board};
use crate::{
    CheckpointError,
    data::{patches::Patches, photos::Photo},
    losses::{adversarial, pixel::pixel},
    nets::{
        Discriminator as _,
        lens::Lens,
        superres::{Generator, discriminator::Discriminator},
    },
    optimizer::Optimizer,
    parameters,
};

/// The game between the two, as in the paper (section 4.2.4).
const GAME: AdversarialLoss = AdversarialLoss::NonSaturating;

/// Why training cannot begin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SuperresError {
    #[error(transparent)]
    Config(#[from] OutOfRange),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Every photo is smaller than a patch, or there is none.
    #[error("there is no photo whose sides have {0} pixels or more")]
    NoPhotos(usize),
    /// The losses need a trained network.
    #[error("the perceptual and the texture loss need a trained network to look through")]
    NoLens,
}

/// A discriminator in training.
struct Opponent {
    network: Discriminator,
    optimizer: Optimizer,
}

/// Super-resolution in training.
pub struct Superres {
    config: SuperresConfig,
    generator: Generator,
    /// Moving average of the generator's weights: what pictures are made with.
    average: Generator,
    optimizer: Optimizer,
    opponent: Option<Opponent>,
    lens: Option<Lens>,
    patches: Patches,
    /// With autodiff.
    device: Device,
    steps: u64,
}

fn networks(config: &SuperresConfig, device: &Device) -> Result<(Generator, Generator, Option<Opponent>), OutOfRange> {
    let random = &mut Random::new(config.seed, Stream::Weights);
    let generator = Generator::new(config, random, device)?;
    let average = parameters::blend(generator.valid(), &generator, 0.0);
    let opponent = |network| Opponent { network, optimizer: Optimizer::new(config.discriminator_optimizer) };
    let wanted = config.losses.need_discriminator();
    let network = wanted.then(|| Discriminator::new(config, random, device)).transpose()?;
    Ok((generator, average, network.map(opponent)))
}

impl Superres {
    /// `lens` is needed for the losses that look through a trained network, and left out otherwise.
    pub fn new(
        config: SuperresConfig,
        photos: Vec<Photo>,
        lens: Option<Lens>,
        device: &Device,
    ) -> Result<Self, SuperresError> {
        config.validate()?;
        let device = device.clone().autodiff();
        let lens = lens.filter(|_| config.losses.need_features()).map(|lens| lens.on(&device));
        if config.losses.need_features() && lens.is_none() {
            return Err(SuperresError::NoLens);
        }
        let patches = Patches::new(photos, &config);
        if patches.is_empty() {
            return Err(SuperresError::NoPhotos(config.patch * config.scale));
        }
        let (generator, average, opponent) = networks(&config, &device)?;
        let optimizer = Optimizer::new(config.generator_optimizer);
        Ok(Self { config, generator, average, optimizer, opponent, lens, patches, device, steps: 0 })
    }

    /// Begins with the weights of a trained generator in place of those of chance, as adversarial training is begun with
    /// what has learned fidelity (Ledig et al. 2017, arXiv 1609.04802, section 3.2). `false`, and nothing happens, if its
    /// network is not the one of the settings.
    pub fn begin_with(&mut self, config: &SuperresConfig, generator: &Generator) -> bool {
        let has_same_network = self.config.has_network_of(config);
        if has_same_network {
            self.generator = parameters::copy(generator, &self.device);
            self.average = self.generator.valid();
        }
        has_same_network
    }

    /// The settings.
    pub fn config(&self) -> &SuperresConfig {
        &self.config
    }

    /// The generator with the moving average of its weights.
    pub fn average(&self) -> &Generator {
        &self.average
    }

    /// Photos that there are patches of.
    pub fn photos(&self) -> usize {
        self.patches.len()
    }

    fn zero(&self) -> Tensor<1> {
        Tensor::zeros([1], &self.device.clone().inner())
    }

    /// One update of D on these patches, in `[-1, 1]`.
    fn teach_discriminator(&mut self, small: Tensor<4>, large: Tensor<4>, board: &mut Board<Tensor<1>>) {
        let Some(Opponent { network, optimizer }) = &mut self.opponent else { return };
        let fake = self.generator.forward(small).detach();
        let (a, b) = (network.judge(large), network.judge(fake));
        let loss = adversarial::discriminator(GAME, 0.0, a.clone(), b.clone());
        board.d_loss = loss.clone().detach().inner();
        board.d_real = sigmoid(a.detach().inner()).mean();
        board.d_fake = sigmoid(b.detach().inner()).mean();
        let (trained, norm) = optimizer.step(network.clone(), loss.backward());
        *network = trained;
        if let Some(norm) = norm {
            board.d_gradient = norm;
        }
    }

    /// One update of the generator on these patches: small ones `[batch, 3, patch, patch]` and large ones, in `[-1, 1]`.
    fn teach_generator(&mut self, small: Tensor<4>, large: Tensor<4>, board: &mut Board<Tensor<1>>) {
        let loss = self.loss(small, large);
        board.g_loss = loss.clone().detach().inner();
        let rate = self.config.rate(self.steps - 1);
        self.optimizer.tune(self.config.generator_optimizer.with_learning_rate(rate));
        let (generator, norm) = self.optimizer.step(self.generator.clone(), loss.backward());
        self.generator = generator;
        // Shorter at first, so that the average soon forgets where the network began.
        let decay = self.config.ema_decay.min(self.steps as f64 / (self.steps + 9) as f64);
        self.average = parameters::blend(self.average.clone(), &self.generator, decay);
        if let Some(norm) = norm {
            board.g_gradient = norm;
        }
    }

    /// The generator's loss on such patches, `[1]`.
    pub fn loss(&self, small: Tensor<4>, large: Tensor<4>) -> Tensor<1> {
        let weights = &self.config.losses;
        let fake = self.generator.forward(small);
        let mut loss = pixel(weights.distance, fake.clone(), large.clone()) * weights.pixel;
        if let Some(lens) = &self.lens {
            loss = loss + lens.loss(weights, fake.clone(), large);
        }
        if let Some(opponent) = &self.opponent {
            // D's weights need no gradient here.
            let verdict = opponent.network.clone().no_grad().judge(fake);
            loss = loss + adversarial::generator(GAME, verdict) * weights.adversarial;
        }
        loss
    }
}

impl System for Superres {
    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        self.steps += 1;
        let (small, large) = self.patches.next(self.config.batch, &self.device);
        let zero = || self.zero();
        let mut board = Board {
            d_loss: zero(),
            g_loss: zero(),
            d_real: zero(),
            d_fake: zero(),
            d_gradient: zero(),
            g_gradient: zero(),
        };
        if kind != StepKind::Generator {
            self.teach_discriminator(small.clone(), large.clone(), &mut board);
        }
        if kind != StepKind::Discriminator {
            self.teach_generator(small, large, &mut board);
        }
        board.into_tensor()
    }

    fn slow_down(&mut self, factor: f64) -> bool {
        let mut config = self.config.clone();
        for optimizer in [&mut config.generator_optimizer, &mut config.discriminator_optimizer] {
            *optimizer = optimizer.with_learning_rate(optimizer.learning_rate() * factor);
        }
        if config.validate().is_err() {
            return false;
        }
        if let Some(opponent) = &mut self.opponent {
            opponent.optimizer.tune(config.discriminator_optimizer);
        }
        self.config = config;
        true
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn reset(&mut self) {
        // The settings were valid when they were taken.
        if let Ok((generator, average, opponent)) = networks(&self.config, &self.device) {
            (self.generator, self.average, self.opponent) = (generator, average, opponent);
            self.optimizer = Optimizer::new(self.config.generator_optimizer);
            self.patches.rewind();
            self.steps = 0;
        }
    }

    fn save(&self) -> Result<Vec<u8>, CheckpointError> {
        self.saved()
    }

    async fn save_async(&self) -> Result<Vec<u8>, CheckpointError> {
        self.saved_async().await
    }

    fn load(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError> {
        self.loaded(checkpoint)
    }
}
