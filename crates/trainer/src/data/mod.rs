//! Pictures from disk, in every form that people have them in, and those that the program draws.

mod args;
pub mod augmentations;
pub mod avatars;
pub mod fetch;
mod idx;
mod labels;
pub mod lens;
pub mod make;
pub mod oversample;
pub mod photos;
mod pictures;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use forger_core::Images;

pub use args::{DataArgs, Split};
pub use labels::{Labels, labels};

/// A set in memory, 8 bits a value.
pub struct Pictures {
    pub name: String,
    pub licence: String,
    /// The file of each picture, where each has its own.
    files: Vec<PathBuf>,
    shape: [usize; 3],
    values: Vec<u8>,
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

/// The recipe for data of which nothing else is said: digits are small and grey.
pub fn recipe(data: &str) -> &'static str {
    let digits = data == "mnist" || idx::find(Path::new(data), Split::Train).is_some();
    if digits { "dcgan-digits" } else { "dcgan-modern" }
}

/// The part of a set that has none of its own: all but the last `--holdout` pictures, or these.
fn part(
    (mut files, mut values): (Vec<PathBuf>, Vec<u8>),
    shape: [usize; 3],
    args: &DataArgs,
) -> Result<(Vec<PathBuf>, Vec<u8>)> {
    if args.split == Split::Test && args.holdout == 0 {
        bail!("{} has no test part: say with --holdout how many pictures are kept back", args.data);
    }
    let count = files.len();
    if args.holdout >= count {
        bail!("--holdout {} leaves nothing of {count} pictures", args.holdout);
    }
    let held_out = (
        files.split_off(count - args.holdout),
        values.split_off((count - args.holdout) * shape.iter().product::<usize>()),
    );
    Ok(if args.split == Split::Train { (files, values) } else { held_out })
}

/// Loads a set as pictures of this many channels and this side.
pub fn load(args: &DataArgs, channels: usize, side: usize) -> Result<Pictures> {
    let shape = [channels, side, side];
    if let Some(part) = avatars::part(args) {
        let values = avatars::read(&part?, shape, args.crop)?;
        let (name, licence) = (args.data.clone(), avatars::LICENCE.into());
        return Ok(Pictures { name, licence, files: Vec::new(), shape, values });
    }
    let path = match args.data.as_str() {
        "mnist" => fetch::fetch("mnist", None)?,
        path => PathBuf::from(path),
    };
    if !path.exists() {
        bail!("there is no file or folder {}; a set by name is one of: mnist, avatars", path.display());
    }
    let (files, values) = match idx::find(&path, args.split) {
        Some(file) => (Vec::new(), idx::read(&file, shape)?),
        None => part(pictures::read(&path, shape, args.crop)?, shape, args)?,
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mnist = name.contains("mnist") && !name.contains("fashion");
    let licence = if mnist { "CC BY-SA 3.0 (Yann LeCun and Corinna Cortes)" } else { "see its owner" };
    let name = if mnist { "mnist".into() } else { name };
    Ok(Pictures { name, licence: licence.into(), files, shape, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `--data` alone means.
    pub fn args(data: &str) -> DataArgs {
        DataArgs { data: data.into(), split: Split::Train, holdout: 0, crop: None, attributes: None }
    }
}
