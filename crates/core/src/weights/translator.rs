//! Networks that make a picture of a picture of the same size: those of pix2pix and of CycleGAN.

use std::sync::Arc;

use burn::{
    module::Module as _,
    tensor::{Device, Tensor, TensorData},
};
use forger_protocol::{
    AdversarialLoss, CycleganConfig, Pix2pixConfig, Random, TranslatorConfig, Way, error::ModelError,
};

use super::{File, Networks, bad_config};
use crate::{
    losses::adversarial::verdict,
    nets::{
        painter::unet::Painter,
        patch::PatchDiscriminator,
        translator::{Translator as Network, translated},
    },
    parameters::{self, NamedTensor},
    systems::{cyclegan, pix2pix},
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
    Painter(Arc<Painter>),
    #[cfg(feature = "gpu")]
    Gpu(Arc<crate::nets::painter::unet::gpu::Painter>),
}

impl Maker {
    fn translate(&self, pictures: Tensor<4>, multiple: usize) -> Tensor<4> {
        match self {
            Self::Trained(network) => network.translate(pictures, multiple),
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

    /// The tensors of the generator as it was trained.
    fn tensors(&self) -> Vec<NamedTensor> {
        match self {
            Self::Trained(network) => parameters::collect(&**network),
            _ => Vec::new(),
        }
    }
}

/// What was made; of pictures of another device, a fault of the caller, what is not a number, for which it looks.
fn or_nan(made: Option<Tensor<4>>, pictures: Tensor<4>) -> Tensor<4> {
    made.unwrap_or_else(|| pictures.full_like(f32::NAN))
}

/// The settings of a model that translates, of either system.
#[derive(Clone, Debug, PartialEq)]
pub enum TranslationConfig {
    /// Learned from pairs.
    Pix2pix(Pix2pixConfig),
    /// Learned without pairs.
    Cyclegan(CycleganConfig),
}

impl TranslationConfig {
    /// The network of each generator.
    pub fn generator(&self) -> &TranslatorConfig {
        match self {
            Self::Pix2pix(config) => &config.generator,
            Self::Cyclegan(config) => &config.generator,
        }
    }

    /// Side of the pictures that it learned from, in pixels.
    pub fn image_size(&self) -> usize {
        match self {
            Self::Pix2pix(config) => config.image_size,
            Self::Cyclegan(config) => config.image_size,
        }
    }

    fn loss(&self) -> AdversarialLoss {
        match self {
            Self::Pix2pix(config) => config.loss,
            Self::Cyclegan(config) => config.loss,
        }
    }
}

impl Translator {
    /// Learned from pairs. Works on the device that the generator is on.
    pub fn pix2pix(config: Pix2pixConfig, generator: Network, discriminator: Option<PatchDiscriminator>) -> Self {
        Self::new(TranslationConfig::Pix2pix(config), generator, None, [None, discriminator])
    }

    /// Learned without pairs: G, F, and D_X and D_Y.
    pub fn cyclegan(
        config: CycleganConfig,
        g: Network,
        f: Option<Network>,
        judges: [Option<PatchDiscriminator>; 2],
    ) -> Self {
        Self::new(TranslationConfig::Cyclegan(config), g, f, judges)
    }

    fn new(
        config: TranslationConfig,
        forward: Network,
        backward: Option<Network>,
        judges: [Option<PatchDiscriminator>; 2],
    ) -> Self {
        let device = forward.devices().into_iter().next().unwrap_or_default();
        let judges = judges.map(|judge| judge.map(Box::new));
        let maker = |network| Maker::Trained(Box::new(network));
        Self { config, forward: maker(forward), backward: backward.map(maker), judges, device }
    }

    /// The same without what judges.
    pub fn without_judges(self) -> Self {
        Self { judges: [None, None], ..self }
    }

    /// The network of each generator.
    pub fn generator_config(&self) -> &TranslatorConfig {
        self.config.generator()
    }

    /// Side of the pictures that it learned from, in pixels.
    pub fn image_size(&self) -> usize {
        self.config.image_size()
    }

    /// Where the networks are.
    pub fn device(&self) -> Device {
        self.device.clone()
    }

    /// Whether it knows this way.
    pub fn knows(&self, way: Way) -> bool {
        way == Way::Forward || self.backward.is_some()
    }

    /// Pictures `[batch, 3, height, width]` in `[-1, 1]`, of any size, same out. `None` for a way that it does not know.
    pub fn translate(&self, way: Way, pictures: Tensor<4>) -> Option<Tensor<4>> {
        let network = match way {
            Way::Forward => &self.forward,
            Way::Backward => self.backward.as_ref()?,
        };
        Some(network.translate(pictures, self.generator_config().multiple()))
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
        };
        let [.., height, width] = pictures.dims();
        (judge.least() <= height.min(width)).then(|| verdict(self.config.loss(), judge.verdicts(pictures)))
    }
}

impl Networks for Translator {
    fn read(file: &File<'_>, device: &Device) -> Result<Self, ModelError> {
        let is_paired = file.card.system.is::<Pix2pixConfig>();
        let config = if is_paired {
            TranslationConfig::Pix2pix(file.card.system.settings()?)
        } else {
            TranslationConfig::Cyclegan(file.card.system.settings()?)
        };
        let generator = |name| {
            let empty = Network::unfilled(config.generator(), device).map_err(bad_config)?;
            file.network(name, empty, device)
        };
        let shape = match &config {
            TranslationConfig::Pix2pix(config) => pix2pix::shape(config),
            TranslationConfig::Cyclegan(config) => cyclegan::shape(config),
        };
        let judge = |name| {
            let empty = || PatchDiscriminator::unfilled(shape, device).map_err(bad_config);
            file.has(name).then(|| file.network(name, empty()?, device)).transpose()
        };
        if is_paired {
            return Ok(Self::new(config.clone(), generator("generator")?, None, [None, judge("discriminator")?]));
        }
        let back = file.has("f").then(|| generator("f")).transpose()?;
        Ok(Self::new(config.clone(), generator("g")?, back, [judge("d_x")?, judge("d_y")?]))
    }

    fn tensors(&self) -> Vec<(&'static str, Vec<NamedTensor>)> {
        let [first, second] = &self.judges;
        let names = match self.config {
            TranslationConfig::Pix2pix(_) => ["generator", "", "", "discriminator"],
            TranslationConfig::Cyclegan(_) => ["g", "f", "d_x", "d_y"],
        };
        let mut tensors = vec![(names[0], self.forward.tensors())];
        tensors.extend(self.backward.as_ref().map(|maker| (names[1], maker.tensors())));
        tensors.extend(first.as_ref().map(|judge| (names[2], parameters::collect(&**judge))));
        tensors.extend(second.as_ref().map(|judge| (names[3], parameters::collect(&**judge))));
        tensors
    }

    fn test_shape(&self) -> Vec<usize> {
        // The smallest in which every layer has something to do; a U-Net is done at its own side.
        let side = self.generator_config().multiple().max(32);
        vec![3, side, side]
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
