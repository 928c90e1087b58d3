//! A system of its settings and of pictures in memory, whichever it is: what a tab trains.

use burn::tensor::Device;
use forger_protocol::{
    CycleganConfig, DcganConfig, OutOfRange, Pix2pixConfig, SimganConfig, SuperresConfig, SystemConfig,
    error::ModelError,
};

use super::{
    System,
    cyclegan::Cyclegan,
    dcgan::Dcgan,
    pix2pix::{Pix2pix, TranslationError},
    simgan::{Simgan, SimganError},
    superres::{Superres, SuperresError},
};
use crate::{
    Images,
    data::{photos::Photo, squares::Squares},
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

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::{
        StepKind,
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
            let told = system.step(StepKind::Both).into_data().try_into_vec::<f32>().unwrap();
            assert_eq!(told.len(), system.declaration().scalars.len());
            assert!(told.iter().all(|value| value.is_finite()), "{}: {told:?}", preset.system);
            let other = if preset.needs == Needs::Pairs { Needs::Domains } else { Needs::Pairs };
            let refused = build(&settings, material(other, side), &device).err();
            assert_eq!(refused, Some(BuildError::OtherMaterial(preset.system.into())));
        }
    }
}
