//! Networks that make a picture of a picture of the same size: those of pix2pix, of CycleGAN and of SimGAN.

mod config;

use std::sync::Arc;

use burn::{
    module::Module as _,
    tensor::{Device, Tensor, TensorData},
};
use forger_protocol::{
    CycleganConfig, Pix2pixConfig, Random, Settings as _, SimganConfig, TranslatorConfig, Way, error::ModelError,
};

pub use config::TranslationConfig;

use super::{File, Networks, bad_config};
use crate::{
    losses::adversarial::verdict,
    nets::{
        painter::unet::Painter,
        patch::PatchDiscriminator,
        refiner::{Refiner, grey},
        translator::{Translator as Network, translated},
    },
    parameters::{self, NamedTensor},
};

/// A generator, the one that leads back where there is one, and what judges them where the file holds it.
#[derive(Clone, Debug)]
pub struct Translator {
    /// The settings that the card has.
    pub config: TranslationConfig,
    forward: Maker,
    backward: Option<Maker>,
    /// Of pictures of the first domain and of the second.
    judges: [Option<Box<PatchDiscriminator>>; 2],
    device: Device,
}

/// What makes pictures.
#[derive(Clone, Debug)]
enum Maker {
    /// The generator as it was trained.
    Trained(Box<Network>),
    /// That of SimGAN, which is small and stays as it is.
    Refiner(Box<Refiner>),
    Painter(Arc<Painter>),
    #[cfg(feature = "gpu")]
    Gpu(Arc<crate::nets::painter::unet::gpu::Painter>),
}

impl Maker {
    fn translate(&self, pictures: Tensor<4>, multiple: usize) -> Tensor<4> {
        match self {
            Self::Trained(network) => network.translate(pictures, multiple),
            Self::Refiner(refiner) => refiner.refine(pictures),
            Self::Painter(painter) => {
                translated(pictures, multiple, |pictures| or_nan(painter.forward(&pictures), pictures))
            }
            #[cfg(feature = "gpu")]
            Self::Gpu(painter) => {
                translated(pictures, multiple, |pictures| or_nan(painter.forward(&pictures), pictures))
            }
        }
    }

    fn prepared(self) -> Self {
        let Self::Trained(network) = &self else { return self };
        let Network::Unet(network) = &**network else { return self };
        #[cfg(feature = "gpu")]
        if let Some(painter) = crate::nets::painter::unet::gpu::Painter::new(network) {
            return Self::Gpu(Arc::new(painter));
        }
        Painter::new(network).map_or_else(|| self.clone(), |painter| Self::Painter(Arc::new(painter)))
    }

    /// Where it is.
    fn device(&self) -> Device {
        let devices = match self {
            Self::Trained(network) => network.devices(),
            Self::Refiner(refiner) => refiner.devices(),
            // What draws faster takes the place of a network whose device is known.
            _ => Vec::new(),
        };
        devices.into_iter().next().unwrap_or_default()
    }

    /// The tensors of the generator as it was trained.
    fn tensors(&self) -> Vec<NamedTensor> {
        match self {
            Self::Trained(network) => parameters::collect(&**network),
            Self::Refiner(refiner) => parameters::collect(&**refiner),
            _ => Vec::new(),
        }
    }
}

fn trained(network: Network) -> Maker {
    Maker::Trained(Box::new(network))
}

/// What was made; of pictures of another device, a fault of the caller, what is not a number, for which it looks.
fn or_nan(made: Option<Tensor<4>>, pictures: Tensor<4>) -> Tensor<4> {
    made.unwrap_or_else(|| pictures.full_like(f32::NAN))
}

impl Translator {
    /// Learned from pairs. Works on the device that the generator is on.
    pub fn pix2pix(config: Pix2pixConfig, generator: Network, discriminator: Option<PatchDiscriminator>) -> Self {
        Self::new(TranslationConfig::Pix2pix(config), trained(generator), None, [None, discriminator])
    }

    /// Learned without pairs: G, F, and D_X and D_Y.
    pub fn cyclegan(
        config: CycleganConfig,
        g: Network,
        f: Option<Network>,
        judges: [Option<PatchDiscriminator>; 2],
    ) -> Self {
        Self::new(TranslationConfig::Cyclegan(config), trained(g), f.map(trained), judges)
    }

    /// Learned from a simulator and real pictures.
    pub fn simgan(config: SimganConfig, refiner: Refiner, discriminator: Option<PatchDiscriminator>) -> Self {
        let refiner = Maker::Refiner(Box::new(refiner));
        Self::new(TranslationConfig::Simgan(config), refiner, None, [None, discriminator])
    }

    fn new(
        config: TranslationConfig,
        forward: Maker,
        backward: Option<Maker>,
        judges: [Option<PatchDiscriminator>; 2],
    ) -> Self {
        let device = forward.device();
        Self { config, forward, backward, judges: judges.map(|judge| judge.map(Box::new)), device }
    }

    /// The same without what judges.
    pub fn without_judges(self) -> Self {
        Self { judges: [None, None], ..self }
    }

    /// Length of the shorter side of the pictures that it learned from, in pixels.
    pub fn image_size(&self) -> usize {
        let [height, width] = self.config.size();
        height.min(width)
    }

    /// Where the networks are.
    pub fn device(&self) -> Device {
        self.device.clone()
    }

    /// Whether it knows this way.
    pub fn knows(&self, way: Way) -> bool {
        way == Way::Forward || self.backward.is_some()
    }

    /// Pictures `[batch, 3, height, width]` in `[-1, 1]`, of any size, same out; one of grey pictures sees
    /// their light only. `None` for a way that it does not know.
    pub fn translate(&self, way: Way, pictures: Tensor<4>) -> Option<Tensor<4>> {
        let network = match way {
            Way::Forward => &self.forward,
            Way::Backward => self.backward.as_ref()?,
        };
        Some(network.translate(pictures, self.config.multiple()))
    }

    /// What the discriminator says of pictures that were made this way, or that are real ones of that domain, `[batch, 3, height,
    /// width]`: `[batch, 1, rows, columns]` in `[0, 1]`, 1 for real. One that learned from pairs looks at what was `given`, too.
    /// `None` where there is no discriminator, or the picture is too small for it.
    pub fn judge(&self, way: Way, given: Tensor<4>, judged: Tensor<4>) -> Option<Tensor<4>> {
        let judge = match way {
            Way::Forward => self.judges[1].as_ref()?,
            Way::Backward => self.judges[0].as_ref()?,
        };
        let pictures = match self.config {
            TranslationConfig::Pix2pix(_) => Tensor::cat(vec![given, judged], 1),
            TranslationConfig::Cyclegan(_) => judged,
            TranslationConfig::Simgan(_) if self.config.channels() == 1 => grey(judged),
            TranslationConfig::Simgan(_) => judged,
        };
        let [.., height, width] = pictures.dims();
        (judge.least() <= height.min(width)).then(|| verdict(self.config.loss(), judge.logits(pictures)))
    }
}

/// Names all systems that would do, where a model is of none of them.
fn all_named(error: ModelError) -> ModelError {
    let names = [Pix2pixConfig::SYSTEM.name, CycleganConfig::SYSTEM.name, SimganConfig::SYSTEM.name];
    match error {
        ModelError::OtherSystem { found, .. } => ModelError::OtherSystem { expected: names.join(", "), found },
        other => other,
    }
}

impl Networks for Translator {
    fn read(file: &File<'_>, device: &Device) -> Result<Self, ModelError> {
        let system = &file.card.system;
        let config = if system.is::<Pix2pixConfig>() {
            TranslationConfig::Pix2pix(system.settings()?)
        } else if system.is::<SimganConfig>() {
            TranslationConfig::Simgan(system.settings()?)
        } else {
            TranslationConfig::Cyclegan(system.settings().map_err(all_named)?)
        };
        let generator = |name, config: &TranslatorConfig| {
            let empty = Network::unfilled(config, device).map_err(bad_config)?;
            file.network(name, empty, device).map(trained)
        };
        let shape = config.judge();
        let judge = |name| {
            let empty = || PatchDiscriminator::unfilled(shape, device).map_err(bad_config);
            file.has(name).then(|| file.network(name, empty()?, device)).transpose()
        };
        let (forward, backward, judges) = match &config {
            TranslationConfig::Pix2pix(settings) => {
                (generator("generator", &settings.generator)?, None, [None, judge("discriminator")?])
            }
            TranslationConfig::Cyclegan(settings) => {
                let back = file.has("f").then(|| generator("f", &settings.generator)).transpose()?;
                (generator("g", &settings.generator)?, back, [judge("d_x")?, judge("d_y")?])
            }
            TranslationConfig::Simgan(settings) => {
                let refiner = file.network("refiner", Refiner::unfilled(settings, device), device)?;
                (Maker::Refiner(Box::new(refiner)), None, [None, judge("discriminator")?])
            }
        };
        Ok(Self::new(config, forward, backward, judges))
    }

    fn tensors(&self) -> Vec<(&'static str, Vec<NamedTensor>)> {
        let [first, second] = &self.judges;
        let names = match self.config {
            TranslationConfig::Pix2pix(_) => ["generator", "", "", "discriminator"],
            TranslationConfig::Cyclegan(_) => ["g", "f", "d_x", "d_y"],
            TranslationConfig::Simgan(_) => ["refiner", "", "", "discriminator"],
        };
        let mut tensors = vec![(names[0], self.forward.tensors())];
        tensors.extend(self.backward.as_ref().map(|maker| (names[1], maker.tensors())));
        tensors.extend(first.as_ref().map(|judge| (names[2], parameters::collect(&**judge))));
        tensors.extend(second.as_ref().map(|judge| (names[3], parameters::collect(&**judge))));
        tensors
    }

    fn test_shape(&self) -> Vec<usize> {
        // The smallest in which every layer has something to do; a U-Net is done at its own side.
        let side = self.config.multiple().max(32);
        vec![3, side, side]
    }

    fn multiple(&self) -> usize {
        self.config.multiple()
    }

    fn effort(&self) -> u64 {
        self.config.effort()
    }

    /// There, and back where there is a way back, one after the other.
    fn test(&self, shape: &[usize], random: &mut Random) -> Option<Tensor<4>> {
        let &[3, height, width] = shape else { return None };
        let mut input = vec![0.0; 3 * height * width];
        random.fill_uniform(&mut input, -1.0, 1.0);
        let input = Tensor::from_data(TensorData::new(input, [1, 3, height, width]), &self.device);
        let made = [Way::Forward, Way::Backward].into_iter().filter_map(|way| self.translate(way, input.clone()));
        Some(Tensor::cat(made.collect(), 0))
    }

    fn prepared(self) -> Self {
        Self { forward: self.forward.prepared(), backward: self.backward.map(Maker::prepared), ..self }
    }
}
