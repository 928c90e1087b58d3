//! Pairs of pictures, one made of the other: two folders in which files have the same names, or pictures side by side.

mod find;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use forger_core::data::{domains::LONGEST, photos::Photo};
use rayon::prelude::*;

pub use find::{Direction, Sides};

use self::find::{File, folders, of_part, sources, within};
use super::{
    args::Split,
    decode::decode,
    files::LeftOut,
    photos::{files, photo},
};

/// Pairs in memory, in the order of their names.
pub struct Pairs {
    /// What the set is called.
    pub name: String,
    pub licence: String,
    /// Whether the names of their folders said which picture of a pair is given; else that is the first of two folders by name,
    /// or the left half.
    pub named: bool,
    pub pairs: Vec<[Photo; 2]>,
}

impl Pairs {
    /// The other picture of each pair first.
    pub fn turn(&mut self) {
        self.pairs.iter_mut().for_each(|pair| pair.swap(0, 1));
    }
}

/// How long the shorter side of every picture is to be.
#[derive(Clone, Copy)]
pub enum Shortest {
    /// Of those to learn from: more would only take memory.
    AtMost(usize),
    /// Of those to measure on.
    Exactly(usize),
}

impl Shortest {
    fn fit(self, photo: Photo) -> Result<Photo> {
        match self {
            Self::AtMost(side) if photo.height.min(photo.width) <= side => Ok(photo),
            Self::AtMost(side) | Self::Exactly(side) => fitted(&photo, side),
        }
    }
}

/// Pairs of a folder or an archive, or of a folder that holds archives or folders named after its parts. Folders called as
/// `domains` are the two sides, where the flags name none. A pair that does not read, or cannot become so large, is left out.
pub fn load(data: &str, split: Split, sides: &Sides, domains: &[String], shortest: Shortest) -> Result<Pairs> {
    let path = Path::new(data);
    if !path.exists() {
        bail!("there is no file or folder {data}");
    }
    let mut found = Vec::new();
    for source in sources(path, split) {
        found.extend(files(&source)?.into_iter().map(|(file, bytes)| {
            // What lies above the set says nothing of it.
            (file.strip_prefix(path).map(Path::to_owned).unwrap_or(file), bytes)
        }));
    }
    if found.is_empty() {
        bail!("{data} holds no picture (PNG, JPEG and WebP are looked for)");
    }
    let found = of_part(found, split, path)?;
    let (folders, named) = folders(&found, sides, domains).with_context(|| data.to_owned())?;
    let mut left_out = LeftOut::default();
    let read = match &folders {
        Some(folders) => {
            let pairs = matched(found, folders, &mut left_out);
            pairs.par_iter().map(|pair| both(pair, shortest)).collect::<Vec<_>>()
        }
        None => found.par_iter().map(|file| halves(file, shortest)).collect(),
    };
    let mut pairs = Vec::new();
    for pair in read {
        match pair {
            Ok(pair) => pairs.push(pair),
            Err(error) => left_out.add(format_args!("{error:#}")),
        }
    }
    left_out.tell(pairs.len());
    if pairs.is_empty() {
        bail!("{data} holds no pair of pictures: {}", left_out.first);
    }
    let name = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Pairs { licence: licence(data).into(), name, named, pairs })
}

/// What is known of the terms of a set.
fn licence(data: &str) -> &'static str {
    if data.contains("facades") {
        "CMP facade database (R. Tylecek, CTU Prague), which asks to be cited"
    } else if data.contains("maps") {
        "Google's, if these are the maps of pix2pix: not to be passed on"
    } else {
        "see its owner"
    }
}

/// Pictures of the same name in either folder.
fn matched(found: Vec<File>, folders: &[String; 2], left_out: &mut LeftOut) -> Vec<[File; 2]> {
    let mut sides = [BTreeMap::<PathBuf, File>::new(), BTreeMap::new()];
    for (file, bytes) in found {
        let side = folders.iter().enumerate().find_map(|(side, folder)| Some((side, within(&file, folder)?)));
        let Some((side, key)) = side else { continue };
        if let Some((other, _)) = sides[side].insert(key, (file.clone(), bytes)) {
            left_out.add(format_args!("{} has the name of {}", other.display(), file.display()));
        }
    }
    let [inputs, mut targets] = sides;
    let mut pairs = Vec::new();
    let alone = |file: &Path, folder: &str, left_out: &mut LeftOut| {
        left_out.add(format_args!("{} has no partner of its name in {folder}", file.display()));
    };
    for (key, input) in inputs {
        match targets.remove(&key) {
            Some(target) => pairs.push([input, target]),
            None => alone(&input.0, &folders[1], left_out),
        }
    }
    targets.values().for_each(|(file, _)| alone(file, &folders[0], left_out));
    pairs
}

fn both(pair: &[File; 2], shortest: Shortest) -> Result<[Photo; 2]> {
    let read = |(file, bytes): &File| decode(bytes, file).map(|decoded| photo(&decoded.image));
    let [input, target] = [read(&pair[0])?, read(&pair[1])?];
    if input.shape() != target.shape() {
        bail!(
            "{} has {} x {} pixels, and its partner {} x {}",
            pair[0].0.display(),
            input.width,
            input.height,
            target.width,
            target.height
        );
    }
    let fit = |photo| shortest.fit(photo).with_context(|| pair[0].0.display().to_string());
    Ok([fit(input)?, fit(target)?])
}

/// The left and the right half of a picture.
fn halves((file, bytes): &File, shortest: Shortest) -> Result<[Photo; 2]> {
    let whole = photo(&decode(bytes, file)?.image);
    let Photo { height, width, .. } = whole;
    if width != 2 * height {
        bail!(
            "{} has {width} x {height} pixels: two pictures side by side are twice as wide as high; for others name two folders \
             with --input and --target",
            file.display()
        );
    }
    let half = |left| {
        let half = whole.cut(0, left, height, width / 2);
        shortest.fit(half).with_context(|| file.display().to_string())
    };
    Ok([half(0)?, half(width / 2)?])
}

/// So large that the shorter side has so many pixels. Refuses what would be far longer than wide, which could take any memory.
pub fn fitted(photo: &Photo, shortest: usize) -> Result<Photo> {
    let Photo { height, width, .. } = *photo;
    let short = height.min(width).max(1);
    let side = |length: usize| ((length as f64 * shortest as f64 / short as f64).round() as usize).max(1);
    let [rows, columns] = [side(height), side(width)];
    if [rows, columns] == [height, width] {
        return Ok(photo.clone());
    }
    if rows.max(columns) > LONGEST {
        bail!(
            "{width} x {height} pixels would be {columns} x {rows}, and {LONGEST} are the most of a side: cut the picture"
        );
    }
    Ok(photo.resized(rows, columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};
    use std::fs;

    fn put(path: &Path, [width, height]: [u32; 2], shade: u8) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        RgbImage::from_fn(width, height, |x, _| Rgb([shade, x as u8, 0])).save(path).unwrap();
    }

    fn shades(pairs: &Pairs) -> Vec<[u8; 2]> {
        pairs.pairs.iter().map(|pair| [pair[0].pixels[0], pair[1].pixels[0]]).collect()
    }

    fn read(data: &Path, split: Split, sides: &Sides, domains: &[&str]) -> Result<Pairs> {
        let domains = domains.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        load(&data.to_string_lossy(), split, sides, &domains, Shortest::AtMost(16))
    }

    fn named(input: &str, target: &str) -> Sides {
        Sides { input: Some(input.into()), target: Some(target.into()), direction: None }
    }

    #[test]
    fn what_is_far_longer_than_wide_is_not_enlarged_beyond_memory() {
        let photo = |width| Photo { height: 2, width, pixels: vec![0; 3 * 2 * width] };
        let fitted = |width| fitted(&photo(width), 256).map(|photo| [photo.height, photo.width]);
        assert_eq!(fitted(16).unwrap(), [256, 2048]);
        assert!(fitted(256).unwrap_err().to_string().contains("256 x 2 pixels would be 32768 x 256"));
    }

    #[test]
    fn a_pair_that_cannot_be_measured_on_ends_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, size) in [("1.png", [40, 32]), ("2.png", [8, 9]), ("thin.png", [2100, 1])] {
            put(&at("set/photo").join(name), size, 10);
            put(&at("set/label").join(name), size, 11);
        }
        let sizes = |shortest| {
            let found = load(&at("set").display().to_string(), Split::Train, &Sides::default(), &[], shortest).unwrap();
            found.pairs.iter().map(|[photo, _]| [photo.height, photo.width]).collect::<Vec<_>>()
        };
        assert_eq!(sizes(Shortest::Exactly(16)), [[16, 20], [18, 16]]);
        // The middle of it serves to learn from.
        assert_eq!(sizes(Shortest::AtMost(16)), [[16, 20], [9, 8], [1, 2100]]);
    }

    #[test]
    fn folders_pair_by_name_and_what_has_no_partner_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, shade) in [("1.png", 10), ("2.png", 20), ("alone.png", 30)] {
            put(&at("set/photo").join(name), [40, 32], shade);
        }
        put(&at("set/label/1.png"), [40, 32], 11);
        put(&at("set/label/2.jpg"), [40, 30], 21);
        let found = read(&at("set"), Split::Train, &Sides::default(), &[]).unwrap();
        assert_eq!((shades(&found), found.named, found.name.as_str()), (vec![[11, 10]], false, "set"));
        assert_eq!((found.pairs[0][0].height, found.pairs[0][1].width), (16, 20));
        // What is named, by flags or on a card, says the way.
        let sides = named("photo", "label");
        assert_eq!(shades(&read(&at("set"), Split::Train, &sides, &[]).unwrap()), [[10, 11]]);
        let found = read(&at("set"), Split::Train, &Sides::default(), &["photo", "label"]).unwrap();
        assert!(found.named && shades(&found) == [[10, 11]]);
        assert!(!read(&at("set"), Split::Train, &Sides::default(), &["day", "label"]).unwrap().named);
        let error = read(&at("set"), Split::Train, &named("photo", "map"), &[]).err().unwrap();
        assert!(format!("{error:#}").contains("no folder map; there are label, photo"), "{error:#}");
        put(&at("set/third/1.png"), [40, 32], 1);
        let error = read(&at("set"), Split::Train, &Sides::default(), &[]).err().unwrap();
        assert!(format!("{error:#}").contains("--input and --target"), "{error:#}");
    }

    #[test]
    fn parts_are_told_apart_in_folders_and_archives() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (part, shade) in [("train", 10), ("test", 50)] {
            put(&at(&format!("set/{part}A/1.png")), [16, 16], shade);
            put(&at(&format!("set/{part}B/1.png")), [16, 16], shade + 1);
        }
        let mut builder = tar::Builder::new(fs::File::create(at("set.tar")).unwrap());
        builder.append_dir_all("set", at("set")).unwrap();
        builder.finish().unwrap();
        for data in ["set", "set.tar"] {
            let of = |split| shades(&read(&at(data), split, &Sides::default(), &[]).unwrap());
            assert_eq!((of(Split::Train), of(Split::Test)), (vec![[10, 11]], vec![[50, 51]]), "{data}");
        }
        fs::create_dir(at("packed")).unwrap();
        fs::rename(at("set.tar"), at("packed/test.tar")).unwrap();
        assert_eq!(shades(&read(&at("packed"), Split::Test, &Sides::default(), &[]).unwrap()), [[50, 51]]);
        ["set/testA", "set/testB"].iter().for_each(|name| fs::remove_dir_all(at(name)).unwrap());
        let error = read(&at("set"), Split::Test, &Sides::default(), &[]).err().unwrap();
        assert!(error.to_string().contains("no folder test or val"), "{error}");
    }

    #[test]
    fn pictures_side_by_side_are_cut_in_two() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        put(&at("train/1.png"), [32, 16], 7);
        put(&at("train/2.png"), [30, 16], 8);
        let mut found = read(folder.path(), Split::Train, &Sides::default(), &["a", "b"]).unwrap();
        let starts = |pairs: &Pairs| [0, 1].map(|side| pairs.pairs[0][side].pixels[256]);
        assert_eq!((found.pairs.len(), starts(&found)), (1, [0, 16]));
        found.turn();
        assert_eq!(starts(&found), [16, 0]);
    }
}
