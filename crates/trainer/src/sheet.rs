//! Contact sheets.

use std::path::Path;

use anyhow::{Context, Result, bail};
use image::{ImageFormat, RgbImage, imageops};

use crate::run::check_writable;

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
    save(path, &sheet)
}

/// Writes one that is drawn, and makes its folder.
pub fn save(path: &Path, sheet: &RgbImage) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make folder {}", folder.display()))?;
    }
    sheet.save(path).with_context(|| format!("cannot write {}", path.display()))
}

/// Refuses a sheet that cannot be written, before there is long work for it.
pub fn check(path: Option<&Path>) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    if !ImageFormat::from_path(path).is_ok_and(|format| format.writing_enabled()) {
        bail!("{}: a sheet is a picture; give a name that ends in .png", path.display());
    }
    check_writable(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_written_with_its_folder_and_what_is_no_picture_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for good in ["new/a.png", "b.JPG"] {
            check(Some(&at(good))).unwrap();
            save(&at(good), &RgbImage::new(2, 2)).unwrap();
        }
        for wrong in ["a.foo", "a", "a.svg"] {
            assert!(check(Some(&at(wrong))).unwrap_err().to_string().contains(".png"), "{wrong}");
        }
        assert!(check(Some(&at("b.JPG/a.png"))).unwrap_err().to_string().contains("cannot write"));
        check(None).unwrap();
    }
}
