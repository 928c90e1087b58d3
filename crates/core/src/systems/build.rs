//! A system of its settings and of pictures in memory, whichever it is: what a tab trains.

use burn::{module::Module, tensor::Device};
use forger_protocol::{
    Conflict, CycleganConfig, DcganConfig, OutOfRange, Pix2pixConfig, Settings, SimganConfig, SuperresConfig,
    SystemConfig, error::ModelError,
};

use super::{System, pix2pix::TranslationError, simgan::SimganError, superres::SuperresError};
use crate::{Images, data::photos::Photo, parameters::shapes};

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
    /// Settings that do not go together.
    #[error(transparent)]
    Conflict(#[from] Conflict),
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

impl BuildError {
    /// The material is none for the system of these settings.
    pub(super) fn other_material<C: Settings>() -> Self {
        Self::OtherMaterial(C::SYSTEM.name.into())
    }
}

/// Settings of which a system can be built: each says here, once, which networks it is made of, and what it learns from.
pub(super) trait Built: Settings {
    /// All of them, one beside the other, in the order in which chance fills them.
    type Networks: Module;

    /// The networks of these settings: weights have shapes, and take no memory until they are filled.
    fn networks(&self, device: &Device) -> Result<Self::Networks, OutOfRange>;

    /// The system, at its beginning.
    fn system(self, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError>;
}

type Build = fn(&SystemConfig, Material, &Device) -> Result<Box<dyn System>, BuildError>;

/// What is done with the settings of a system.
struct Entry {
    name: &'static str,
    build: Build,
    parameters: fn(&SystemConfig) -> Result<u64, BuildError>,
}

impl Entry {
    const fn of<C: Built>() -> Self {
        Self { name: C::SYSTEM.name, build: build_as::<C>, parameters: parameters_as::<C> }
    }
}

/// Every system that can be built.
const ALL: [Entry; 5] = [
    Entry::of::<DcganConfig>(),
    Entry::of::<SuperresConfig>(),
    Entry::of::<Pix2pixConfig>(),
    Entry::of::<CycleganConfig>(),
    Entry::of::<SimganConfig>(),
];

fn find(system: &SystemConfig) -> Result<Entry, BuildError> {
    let found = ALL.into_iter().find(|entry| entry.name == system.name);
    found.ok_or_else(|| BuildError::OtherMaterial(system.name.clone()))
}

/// The system, at its beginning.
pub fn build(system: &SystemConfig, material: Material, device: &Device) -> Result<Box<dyn System>, BuildError> {
    (find(system)?.build)(system, material, device)
}

/// How many numbers the networks of these settings hold, as [`super::parameters`] counts those of a system; none of them is there
/// meanwhile, so that what has no room is refused before it is built. There may be more than a tab has addresses for. Fails for
/// settings out of range, and for a system that is not built here.
pub fn parameters(system: &SystemConfig) -> Result<u64, BuildError> {
    (find(system)?.parameters)(system)
}

fn build_as<C: Built>(
    system: &SystemConfig,
    material: Material,
    device: &Device,
) -> Result<Box<dyn System>, BuildError> {
    let config = system.settings::<C>()?;
    config.can_train()?;
    config.system(material, device)
}

fn parameters_as<C: Built>(system: &SystemConfig) -> Result<u64, BuildError> {
    let networks = system.settings::<C>()?.networks(&Device::flex())?;
    let values = |shape: Vec<usize>| shape.into_iter().map(|length| length as u64).product::<u64>();
    Ok(shapes(&networks).into_iter().map(|(_, shape)| values(shape)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::squares::Squares;
    use forger_protocol::{
        AdversarialLoss, ScalarKind, StepKind, SuperresLosses, TranslatorConfig,
        runs::presets::{self, Needs, Preset},
    };
    use serde_json::{Value, json};

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

    fn settings(preset: &Preset) -> SystemConfig {
        preset.settings(preset.sides[0], if preset.grey { 1 } else { 3 })
    }

    /// The presets of these systems, each with one setting changed.
    fn changed<const N: usize>(
        changes: [(&str, &str, Value); N],
    ) -> impl Iterator<Item = (&'static Preset, SystemConfig)> {
        changes.into_iter().map(|(system, place, value)| {
            let preset = presets::find(system).unwrap();
            let mut settings = settings(preset);
            *settings.config.pointer_mut(place).unwrap() = value;
            (preset, settings)
        })
    }

    fn begun(preset: &Preset, settings: &SystemConfig) -> Result<Box<dyn System>, BuildError> {
        build(settings, material(preset.needs, preset.sides[0]), &Device::flex())
    }

    fn told(system: &mut dyn System) -> Vec<f32> {
        system.step(StepKind::Both).into_data().try_into_vec().unwrap()
    }

    #[test]
    fn every_preset_trains_on_what_it_asks_for_and_on_nothing_else() {
        for preset in &presets::ALL {
            let settings = settings(preset);
            let mut system = begun(preset, &settings).unwrap();
            let told = told(&mut *system);
            assert_eq!(told.len(), system.declaration().scalars.len());
            assert!(told.iter().all(|value| value.is_finite()), "{}: {told:?}", preset.system);
            let other = if preset.needs == Needs::Pairs { Needs::Domains } else { Needs::Pairs };
            let refused = build(&settings, material(other, preset.sides[0]), &Device::flex()).err();
            assert_eq!(refused, Some(BuildError::OtherMaterial(preset.system.into())));
        }
    }

    #[test]
    fn what_is_counted_is_what_is_built() {
        let plain = presets::ALL.iter().map(|preset| (preset, settings(preset)));
        // A network more, or one that is left out; a channel more.
        let others = changed([
            ("dcgan", "/mapping", json!(16)),
            ("dcgan", "/spectral_norm", json!(false)),
            ("superres", "/losses/adversarial", json!(0.1)),
            ("pix2pix", "/adversarial", json!(0.0)),
            ("pix2pix", "/generator/attention", json!(true)),
            ("cyclegan", "/generator/attention", json!(true)),
            ("simgan", "/adversarial", json!(0.0)),
        ]);
        for (preset, settings) in plain.chain(others) {
            let built = crate::systems::parameters(&mut *begun(preset, &settings).unwrap());
            assert_eq!(parameters(&settings), Ok(built as u64), "{settings:?}");
        }
    }

    #[test]
    fn a_step_tells_what_its_settings_say_that_it_tells_and_nothing_else() {
        let plain = presets::ALL.iter().map(|preset| (preset, settings(preset)));
        let others = changed([
            ("pix2pix", "/adversarial", json!(0.0)),
            ("pix2pix", "/l1", json!(0.0)),
            ("cyclegan", "/cycle", json!(0.0)),
            ("cyclegan", "/identity", json!(0.0)),
            ("simgan", "/adversarial", json!(0.0)),
            ("simgan", "/lambda", json!(0.0)),
            ("superres", "/losses/adversarial", json!(0.1)),
        ]);
        for (preset, mut settings) in plain.chain(others) {
            // Before the game SimGAN has less to tell.
            for key in ["refiner_pretraining", "discriminator_pretraining"] {
                settings.config.get_mut(key).into_iter().for_each(|steps| *steps = json!(0));
            }
            let mut system = begun(preset, &settings).unwrap();
            let told = told(&mut *system);
            for (scalar, value) in system.declaration().scalars.iter().zip(told) {
                let (is_told, says) = (value != 0.0, scalar.is_told(&settings.config));
                // What a discriminator holds of pictures may be 0.
                let may_be_nothing = scalar.kind == ScalarKind::Verdict && says;
                assert!(is_told == says || may_be_nothing, "{} is {value}: {settings:?}", scalar.key);
            }
        }
    }

    #[test]
    fn settings_that_do_not_go_together_are_refused_before_anything_is_built() {
        let wasserstein = json!(AdversarialLoss::Wasserstein);
        let refused = changed([
            ("pix2pix", "/loss", wasserstein.clone()),
            ("cyclegan", "/loss", wasserstein.clone()),
            ("simgan", "/loss", wasserstein),
            ("simgan", "/history", json!(1)),
        ]);
        for (preset, settings) in refused {
            let error = begun(preset, &settings).err();
            assert!(matches!(error, Some(BuildError::Conflict(_))), "{settings:?}: {error:?}");
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
