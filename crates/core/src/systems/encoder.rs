//! The encoder of f-AnoGAN: from pictures to the codes of which a trained generator makes them. Schlegl et al. 2019 (doi
//! 10.1016/j.media.2019.01.010), section 2.2, izi_f: picture, code, picture, with features of D.

use burn::{
    module::Module as _,
    tensor::{Device, Tensor},
};
use forger_protocol::{EncoderConfig, OutOfRange, Random, Settings, StepKind, Stream};

use super::{AnySettings, Parts, System, pix2pix::tune};
use crate::{
    Images,
    data::{
        Source as _,
        images::{Shuffled, first},
    },
    detect::Loss,
    nets::{
        dcgan::{Discriminator, Generator},
        encoder::Encoder as Network,
        fold,
    },
    parameters,
    player::Player,
    scalars::Scalars,
    weights::Drawer,
};

/// Pictures that it shows of itself.
const SHOWN: usize = 8;

/// Why training cannot begin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EncoderError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] OutOfRange),
    /// There is nothing to learn from.
    #[error("there is no picture to learn from")]
    NoPictures,
    /// Settings, pictures and model do not belong together.
    #[error("pictures or codes of another size than the model has, or settings for another model")]
    OtherModel,
    /// Networks that are prepared to draw have no gradients.
    #[error("an encoder needs the networks as they were trained")]
    Prepared,
    /// The features of D are asked for, and the file has none.
    #[error("the model has no discriminator, whose features are asked for")]
    NoDiscriminator,
}

/// The encoder in training.
pub struct Encoder {
    config: EncoderConfig,
    encoder: Player<Network>,
    /// As it draws, for good.
    generator: Generator,
    /// Whose features are looked at.
    discriminator: Option<Discriminator>,
    data: Shuffled,
    /// With autodiff.
    device: Device,
    steps: u64,
}

fn player(config: &EncoderConfig, device: &Device) -> Result<Player<Network>, OutOfRange> {
    let network = Network::new(config, &mut Random::new(config.seed, Stream::Weights), device)?;
    Ok(Player::new("encoder", network, config.optimizer).averaged())
}

impl Encoder {
    /// For a model as it was trained, and pictures like those that it learned from.
    pub fn new(
        config: EncoderConfig,
        model: &Drawer,
        images: Box<dyn Images>,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        config.validate()?;
        if images.is_empty() {
            return Err(EncoderError::NoPictures);
        }
        if !model.is_served_by(&config) || images.shape() != model.config.shape() {
            return Err(EncoderError::OtherModel);
        }
        let device = device.clone().autodiff();
        let generator = fold::generator(model.generator().ok_or(EncoderError::Prepared)?);
        let asked = config.kappa > 0.0;
        let discriminator = model.discriminator.as_ref().filter(|_| asked).map(fold::discriminator);
        if asked && discriminator.is_none() {
            return Err(EncoderError::NoDiscriminator);
        }
        Ok(Self {
            encoder: player(&config, &device)?,
            generator: parameters::copy(&generator, &device).no_grad(),
            discriminator: discriminator.map(|network| parameters::copy(&network, &device).no_grad()),
            data: Shuffled::new(images, config.seed),
            device,
            steps: 0,
            config,
        })
    }

    /// The encoder with the moving average of its weights.
    pub fn average(&self) -> &Network {
        self.encoder.average()
    }
}

impl System for Encoder {
    fn settings(&self) -> &dyn AnySettings {
        &self.config
    }

    fn parts(&mut self) -> Parts<'_> {
        Parts { players: vec![&mut self.encoder], chances: vec![self.data.chance()], steps: &mut self.steps }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    /// There is one player, whatever is asked for.
    fn step(&mut self, _kind: StepKind) -> Tensor<1> {
        let EncoderConfig { batch, kappa, ema_decay, .. } = self.config;
        tune(&mut self.encoder, self.config.optimizer, self.config.pace(self.steps));
        let mut told = Scalars::new(EncoderConfig::SYSTEM.scalars, &self.device.clone().inner());
        let pictures = self.data.next(batch, &self.device);
        let again = self.generator.forward(self.encoder.network.forward(pictures.clone()));
        let (residual, features) = Loss::encoded(pictures, self.discriminator.clone(), kappa as f32).parts(again);
        let mut total = residual.mean();
        told.tell("residual_loss", total.clone().detach().inner());
        if let Some((features, weight)) = features {
            let features = features.mean();
            told.tell("features_loss", features.clone().detach().inner());
            total = total + features * weight;
        }
        if let Some(norm) = self.encoder.learn(&total) {
            told.tell("e_gradient", norm);
        }
        self.steps += 1;
        self.encoder.follow_in(self.steps, ema_decay);
        told.into_tensor()
    }

    fn restart(&mut self) {
        // The settings were valid when they were taken.
        if let Ok(encoder) = player(&self.config, &self.device) {
            self.encoder = encoder;
        }
    }

    /// The first pictures, what is drawn of their codes, and the difference.
    fn visuals(&self) -> Vec<Tensor<4>> {
        let pictures = first(self.data.images(), SHOWN, &self.device.clone().inner());
        let again = self.generator.valid().forward(self.average().forward(pictures.clone()));
        let difference = (again.clone() - pictures.clone()) * 0.5;
        vec![pictures, again, difference]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{photos::Photo, squares::Squares};
    use forger_protocol::DcganConfig;

    #[test]
    fn features_are_told_where_they_are_weighed() {
        let (device, random) = (Device::flex(), &mut Random::new(1, Stream::Weights));
        let settings = DcganConfig { image_size: 28, channels: 1, latent_dim: 4, width: 2, ..DcganConfig::default() };
        let generator = Generator::new(&settings, random, &device).unwrap();
        let discriminator = Discriminator::new(&settings, random, &device).unwrap();
        let model = Drawer::new(settings, generator, Some(discriminator)).unwrap();
        let pixels = (0..3 * 28 * 28).map(|at| (at % 251) as u8).collect();
        let photo = Photo { height: 28, width: 28, pixels };
        for kappa in [0.0, 1.0] {
            let config = EncoderConfig { kappa, width: 2, batch: 2, ..EncoderConfig::default() };
            let pictures = Squares::new(&[photo.clone(), photo.clone()], 1, 28);
            let mut system = Encoder::new(model.encoder_settings(config), &model, Box::new(pictures), &device).unwrap();
            let told = system.step(StepKind::Both).into_data().try_into_vec::<f32>().unwrap();
            for (scalar, value) in system.declaration().scalars.iter().zip(told) {
                assert_eq!(value != 0.0, scalar.is_told(&system.config()), "{} at {kappa}: {value}", scalar.key);
            }
        }
    }
}
