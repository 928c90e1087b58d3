//! Pictures that are judged, each of its own size where they are judged in parts.

use anyhow::{Result, bail};
use forger_core::Images as _;
use forger_protocol::detect::{Grid, Patches};

use super::{
    DataArgs, Pictures,
    fit::{Fit, opaque, split},
    idx, load, of_class, part,
    pictures::each,
    place,
};

/// A picture that is judged.
#[derive(Clone)]
pub struct Whole {
    /// Its file, or its number.
    pub name: String,
    /// Where its parts lie.
    pub grid: Grid,
    /// `[channels, height, width]` in `[-1, 1]`.
    pub pixels: Vec<f32>,
}

impl Whole {
    /// Its parts one after the other, `[count, channels, side, side]` flat.
    pub fn parts(&self) -> impl Iterator<Item = f32> {
        (0..self.grid.count()).flat_map(|index| self.grid.cut(&self.pixels, index))
    }
}

/// Pictures that are as large as a model's: each is one part.
pub fn fitted(pictures: &Pictures) -> Vec<Whole> {
    let [channels, side, _] = pictures.shape();
    let names = pictures.names().into_iter().enumerate();
    let whole = |(index, name)| {
        let mut pixels = vec![0.0; channels * side * side];
        pictures.write(index, &mut pixels);
        Whole { name, grid: Grid::whole(side), pixels }
    };
    names.map(whole).collect()
}

/// The pictures of a set, or of a class of it, and the name of the set: as they are, in parts of `side`, or made as large as that.
pub fn wholes(
    args: &DataArgs,
    class: Option<&str>,
    patches: Option<Patches>,
    (channels, side): (usize, usize),
) -> Result<(String, Vec<Whole>)> {
    let Some(patches) = patches else {
        let pictures = load(args, channels, side)?;
        let pictures = match class {
            Some(class) => of_class(args, pictures, class)?,
            None => pictures,
        };
        return Ok((pictures.name.clone(), fitted(&pictures)));
    };
    patches.check(side)?;
    let (path, folders) = place(&args.data);
    if class.is_some() {
        bail!(
            "pictures in parts have no labels: name the folders that are meant, as in SET:FOLDER, in place of a class"
        );
    }
    if !path.exists() || idx::find_part(&path, args.split).is_some() {
        bail!("{} is no folder or archive of pictures, and only those can be judged in parts", args.data);
    }
    let (fit, mut found) = (Fit::of(args, channels), Vec::new());
    each(&path, &folders, |counts| part(args, counts), &mut |file, bytes| {
        let picture = opaque(bytes, file, &fit)?;
        let size = [picture.height(), picture.width()].map(|length| length as usize);
        let grid = Some(patches)
            .filter(|patches| patches.fits(size, side))
            .and_then(|_| Grid::new(size, side, patches.stride));
        let Some(grid) = grid else {
            let ([height, width], longest) = (size, Patches::LONGEST);
            bail!("{} has {width}x{height} pixels, and {side} to {longest} a side can be judged", file.display());
        };
        let pixels = split(picture, channels).into_iter().map(|value| f32::from(value) / 127.5 - 1.0).collect();
        found.push(Whole { name: file.display().to_string(), grid, pixels });
        Ok(())
    })?;
    let mut name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !folders.is_empty() {
        name = format!("{name}:{}", folders.join(","));
    }
    Ok((name, found))
}
