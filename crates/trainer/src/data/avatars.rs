//! The set that needs no disk: faces of `forger-avatars`, made when they are asked for.

use anyhow::{Context, Result};
use forger_avatars::{Attributes, Avatar};
use rayon::prelude::*;

use super::args::{DataArgs, Split};
use super::labels::Labels;

pub const LICENCE: &str = "CC0 1.0 (made by Forger)";

/// The seed of the set in memory, and what `forger data make` takes if none is given: both draw the same faces.
pub const SEED: u32 = 1;

/// Where the faces to test with begin: no set to train on is that long.
const TEST: u64 = 1 << 32;

/// Part of the endless row of faces of a seed.
pub struct Part {
    pub first: u64,
    pub count: usize,
}

/// The part that `--data avatars` or `avatars:COUNT` means. `None` for other data.
pub fn part(args: &DataArgs) -> Option<Result<Part>> {
    let rest = args.data.strip_prefix("avatars")?;
    let (first, default) = match args.split {
        Split::Train => (0, 20_000),
        Split::Test => (TEST, 2_000),
    };
    if rest.is_empty() {
        return Some(Ok(Part { first, count: default }));
    }
    let count = rest.strip_prefix(':')?.parse().ok().filter(|count| (1..=TEST as usize).contains(count));
    let part = count.map(|count| Part { first, count });
    Some(part.with_context(|| format!("{} names no number of faces: write avatars:1000", args.data)))
}

/// Every face as `[channels, side, side]` bytes.
pub fn read(part: &Part, [channels, side, _]: [usize; 3]) -> Vec<u8> {
    let faces = (0..part.count as u64).into_par_iter();
    faces.flat_map_iter(|index| planes(&Avatar::nth(SEED, part.first + index).render(side), channels)).collect()
}

fn planes(pixels: &[u8], channels: usize) -> Vec<u8> {
    if channels == 1 {
        // Rec. 709, as pictures from disk are made grey.
        let grey = |pixel: &[u8]| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
            ((2126 * red + 7152 * green + 722 * blue) / 10_000) as u8
        };
        return pixels.chunks_exact(3).map(grey).collect();
    }
    (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect()
}

/// The attributes of the same faces.
pub fn labels(part: &Part) -> Labels {
    let names = Attributes::NAMES.map(str::to_owned).to_vec();
    let row = |index| Avatar::nth(SEED, part.first + index).attributes.values().to_vec();
    Labels { names, rows: (0..part.count as u64).map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{self, tests::args};
    use forger_core::Images;

    #[test]
    fn test_faces_are_others_and_the_count_can_be_given() {
        let load = |split| data::load(&DataArgs { split, ..args("avatars:40") }, 3, 32).unwrap();
        let (train, test) = (load(Split::Train), load(Split::Test));
        assert_eq!((train.len(), train.shape(), train.licence.as_str()), (40, [3, 32, 32], LICENCE));
        let faces = |set: &data::Pictures| set.values.chunks_exact(3 * 32 * 32).map(<[u8]>::to_vec).collect::<Vec<_>>();
        assert!(faces(&test).iter().all(|face| !faces(&train).contains(face)));
        let default = |split| part(&DataArgs { split, ..args("avatars") }).unwrap().unwrap().count;
        assert_eq!((default(Split::Train), default(Split::Test)), (20_000, 2_000));
        for wrong in ["avatars:0", "avatars:x", "avatars:-1"] {
            assert!(data::load(&args(wrong), 3, 32).err().unwrap().to_string().contains("avatars:1000"), "{wrong}");
        }
    }

    #[test]
    fn planes_are_red_green_and_blue_and_grey_is_bright_where_colours_are() {
        let pixels = [255, 0, 10, 255, 255, 255];
        assert_eq!(planes(&pixels, 3), [255, 255, 0, 255, 10, 255]);
        assert_eq!(planes(&pixels, 1), [54, 255]);
    }

    #[test]
    fn labels_are_those_of_the_pictures() {
        let of = args("avatars:30");
        let pictures = data::load(&of, 3, 8).unwrap();
        let labels = data::labels(&of, &pictures).unwrap();
        assert_eq!((labels.rows.len(), labels.names.len()), (30, 13));
        for (index, row) in (0..).zip(&labels.rows) {
            let avatar = Avatar::nth(SEED, index);
            assert_eq!(row[0], avatar.attributes.male);
            let face = planes(&avatar.render(8), 3);
            assert_eq!(face, pictures.values[index as usize * 192..][..192]);
        }
    }
}
