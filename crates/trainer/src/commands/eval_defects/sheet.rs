//! Pictures with defects, and what was made of them.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use image::{Rgb, RgbImage, imageops};

use super::Pictures;
use crate::{
    commands::detect::page::{colour, heated},
    measures::detection::Found,
    sheet::save,
};

/// Pictures on it.
const SHOWN: usize = 12;
/// Side by side, of four columns each.
const ACROSS: usize = 2;
const GAP: usize = 6;
/// The share of all pixels of good pictures that are colder than what is shown as hot: one scale for all.
const HOT: f64 = 0.999;

/// As many of each kind as there are, from all over the set: picture, mask, what the model draws, and where it is strange.
pub fn write(path: &Path, channels: usize, pictures: &Pictures, found: &[Found]) -> Result<()> {
    let shown = shown(&pictures.kinds);
    let sizes = shown.iter().map(|index| pictures.wholes[pictures.good + index].grid.size());
    let [height, width] = sizes.fold([1, 1], |most, size| [most[0].max(size[0]), most[1].max(size[1])]);
    let (across, down) = (4 * (width + GAP) + 2 * GAP, height + GAP);
    let rows = shown.len().div_ceil(ACROSS);
    let mut sheet = RgbImage::from_pixel((ACROSS * across) as u32, (rows * down) as u32, Rgb([255; 3]));
    let hot = hottest(&found[..pictures.good]).max(f32::MIN_POSITIVE);
    for (place, index) in shown.into_iter().enumerate() {
        let (whole, found) = (&pictures.wholes[pictures.good + index], &found[pictures.good + index]);
        let size = whole.grid.size();
        let mask = pictures.masks[index].as_deref().unwrap_or_default();
        let given = |at: usize| colour(&whole.pixels, channels, size, at);
        let parts: [&dyn Fn(usize) -> [u8; 3]; 4] = [
            &given,
            &|at| [if mask.get(at).copied().unwrap_or_default() { 255 } else { 0 }; 3],
            &|at| colour(&found.reconstruction, channels, size, at),
            &|at| heated(given(at), found.map.get(at).copied().unwrap_or_default() / hot),
        ];
        for (column, pixel) in parts.into_iter().enumerate() {
            let part =
                RgbImage::from_fn(size[1] as u32, size[0] as u32, |x, y| Rgb(pixel(y as usize * size[1] + x as usize)));
            let left = place % ACROSS * across + column * (width + GAP);
            imageops::replace(&mut sheet, &part, left as i64, (place / ACROSS * down) as i64);
        }
    }
    save(path, &sheet)
}

/// Which pictures are shown.
fn shown(kinds: &[String]) -> Vec<usize> {
    let mut of = BTreeMap::<&String, Vec<usize>>::new();
    kinds.iter().enumerate().for_each(|(index, kind)| of.entry(kind).or_default().push(index));
    let each = SHOWN.div_ceil(of.len().max(1));
    let some = |all: Vec<usize>| {
        let count = each.min(all.len());
        (0..count).map(|index| all[index * all.len() / count]).collect::<Vec<_>>()
    };
    of.into_values().flat_map(some).take(SHOWN).collect()
}

fn hottest(good: &[Found]) -> f32 {
    let mut values = good.iter().flat_map(|found| &found.map).copied().collect::<Vec<_>>();
    values.sort_by(f32::total_cmp);
    values.get((values.len() as f64 * HOT) as usize).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_shown() {
        let kinds = ["a"; 50].into_iter().chain(["b"; 2]).chain(["c"; 9]).map(String::from).collect::<Vec<_>>();
        assert_eq!(shown(&kinds), [0, 12, 25, 37, 50, 51, 52, 54, 56, 58]);
        assert!(shown(&[]).is_empty());
    }
}
