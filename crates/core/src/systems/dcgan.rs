//! DCGAN: Radford et al. 2016 (arXiv 1511.06434).

mod auxiliary;

use burn::tensor::{Device, Tensor, TensorData};
use forger_protocol::{DcganConfig, OutOfRange, Penalty, Random, StepKind, Stream, error::ModelError};
use serde_json::Value;

use super::{
    AnySettings, Parts, System, TERM, begin,
    build::{BuildError, Built, Material},
    gan::{Gan, Rules},
};
use crate::{
    CheckpointError, Images,
    checkpoint::Reader,
    data::{images::Shuffled, squares::Squares},
    latent::unbend,
    nets::{
        Generator as _,
        dcgan::{Discriminator, Generator},
    },
    parameters,
    snapshot::Part,
    weights::File,
};

pub use auxiliary::Auxiliary;

/// Samples that it shows of itself.
const SHOWN: usize = 64;

/// A DCGAN in training.
pub struct Dcgan {
    config: DcganConfig,
    gan: Gan<Generator, Discriminator, Shuffled, 4>,
}

impl Dcgan {
    /// Fails for settings out of range, and for pictures of another shape than the settings ask for.
    pub fn new(config: DcganConfig, images: Box<dyn Images>, device: &Device) -> Result<Self, OutOfRange> {
        let (generator, discriminator) = begun(&config, device)?;
        let asked = [config.channels, config.image_size, config.image_size];
        for (field, asked, found) in [
            ("channels of the pictures", asked[0], images.shape()[0]),
            ("height of the pictures", asked[1], images.shape()[1]),
            ("width of the pictures", asked[2], images.shape()[2]),
        ] {
            let (value, wanted) = (found as f64, asked as f64);
            if asked != found {
                return Err(OutOfRange { field: field.into(), value, min: wanted, max: wanted });
            }
        }
        if images.is_empty() {
            return Err(OutOfRange { field: "number of pictures".into(), value: 0.0, min: 1.0, max: f64::INFINITY });
        }
        let source = Shuffled::new(images, config.seed).augmented(config.mirror, config.augment);
        let gan = Gan::new(rules(&config), generator, discriminator, source, device);
        Ok(Self { config, gan })
    }

    /// A mapping network for the generator of a file that has none, and the generator: [`unbend()`].
    fn unbend(&self, file: &File<'_>, theirs: &DcganConfig) -> Result<Generator, ModelError> {
        let device = Device::flex();
        let empty = Generator::unfilled(theirs, &device);
        let empty = empty.map_err(|error| ModelError::BadCard { detail: error.to_string() })?;
        let generator = unbend(&file.network("generator", empty, &device)?, &self.config);
        generator.ok_or_else(|| ModelError::OtherNetworks {
            settings: format!(
                "mapping=0, and no mapping network can be made for it with mapping={}: that takes batch normalisation, and from \
                 latent_dim to as many hidden neurons as its first feature map has values",
                self.config.mapping
            ),
        })
    }

    /// Has G learn from an auxiliary classifier, too, with the weight of the settings.
    pub fn assist(&mut self, auxiliary: Auxiliary) {
        self.gan.add(auxiliary.at_work(self.config.auxiliary, &self.gan.device()));
    }

    /// Shares every batch with more devices, in equal parts; fails where it cannot be divided so. Batch normalisation then
    /// takes its statistics of each part, and keeps those of the first.
    pub fn share(&mut self, devices: &[Device]) -> Result<(), OutOfRange> {
        let parts = devices.len() + 1;
        if !self.config.batch.is_multiple_of(parts) || self.config.batch < 2 * parts {
            let (field, value) = ("batch / devices".into(), self.config.batch as f64 / parts as f64);
            // The least part that batch normalisation can work with, and the largest that `validate` allows.
            return Err(OutOfRange { field, value, min: 2.0, max: 4096.0 });
        }
        self.gan.share(devices);
        Ok(())
    }

    /// The settings.
    pub fn config(&self) -> &DcganConfig {
        &self.config
    }

    /// Real pictures that D has judged so far.
    pub fn images_seen(&self) -> u64 {
        self.gan.steps() * (self.config.batch * self.config.d_steps) as u64
    }

    /// G with the moving average of its weights.
    pub fn ema_generator(&self) -> &Generator {
        self.gan.average()
    }
}

impl Built for DcganConfig {
    type Networks = (Generator, Discriminator);

    fn networks(&self, device: &Device) -> Result<Self::Networks, OutOfRange> {
        Ok((Generator::unfilled(self, device)?, Discriminator::unfilled(self, device)?))
    }

    fn system(self, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError> {
        let Material::Pictures(photos) = material else { return Err(BuildError::other_material::<Self>()) };
        let squares = Squares::new(&photos, self.channels, self.image_size);
        Ok(Box::new(Dcgan::new(self, Box::new(squares), device)?))
    }
}

/// The networks as a run begins with them.
fn begun(config: &DcganConfig, device: &Device) -> Result<(Generator, Discriminator), OutOfRange> {
    let device = &device.clone().autodiff();
    let random = &mut Random::new(config.seed, Stream::Weights);
    let (generator, discriminator) = config.networks(device)?;
    Ok(in_precision(config, (generator.filled(random, device), discriminator.filled(random, device))))
}

/// Networks that train. What only draws does so in full precision, whatever it was trained in.
fn in_precision(
    config: &DcganConfig,
    (mut generator, mut discriminator): (Generator, Discriminator),
) -> (Generator, Discriminator) {
    generator.mixed_precision = config.mixed_precision;
    discriminator.mixed_precision = config.mixed_precision;
    (generator, discriminator)
}

fn rules(config: &DcganConfig) -> Rules {
    Rules {
        loss: config.loss,
        prior: config.prior,
        latent_dim: config.latent_dim,
        generator_optimizer: config.generator_optimizer,
        discriminator_optimizer: config.discriminator_optimizer,
        batch: config.batch,
        d_steps: config.d_steps,
        g_steps: 1,
        clip: config.clip,
        penalty: Penalty::None,
        penalty_weight: 0.0,
        label_smoothing: 0.0,
        instance_noise: 0.0,
        ema_decay: config.ema_decay,
        seed: config.seed,
    }
}

impl System for Dcgan {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn parts(&mut self) -> Parts<'_> {
        self.gan.parts()
    }

    fn steps(&self) -> u64 {
        self.gan.steps()
    }

    fn step(&mut self, kind: StepKind) -> Tensor<1> {
        self.gan.step(kind)
    }

    fn restart(&mut self) {
        // The settings were valid when they were taken.
        if let Ok((generator, discriminator)) = begun(&self.config, &self.gan.device()) {
            self.gan.restart(generator, discriminator);
        }
    }

    /// A generator without a mapping network gets the one of the settings.
    fn begin_with(&mut self, file: &File<'_>) -> Result<Vec<&'static str>, ModelError> {
        let settings = file.card.system.settings::<DcganConfig>().ok();
        let lacks_mapping = |theirs: &DcganConfig| theirs.mapping == 0 && self.config.mapping > 0;
        let Some(theirs) = settings.filter(lacks_mapping) else { return begin::begin_with(self, file) };
        let differences =
            self.config.differences(&DcganConfig { mapping: self.config.mapping, ..theirs.clone() }.value());
        if !differences.is_empty() {
            return Err(ModelError::OtherNetworks { settings: differences.join(", ") });
        }
        let mut generator = parameters::copy(&self.unbend(file, &theirs)?, &self.gan.device().autodiff());
        generator.mixed_precision = self.config.mixed_precision;
        self.gan.take_generator(generator, file.origin("generator"));
        begin::begin_where_held(self.parts().players.into_iter().skip(1), file)
    }

    /// Samples of the same z at every step.
    fn visuals(&self) -> Vec<Tensor<4>> {
        let DcganConfig { prior, latent_dim, .. } = self.config;
        let z = Random::new(1, Stream::Latent).latent(prior, SHOWN, latent_dim);
        vec![self.ema_generator().forge(Tensor::from_data(TensorData::new(z, [SHOWN, latent_dim]), &self.gan.device()))]
    }

    fn term(&self) -> Option<(Vec<Part>, Value)> {
        self.gan.term()
    }

    fn take_term(&mut self, reader: &Reader<'_>) -> Result<(), CheckpointError> {
        if !reader.state[TERM].is_null() {
            self.assist(Auxiliary::read(reader, self.config.latent_dim)?);
        }
        Ok(())
    }
}
