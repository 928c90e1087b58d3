//! Pictures made larger by a model of a file or of a run, tile by tile.

use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::Device;
use forger_core::{
    Superres,
    data::photos::Photo,
    nets::superres::Generator,
    tiles::tiles,
    weights::{self, superres::Upscaler},
};
use forger_protocol::{SuperresConfig, card::System};

use crate::{card, commands::values, run::Run};

/// For those who name no model: that of the page for phones and CPUs.
const LIGHT: &[u8] = include_bytes!("../../../public/models/superres-light-x4-82b58e8f.safetensors");

/// The model that the program carries.
pub fn bundled(device: &Device) -> Result<Upscaler> {
    checked(weights::superres::read(LIGHT, device)?)
}

/// Opens a model file, or the newest checkpoint of the folder of a run.
pub fn open(path: &Path, device: &Device) -> Result<Upscaler> {
    let context = || path.display().to_string();
    if path.is_dir() {
        let run = Run::open(path)?;
        return of_run(&run, &run.newest()?, device).with_context(context);
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    checked(weights::superres::read(&bytes, device).with_context(context)?).with_context(context)
}

/// A model that makes of the input on its card what its card says, on its device.
fn checked(model: Upscaler) -> Result<Upscaler> {
    model.check(&values(model.test_output())?)?;
    Ok(model)
}

/// A checkpoint of a run, and a card of what is known of it.
pub fn of_run(run: &Run, checkpoint: &[u8], device: &Device) -> Result<Upscaler> {
    let (config, generator, steps) = Superres::generator_of(checkpoint, device)?;
    let card = card::of_run(run.read_note(), System::Superres(config.clone()), (config.seed, steps), false);
    Ok(Upscaler::new(card, config, generator))
}

/// The whole picture, `config.scale` times higher and wider, made on `device`, where the generator must be. `done` is
/// told after each tile, with the number of all.
pub fn enlarge(
    generator: &Generator,
    config: &SuperresConfig,
    small: &Photo,
    device: &Device,
    mut done: impl FnMut(usize),
) -> Result<Photo> {
    let (size, scale) = ([small.height, small.width], config.scale);
    let picture = small.values();
    let mut large = vec![0.0; picture.len() * scale * scale];
    let tiles = tiles(size, config.tile(), config.reach());
    let count = tiles.len();
    for tile in tiles {
        let made = values(generator.forward(tile.cut(&picture, size, device)))?;
        tile.paste(&made, scale, &mut large, size);
        done(count);
    }
    Ok(Photo { height: size[0] * scale, width: size[1] * scale, pixels: weights::to_bytes(&large) })
}
