//! Contact sheets.

use std::path::Path;

use anyhow::{Context, Result};
use image::{RgbImage, imageops};

/// Writes pictures, `[count, channels, side, side]` as bytes, as a square sheet of PNG.
pub fn write(path: &Path, pictures: &[u8], channels: usize, side: usize) -> Result<()> {
    let count = pictures.len() / (channels * side * side).max(1);
    write_rows(path, pictures, channels, side, (count as f64).sqrt().ceil() as usize)
}

/// The same with so many pictures in a row.
pub fn write_rows(path: &Path, pictures: &[u8], channels: usize, side: usize, columns: usize) -> Result<()> {
    let area = side * side;
    let count = pictures.len() / (channels * area).max(1);
    let rows = count.div_ceil(columns.max(1));
    let mut sheet = RgbImage::new((columns * side) as u32, (rows * side) as u32);
    for (index, picture) in pictures.chunks_exact(channels * area).enumerate() {
        let tile = RgbImage::from_fn(side as u32, side as u32, |x, y| {
            let pixel = y as usize * side + x as usize;
            let plane = |channel: usize| picture[channel.min(channels - 1) * area + pixel];
            image::Rgb(if channels < 3 { [plane(0); 3] } else { [plane(0), plane(1), plane(2)] })
        });
        imageops::replace(&mut sheet, &tile, (index % columns * side) as i64, (index / columns * side) as i64);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make folder {}", folder.display()))?;
    }
    sheet.save(path).with_context(|| format!("cannot write {}", path.display()))
}
