//! Files in folders and archives, and those that are left out.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Display,
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use flate2::bufread::GzDecoder;

use super::{
    decode::{LARGEST, is_picture_name},
    kind,
};
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

/// The members of an archive whose names are wanted, by name; links that lead nowhere are warned of.
pub fn archive(path: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut left_out = LeftOut::default();
    let found = members(path, wanted, &mut left_out)?;
    left_out.tell(found.len());
    Ok(found)
}

/// [`archive`]. Of members of the same name the last one counts, as where an archive is unpacked.
pub fn members(path: &Path, wanted: impl Fn(&Path) -> bool, left_out: &mut LeftOut) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let damaged = || format!("{} is damaged, or no tar of pictures", path.display());
    let (mut files, mut links) = (BTreeMap::new(), BTreeMap::new());
    for (index, entry) in tar::Archive::new(open(path)?).entries().with_context(damaged)?.enumerate() {
        let entry = match entry {
            // Of what is no archive the reason only quotes bytes that are no header.
            Err(error) if index == 0 && error.kind() == ErrorKind::Other => bail!(damaged()),
            entry => entry.with_context(damaged)?,
        };
        let name = plain(&entry.path().with_context(damaged)?);
        let kind = entry.header().entry_type();
        if is_litter(&name) {
            continue;
        }
        if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            if wanted(&name) {
                match within(entry, LARGEST).with_context(damaged)? {
                    Some(bytes) => drop(files.insert(name, bytes)),
                    None => left_out.file(&name, format_args!("has more than {} MB", LARGEST >> 20)),
                }
            }
        } else if kind.is_symlink() || kind.is_hard_link() {
            let target = entry.link_name().with_context(damaged)?.unwrap_or_default();
            let from = name.parent().filter(|_| kind.is_symlink()).unwrap_or(Path::new(""));
            links.insert(name.clone(), plain(&from.join(target)));
        } else if wanted(&name) {
            left_out.file(&name, if kind.is_dir() { "is a folder" } else { "is no file" });
        }
    }
    for name in links.keys().filter(|name| wanted(name)) {
        // A chain of links is no longer than there are links.
        let mut chain = std::iter::successors(links.get(name), |target| links.get(*target)).take(links.len());
        match chain.find_map(|target| files.get(target)).cloned() {
            Some(bytes) => drop(files.insert(name.clone(), bytes)),
            None => left_out.file(name, "links to no picture of the archive"),
        }
    }
    Ok(files.into_iter().collect())
}

/// All that there is to read, unless it is more: a few bytes of an archive may stand for any number.
fn within(from: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// An archive as it is or gzipped, whatever its name says. What is no archive is named.
fn open(path: &Path) -> Result<Box<dyn Read>> {
    let name = path.display();
    let damaged = || format!("{name} is damaged, or no tar of pictures");
    let mut file = BufReader::new(File::open(path).with_context(|| format!("cannot open {name}"))?);
    let start = file.fill_buf().with_context(|| format!("cannot read {name}"))?;
    let mut reader: Box<dyn BufRead> = match kind::is_gzip(start) {
        true => Box::new(BufReader::new(GzDecoder::new(file))),
        false => Box::new(file),
    };
    if let Some(what) = kind::instead_of_a_set(reader.fill_buf().with_context(damaged)?) {
        bail!("{name} is no tar of pictures, but {what}");
    }
    Ok(Box::new(reader))
}

/// A path in an archive without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_not_read_to_it() {
        assert_eq!(within(&b"abc"[..], 3).unwrap(), Some(b"abc".to_vec()));
        assert_eq!(within(&b"abcd"[..], 3).unwrap(), None);
        assert_eq!(within(io::repeat(0), 1000).unwrap(), None);
    }
}
