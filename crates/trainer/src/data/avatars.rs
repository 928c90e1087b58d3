//! The set that needs no disk: faces of `forger-avatars`, made when they are asked for.

use std::path::Path;

use anyhow::{Context, Result, bail};
use forger_avatars::{Attributes, Avatar};
use forger_core::data::light::light;
use rayon::prelude::*;

use super::args::{DataArgs, Split};
use super::labels::{self, Labels};
use crate::ui;

pub const LICENCE: &str = "CC0 1.0 (made by Forger)";

/// The seed of the set in memory, and what `forger data make` takes if none is given: both draw the same faces.
pub const SEED: u32 = 1;

/// Where the faces to test with begin: no set to train on is that long.
const TEST: u64 = 1 << 32;

/// Faces that are looked at for one that is like a line of a table.
const TRIES: u64 = 20_000;

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

/// Whether a set is of faces that are drawn, and not a folder of such.
pub fn are_drawn(data: &str) -> bool {
    data == "avatars" || data.starts_with("avatars:")
}

/// Every face as `[channels, side, side]` bytes.
pub fn read(part: &Part, [channels, side, _]: [usize; 3]) -> Vec<u8> {
    let faces = (0..part.count as u64).into_par_iter();
    faces.flat_map_iter(|index| planes(&Avatar::nth(SEED, part.first + index).render(side), channels)).collect()
}

/// Faces of the row of a seed that are like the lines of a table, in their order, each another one. A line that nobody is like is left
/// out, and that is said.
pub fn like(table: &Path, seed: u32) -> Result<Vec<u64>> {
    let (names, lines) = labels::table(table)?;
    let columns = Columns::of(&names).with_context(|| format!("cannot use {}", table.display()))?;
    let found = lines.par_iter().enumerate().map(|(line, values)| {
        let wanted = columns.wanted(values);
        let first = line as u64 * TRIES;
        (first..first + TRIES).find(|index| Avatar::nth(seed, *index).attributes.are_like(&wanted))
    });
    let found = found.collect::<Vec<_>>();
    let faces = found.iter().flatten().copied().collect::<Vec<_>>();
    let none = found.len() - faces.len();
    if faces.is_empty() {
        bail!("no avatar is like any line of {}", table.display());
    }
    if none > 0 {
        ui::warn(format_args!("no avatar is like {none} of {} lines: they are left out", found.len()));
    }
    Ok(faces)
}

/// Where the attributes of avatars are among those of a table; with CelebA's `No_Beard` for one that says when there is a beard.
pub struct Columns([Option<(usize, bool)>; 13]);

impl Columns {
    /// Fails where none is there.
    pub fn of(names: &[String]) -> Result<Self> {
        let place = |name: &str| names.iter().position(|known| known == name);
        let columns = Attributes::NAMES.map(|name| {
            let opposite = place(&format!("No_{name}")).map(|at| (at, false));
            place(name).map(|at| (at, true)).or(opposite)
        });
        if columns.iter().all(Option::is_none) {
            bail!("the table says nothing of avatars, which have {}", Attributes::NAMES.join(", "));
        }
        Ok(Self(columns))
    }

    /// What a line says of an avatar.
    pub fn wanted(&self, line: &[bool]) -> [Option<bool>; 13] {
        self.0.map(|column| column.and_then(|(at, yes)| line.get(at).map(|value| *value == yes)))
    }
}

/// `[height, width, 3]` to `[channels, height, width]`, grey or in colour.
pub(super) fn planes(pixels: &[u8], channels: usize) -> Vec<u8> {
    if channels == 1 {
        return pixels.as_chunks().0.iter().copied().map(light).collect();
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
        assert_eq!(planes(&pixels, 1), [55, 255]);
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

    #[test]
    fn faces_like_those_of_a_table_have_what_its_lines_say() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("attributes.csv");
        let write = |text: &str| std::fs::write(&table, text).unwrap();
        // CelebA knows lips; the second line says nothing of hair, the third wants what there is not.
        let head = "file,Big_Lips,Male,Eyeglasses,Beard,Black_Hair,Gray_Hair,Bald\n";
        write(&format!(
            "{head}a.jpg,1,1,1,-1,-1,1,-1\nb.jpg,1,0,0,0,0,0,0\nc.jpg,0,0,0,1,0,0,0\nd.jpg,1,0,0,0,0,0,0\n"
        ));
        let found = like(&table, 3).unwrap();
        assert_eq!(found, like(&table, 3).unwrap());
        let faces = found.iter().map(|index| Avatar::nth(3, *index).attributes).collect::<Vec<_>>();
        let [first, second, third] = &faces[..] else { panic!("{faces:?}") };
        assert!(
            first.male && first.eyeglasses && !first.beard && first.hair == forger_avatars::Hair::Gray,
            "{first:?}"
        );
        assert!([second, third].iter().all(|face| !face.male && !face.eyeglasses && !face.beard));
        assert_ne!(found[1], found[2], "each another one");
        write("file,Big_Lips\na.jpg,1\n");
        assert!(format!("{:#}", like(&table, 3).unwrap_err()).contains("says nothing of avatars"));
        write("file,Male,Beard\na.jpg,0,1\n");
        assert!(like(&table, 3).unwrap_err().to_string().contains("no avatar is like any line"));
    }
}
