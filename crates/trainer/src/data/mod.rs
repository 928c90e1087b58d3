//! Pictures from disk, in every form that people have them in, and those that the program draws.

mod args;
pub mod augmentations;
pub mod avatars;
mod classes;
pub mod decode;
pub mod fetch;
mod files;
pub mod fit;
mod idx;
mod kind;
mod labels;
pub mod lens;
pub mod make;
pub mod oversample;
pub mod pair;
pub mod pairs;
pub mod photos;
pub mod pictures;
mod portrait;
pub mod sets;
pub mod simulated;
pub mod tensors;
pub mod wholes;

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use forger_core::{Images, data::photos::Photo};
use forger_protocol::detect::Patches;

pub use args::{Background, Crop, DataArgs, Split};
pub use classes::{but_class, class_counts, classes, of_class};
pub use idx::or_shape;
pub use labels::{Labels, labels, or_table};

use self::fit::Fit;
use crate::ui;

/// A set in memory, 8 bits a value.
pub struct Pictures {
    pub name: String,
    pub licence: String,
    /// Whether folders kept back each its share.
    has_shares: bool,
    /// The file of each picture, where each has its own.
    files: Vec<PathBuf>,
    shape: [usize; 3],
    values: Vec<u8>,
}

impl Pictures {
    /// Adds those of another set, of the same size.
    pub fn append(&mut self, other: Self) {
        self.name = format!("{} and {}", self.name, other.name);
        if self.licence != other.licence {
            self.licence = format!("{}; {}", self.licence, other.licence);
        }
        self.has_shares |= other.has_shares;
        // A file for each picture, or none at all.
        if self.files.is_empty() || other.files.is_empty() {
            self.files.clear();
        } else {
            self.files.extend(other.files);
        }
        self.values.extend(other.values);
    }

    /// What a note adds to the flags of a set, so that it differs from one of before: what was kept back then was the end of the whole
    /// set, whatever folders that was in.
    pub fn kept_back(&self) -> &'static str {
        if self.has_shares { ", kept back of each folder its share" } else { "" }
    }

    /// Each as a picture of its own; of those in colour.
    pub fn into_photos(self) -> Vec<Photo> {
        let [_, height, width] = self.shape;
        let photo = |pixels: &[u8]| Photo { height, width, pixels: pixels.to_vec() };
        self.values.chunks_exact((3 * height * width).max(1)).map(photo).collect()
    }
}

impl Images for Pictures {
    fn len(&self) -> usize {
        self.values.len() / self.shape.iter().product::<usize>()
    }

    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn write(&self, index: usize, out: &mut [f32]) {
        let size = self.shape.iter().product::<usize>();
        for (out, value) in out.iter_mut().zip(&self.values[index * size..(index + 1) * size]) {
            *out = f32::from(*value) / 127.5 - 1.0;
        }
    }
}

/// Where a set lies, and the folders of it that are meant, all if none is named: `weather.tar:cloudy,shine`.
fn place(data: &str) -> (PathBuf, Vec<String>) {
    let whole = PathBuf::from(data);
    match data.rsplit_once(':') {
        Some((path, folders)) if !whole.exists() && Path::new(path).exists() => {
            let folders = folders.split(',').map(|folder| folder.trim().to_owned());
            (PathBuf::from(path), folders.filter(|folder| !folder.is_empty()).collect())
        }
        _ => (whole, Vec::new()),
    }
}

/// The recipe for data of which nothing else is said: digits are small and grey.
pub fn recipe(data: &str) -> &'static str {
    let digits = data == "mnist" || idx::find(Path::new(data), Split::Train).is_some();
    if digits { "dcgan-digits" } else { "dcgan-modern" }
}

/// Whether a set has a part to test with that is not learned from: faces have no end, and a folder may hold two IDX files.
pub fn has_parts(data: &str) -> bool {
    let folder = place(data).0;
    avatars::are_drawn(data) || data == "mnist" || (folder.is_dir() && idx::find(&folder, Split::Test).is_some())
}

/// Whether `--holdout` keeps back a share of each folder.
pub fn keeps_shares(args: &DataArgs) -> bool {
    args.holdout > 0 && !has_parts(&args.data) && idx::find(&place(&args.data).0, Split::Train).is_none()
}

/// The part of a set that has no parts of its own, of folders of so many pictures: all but the last `--holdout`, or these. Each
/// folder keeps back its share, as it may be a class.
fn part(args: &DataArgs, counts: &[usize]) -> Result<Vec<Range<usize>>> {
    let total = counts.iter().sum::<usize>();
    if args.split == Split::Test && args.holdout == 0 {
        bail!("{} has no test part: say with --holdout how many pictures are kept back", args.data);
    }
    if args.holdout >= total {
        bail!("--holdout {} leaves nothing of {total} pictures", args.holdout);
    }
    // Of the pictures up to the end of a folder their share, so that rounding adds up to what was asked for.
    let (mut seen, mut held) = (0, 0);
    let ranges = counts.iter().map(|count| {
        seen += count;
        let share = (args.holdout as u128 * seen as u128 / total as u128) as usize;
        let border = count - (share - held);
        held = share;
        if args.split == Split::Train { 0..border } else { border..*count }
    });
    Ok(ranges.collect())
}

/// `--holdout` has nothing to say of a set that has parts of its own.
fn warn_of_parts(args: &DataArgs) {
    if args.holdout > 0 {
        ui::warn(format_args!("{} has a test part of its own: --holdout {} does nothing", args.data, args.holdout));
    }
}

/// For measures of what a model has learned: they are asked of what is meant, but who means the test part may have left it out.
pub fn warn_of_learned(args: &DataArgs) {
    if args.split == Split::Train && (args.holdout > 0 || has_parts(&args.data)) {
        ui::warn("these are pictures that models learn from: --split test takes the others");
    }
}

/// The pictures of IDX files: the part that a folder has a file for, or of the one file that there is.
fn idx_pictures(args: &DataArgs, file: &Path, shape: [usize; 3]) -> Result<Vec<u8>> {
    args.refuse_changes("pictures of IDX files are taken as they are")?;
    let mut values = idx::read(file, shape)?;
    if has_parts(&args.data) {
        warn_of_parts(args);
    }
    let size = shape.iter().product::<usize>();
    let Range { start, end } = idx_part(args, file, values.len() / size)?;
    values.truncate(end * size);
    values.drain(..start * size);
    Ok(values)
}

/// Which of so many pictures of an IDX file are meant: all, where its folder has one for each part, or its name says which it is.
fn idx_part(args: &DataArgs, file: &Path, count: usize) -> Result<Range<usize>> {
    let is_cut = !has_parts(&args.data) && (args.split == Split::Train || !idx::is_test(file));
    if is_cut { Ok(part(args, &[count])?.remove(0)) } else { Ok(0..count) }
}

/// Loads a set as square pictures of this many channels and this side.
pub fn load(args: &DataArgs, channels: usize, side: usize) -> Result<Pictures> {
    load_sized(args, [channels, side, side])
}

/// Loads a set as pictures `[channels, height, width]`.
pub fn load_sized(args: &DataArgs, shape: [usize; 3]) -> Result<Pictures> {
    if let Some(part) = avatars::part(args) {
        if shape[1] != shape[2] {
            bail!("avatars are square, and pictures of {} x {} are asked for", shape[2], shape[1]);
        }
        args.refuse_changes("avatars are drawn at the right size")?;
        warn_of_parts(args);
        let values = avatars::read(&part?, shape);
        let (name, licence) = (args.data.clone(), avatars::LICENCE.into());
        return Ok(Pictures { name, licence, has_shares: false, files: Vec::new(), shape, values });
    }
    let (path, folders) = match args.data.as_str() {
        "mnist" => (fetch::fetch_pictures("mnist")?, Vec::new()),
        data => place(data),
    };
    if !path.exists() {
        bail!("there is no file or folder {}; a set by name is one of: mnist, avatars", path.display());
    }
    let mut has_shares = false;
    let (files, values) = match idx::find_part(&path, args.split) {
        Some(file) => (Vec::new(), idx_pictures(args, &file, shape)?),
        None => {
            let fit = Fit { shape, ..Fit::of(args, shape[0]) };
            if let Some(stride) = args.patches {
                if shape[1] != shape[2] {
                    bail!(
                        "patches are square, and pictures of {} x {} are asked for: leave --patches out",
                        shape[2],
                        shape[1]
                    );
                }
                Patches { stride }.check(shape[1].min(shape[2]))?;
            }
            let part_of = |counts: &[usize]| {
                has_shares = args.holdout > 0 && counts.len() > 1;
                part(args, counts)
            };
            pictures::read(&path, &folders, part_of, &fit)?
        }
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mnist = name.contains("mnist") && !name.contains("fashion");
    let licence = if mnist { "CC BY-SA 3.0 (Yann LeCun and Corinna Cortes)" } else { "see its owner" };
    let name = match folders.as_slice() {
        _ if mnist => "mnist".into(),
        [] => name,
        folders => format!("{name}:{}", folders.join(",")),
    };
    Ok(Pictures { name, licence: licence.into(), has_shares, files, shape, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `--data` alone means.
    pub fn args(data: &str) -> DataArgs {
        DataArgs {
            data: data.into(),
            split: Split::Train,
            holdout: 0,
            crop: None,
            background: None,
            attributes: None,
            patches: None,
        }
    }

    #[test]
    fn every_folder_keeps_its_share_back() {
        let held = |holdout, counts: &[usize]| {
            let args = |split| DataArgs { holdout, split, ..args("set") };
            let [train, test] = [Split::Train, Split::Test].map(|split| part(&args(split), counts).unwrap());
            // Each picture is in one of the two.
            assert!(
                train.iter().zip(&test).zip(counts).all(|((a, b), n)| a.start == 0 && a.end == b.start && b.end == *n)
            );
            test.into_iter().map(|range| range.len()).collect::<Vec<_>>()
        };
        assert_eq!(held(500, &[10_000]), [500]);
        assert_eq!(held(20, &[100, 50, 50]), [10, 5, 5]);
        assert_eq!(held(2, &[1, 1, 1]), [0, 1, 1]);
        assert_eq!(held(7, &[3, 5, 9]).iter().sum::<usize>(), 7);
        let keeps = |holdout, data| keeps_shares(&DataArgs { holdout, ..args(data) });
        assert!(keeps(2, "set") && !keeps(0, "set") && !keeps(2, "mnist") && !keeps(2, "avatars:9"));
        let error = part(&DataArgs { holdout: 6, ..args("set") }, &[4, 2]).unwrap_err().to_string();
        assert!(error.contains("leaves nothing of 6 pictures"), "{error}");
    }
}
