//! pix2pix: translation learned from pairs, Isola et al. 2017 (arXiv 1611.07004).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use forger_protocol::{Conflict, OutOfRange, Pix2pixConfig, Random, Settings, StepKind, Stream};

use super::{
    AnySettings, Parts, System,
    build::{BuildError, Built, Material},
    semantic::SemanticError,
};
use crate::{
    data::{
        Draws, Pairs, Source as _,
        domains::{Cut, Domains},
        photos::Photo,
    },
    losses::{
        adversarial::{self, verdict},
        pixel::absolute,
    },
    nets::{
        Discriminator as _,
        patch::{PatchDiscriminator, PatchShape},
        translator::Translator,
    },
    player::{Player, Trained},
    scalars::Scalars,
};

/// Why training cannot begin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TranslationError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] OutOfRange),
    /// Settings that do not go together.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Of semantic consistency.
    #[error(transparent)]
    Semantic(#[from] SemanticError),
    /// There is nothing to learn from.
    #[error("there is no {0} to learn from")]
    NoPictures(&'static str),
    /// The pictures of a pair, as `[height, width]`, differ in size: a square of one shows another place than that of the other.
    #[error("the two pictures of a pair have {0:?} and {1:?} pixels (height, width)")]
    OtherSize([usize; 2], [usize; 2]),
}

/// Pairs that it shows of itself.
const SHOWN: usize = 4;

/// pix2pix in training.
pub struct Pix2pix {
    config: Pix2pixConfig,
    generator: Player<Translator>,
    discriminator: Option<Player<PatchDiscriminator>>,
    pairs: Domains,
    /// Of dropout.
    noise: Draws,
    /// With autodiff.
    device: Device,
    steps: u64,
}

/// What the discriminator of these settings is like: it judges a picture beside the one that it was made of.
pub fn shape(config: &Pix2pixConfig) -> PatchShape {
    let Pix2pixConfig { discriminator_width: width, patch, .. } = *config;
    PatchShape { channels: 6, width, patch, normalization: config.generator.normalization }
}

impl Built for Pix2pixConfig {
    type Networks = (Translator, Option<PatchDiscriminator>);

    fn networks(&self, device: &Device) -> Result<Self::Networks, OutOfRange> {
        let is_judged = self.adversarial > 0.0;
        let discriminator = is_judged.then(|| PatchDiscriminator::unfilled(shape(self), device)).transpose()?;
        Ok((Translator::unfilled(&self.generator, device)?, discriminator))
    }

    fn system(self, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError> {
        let Material::Pairs(pairs) = material else { return Err(BuildError::other_material::<Self>()) };
        Ok(Box::new(Pix2pix::new(self, pairs, device)?))
    }
}

type Players = (Player<Translator>, Option<Player<PatchDiscriminator>>);

fn players(config: &Pix2pixConfig, device: &Device) -> Result<Players, OutOfRange> {
    let random = &mut Random::new(config.seed, Stream::Weights);
    let (generator, discriminator) = config.networks(device)?;
    let generator = Player::new("generator", generator.filled(random, device), config.generator_optimizer);
    let player = |network: PatchDiscriminator| {
        Player::new("discriminator", network.filled(random, device), config.discriminator_optimizer)
    };
    Ok((generator.averaged(), discriminator.map(player)))
}

impl Pix2pix {
    /// `pairs` are what is given and what is to be made of it, or the other way round where the settings say so: of any size, which
    /// both of a pair have, and enlarged where they do not cover a square of the settings.
    pub fn new(config: Pix2pixConfig, pairs: Vec<[Photo; 2]>, device: &Device) -> Result<Self, TranslationError> {
        config.validate()?;
        config.can_train()?;
        if pairs.is_empty() {
            return Err(TranslationError::NoPictures("pair of pictures"));
        }
        let sizes = |pair: &[Photo; 2]| pair.each_ref().map(|photo| [photo.height, photo.width]);
        if let Some([x, y]) = pairs.iter().map(sizes).find(|[x, y]| x != y) {
            return Err(TranslationError::OtherSize(x, y));
        }
        let device = device.clone().autodiff();
        let Pix2pixConfig { image_size: side, jitter, mirror, seed, .. } = config;
        let turned = |pair: [Photo; 2]| {
            if config.reversed {
                let [x, y] = pair;
                [y, x]
            } else {
                pair
            }
        };
        let pairs = Domains::paired(pairs.into_iter().map(turned).collect(), Cut { side, jitter, mirror, seed });
        let (generator, discriminator) = players(&config, &device)?;
        Ok(Self { generator, discriminator, pairs, noise: Draws::noise(seed), device, steps: 0, config })
    }

    /// The settings.
    pub fn config(&self) -> &Pix2pixConfig {
        &self.config
    }

    /// The generator with the moving average of its weights.
    pub fn average(&self) -> &Translator {
        self.generator.average()
    }

    /// One update of D, which is shown a true pair and one that G has made.
    fn teach_discriminator(&mut self, input: &Tensor<4>, truth: Tensor<4>, fake: Tensor<4>, told: &mut Scalars) {
        let Some(discriminator) = &mut self.discriminator else { return };
        let beside = |picture| Tensor::cat(vec![input.clone(), picture], 1);
        let (a, b) = (discriminator.network.judge(beside(truth)), discriminator.network.judge(beside(fake)));
        let loss = adversarial::discriminator(self.config.loss, 0.0, a.clone(), b.clone());
        told.tell("d_loss", loss.clone().detach().inner());
        told.tell("d_real", verdict(self.config.loss, a.detach().inner()).mean());
        told.tell("d_fake", verdict(self.config.loss, b.detach().inner()).mean());
        // Half, which slows D down (section 3.3).
        if let Some(norm) = discriminator.learn(&(loss * 0.5)) {
            told.tell("d_gradient", norm);
        }
    }

    /// One update of G, equation 4.
    fn teach_generator(&mut self, input: &Tensor<4>, truth: Tensor<4>, fake: Tensor<4>, told: &mut Scalars) {
        let l1 = absolute(fake.clone(), truth);
        told.tell("l1", l1.clone().detach().inner());
        let mut loss = l1 * self.config.l1;
        if let Some(discriminator) = &self.discriminator {
            // D's weights need no gradient here.
            let judge = discriminator.network.clone().no_grad();
            let game = adversarial::generator(self.config.loss, judge.judge(Tensor::cat(vec![input.clone(), fake], 1)));
            told.tell("g_loss", game.clone().detach().inner());
            loss = loss + game * self.config.adversarial;
        }
        if let Some(norm) = self.generator.learn(&loss) {
            told.tell("g_gradient", norm);
        }
        self.generator.follow_in(self.steps, self.config.ema_decay);
    }
}

impl System for Pix2pix {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn parts(&mut self) -> Parts<'_> {
        let generator: &mut dyn Trained = &mut self.generator;
        let discriminator = self.discriminator.as_mut().map(|player| player as &mut dyn Trained);
        Parts {
            players: std::iter::once(generator).chain(discriminator).collect(),
            chances: vec![&mut self.noise, self.pairs.chance()],
            steps: &mut self.steps,
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        let pace = self.config.pace(self.steps);
        tune(&mut self.generator, self.config.generator_optimizer, pace);
        if let Some(discriminator) = &mut self.discriminator {
            tune(discriminator, self.config.discriminator_optimizer, pace);
        }
        self.steps += 1;
        let Pairs { input, target } = self.pairs.next(self.config.batch, &self.device);
        let mut told = Scalars::new(Pix2pixConfig::SYSTEM.scalars, &self.device.clone().inner());
        let fake = self.generator.network.forward(input.clone(), Some(&mut self.noise.random));
        if kind != StepKind::Generator {
            self.teach_discriminator(&input, target.clone(), fake.clone().detach(), &mut told);
        }
        if kind != StepKind::Discriminator {
            self.teach_generator(&input, target, fake, &mut told);
        }
        told.into_tensor()
    }

    fn restart(&mut self) {
        // The settings were valid when they were taken.
        if let Ok((generator, discriminator)) = players(&self.config, &self.device) {
            (self.generator, self.discriminator) = (generator, discriminator);
        }
    }

    fn visuals(&self) -> Vec<Tensor<4>> {
        let Pairs { input, target } = self.pairs.middles(SHOWN, &self.device.clone().inner());
        vec![input.clone(), self.average().forward(input, None), target]
    }
}

/// Gives an optimizer its rate at this point of the run.
pub(super) fn tune<M: Module>(player: &mut Player<M>, optimizer: forger_protocol::OptimizerConfig, pace: f64) {
    player.tune(optimizer.with_learning_rate(optimizer.learning_rate() * pace));
}
