//! Pictures from disk, in every form that people have them in.

pub mod fetch;
mod idx;
mod pictures;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use forger_core::Images;

use crate::cli::{DataArgs, Split};

/// A set in memory, 8 bits a value.
pub struct Pictures {
    pub name: String,
    pub licence: String,
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
fn part(mut values: Vec<u8>, shape: [usize; 3], args: &DataArgs) -> Result<Vec<u8>> {
    let size = shape.iter().product::<usize>();
    let count = values.len() / size;
    if args.split == Split::Test && args.holdout == 0 {
        bail!("{} has no test part: say with --holdout how many pictures are kept back", args.data);
    }
    if args.holdout >= count {
        bail!("--holdout {} leaves nothing of {count} pictures", args.holdout);
    }
    let held_out = values.split_off((count - args.holdout) * size);
    Ok(if args.split == Split::Train { values } else { held_out })
}

/// Loads a set as pictures of this many channels and this side.
pub fn load(args: &DataArgs, channels: usize, side: usize) -> Result<Pictures> {
    let path = match args.data.as_str() {
        "mnist" => fetch::fetch("mnist", None)?,
        path => PathBuf::from(path),
    };
    if !path.exists() {
        bail!("there is no file or folder {}; a set by name is one of: mnist", path.display());
    }
    let shape = [channels, side, side];
    let values = match idx::find(&path, args.split) {
        Some(file) => idx::read(&file, shape)?,
        None => part(pictures::read(&path, shape, args.crop)?, shape, args)?,
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mnist = name.contains("mnist") && !name.contains("fashion");
    let licence = if mnist { "CC BY-SA 3.0 (Yann LeCun and Corinna Cortes)" } else { "see its owner" };
    let name = if mnist { "mnist".into() } else { name };
    Ok(Pictures { name, licence: licence.into(), shape, values })
}
