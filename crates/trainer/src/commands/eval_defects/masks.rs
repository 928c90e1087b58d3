//! Where the defects of pictures are.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{
    data::{decode::decode, wholes::Whole},
    ui,
};

/// What stands between the name of a picture and the ending of its mask.
const BEHIND: [&str; 3] = ["", ".mask", "_mask"];
/// Light from which on a pixel of a mask is a defect.
const LIGHT: u8 = 128;

/// The mask of each picture, `[height, width]`; nothing where there is none.
pub fn read(folder: Option<&Path>, set: &str, pictures: &[Whole]) -> Result<Vec<Option<Vec<bool>>>> {
    let Some(folder) = folder else { return Ok(vec![None; pictures.len()]) };
    let masks = pictures.iter().map(|picture| mask(folder, Path::new(set), picture)).collect::<Result<Vec<_>>>()?;
    let missing = masks.iter().filter(|mask| mask.is_none()).count();
    if missing == masks.len() {
        bail!("{} has no mask of any of these pictures", folder.display());
    }
    if missing > 0 {
        ui::warn(format_args!("{missing} of {} pictures have no mask: their pixels do not count", masks.len()));
    }
    Ok(masks)
}

fn mask(folder: &Path, set: &Path, picture: &Whole) -> Result<Option<Vec<bool>>> {
    let name = Path::new(&picture.name);
    let below = folder.join(name.strip_prefix(set).unwrap_or(name));
    let Some(stem) = below.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else { return Ok(None) };
    let found =
        BEHIND.iter().map(|behind| below.with_file_name(format!("{stem}{behind}.png"))).find(|file| file.is_file());
    found.map(|file| open(&file, picture)).transpose()
}

fn open(file: &PathBuf, picture: &Whole) -> Result<Vec<bool>> {
    let mask = decode(&std::fs::read(file)?, file)?.image.into_luma8();
    let size = [mask.height(), mask.width()].map(|length| length as usize);
    if size != picture.grid.size() {
        let [height, width] = picture.grid.size();
        bail!("{} has {}x{} pixels, and its picture {width}x{height}", file.display(), size[1], size[0]);
    }
    Ok(mask.into_raw().into_iter().map(|light| light >= LIGHT).collect())
}
