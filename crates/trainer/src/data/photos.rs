//! Photos of any size, for super-resolution: those to train on, and the usual test sets.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use forger_core::data::photos::Photo;
use image::DynamicImage;

use super::pictures::{archive, folder, is_picture};
use crate::ui;

/// Photos to train on.
pub struct Photos {
    pub name: String,
    pub licence: String,
    pub photos: Vec<Photo>,
}

/// A picture of a test set.
pub struct Pair {
    pub small: Photo,
    pub large: Photo,
    /// Whether the file of the large one is grey.
    pub is_grey: bool,
}

/// The order of the literature; other sets follow by name.
const ORDER: [&str; 3] = ["set5", "set14", "bsd100"];

/// Planes of a decoded picture.
pub fn photo(picture: &DynamicImage) -> Photo {
    let pixels = picture.to_rgb8();
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let pixels = pixels.into_raw();
    let planes = (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect();
    Photo { height, width, pixels: planes }
}

/// Archives in a folder whose names begin so.
fn archives(path: &Path, start: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(start) && [".tar", ".tar.gz", ".tgz"].iter().any(|end| name.ends_with(end))
    };
    let mut found = entries.filter(is_wanted).collect::<Vec<_>>();
    found.sort();
    found
}

/// Every picture of a folder, in it or below, or of an archive, with its name.
fn files(path: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    if !path.is_dir() {
        let mut members = archive(path, is_picture)?;
        members.sort();
        return Ok(members);
    }
    let read = |file: PathBuf| {
        let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok((file, bytes))
    };
    folder(path).into_iter().map(read).collect()
}

/// Photos to train on: a folder of pictures, an archive of them, or a folder that holds archives named `train...`.
pub fn load(data: &str) -> Result<Photos> {
    let path = Path::new(data);
    if !path.exists() {
        bail!("there is no file or folder {data}");
    }
    let archives = archives(path, "train");
    let sources = if archives.is_empty() { vec![path.to_owned()] } else { archives };
    let mut photos = Vec::new();
    for source in &sources {
        for (name, bytes) in files(source)? {
            match image::load_from_memory(&bytes) {
                Ok(picture) => photos.push(photo(&picture)),
                Err(error) => ui::warn(format_args!("{}: {error}; left out", name.display())),
            }
        }
    }
    if photos.is_empty() {
        bail!("{data} holds no picture that reads (PNG and JPEG are looked for)");
    }
    let stem = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = sources.iter().map(stem).collect::<Vec<_>>().join(", ");
    let licence = match name.contains("bsds") {
        true => "BSDS500 (Arbelaez et al., UC Berkeley): non-commercial research and education",
        false => "see its owner",
    };
    Ok(Photos { name, licence: licence.into(), photos })
}

/// The test sets below a folder or in its archives named `test...`: files `SET/hr/NAME`, and `SET/lr_xSCALE/NAME` where the
/// small ones are given; others are made of the large ones.
pub fn test_sets(data: &str, scale: usize) -> Result<Vec<(String, Vec<Pair>)>> {
    let path = Path::new(data);
    if !path.exists() {
        bail!("there is no file or folder {data}");
    }
    let mut sources = archives(path, "test");
    sources.push(path.to_owned());
    // By set and name without its end.
    let (mut large, mut small) = (BTreeMap::new(), BTreeMap::new());
    let given = format!("lr_x{scale}");
    for source in &sources {
        for (file, bytes) in files(source)? {
            let names = file.iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
            let [.., set, kind, _] = names.as_slice() else { continue };
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let sizes = match kind.as_str() {
                "hr" => &mut large,
                kind if kind == given => &mut small,
                _ => continue,
            };
            let picture = image::load_from_memory(&bytes).with_context(|| file.display().to_string())?;
            sizes.insert((set.clone(), stem), picture);
        }
    }
    let mut sets = BTreeMap::<String, Vec<Pair>>::new();
    for ((set, stem), picture) in large {
        let whole = photo(&picture);
        let is_grey = !picture.color().has_color();
        let pair = match small.get(&(set.clone(), stem.clone())) {
            Some(given) => {
                let small = photo(given);
                let (height, width) = (small.height * scale, small.width * scale);
                if whole.height < height || whole.width < width {
                    bail!("{set}/hr/{stem} is smaller than {scale} times the given small picture");
                }
                Pair { large: whole.cut(0, 0, height, width), small, is_grey }
            }
            None => {
                let large = whole.multiple_of(scale);
                Pair { small: large.resized(large.height / scale, large.width / scale), large, is_grey }
            }
        };
        sets.entry(set).or_default().push(pair);
    }
    if sets.is_empty() {
        bail!("{data} holds no test set: files SET/hr/NAME.png, in folders or in archives named test...");
    }
    let mut sets = sets.into_iter().collect::<Vec<_>>();
    sets.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
    Ok(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, side: u32) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        image::RgbImage::from_fn(side, side, |x, y| image::Rgb([x as u8 * 9, y as u8 * 9, 77])).save(path).unwrap();
    }

    #[test]
    fn test_sets_are_found_and_small_pictures_made_where_there_are_none() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("zoo/hr/a.png"), 13);
        write(&folder.path().join("set5/hr/b.png"), 17);
        write(&folder.path().join("set5/lr_x4/b.png"), 4);
        write(&folder.path().join("set5/lr_x2/b.png"), 8);
        let sets = test_sets(&folder.path().to_string_lossy(), 4).unwrap();
        let sizes = sets.iter().map(|(name, pairs)| {
            (name.as_str(), pairs.iter().map(|pair| (pair.large.width, pair.small.height)).collect::<Vec<_>>())
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [("set5", vec![(16, 4)]), ("zoo", vec![(12, 3)])]);
        write(&folder.path().join("set5/lr_x4/b.png"), 5);
        assert!(test_sets(&folder.path().to_string_lossy(), 4).err().unwrap().to_string().contains("set5/hr/b"));
    }

    #[test]
    fn a_folder_is_read_and_an_empty_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_string_lossy().into_owned();
        assert!(load(&data).err().unwrap().to_string().contains(&data));
        write(&folder.path().join("a.png"), 13);
        let photo = load(&data).unwrap().photos.swap_remove(0);
        assert_eq!((photo.shape(), photo.pixels[1], photo.pixels[169], photo.pixels[338]), ([3, 13, 13], 9, 0, 77));
    }
}
