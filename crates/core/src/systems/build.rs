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
mod tests;
