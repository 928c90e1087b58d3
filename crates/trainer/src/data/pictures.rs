//! Pictures as files: a folder, a tar, or a tar.gz.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use image::{DynamicImage, imageops::FilterType};
use walkdir::WalkDir;

use super::args::Crop;
use crate::ui;

/// Broken pictures that are named; the rest are counted.
const NAMED: usize = 5;

pub(super) fn is_picture(path: &Path) -> bool {
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    ["png", "jpg", "jpeg"].contains(&end.as_str())
}

/// Every picture that reads: its file, and `[channels, height, width]` bytes, in the order of their names.
pub fn read(path: &Path, shape: [usize; 3], crop: Option<Crop>) -> Result<(Vec<PathBuf>, Vec<u8>)> {
    let (mut files, mut values, mut broken) = (Vec::new(), Vec::new(), 0);
    let mut take = |name: &Path, bytes: &[u8]| match image::load_from_memory(bytes) {
        Ok(picture) => {
            files.push(name.to_owned());
            values.extend(planes(&picture, shape, crop));
        }
        Err(error) => {
            broken += 1;
            if broken <= NAMED {
                ui::warn(format_args!("{}: {error}; left out", name.display()));
            }
        }
    };
    if path.is_dir() {
        for file in folder(path) {
            let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            take(&file, &bytes);
        }
    } else {
        let mut members = archive(path, is_picture)?;
        members.sort();
        members.iter().for_each(|(name, bytes)| take(name, bytes));
    }
    if broken > 0 {
        ui::warn(format_args!("{broken} broken pictures left out"));
    }
    if files.is_empty() {
        bail!("{} holds no picture that reads (PNG and JPEG are looked for)", path.display());
    }
    Ok((files, values))
}

pub(super) fn folder(path: &Path) -> Vec<PathBuf> {
    let files = WalkDir::new(path).sort_by_file_name().into_iter().flatten().map(walkdir::DirEntry::into_path);
    files.filter(|path| is_picture(path)).collect()
}

/// The members of an archive whose names are wanted.
pub fn archive(path: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let damaged = || format!("{} is damaged, or no tar of pictures", path.display());
    let file = BufReader::new(File::open(path).with_context(|| format!("cannot open {}", path.display()))?);
    let gzipped = path.extension().is_some_and(|end| end == "gz" || end == "tgz");
    let reader: Box<dyn Read> = if gzipped { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut members = Vec::new();
    for entry in tar::Archive::new(reader).entries().with_context(damaged)? {
        let mut entry = entry.with_context(damaged)?;
        let name = entry.path().with_context(damaged)?.into_owned();
        if wanted(&name) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).with_context(damaged)?;
            members.push((name, bytes));
        }
    }
    Ok(members)
}

/// Cut out, made square (the middle of the longer side stays), resized, and split into planes.
fn planes(picture: &DynamicImage, [channels, height, width]: [usize; 3], crop: Option<Crop>) -> Vec<u8> {
    let cut = match crop {
        Some(Crop([left, top, right, bottom])) => picture.crop_imm(left, top, right - left, bottom - top),
        None => picture.clone(),
    };
    let resized = cut.resize_to_fill(width as u32, height as u32, FilterType::Lanczos3);
    if channels == 1 {
        return resized.into_luma8().into_raw();
    }
    let pixels = resized.into_rgb8().into_raw();
    (0..channels.min(3)).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(shade: u8) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_fn(40, 32, |x, _| image::Rgb([shade, x as u8, 0]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_folder_a_tar_and_a_tar_gz_read_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("pictures");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("b.png"), png(200)).unwrap();
        std::fs::write(inner.join("a.png"), png(100)).unwrap();
        std::fs::write(inner.join("c.jpg"), b"broken").unwrap();
        std::fs::write(inner.join("notes.txt"), b"no picture").unwrap();
        let tar = folder.path().join("x.tar");
        let mut builder = tar::Builder::new(File::create(&tar).unwrap());
        builder.append_dir_all("pictures", &inner).unwrap();
        builder.finish().unwrap();
        let gz = folder.path().join("x.tar.gz");
        let mut encoder = flate2::write::GzEncoder::new(File::create(&gz).unwrap(), flate2::Compression::fast());
        std::io::copy(&mut File::open(&tar).unwrap(), &mut encoder).unwrap();
        encoder.finish().unwrap();
        let (files, found) = read(&inner, [3, 32, 32], None).unwrap();
        assert_eq!(files, [inner.join("a.png"), inner.join("b.png")]);
        assert_eq!((found.len(), found[0], found[3 * 1024]), (2 * 3 * 1024, 100, 200));
        for archive in [&tar, &gz] {
            let (files, values) = read(archive, [3, 32, 32], None).unwrap();
            assert_eq!(files, ["pictures/a.png", "pictures/b.png"].map(PathBuf::from));
            assert!(values == found);
        }
        assert_eq!(read(&inner, [1, 28, 28], Some(Crop([0, 0, 28, 28]))).unwrap().1.len(), 2 * 784);
    }

    #[test]
    fn nothing_to_read_is_an_error_that_names_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(folder.path(), [3, 32, 32], None).unwrap_err().to_string();
        assert!(error.contains(&folder.path().display().to_string()), "{error}");
        let torn = folder.path().join("torn.tar.gz");
        std::fs::write(&torn, b"not gzip").unwrap();
        assert!(format!("{:#}", read(&torn, [3, 32, 32], None).unwrap_err()).contains("torn.tar.gz is damaged"));
    }
}
