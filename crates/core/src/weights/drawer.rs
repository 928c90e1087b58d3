//! Networks that draw from codes: those of a DCGAN.

use std::sync::Arc;

use burn::{
    backend::Flex,
    module::Module as _,
    tensor::{Device, Tensor, TensorData},
};
use forger_protocol::{
    Card, Codes, DcganConfig, EncoderConfig, LatentPrior, Random, card::Direction, detect, error::ModelError,
};
use half::f16;

use super::{File, Networks, bad_config, sha256};
use crate::{
    CheckpointError,
    checkpoint::Reader,
    nets::{
        dcgan::{Discriminator, Generator},
        encoder::Encoder,
        fold,
        mapping::Mapping,
        painter::Painter,
    },
    parameters::{self, NamedTensor},
    player::average_of,
};

const OTHER_ENCODER: &str = "its encoder is of another model";

/// A generator that draws from codes, and what there is beside it.
#[derive(Clone, Debug)]
pub struct Drawer {
    /// The settings that the card has.
    pub config: DcganConfig,
    /// What it draws from.
    pub codes: Codes,
    /// The network that judged it in training, where the file holds it; not of one that is prepared to draw.
    pub discriminator: Option<Discriminator>,
    /// From its pictures to its codes, where the file holds it; not of one that is prepared to draw.
    pub encoder: Option<Encoder>,
    way: Way,
    device: Device,
}

/// What draws.
#[derive(Clone, Debug)]
enum Way {
    /// The generator as it was trained.
    Trained(Box<Generator>),
    /// Its normalisation is in its kernels.
    Folded(Arc<Generator>),
    Painter(Arc<Painter>),
    #[cfg(feature = "gpu")]
    Gpu(Arc<crate::nets::painter::gpu::Painter>),
}

/// What draws with a folded generator.
fn folded(generator: Generator) -> Way {
    #[cfg(feature = "gpu")]
    if let Some(painter) = crate::nets::painter::gpu::Painter::new(&generator) {
        return Way::Gpu(Arc::new(painter));
    }
    Way::Folded(Arc::new(generator))
}

impl Drawer {
    /// `None` for networks of other settings, or that are not on the CPU.
    pub fn new(config: DcganConfig, generator: Generator, discriminator: Option<Discriminator>) -> Option<Self> {
        let codes = Codes::new(&config, generator.mapping.as_ref().and_then(Mapping::folded))?;
        Some(Self::trained(config, codes, generator, discriminator))
    }

    fn trained(config: DcganConfig, codes: Codes, generator: Generator, discriminator: Option<Discriminator>) -> Self {
        let device = generator.project.weight.device();
        Self { config, codes, discriminator, encoder: None, way: Way::Trained(Box::new(generator)), device }
    }

    /// Takes an encoder that was trained for it, of a checkpoint, with the moving average of its weights; its settings, for the card.
    pub fn take_encoder(&mut self, checkpoint: &Reader<'_>) -> Result<EncoderConfig, ModelError> {
        let failed = |error: CheckpointError| ModelError::Malformed { detail: error.to_string() };
        let config = checkpoint.settings::<EncoderConfig>().map_err(failed)?;
        if !self.is_served_by(&config) {
            return Err(ModelError::BadCard { detail: OTHER_ENCODER.into() });
        }
        let empty = Encoder::unfilled(&config, &self.device).map_err(bad_config)?;
        self.encoder = Some(checkpoint.network(&average_of("encoder"), empty, &self.device).map_err(failed)?);
        Ok(config)
    }

    /// These settings, for an encoder of this model.
    pub fn encoder_settings(&self, config: EncoderConfig) -> EncoderConfig {
        let model = self.fingerprint().unwrap_or_default();
        EncoderConfig { model, ..config.for_model(&self.config, self.codes.prior() == LatentPrior::Uniform) }
    }

    /// Whether an encoder of these settings gives the codes of this model. One that does not say whose they are is believed.
    pub fn is_served_by(&self, config: &EncoderConfig) -> bool {
        config.fits(&self.config)
            && config.bounded == (self.codes.prior() == LatentPrior::Uniform)
            && (config.model.is_empty() || self.fingerprint().as_ref() == Some(&config.model))
    }

    /// What tells its generator from all others, whether its weights are as they were trained or rounded as a file has them. Nothing
    /// of one that is prepared to draw.
    fn fingerprint(&self) -> Option<String> {
        let values = parameters::collect(self.generator()?).into_iter().flat_map(|tensor| tensor.values);
        let bytes = values.flat_map(|value| f16::from_f32(value).to_le_bytes()).collect::<Vec<_>>();
        Some(sha256(&bytes)[..16].to_owned())
    }

    /// The generator as it was trained; not of one that is prepared to draw.
    pub fn generator(&self) -> Option<&Generator> {
        match &self.way {
            Way::Trained(generator) => Some(generator),
            _ => None,
        }
    }

    /// Codes `[count, latent_dim]` ([`Drawer::codes`]) to pictures `[count, channels, height, width]` in `[-1, 1]`.
    pub fn draw(&self, codes: Tensor<2>) -> Tensor<4> {
        let count = codes.dims()[0];
        let drawn = match &self.way {
            Way::Trained(generator) => Some(generator.forward(codes)),
            Way::Folded(folded) => Some(folded.forward(codes)),
            #[cfg(feature = "gpu")]
            Way::Gpu(painter) => painter.forward(&codes),
            Way::Painter(painter) => painter.forward(&codes),
        };
        // Codes of another device: a fault of the caller, which looks for what is not a number.
        let shape = [count, self.config.channels, self.config.image_size, self.config.image_size];
        drawn.unwrap_or_else(|| Tensor::full(shape, f32::NAN, &self.device))
    }

    /// Where the networks are.
    pub fn device(&self) -> Device {
        self.device.clone()
    }
}

impl Networks for Drawer {
    fn read(file: &File<'_>, device: &Device) -> Result<Self, ModelError> {
        let config = file.card.system.settings::<DcganConfig>()?;
        let empty = Generator::unfilled(&config, device).map_err(bad_config)?;
        let generator = file.network("generator", empty, device)?;
        let empty = file.card.discriminator.then(|| Discriminator::unfilled(&config, device));
        let empty = empty.transpose().map_err(bad_config)?;
        let discriminator = empty.map(|empty| file.network("discriminator", empty, device)).transpose()?;
        // On the CPU, whatever the device: nothing here may wait for a GPU.
        let cpu = Device::flex();
        let mapping = (config.mapping > 0).then(|| Mapping::new(config.latent_dim, config.mapping, &cpu));
        let mapping = mapping.map(|empty| file.network("generator.mapping", empty, &cpu)).transpose()?;
        let codes = Codes::new(&config, mapping.and_then(|mapping| mapping.folded()));
        let codes = codes.ok_or_else(|| ModelError::BadCard { detail: "no mapping".into() })?;
        let empty = file.card.encoder.as_deref().map(|config| Encoder::unfilled(config, device));
        let empty = empty.transpose().map_err(bad_config)?;
        let encoder = empty.map(|empty| file.network("encoder", empty, device)).transpose()?;
        Ok(Self { encoder, ..Self::trained(config, codes, generator, discriminator) })
    }

    fn tensors(&self) -> Vec<(&'static str, Vec<NamedTensor>)> {
        let generator = self.generator().map(|network| ("generator", parameters::collect(network)));
        let mut tensors = Vec::from_iter(generator);
        tensors.extend(self.discriminator.as_ref().map(|network| ("discriminator", parameters::collect(network))));
        tensors.extend(self.encoder.as_ref().map(|network| ("encoder", parameters::collect(network))));
        tensors
    }

    fn test_shape(&self) -> Vec<usize> {
        vec![self.config.latent_dim]
    }

    fn test(&self, shape: &[usize], random: &mut Random) -> Option<Tensor<4>> {
        let DcganConfig { latent_dim, prior, .. } = self.config;
        let code = (shape == [latent_dim]).then(|| random.latent(prior, 1, latent_dim))?;
        Some(self.draw(Tensor::from_data(TensorData::new(code, [1, latent_dim]), &self.device())))
    }

    /// A painter on the CPU or a GPU, kernels that have taken normalisation in elsewhere. What was trained goes.
    fn prepared(mut self) -> Self {
        let Way::Trained(generator) = &self.way else { return self };
        let on_cpu = generator.project.weight.val().try_into_primitive::<Flex>().is_ok();
        let painter = if on_cpu { Painter::new(generator) } else { None };
        self.way = match painter {
            Some(painter) => Way::Painter(Arc::new(painter)),
            None => folded(fold::generator(generator).valid()),
        };
        (self.discriminator, self.encoder) = (None, None);
        self
    }

    fn check_card(&self, card: &Card) -> Result<(), ModelError> {
        for Direction { name, vector, strength, .. } in &card.directions {
            let fault = match vector.len() == self.config.latent_dim {
                false => "has another length than z",
                true if vector.iter().chain([strength]).all(|value| value.is_finite()) => continue,
                true => "holds a value that is not a number",
            };
            return Err(ModelError::BadCard { detail: format!("direction {name} {fault}") });
        }
        if let Some(normal) = &card.normal {
            normal.search.check().map_err(bad_config)?;
            normal.patches.map_or(Ok(()), |patches| patches.check(self.config.image_size)).map_err(bad_config)?;
            let way = normal.search.way;
            let lacks = [
                ("a discriminator", way.asks_for_d() && self.discriminator.is_none()),
                ("an encoder", matches!(way, detect::Way::Encoder { .. }) && self.encoder.is_none()),
            ];
            if let Some((what, _)) = lacks.into_iter().find(|(_, lacks)| *lacks) {
                return Err(ModelError::BadCard { detail: format!("its scores ask for {what}, and there is none") });
            }
        }
        if card.encoder.as_deref().is_some_and(|encoder| !self.is_served_by(encoder)) {
            return Err(ModelError::BadCard { detail: OTHER_ENCODER.into() });
        }
        Ok(())
    }
}
