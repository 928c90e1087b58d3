//! Pictures made larger, tile by tile.

use anyhow::Result;
use forger_core::{
    data::photos::Photo,
    tiles::tiles,
    weights::{self, Upscaler},
};

use crate::device::values;

/// The whole picture, `config.scale` times higher and wider, made on the device of the network. `done` is told after each
/// tile, with the number of all.
pub fn enlarge(upscaler: &Upscaler, small: &Photo, mut done: impl FnMut(usize)) -> Result<Photo> {
    let (size, scale, device) = ([small.height, small.width], upscaler.config.scale, upscaler.device());
    let picture = small.values();
    let mut large = vec![0.0; picture.len() * scale * scale];
    let tiles = tiles(size, upscaler.config.tile(), upscaler.config.reach());
    let count = tiles.len();
    for tile in tiles {
        let made = values(upscaler.upscale(tile.cut(&picture, size, &device)))?;
        tile.paste(&made, scale, &mut large, size);
        done(count);
    }
    Ok(Photo { height: size[0] * scale, width: size[1] * scale, pixels: weights::to_bytes(&large) })
}
