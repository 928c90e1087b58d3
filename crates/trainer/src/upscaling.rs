//! Pictures made larger by a model of a file or of a run, on the CPU, tile by tile.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use burn::tensor::Device;
use forger_core::{
    Superres,
    data::photos::Photo,
    nets::superres::Generator,
    tiles::{self, tiles},
    weights::{self, superres::Upscaler},
};
use forger_protocol::{
    Card, SuperresConfig, TestVector,
    card::{CARD_SCHEMA, DataSource, System},
};

use crate::{commands::values, run::Run};

/// Opens a model file, or the newest checkpoint of the folder of a run.
pub fn open(path: &Path) -> Result<Upscaler> {
    let context = || path.display().to_string();
    if path.is_dir() {
        let run = Run::open(path)?;
        return of_run(&run, &run.newest()?).with_context(context);
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let model = weights::superres::read(&bytes, &Device::flex()).with_context(context)?;
    model.check(&values(model.test_output())?).with_context(context)?;
    Ok(model)
}

/// A checkpoint of a run, and a card of what is known of it.
pub fn of_run(run: &Run, checkpoint: &[u8]) -> Result<Upscaler> {
    let (config, generator, steps) = Superres::generator_of(checkpoint, &Device::flex())?;
    let note = run.read_note();
    let mut notes = Vec::new();
    if !note.from.is_empty() {
        notes.push(format!("Began with the weights of {}.", note.from));
    }
    if !note.features.is_empty() {
        notes.push(format!("Perceptual losses looked through {}.", note.features));
    }
    let card = Card {
        schema: CARD_SCHEMA,
        name: String::new(),
        seed: config.seed,
        system: System::Superres(config.clone()),
        data: DataSource { name: note.name, licence: note.licence, images: note.images },
        licence: "MIT OR Apache-2.0".into(),
        metrics: BTreeMap::new(),
        steps,
        trainer: format!("forger {}", env!("CARGO_PKG_VERSION")),
        notes: notes.join(" "),
        directions: Vec::new(),
        discriminator: false,
        test_vector: TestVector::default(),
    };
    Ok(Upscaler::new(card, config, generator))
}

/// The whole picture, `config.scale` times higher and wider. `done` is told after each tile, with the number of all.
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
    let tiles = tiles(size, tiles::SIDE, config.reach());
    let count = tiles.len();
    for tile in tiles {
        let made = values(generator.forward(tile.cut(&picture, size, device)))?;
        tile.paste(&made, scale, &mut large, size);
        done(count);
    }
    Ok(Photo { height: size[0] * scale, width: size[1] * scale, pixels: weights::to_bytes(&large) })
}
