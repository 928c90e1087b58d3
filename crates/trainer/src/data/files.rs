//! Files in folders and archives, and those that are left out.

mod archive;

use std::{
    collections::{BTreeSet, HashSet},
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

pub use archive::{archive, members, room};

use super::decode::is_picture_name;
use crate::ui;

/// Files left out that are named; the rest are counted.
const NAMED: usize = 5;

/// What a set does without, and why.
#[derive(Default)]
pub struct LeftOut {
    count: usize,
    /// Why the first of them is left out.
    pub first: String,
}

impl LeftOut {
    /// A file, by a text that names it.
    pub fn add(&mut self, why: impl Display) {
        self.count += 1;
        if self.count == 1 {
            self.first = why.to_string();
        }
        if self.count <= NAMED {
            ui::warn(format_args!("{why}; left out"));
        }
    }

    fn file(&mut self, file: &Path, why: impl Display) {
        self.add(format_args!("{} {why}", file.display()));
    }

    /// One line for all of them, beside so many that are not left out.
    pub fn tell(&self, kept: usize) {
        if self.count > 0 {
            ui::warn(format_args!("{} of {} pictures left out", self.count, self.count + kept));
        }
    }
}

/// What systems leave beside pictures under names of pictures: macOS halves of files, Synology thumbnails.
fn is_litter(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        name.starts_with("._") || name == "__MACOSX" || name == "@eaDir"
    })
}

/// Every picture of a folder, in it or below, by name; those that are none are warned of.
pub fn folder(path: &Path) -> Vec<PathBuf> {
    let mut left_out = LeftOut::default();
    let found = walk(path, &mut left_out);
    left_out.tell(found.len());
    found
}

/// [`folder`]. Links are followed, and each folder is read once, by its own name before that of a link: what links to a
/// folder above it or to one that is read anyway adds nothing.
pub fn walk(root: &Path, left_out: &mut LeftOut) -> Vec<PathBuf> {
    let above = root.canonicalize().unwrap_or_default();
    let (mut folders, mut linked) = (vec![root.to_owned()], BTreeSet::new());
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    while let Some(folder) = folders.pop().or_else(|| linked.pop_first()) {
        let listed = folder.canonicalize().and_then(|real| Ok((fs::read_dir(&folder)?, real)));
        let (entries, real) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                left_out.file(&folder, format_args!("does not open ({error})"));
                continue;
            }
        };
        let holds_root = real != above && above.starts_with(&real);
        if holds_root || !seen.insert(real) {
            continue;
        }
        for entry in entries.flatten().filter(|entry| !is_litter(Path::new(&entry.file_name()))) {
            let path = entry.path();
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            match fs::metadata(&path) {
                Ok(data) if data.is_dir() => {
                    if is_picture_name(&path) {
                        left_out.file(&path, "is a folder");
                    }
                    if is_link {
                        linked.insert(path);
                    } else {
                        folders.push(path);
                    }
                }
                Ok(data) if data.is_file() && is_picture_name(&path) => found.push(path),
                Ok(_) if is_picture_name(&path) => left_out.file(&path, "is no file"),
                // Without an ending it was a folder, on a disk that is not there perhaps.
                Err(_) if is_link && (is_picture_name(&path) || path.extension().is_none()) => {
                    left_out.file(&path, "links to nothing");
                }
                Err(error) if is_picture_name(&path) => left_out.file(&path, format_args!("does not open ({error})")),
                _ => {}
            }
        }
    }
    found.sort();
    found
}
