//! Photos of any size, for super-resolution: those to train on, and the usual test sets.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use forger_core::{data::photos::Photo, metrics::image::WINDOW};
use image::DynamicImage;
use rayon::prelude::*;

use super::{
    Background,
    decode::{Decoded, decode, is_picture_name},
    files::{archive, folder},
    fit::laid_on,
};
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

/// Planes of a decoded picture; what is transparent lies on white, not on colours that nobody sees.
pub fn photo(picture: &DynamicImage) -> Photo {
    let is_clear = picture.color().has_alpha();
    let pixels = if is_clear { laid_on(Background::default(), picture).into_rgb8() } else { picture.to_rgb8() };
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let pixels = pixels.into_raw();
    let planes = (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect();
    Photo { height, width, pixels: planes }
}

/// Archives in a folder whose names begin so.
pub(super) fn archives(path: &Path, start: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(start) && [".tar", ".tar.gz", ".tgz"].iter().any(|end| name.ends_with(end))
    };
    let mut found = entries.filter(is_wanted).collect::<Vec<_>>();
    found.sort();
    found
}

/// What else a folder holds in which there are no pictures.
pub(super) fn but_archives(path: &Path) -> String {
    let name = |path: PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let found = archives(path, "").into_iter().map(name).collect::<Vec<_>>().join(", ");
    if found.is_empty() { found } else { format!(", but archives ({found}): name one of them") }
}

/// Every picture of a folder, in it or below, or of an archive, with its name. Links are followed: sets lie where there is room.
pub(super) fn files(path: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    if !path.is_dir() {
        let mut members = archive(path, is_picture_name)?;
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
        let read = |(name, bytes): &(PathBuf, Vec<u8>)| decode(bytes, name).map(|decoded| photo(&decoded.image));
        for read in files(source)?.par_iter().map(read).collect::<Vec<_>>() {
            match read {
                Ok(photo) => photos.push(photo),
                Err(error) => ui::warn(format_args!("{error:#}; left out")),
            }
        }
    }
    if photos.is_empty() {
        bail!("{data} holds no picture that reads (PNG, JPEG and WebP do){}", but_archives(path));
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
    chosen_sets(data, scale, &[])
}

/// [`test_sets`], only those of these names; all where there is no name. Others are not decoded.
pub fn chosen_sets(data: &str, scale: usize, chosen: &[String]) -> Result<Vec<(String, Vec<Pair>)>> {
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
            sizes.insert((set.clone(), stem), (file, bytes));
        }
    }
    let there = large.keys().map(|(set, _)| set.clone()).collect::<BTreeSet<_>>();
    if there.is_empty() {
        bail!("{data} holds no test set: files SET/hr/NAME.png, in folders or in archives named test...");
    }
    if let Some(name) = chosen.iter().find(|name| !there.contains(*name)) {
        bail!("there is no set {name}; there are {}", Vec::from_iter(there).join(", "));
    }
    large.retain(|(set, _), _| chosen.is_empty() || chosen.contains(set));
    let pair = |((set, stem), (file, bytes)): (&(String, String), &(PathBuf, Vec<u8>))| -> Result<Pair> {
        let Decoded { image, is_grey, .. } = decode(bytes, file)?;
        let Some((file, bytes)) = small.get(&(set.clone(), stem.clone())) else {
            let large = measurable(photo(&image).multiple_of(scale), (set, stem), scale)?;
            return Ok(Pair { small: large.resized(large.height / scale, large.width / scale), large, is_grey });
        };
        let (whole, small) = (photo(&image), photo(&decode(bytes, file)?.image));
        let (height, width) = (small.height * scale, small.width * scale);
        if whole.height < height || whole.width < width {
            bail!("{set}/hr/{stem} is smaller than {scale} times the given small picture");
        }
        let large = measurable(whole.cut(0, 0, height, width), (set, stem), scale)?;
        Ok(Pair { large, small, is_grey })
    };
    let pairs = large.par_iter().map(pair).collect::<Result<Vec<_>>>()?;
    let mut sets = BTreeMap::<String, Vec<Pair>>::new();
    for ((set, _), pair) in large.into_keys().zip(pairs) {
        sets.entry(set).or_default().push(pair);
    }
    let mut sets = sets.into_iter().collect::<Vec<_>>();
    sets.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
    Ok(sets)
}

/// Refuses one of which nothing would be left to measure: SSIM takes a window of what lies within a border of `scale` pixels.
fn measurable(large: Photo, (set, stem): (&str, &str), scale: usize) -> Result<Photo> {
    let least = (WINDOW + 2 * scale).next_multiple_of(scale);
    if large.height.min(large.width) < least {
        bail!(
            "{set}/hr/{stem} is too small to be measured: {}x{} pixels of it can be compared, and it takes {least} a side",
            large.width,
            large.height
        );
    }
    Ok(large)
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
        write(&folder.path().join("zoo/hr/a.png"), 21);
        write(&folder.path().join("set5/hr/b.png"), 25);
        write(&folder.path().join("set5/lr_x4/b.png"), 6);
        write(&folder.path().join("set5/lr_x2/b.png"), 12);
        let sets = test_sets(&folder.path().to_string_lossy(), 4).unwrap();
        let sizes = sets.iter().map(|(name, pairs)| {
            (name.as_str(), pairs.iter().map(|pair| (pair.large.width, pair.small.height)).collect::<Vec<_>>())
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [("set5", vec![(24, 6)]), ("zoo", vec![(20, 5)])]);
        let fault = || test_sets(&folder.path().to_string_lossy(), 4).err().unwrap().to_string();
        write(&folder.path().join("zoo/hr/a.png"), 19);
        let small = fault();
        assert!(small.starts_with("zoo/hr/a is too small") && small.contains("16x16") && small.contains("20 a side"));
        write(&folder.path().join("zoo/hr/a.png"), 21);
        write(&folder.path().join("set5/lr_x4/b.png"), 7);
        assert!(fault().contains("set5/hr/b is smaller than"));
    }

    #[test]
    fn nobody_learns_from_colours_that_are_not_seen() {
        let pixels = |alpha| image::RgbaImage::from_pixel(2, 2, image::Rgba([0, 255, 0, alpha])).into();
        assert_eq!(photo(&pixels(0)).pixels, [255; 12]);
        assert_eq!(photo(&pixels(255)).pixels[..8], [0, 0, 0, 0, 255, 255, 255, 255]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("disk/set5/hr/a.png"), 20);
        write(&folder.path().join("disk/b.png"), 16);
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let link = |from: &str, to: &str| std::os::unix::fs::symlink(folder.path().join(from), data.join(to)).unwrap();
        link("disk/set5", "set5");
        link("disk/b.png", "b.png");
        // A circle and a way to nowhere are no reason to stop.
        link("data", "again");
        link("nothing", "c.png");
        let data = data.to_string_lossy();
        assert_eq!(test_sets(&data, 4).unwrap()[0].0, "set5");
        assert_eq!(load(&data).unwrap().photos.len(), 2);
    }

    #[test]
    fn a_folder_is_read_and_an_empty_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_string_lossy().into_owned();
        assert!(load(&data).err().unwrap().to_string().contains(&data));
        std::fs::write(folder.path().join("test.tar"), "").unwrap();
        assert!(load(&data).err().unwrap().to_string().ends_with(", but archives (test.tar): name one of them"));
        write(&folder.path().join("a.png"), 13);
        let photo = load(&data).unwrap().photos.swap_remove(0);
        assert_eq!((photo.shape(), photo.pixels[1], photo.pixels[169], photo.pixels[338]), ([3, 13, 13], 9, 0, 77));
    }
}
