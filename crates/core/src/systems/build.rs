//! A system of its settings and of pictures in memory, whichever it is: what a tab trains.

use burn::{module::Module, tensor::Device};
use forger_protocol::{
    CycleganConfig, DcganConfig, OutOfRange, Pix2pixConfig, SimganConfig, SuperresConfig, SystemConfig,
    error::ModelError,
};

use super::{
    System,
    cyclegan::{self, Cyclegan},
    dcgan::Dcgan,
    pix2pix::{self, Pix2pix, TranslationError},
    simgan::{self, Simgan, SimganError},
    superres::{Superres, SuperresError},
};
use crate::{
    Images,
    data::{photos::Photo, squares::Squares},
    nets::{self, patch::PatchDiscriminator, refiner::Refiner, translator::Translator},
    parameters::shapes,
};

/// Pictures to learn from, of the kind that a system asks for.
pub enum Material {
    /// Of DCGAN, which sees squares of them, and of super-resolution.
    Pictures(Vec<Photo>),
    /// Of pix2pix: what is given, and what is to be made of it.
    Pairs(Vec<[Photo; 2]>),
    /// Of CycleGAN: the first domain and the second.
    Domains([Vec<Photo>; 2]),
    /// Of SimGAN.
    Simulated {
        /// Of the simulator, of the size of the settings.
        synthetic: Box<dyn Images>,
        /// What they are to look like; squares of them are seen.
        real: Vec<Photo>,
    },
}

/// Why there is no system.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// A setting is out of range.
    #[error(transparent)]
    Config(#[from] OutOfRange),
    /// Settings that do not read.
    #[error(transparent)]
    Settings(#[from] ModelError),
    /// Of pix2pix and CycleGAN.
    #[error(transparent)]
    Translation(#[from] TranslationError),
    /// Of SimGAN.
    #[error(transparent)]
    Simgan(#[from] SimganError),
    /// Of super-resolution.
    #[error(transparent)]
    Superres(#[from] SuperresError),
    /// The pictures are not what the system learns from, or there is no such system.
    #[error("{0} cannot learn from this")]
    OtherMaterial(String),
}

/// The system, at its beginning.
pub fn build(system: &SystemConfig, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError> {
    match material {
        Material::Pictures(photos) if system.is::<DcganConfig>() => {
            let config = system.settings::<DcganConfig>()?;
            let squares = Squares::new(&photos, config.channels, config.image_size);
            Ok(Box::new(Dcgan::new(config, Box::new(squares), device)?))
        }
        Material::Pictures(photos) if system.is::<SuperresConfig>() => {
            Ok(Box::new(Superres::new(system.settings()?, photos, None, device)?))
        }
        Material::Pairs(pairs) if system.is::<Pix2pixConfig>() => {
            Ok(Box::new(Pix2pix::new(system.settings()?, pairs, device)?))
        }
        Material::Domains([x, y]) if system.is::<CycleganConfig>() => {
            Ok(Box::new(Cyclegan::new(system.settings()?, x, y, None, device)?))
        }
        Material::Simulated { synthetic, real } if system.is::<SimganConfig>() => {
            let config = system.settings::<SimganConfig>()?;
            let real = Squares::new(&real, config.channels, config.image_width);
            Ok(Box::new(Simgan::new(config, synthetic, Box::new(real), None, device)?))
        }
        _ => Err(BuildError::OtherMaterial(system.name.clone())),
    }
}

/// How many numbers the networks of these settings have, as [`super::parameters`] counts them, without room for any: so that what
/// has no room is refused before it is built. More than an address on the web can have, where settings ask for it.
pub fn parameters(system: &SystemConfig) -> Result<u64, BuildError> {
    let device = &Device::flex();
    if system.is::<DcganConfig>() {
        let config = system.settings::<DcganConfig>()?;
        let judging = count(&nets::dcgan::Discriminator::unfilled(&config, device)?);
        Ok(count(&nets::dcgan::Generator::unfilled(&config, device)?) + judging)
    } else if system.is::<SuperresConfig>() {
        let config = system.settings::<SuperresConfig>()?;
        let made = count(&nets::superres::Generator::unfilled(&config, device)?);
        let has_opponent = config.losses.need_discriminator();
        let judge = has_opponent.then(|| nets::superres::discriminator::Discriminator::unfilled(&config, device));
        Ok(made + judge.transpose()?.as_ref().map_or(0, count))
    } else if system.is::<Pix2pixConfig>() {
        let config = system.settings::<Pix2pixConfig>()?;
        let made = count(&Translator::unfilled(&config.generator, device)?);
        let has_opponent = config.adversarial > 0.0;
        let judge = has_opponent.then(|| PatchDiscriminator::unfilled(pix2pix::shape(&config), device));
        Ok(made + judge.transpose()?.as_ref().map_or(0, count))
    } else if system.is::<CycleganConfig>() {
        let config = system.settings::<CycleganConfig>()?;
        let judging = count(&PatchDiscriminator::unfilled(cyclegan::shape(&config), device)?);
        Ok(2 * (count(&Translator::unfilled(&config.generator, device)?) + judging))
    } else if system.is::<SimganConfig>() {
        let config = system.settings::<SimganConfig>()?;
        let judging = count(&PatchDiscriminator::unfilled(simgan::shape(&config), device)?);
        Ok(count(&Refiner::unfilled(&config, device)) + judging)
    } else {
        Err(BuildError::OtherMaterial(system.name.clone()))
    }
}

fn count<M: Module>(network: &M) -> u64 {
    let values = |shape: Vec<usize>| shape.into_iter().map(|length| length as u64).product::<u64>();
    shapes(network).into_iter().map(|(_, shape)| values(shape)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{
        StepKind, SuperresLosses, TranslatorConfig,
        runs::presets::{self, Needs},
    };

    fn photos(side: usize) -> Vec<Photo> {
        let photo = |value: u8| {
            let pixels = (0..3 * side * side).map(|at| value.wrapping_add((at * 7) as u8)).collect();
            Photo { height: side, width: side, pixels }
        };
        (0..20).map(photo).collect()
    }

    fn material(needs: Needs, side: usize) -> Material {
        let photos = || photos(side);
        match needs {
            Needs::Pictures => Material::Pictures(photos()),
            Needs::Pairs => Material::Pairs(photos().into_iter().map(|photo| [photo.clone(), photo]).collect()),
            Needs::Domains => Material::Domains([photos(), photos()]),
            Needs::Simulated => {
                Material::Simulated { synthetic: Box::new(Squares::new(&photos(), 1, side)), real: photos() }
            }
        }
    }

    #[test]
    fn every_preset_trains_on_what_it_asks_for_and_on_nothing_else() {
        let device = Device::flex();
        for preset in &presets::ALL {
            let side = preset.sides[0];
            let settings = preset.settings(side, if preset.grey { 1 } else { 3 });
            let mut system = build(&settings, material(preset.needs, side), &device).unwrap();
            assert_eq!(parameters(&settings), Ok(crate::systems::parameters(&mut *system) as u64), "{settings:?}");
            let told = system.step(StepKind::Both).into_data().try_into_vec::<f32>().unwrap();
            assert_eq!(told.len(), system.declaration().scalars.len());
            assert!(told.iter().all(|value| value.is_finite()), "{}: {told:?}", preset.system);
            let other = if preset.needs == Needs::Pairs { Needs::Domains } else { Needs::Pairs };
            let refused = build(&settings, material(other, side), &device).err();
            assert_eq!(refused, Some(BuildError::OtherMaterial(preset.system.into())));
        }
    }

    #[test]
    fn what_no_memory_holds_is_counted_and_what_is_out_of_range_is_not() {
        // The discriminator alone has 34 thousand million numbers in one layer.
        let losses = SuperresLosses { adversarial: 1.0, ..SuperresLosses::default() };
        let huge = SuperresConfig { losses, discriminator_width: 256, patch: 256, ..SuperresConfig::default() };
        assert!(parameters(&SystemConfig::of(&huge)).unwrap() > 34_000_000_000);
        let generator = TranslatorConfig { width: 0, ..TranslatorConfig::default() };
        let nothing = SystemConfig::of(&Pix2pixConfig { generator, ..Pix2pixConfig::default() });
        assert!(matches!(parameters(&nothing), Err(BuildError::Settings(_))));
        let other = SystemConfig { name: "toy".into(), config: serde_json::Value::Null };
        assert_eq!(parameters(&other), Err(BuildError::OtherMaterial("toy".into())));
    }
}
