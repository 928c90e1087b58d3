//! Contact sheets.

use std::path::Path;

use anyhow::{Context, Result};
use image::{RgbImage, imageops};

/// Writes pictures, `[count, channels, height, width]` as bytes, as a sheet of PNG with as many rows as columns; `shape` is that
/// of one.
pub fn write(path: &Path, pictures: &[u8], shape: [usize; 3]) -> Result<()> {
    let count = pictures.len() / shape.iter().product::<usize>().max(1);
    write_rows(path, pictures, shape, (count as f64).sqrt().ceil() as usize)
}

/// The same with so many pictures in a row.
pub fn write_rows(path: &Path, pictures: &[u8], [channels, height, width]: [usize; 3], columns: usize) -> Result<()> {
    let area = height * width;
    let count = pictures.len() / (channels * area).max(1);
    let rows = count.div_ceil(columns.max(1));
    let mut sheet = RgbImage::new((columns * width) as u32, (rows * height) as u32);
    for (index, picture) in pictures.chunks_exact(channels * area).enumerate() {
        let tile = RgbImage::from_fn(width as u32, height as u32, |x, y| {
            let pixel = y as usize * width + x as usize;
            let plane = |channel: usize| picture[channel.min(channels - 1) * area + pixel];
            image::Rgb(if channels < 3 { [plane(0); 3] } else { [plane(0), plane(1), plane(2)] })
        });
        imageops::replace(&mut sheet, &tile, (index % columns * width) as i64, (index / columns * height) as i64);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make folder {}", folder.display()))?;
    }
    sheet.save(path).with_context(|| format!("cannot write {}", path.display()))
}
