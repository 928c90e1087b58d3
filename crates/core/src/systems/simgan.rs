//! SimGAN: pictures of a simulator made to look real, their labels kept. Shrivastava et al. 2017 (arXiv 1612.07828).

mod phase;

use burn::{
    module::Module as _,
    tensor::{Device, Tensor},
};
use forger_protocol::{Conflict, Normalization, OutOfRange, Random, Settings, SimganConfig, StepKind, Stream};
use serde_json::{Value, json};

use super::{
    AnySettings, Parts, System, TERM,
    build::{BuildError, Built, Material},
    pix2pix::tune,
    pool::Pool,
    semantic::{Semantic, SemanticError},
};
use crate::{
    CheckpointError, Images,
    checkpoint::Reader,
    classifier::Judge,
    data::{
        Draws, Source as _,
        images::{Shuffled, first},
        squares::Squares,
    },
    losses::{
        adversarial::{self, verdict},
        kept::self_regularization,
    },
    nets::{
        patch::{PatchDiscriminator, PatchShape},
        refiner::Refiner,
    },
    player::Player,
    scalars::Scalars,
    snapshot::Part,
};
use phase::Phase;

/// Synthetic pictures that it shows of itself.
const SHOWN: usize = 8;

/// Why training cannot begin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SimganError {
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
    #[error("there is no {0} picture to learn from")]
    NoPictures(&'static str),
    /// Pictures, as `[channels, height, width]`, of another size than that of the settings.
    #[error("{kind} pictures of {found:?} (channels, height, width) where the settings ask for {expected:?}")]
    OtherSize {
        /// Synthetic or real.
        kind: &'static str,
        /// Theirs.
        found: [usize; 3],
        /// That of the settings.
        expected: [usize; 3],
    },
}

/// SimGAN in training.
pub struct Simgan {
    config: SimganConfig,
    refiner: Player<Refiner>,
    discriminator: Player<PatchDiscriminator>,
    /// Refined pictures of before.
    history: Pool,
    semantic: Option<Semantic>,
    synthetic: Shuffled,
    real: Shuffled,
    /// Of the history.
    noise: Draws,
    /// With autodiff.
    device: Device,
    steps: u64,
}

/// What the discriminator of these settings is like. As in the paper, nothing in it is normalised.
pub fn shape(config: &SimganConfig) -> PatchShape {
    let SimganConfig { channels, discriminator_width: width, patch, .. } = *config;
    PatchShape { channels, width, patch, normalization: Normalization::None }
}

impl Built for SimganConfig {
    type Networks = (Refiner, PatchDiscriminator);

    fn networks(&self, device: &Device) -> Result<Self::Networks, OutOfRange> {
        Ok((Refiner::unfilled(self, device), PatchDiscriminator::unfilled(shape(self), device)?))
    }

    fn system(self, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError> {
        let Material::Simulated { synthetic, real } = material else {
            return Err(BuildError::other_material::<Self>());
        };
        let real = Squares::new(&real, self.channels, self.image_width);
        Ok(Box::new(Simgan::new(self, synthetic, Box::new(real), None, device)?))
    }
}

type Players = (Player<Refiner>, Player<PatchDiscriminator>);

fn players(config: &SimganConfig, device: &Device) -> Result<Players, OutOfRange> {
    let random = &mut Random::new(config.seed, Stream::Weights);
    let (refiner, discriminator) = config.networks(device)?;
    let refiner = Player::new("refiner", refiner.filled(random, device), config.refiner_optimizer).averaged();
    let discriminator = discriminator.filled(random, device);
    Ok((refiner, Player::new("discriminator", discriminator, config.discriminator_optimizer)))
}

impl Simgan {
    /// `synthetic` are pictures of the simulator, `real` what they are to look like; of the size of the settings. `classifier` is one
    /// of what the simulator draws, which semantic consistency needs.
    pub fn new(
        config: SimganConfig,
        synthetic: Box<dyn Images>,
        real: Box<dyn Images>,
        classifier: Option<&Judge>,
        device: &Device,
    ) -> Result<Self, SimganError> {
        config.validate()?;
        config.can_train()?;
        let expected = [config.channels, config.image_height, config.image_width];
        for (kind, images) in [("synthetic", &synthetic), ("real", &real)] {
            if images.is_empty() {
                return Err(SimganError::NoPictures(kind));
            }
            let found = images.shape();
            if found != expected {
                return Err(SimganError::OtherSize { kind, found, expected });
            }
        }
        let device = device.clone().autodiff();
        let semantic = Semantic::new(config.semantic, classifier, expected, &device)?;
        let (refiner, discriminator) = players(&config, &device)?;
        Ok(Self {
            refiner,
            discriminator,
            history: Pool::new("history", config.history),
            semantic,
            synthetic: Shuffled::new(synthetic, config.seed).called("synthetic"),
            // Or the first real picture would come with the first synthetic one in every epoch, where there are as many.
            real: Shuffled::by(real, config.seed, Stream::Real),
            noise: Draws::noise(config.seed),
            device,
            steps: 0,
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &SimganConfig {
        &self.config
    }

    /// The refiner with the moving average of its weights.
    pub fn average(&self) -> &Refiner {
        self.refiner.average()
    }

    /// Refined pictures of before.
    pub fn history(&self) -> usize {
        self.history.len()
    }

    /// One update of R, equation 4: what D says, summed over its patches as in equation 2, and self-regularisation, summed over
    /// values as in equation 3, and semantic consistency; the mean over the batch. The mean over all logits times those of a picture
    /// is such a sum.
    fn teach_refiner(&mut self, alone: bool, told: &mut Scalars) {
        let SimganConfig { batch, loss, adversarial, lambda, kept: what, displacement, ema_decay, .. } = self.config;
        let synthetic = self.synthetic.next(batch, &self.device);
        let refined = self.refiner.network.refined(synthetic.clone());
        let regularization = self_regularization(what, displacement, &refined);
        let refined = refined.pictures;
        told.tell("regularization_loss", regularization.clone().detach().inner());
        // Alone, it learns to keep pictures whatever that is worth later.
        let mut total = if alone { regularization } else { regularization * lambda };
        if !alone {
            if let Some(semantic) = &self.semantic {
                let seen = semantic.loss(refined.clone(), synthetic);
                told.tell("semantic_loss", seen.clone().detach().inner());
                total = total + seen * self.config.semantic;
            }
            // D's weights need no gradient here.
            let (logits, patches) = self.discriminator.network.clone().no_grad().each(refined);
            let game = adversarial::generator(loss, logits) * patches as f32;
            told.tell("r_loss", game.clone().detach().inner());
            total = total + game * adversarial;
        }
        if let Some(norm) = self.refiner.learn(&total) {
            told.tell("r_gradient", norm);
        }
        self.refiner.follow_in(self.steps + 1, ema_decay);
    }

    /// One update of D, equation 2, on real pictures and on refined ones, of which half are of before. As everywhere here, a high
    /// verdict means real, where the paper's D says how synthetic a patch is.
    fn teach_discriminator(&mut self, told: &mut Scalars) {
        let SimganConfig { batch, loss, .. } = self.config;
        let before = self.history.draw(batch / 2, &mut self.noise.random);
        let count = before.as_ref().map_or(batch, |before| batch - before.dims()[0]);
        let plain = self.device.clone().inner();
        let made = self.refiner.network.valid().forward(self.synthetic.next(count, &plain));
        // Half of a batch takes the place of others (section 2.3).
        self.history.keep(&made.clone().narrow(0, 0, batch / 2), &mut self.noise.random);
        let refined = Tensor::from_inner(Tensor::cat(std::iter::once(made).chain(before).collect(), 0));
        let real = self.real.next(batch, &self.device);
        let discriminator = &mut self.discriminator;
        let ((a, patches), (b, _)) = (discriminator.network.each(real), discriminator.network.each(refined));
        told.tell("d_real", verdict(loss, a.clone().detach().inner()).mean());
        told.tell("d_refined", verdict(loss, b.clone().detach().inner()).mean());
        let loss = adversarial::discriminator(loss, 0.0, a, b) * patches as f32;
        told.tell("d_loss", loss.clone().detach().inner());
        if let Some(norm) = discriminator.learn(&loss) {
            told.tell("d_gradient", norm);
        }
    }
}

impl System for Simgan {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn parts(&mut self) -> Parts<'_> {
        Parts {
            players: vec![&mut self.refiner, &mut self.discriminator],
            chances: vec![&mut self.noise, self.synthetic.chance(), self.real.chance()],
            steps: &mut self.steps,
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    /// Algorithm 1: the updates of R, then those of D. What is told is of the last of each.
    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        let pace = self.config.pace(self.steps);
        tune(&mut self.refiner, self.config.refiner_optimizer, pace);
        tune(&mut self.discriminator, self.config.discriminator_optimizer, pace);
        let phase = Phase::after(self.steps, &self.config);
        let mut told = Scalars::new(SimganConfig::SYSTEM.scalars, &self.device.clone().inner());
        if kind != StepKind::Discriminator && phase != Phase::Discriminator {
            // Before the game there is nothing to keep pace with.
            let updates = if phase == Phase::Game { self.config.refiner_updates } else { 1 };
            for _ in 0..updates {
                self.teach_refiner(phase == Phase::Alone, &mut told);
            }
        }
        if kind != StepKind::Generator && phase != Phase::Alone {
            let updates = if phase == Phase::Game { self.config.discriminator_updates } else { 1 };
            for _ in 0..updates {
                self.teach_discriminator(&mut told);
            }
        }
        self.steps += 1;
        told.into_tensor()
    }

    fn restart(&mut self) {
        // The settings were valid when they were taken.
        if let Ok((refiner, discriminator)) = players(&self.config, &self.device) {
            (self.refiner, self.discriminator) = (refiner, discriminator);
        }
        self.history.clear();
    }

    /// The first synthetic pictures, what becomes of them, and by how much they change: grey where nothing does.
    fn visuals(&self) -> Vec<Tensor<4>> {
        let synthetic = first(self.synthetic.images(), SHOWN, &self.device.clone().inner());
        let refined = self.average().forward(synthetic.clone());
        let difference = (refined.clone() - synthetic.clone()) * 0.5;
        vec![synthetic, refined, difference]
    }

    /// The history.
    fn term(&self) -> Option<(Vec<Part>, Value)> {
        let part = self.history.part(TERM)?;
        Some((vec![part], json!({ self.history.name(): self.history.len() })))
    }

    fn take_term(&mut self, reader: &Reader<'_>) -> Result<(), CheckpointError> {
        let shape = [self.config.channels, self.config.image_height, self.config.image_width];
        self.history = self.history.read(reader, TERM, shape, &self.device)?;
        Ok(())
    }
}
