//! Which networks the models of a system are, said once for all who open, write or check models of any system.

use burn::tensor::Device;
use forger_protocol::{
    Card, CycleganConfig, DcganConfig, Pix2pixConfig, SimganConfig, SuperresConfig, SystemConfig, error::ModelError,
};

use super::{DISCRIMINATOR, Drawer, Model, Networks, Translator, Upscaler};
use crate::{CheckpointError, checkpoint::Reader};

/// What models of a system do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pictures of codes: [`Drawer`].
    Drawer,
    /// Larger pictures of pictures: [`Upscaler`].
    Upscaler,
    /// Pictures of pictures of the same size: [`Translator`].
    Translator,
}

/// What the models of a system do.
pub fn kind(system: &SystemConfig) -> Result<Kind, ModelError> {
    if system.is::<DcganConfig>() {
        Ok(Kind::Drawer)
    } else if system.is::<SuperresConfig>() {
        Ok(Kind::Upscaler)
    } else if system.is::<Pix2pixConfig>() || system.is::<CycleganConfig>() || system.is::<SimganConfig>() {
        Ok(Kind::Translator)
    } else {
        Err(ModelError::BadCard { detail: format!("no models of system {}", system.name) })
    }
}

/// What a checkpoint says of itself, as a card without a name.
pub fn card_of(reader: &Reader<'_>) -> Result<Card, CheckpointError> {
    let config = &reader.state["config"];
    let name = reader.state["system"].as_str().unwrap_or_default().to_owned();
    let seed = config["seed"].as_u64().unwrap_or_default() as u32;
    Ok(Card {
        steps: reader.steps()?,
        trainer: format!("forger {}", env!("CARGO_PKG_VERSION")),
        discriminator: reader.progress(DISCRIMINATOR).is_ok(),
        ..Card::new("", SystemConfig { name, config: config.clone() }, seed)
    })
}

/// The model file of a checkpoint of any system, and its card. It holds the discriminators, too: they judge pictures on the page,
/// and a run can begin with them.
pub fn write_checkpoint(reader: Reader<'_>, card: Card) -> Result<(Vec<u8>, Card), ModelError> {
    fn write<N: Networks>(reader: Reader<'_>, card: Card) -> Result<(Vec<u8>, Card), ModelError> {
        let Model { card, networks } = Model::<N>::of_checkpoint(reader, card, &Device::flex())?;
        Model::write(card, &networks)
    }
    match kind(&card.system)? {
        Kind::Drawer => write::<Drawer>(reader, card),
        Kind::Upscaler => write::<Upscaler>(reader, card),
        Kind::Translator => write::<Translator>(reader, card),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::system;

    #[test]
    fn models_of_every_system_but_two_do_something() {
        let kinds = system::ALL.map(|system| {
            let settings = SystemConfig { name: system.name.to_owned(), config: serde_json::Value::Null };
            (system.name, kind(&settings).is_ok())
        });
        // A toy leaves no file, and an encoder lies in that of the model whose codes it gives.
        let without = kinds.iter().filter(|(_, has)| !has).map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(without, ["toy", "encoder"]);
    }
}
