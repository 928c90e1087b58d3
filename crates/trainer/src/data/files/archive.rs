//! The files of archives, read to an end that they cannot choose.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead, BufReader, ErrorKind, Read},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Error, Result, anyhow, bail};
use flate2::bufread::GzDecoder;

use super::{
    super::{decode::LARGEST, kind},
    LeftOut, is_litter,
};

/// How many times its size a packed set may come to, which no pictures do, where that is more than [`ROOM`].
const UNPACKED: u64 = 16;
/// Bytes that any set may come to.
const ROOM: u64 = 2 << 30;

/// Most bytes that a file may stand for: a few that are packed may stand for any number.
pub fn room(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len()).saturating_mul(UNPACKED).max(ROOM)
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
    bounded(path, wanted, left_out, room(path))
}

/// [`members`] of an archive that may come to `most` bytes, with all that it says of them.
fn bounded(
    path: &Path,
    wanted: impl Fn(&Path) -> bool,
    left_out: &mut LeftOut,
    most: u64,
) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let damaged = || format!("{} is damaged, or no tar of pictures", path.display());
    let too_much = || {
        anyhow!(
            "{} comes to more than {} MB, far more than pictures pack: if you know that it does, unpack it and name the folder",
            path.display(),
            most >> 20
        )
    };
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::FileTooLarge => too_much(),
        _ => Error::new(error).context(damaged()),
    };
    let (mut files, mut links) = (BTreeMap::new(), BTreeMap::new());
    // Apart from what is read: gaps in files and links take no room in an archive.
    let mut left = most;
    let mut take = |bytes: &[u8]| {
        left = left.checked_sub(bytes.len() as u64).ok_or_else(too_much)?;
        Ok::<_, Error>(())
    };
    let reader = Bounded { from: open(path)?, left: most };
    for (index, entry) in tar::Archive::new(reader).entries().map_err(failed)?.enumerate() {
        let entry = match entry {
            // Of what is no archive the reason only quotes bytes that are no header.
            Err(error) if index == 0 && error.kind() == ErrorKind::Other => bail!(damaged()),
            entry => entry.map_err(failed)?,
        };
        let name = plain(&entry.path().with_context(damaged)?);
        let kind = entry.header().entry_type();
        if is_litter(&name) {
            continue;
        }
        if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            if wanted(&name) {
                match within(entry, LARGEST).map_err(failed)? {
                    Some(bytes) => {
                        take(&bytes)?;
                        files.insert(name, bytes);
                    }
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
        match chain.find_map(|target| files.get(target)) {
            Some(bytes) => {
                take(bytes)?;
                let bytes = bytes.clone();
                files.insert(name.clone(), bytes);
            }
            None => left_out.file(name, "links to no picture of the archive"),
        }
    }
    Ok(files.into_iter().collect())
}

/// What fails where more is read of it.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(out)?;
        self.left = self.left.checked_sub(count as u64).ok_or(ErrorKind::FileTooLarge)?;
        Ok(count)
    }
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
    use crate::data::decode::is_picture_name;

    #[test]
    fn what_has_no_end_is_not_read_to_it() {
        assert_eq!(within(&b"abc"[..], 3).unwrap(), Some(b"abc".to_vec()));
        assert_eq!(within(&b"abcd"[..], 3).unwrap(), None);
        assert_eq!(within(io::repeat(0), 1000).unwrap(), None);
    }

    #[test]
    fn an_archive_comes_to_no_more_than_its_pictures_do() {
        use tar::EntryType::{GNULongName, Link, Regular};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.tar.gz");
        let read = |most, parts: &[(tar::EntryType, usize)]| {
            let packed = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
            let mut archive = tar::Builder::new(packed);
            for (index, (kind, size)) in parts.iter().enumerate() {
                let mut header = tar::Header::new_gnu();
                header.set_entry_type(*kind);
                header.set_size(*size as u64);
                let name = format!("{index}.png");
                if *kind == Link {
                    archive.append_link(&mut header, name, "0.png").unwrap();
                } else {
                    archive.append_data(&mut header, name, vec![b'a'; *size].as_slice()).unwrap();
                }
            }
            archive.into_inner().unwrap().finish().unwrap();
            let found = bounded(&path, is_picture_name, &mut LeftOut::default(), most);
            found.map(|found| found.len()).map_err(|error| error.to_string())
        };
        let three = [(Regular, 3000); 3];
        assert_eq!(read(20_000, &three), Ok(3));
        assert!(read(8_000, &three).unwrap_err().contains("set.tar.gz comes to more than"));
        // These take little room in the archive.
        let linked = [&three[..], &[(Link, 0); 5]].concat();
        assert_eq!(read(30_000, &linked), Ok(8));
        assert!(read(20_000, &linked).unwrap_err().contains("comes to more than"));
        for place in 0..2 {
            let mut parts = three.to_vec();
            parts.insert(place, (GNULongName, 100_000));
            assert!(read(20_000, &parts).unwrap_err().contains("comes to more than"), "{place}");
        }
    }
}
