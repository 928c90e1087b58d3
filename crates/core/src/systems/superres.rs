//! Super-resolution: EnhanceNet, Sajjadi et al. 2017 (arXiv 1612.07919). Without `L_A` there is one player. Adversarial training is
//! begun with what has learned fidelity (Ledig et al. 2017, arXiv 1609.04802, section 3.2).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use forger_protocol::{AdversarialLoss, OutOfRange, Random, Settings, StepKind, Stream, SuperresConfig};

use super::{
    AnySettings, Parts, System,
    build::{BuildError, Built, Material},
};
use crate::{
    data::{Pairs, Source as _, patches::Patches, photos::Photo},
    losses::{adversarial, pixel::pixel},
    nets::{
        Discriminator as _,
        lens::Lens,
        superres::{Generator, bicubic, discriminator::Discriminator},
    },
    player::{Player, Trained},
    scalars::Scalars,
};

/// The game between the two, as in the paper (section 4.2.4).
const GAME_LOSS: AdversarialLoss = AdversarialLoss::NonSaturating;

/// Why training cannot begin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SuperresError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] OutOfRange),
    /// Every photo is smaller than a patch, or there is none.
    #[error("there is no photo whose sides have {0} pixels or more")]
    NoPhotos(usize),
    /// The losses need a trained network.
    #[error("the perceptual and the texture loss need a trained network to look through")]
    NoLens,
}

/// Side of the photos that it shows of itself, in pixels, and how many there are of them.
const SIDE: usize = 128;
const SHOWN: usize = 4;

/// Super-resolution in training.
pub struct Superres {
    config: SuperresConfig,
    generator: Player<Generator>,
    discriminator: Option<Player<Discriminator>>,
    lens: Option<Lens>,
    patches: Patches,
    /// With autodiff.
    device: Device,
    steps: u64,
}

impl Built for SuperresConfig {
    type Networks = (Generator, Option<Discriminator>);

    fn networks(&self, device: &Device) -> Result<Self::Networks, OutOfRange> {
        let is_judged = self.losses.need_discriminator();
        let discriminator = is_judged.then(|| Discriminator::unfilled(self, device)).transpose()?;
        Ok((Generator::unfilled(self, device)?, discriminator))
    }

    /// Without a network to look through, which a tab has not.
    fn system(self, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError> {
        let Material::Pictures(photos) = material else { return Err(BuildError::other_material::<Self>()) };
        Ok(Box::new(Superres::new(self, photos, None, device)?))
    }
}

type Players = (Player<Generator>, Option<Player<Discriminator>>);

fn players(config: &SuperresConfig, device: &Device) -> Result<Players, OutOfRange> {
    let random = &mut Random::new(config.seed, Stream::Weights);
    let (generator, discriminator) = config.networks(device)?;
    let generator = Player::new("generator", generator.filled(random, device), config.generator_optimizer);
    let player = |network: Discriminator| {
        Player::new("discriminator", network.filled(random, device), config.discriminator_optimizer)
    };
    Ok((generator.averaged(), discriminator.map(player)))
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
        let (generator, discriminator) = players(&config, &device)?;
        Ok(Self { config, generator, discriminator, lens, patches, device, steps: 0 })
    }

    /// The settings.
    pub fn config(&self) -> &SuperresConfig {
        &self.config
    }

    /// The generator with the moving average of its weights.
    pub fn average(&self) -> &Generator {
        self.generator.average()
    }

    /// Photos that there are patches of.
    pub fn photos(&self) -> usize {
        self.patches.len()
    }

    /// One update of D on these patches.
    fn teach_discriminator(&mut self, pairs: Pairs, told: &mut Scalars) {
        let Some(discriminator) = &mut self.discriminator else { return };
        let fake = self.generator.network.forward(pairs.input).detach();
        let (a, b) = (discriminator.network.judge(pairs.target), discriminator.network.judge(fake));
        let loss = adversarial::discriminator(GAME_LOSS, 0.0, a.clone(), b.clone());
        told.tell("d_loss", loss.clone().detach().inner());
        told.tell("d_real", adversarial::verdict(GAME_LOSS, a.detach().inner()).mean());
        told.tell("d_fake", adversarial::verdict(GAME_LOSS, b.detach().inner()).mean());
        if let Some(norm) = discriminator.learn(&loss) {
            told.tell("d_gradient", norm);
        }
    }

    /// One update of the generator on these patches.
    fn teach_generator(&mut self, pairs: Pairs, told: &mut Scalars) {
        let loss = self.loss(pairs);
        told.tell("g_loss", loss.clone().detach().inner());
        let rate = self.config.rate(self.steps - 1);
        self.generator.tune(self.config.generator_optimizer.with_learning_rate(rate));
        let norm = self.generator.learn(&loss);
        self.generator.follow_in(self.steps, self.config.ema_decay);
        if let Some(norm) = norm {
            told.tell("g_gradient", norm);
        }
    }

    /// The generator's loss on small patches and large ones, `[1]`.
    pub fn loss(&self, Pairs { input: small, target: large }: Pairs) -> Tensor<1> {
        let weights = &self.config.losses;
        let fake = self.generator.network.forward(small);
        let mut loss = pixel(weights.distance, fake.clone(), large.clone()) * weights.pixel;
        if let Some(lens) = &self.lens {
            loss = loss + lens.loss(weights, fake.clone(), large);
        }
        if let Some(discriminator) = &self.discriminator {
            // D's weights need no gradient here.
            let verdict = discriminator.network.clone().no_grad().judge(fake);
            loss = loss + adversarial::generator(GAME_LOSS, verdict) * weights.adversarial;
        }
        loss
    }
}

impl System for Superres {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn parts(&mut self) -> Parts<'_> {
        let generator: &mut dyn Trained = &mut self.generator;
        let discriminator = self.discriminator.as_mut().map(|player| player as &mut dyn Trained);
        Parts {
            players: std::iter::once(generator).chain(discriminator).collect(),
            chances: vec![self.patches.chance()],
            steps: &mut self.steps,
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        self.steps += 1;
        let pairs = self.patches.next(self.config.batch, &self.device);
        let mut told = Scalars::new(SuperresConfig::SYSTEM.scalars, &self.device.clone().inner());
        if kind != StepKind::Generator {
            self.teach_discriminator(pairs.clone(), &mut told);
        }
        if kind != StepKind::Discriminator {
            self.teach_generator(pairs, &mut told);
        }
        told.into_tensor()
    }

    fn restart(&mut self) {
        // The settings were valid when they were taken.
        if let Ok((generator, discriminator)) = players(&self.config, &self.device) {
            (self.generator, self.discriminator) = (generator, discriminator);
        }
    }

    /// The middles of some photos: interpolated, made, and as they are.
    fn visuals(&self) -> Vec<Tensor<4>> {
        let pairs = self.patches.middles(SHOWN, SIDE, &self.device.clone().inner());
        let Some(Pairs { input, target }) = pairs else { return Vec::new() };
        vec![bicubic(input.clone(), self.config.scale), self.average().forward(input), target]
    }
}
