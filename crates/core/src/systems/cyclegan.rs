//! CycleGAN: translation learned without pairs, Zhu et al. 2017 (arXiv 1703.10593).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use forger_protocol::{AdversarialLoss, CycleganConfig, OutOfRange, Random, Settings, StepKind, Stream};
use serde_json::{Value, json};

use super::{
    AnySettings, Parts, System, TERM,
    build::{BuildError, Built, Material},
    pix2pix::{TranslationError, tune},
    pool::Pool,
    semantic::Semantic,
};
use crate::{
    CheckpointError,
    checkpoint::Reader,
    classifier::Judge,
    data::{
        Draws, Pairs, Source as _,
        augment::Changes,
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
    player::Player,
    scalars::Scalars,
    snapshot::Part,
};

/// Pictures of each domain that it shows of itself.
const SHOWN: usize = 4;

/// CycleGAN in training.
pub struct Cyclegan {
    config: CycleganConfig,
    /// From X to Y.
    g: Player<Translator>,
    /// From Y to X.
    f: Player<Translator>,
    d_x: Player<PatchDiscriminator>,
    d_y: Player<PatchDiscriminator>,
    /// What was made of each domain before.
    pool_x: Pool,
    pool_y: Pool,
    semantic: Option<Semantic>,
    pictures: Domains,
    /// Of dropout, augmentation, the pools, and what is added to pictures.
    noise: Draws,
    /// With autodiff.
    device: Device,
    steps: u64,
}

/// What the discriminators of these settings are like.
pub fn shape(config: &CycleganConfig) -> PatchShape {
    let CycleganConfig { discriminator_width: width, patch, .. } = *config;
    PatchShape { channels: 3, width, patch, normalization: config.generator.normalization }
}

impl Built for CycleganConfig {
    /// G and F, D_X and D_Y.
    type Networks = ([Translator; 2], [PatchDiscriminator; 2]);

    fn networks(&self, device: &Device) -> Result<Self::Networks, OutOfRange> {
        let generator = || Translator::unfilled(&self.generator, device);
        let discriminator = || PatchDiscriminator::unfilled(shape(self), device);
        Ok(([generator()?, generator()?], [discriminator()?, discriminator()?]))
    }

    fn system(self, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError> {
        let Material::Domains([x, y]) = material else { return Err(BuildError::other_material::<Self>()) };
        Ok(Box::new(Cyclegan::new(self, x, y, None, device)?))
    }
}

struct Players {
    g: Player<Translator>,
    f: Player<Translator>,
    d_x: Player<PatchDiscriminator>,
    d_y: Player<PatchDiscriminator>,
}

fn players(config: &CycleganConfig, device: &Device) -> Result<Players, OutOfRange> {
    let random = &mut Random::new(config.seed, Stream::Weights);
    let ([g, f], [d_x, d_y]) = config.networks(device)?;
    let mut generator = |name, network: Translator| {
        Player::new(name, network.filled(random, device), config.generator_optimizer).averaged()
    };
    let (g, f) = (generator("g", g), generator("f", f));
    let mut discriminator = |name, network: PatchDiscriminator| {
        Player::new(name, network.filled(random, device), config.discriminator_optimizer)
    };
    Ok(Players { g, f, d_x: discriminator("d_x", d_x), d_y: discriminator("d_y", d_y) })
}

impl Cyclegan {
    /// `x` and `y` are the pictures of the two domains, of any size and number, enlarged where they do not cover a square of the
    /// settings; `classifier` is one of what is in both, which semantic consistency needs.
    pub fn new(
        config: CycleganConfig,
        x: Vec<Photo>,
        y: Vec<Photo>,
        classifier: Option<&Judge>,
        device: &Device,
    ) -> Result<Self, TranslationError> {
        config.validate()?;
        config.can_train()?;
        if x.is_empty() || y.is_empty() {
            let domain = if x.is_empty() { "picture of the first domain" } else { "picture of the second domain" };
            return Err(TranslationError::NoPictures(domain));
        }
        let device = device.clone().autodiff();
        let CycleganConfig { image_size: side, jitter, mirror, seed, pool, .. } = config;
        let semantic = Semantic::new(config.semantic, classifier, [3, side, side], &device)?;
        let pictures = Domains::unpaired(x, y, Cut { side, jitter, mirror, seed });
        let Players { g, f, d_x, d_y } = players(&config, &device)?;
        let pools = ["pool_x", "pool_y"].map(|name| Pool::new(name, pool));
        let [pool_x, pool_y] = pools;
        let noise = Draws::noise(seed);
        Ok(Self { g, f, d_x, d_y, pool_x, pool_y, semantic, pictures, noise, device, steps: 0, config })
    }

    /// The settings.
    pub fn config(&self) -> &CycleganConfig {
        &self.config
    }

    /// G and F with the moving averages of their weights.
    pub fn averages(&self) -> [&Translator; 2] {
        [self.g.average(), self.f.average()]
    }

    /// Pictures of each domain.
    pub fn counts(&self) -> [usize; 2] {
        self.pictures.counts()
    }

    /// What a discriminator is shown.
    fn shown(&mut self, pictures: Tensor<4>) -> Tensor<4> {
        let [batch, _, height, width] = pictures.dims();
        let changes = Changes::draw(self.config.augment, batch, [height, width], &mut self.noise.random);
        self.noise.noisy(changes.apply(pictures), self.config.instance_noise_at(self.steps - 1))
    }

    /// One update of G and F, equation 3, the identity loss of section 5.2, and semantic consistency.
    fn teach_generators(&mut self, [x, y]: [&Tensor<4>; 2], [fake_x, fake_y]: [&Tensor<4>; 2], told: &mut Scalars) {
        let mut game = |system: &mut Self, fake: &Tensor<4>, of_y: bool| {
            let shown = system.shown(fake.clone());
            let judge = if of_y { &system.d_y } else { &system.d_x };
            // D's weights need no gradient here.
            let loss = adversarial::generator(system.config.loss, judge.network.clone().no_grad().judge(shown));
            // The paper's squared error (section 4) has no half before it.
            let loss = if system.config.loss == AdversarialLoss::LeastSquares { loss * 2.0 } else { loss };
            told.tell(if of_y { "g_loss" } else { "f_loss" }, loss.clone().detach().inner());
            loss
        };
        let mut loss = game(self, fake_y, true) + game(self, fake_x, false);
        let [from_y, from_x] = [fake_y, fake_x].map(|fake| self.noise.noisy(fake.clone(), self.config.cycle_noise));
        let mut made = |player: &Player<Translator>, picture: &Tensor<4>| {
            player.network.forward(picture.clone(), Some(&mut self.noise.random))
        };
        let CycleganConfig { cycle, cycle_back, .. } = self.config;
        // What begins in X, and what begins in Y: told as they are, weighed apart.
        let mut consistent = |name, of_x: Tensor<1>, of_y: Tensor<1>, weight: f64| {
            told.tell(name, (of_x.clone() + of_y.clone()).detach().inner());
            (of_x + of_y * cycle_back) * (cycle * weight)
        };
        let (of_x, of_y) = (absolute(made(&self.f, &from_y), x.clone()), absolute(made(&self.g, &from_x), y.clone()));
        loss = loss + consistent("cycle_loss", of_x, of_y, 1.0);
        let identity = self.config.identity_at(self.steps - 1);
        if identity > 0.0 {
            let of_y = absolute(made(&self.g, y), y.clone());
            let of_x = absolute(made(&self.f, x), x.clone());
            loss = loss + consistent("identity_loss", of_x, of_y, identity);
        }
        if let Some(semantic) = &self.semantic {
            let seen = semantic.loss(fake_y.clone(), x.clone()) + semantic.loss(fake_x.clone(), y.clone());
            told.tell("semantic_loss", seen.clone().detach().inner());
            loss = loss + seen * self.config.semantic;
        }
        let mut gradients = loss.backward();
        for (player, key) in [(&mut self.g, "g_gradient"), (&mut self.f, "f_gradient")] {
            if let Some(norm) = player.learn_shared(&mut gradients, Vec::new()) {
                told.tell(key, norm);
            }
            player.follow_in(self.steps, self.config.ema_decay);
        }
    }

    /// One update of D_X or D_Y on real pictures, and on made ones of now or before.
    fn teach_discriminator(&mut self, of_y: bool, real: Tensor<4>, fake: Tensor<4>, told: &mut Scalars) {
        let pool = if of_y { &mut self.pool_y } else { &mut self.pool_x };
        let fake = pool.exchange(fake, &mut self.noise.random);
        let (real, fake) = (self.shown(real), self.shown(fake));
        let loss = self.config.loss;
        let keys = if of_y {
            ["d_y_loss", "y_real", "y_fake", "d_y_gradient"]
        } else {
            ["d_x_loss", "x_real", "x_fake", "d_x_gradient"]
        };
        let player = if of_y { &mut self.d_y } else { &mut self.d_x };
        let (a, b) = (player.network.judge(real), player.network.judge(fake));
        told.tell(keys[1], verdict(loss, a.clone().detach().inner()).mean());
        told.tell(keys[2], verdict(loss, b.clone().detach().inner()).mean());
        let loss = adversarial::discriminator(loss, 0.0, a, b);
        told.tell(keys[0], loss.clone().detach().inner());
        if let Some(norm) = player.learn(&loss) {
            told.tell(keys[3], norm);
        }
    }
}

impl System for Cyclegan {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn parts(&mut self) -> Parts<'_> {
        Parts {
            players: vec![&mut self.g, &mut self.f, &mut self.d_x, &mut self.d_y],
            chances: vec![&mut self.noise, self.pictures.chance()],
            steps: &mut self.steps,
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        let CycleganConfig { generator_optimizer, discriminator_optimizer, batch, .. } = self.config;
        let pace = self.config.pace(self.steps);
        [&mut self.g, &mut self.f].into_iter().for_each(|player| tune(player, generator_optimizer, pace));
        [&mut self.d_x, &mut self.d_y].into_iter().for_each(|player| tune(player, discriminator_optimizer, pace));
        self.steps += 1;
        let Pairs { input: x, target: y } = self.pictures.next(batch, &self.device);
        let mut told = Scalars::new(CycleganConfig::SYSTEM.scalars, &self.device.clone().inner());
        let fake_y = self.g.network.forward(x.clone(), Some(&mut self.noise.random));
        let fake_x = self.f.network.forward(y.clone(), Some(&mut self.noise.random));
        if kind != StepKind::Discriminator {
            self.teach_generators([&x, &y], [&fake_x, &fake_y], &mut told);
        }
        if kind != StepKind::Generator {
            self.teach_discriminator(false, x, fake_x.detach(), &mut told);
            self.teach_discriminator(true, y, fake_y.detach(), &mut told);
        }
        told.into_tensor()
    }

    fn restart(&mut self) {
        // The settings were valid when they were taken.
        if let Ok(Players { g, f, d_x, d_y }) = players(&self.config, &self.device) {
            (self.g, self.f, self.d_x, self.d_y) = (g, f, d_x, d_y);
        }
        [&mut self.pool_x, &mut self.pool_y].into_iter().for_each(Pool::clear);
    }

    /// There and back, of both domains.
    fn visuals(&self) -> Vec<Tensor<4>> {
        let Pairs { input: x, target: y } = self.pictures.middles(SHOWN, &self.device.clone().inner());
        let [g, f] = self.averages();
        let (fake_y, fake_x) = (g.forward(x.clone(), None), f.forward(y.clone(), None));
        let (back_x, back_y) = (f.forward(fake_y.clone(), None), g.forward(fake_x.clone(), None));
        vec![x, fake_y, back_x, y, fake_x, back_y]
    }

    /// The pools.
    fn term(&self) -> Option<(Vec<Part>, Value)> {
        let pools = [&self.pool_x, &self.pool_y];
        let parts = pools.iter().filter_map(|pool| pool.part(TERM)).collect::<Vec<_>>();
        let counts = pools.iter().map(|pool| (pool.name().to_owned(), json!(pool.len())));
        (!parts.is_empty()).then(|| (parts, counts.collect::<serde_json::Map<_, _>>().into()))
    }

    fn take_term(&mut self, reader: &Reader<'_>) -> Result<(), CheckpointError> {
        let (device, side) = (self.device.clone(), self.config.image_size);
        let read = |pool: &Pool| pool.read(reader, TERM, [3, side, side], &device);
        let (x, y) = (read(&self.pool_x)?, read(&self.pool_y)?);
        (self.pool_x, self.pool_y) = (x, y);
        Ok(())
    }
}
