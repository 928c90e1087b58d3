//! Which picture becomes which file. Nothing is lost: as many files as pictures, and no original is touched.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::write::Kind;
use crate::{data::decode::is_picture_name, ui};

/// One picture to make.
pub struct Job {
    pub from: PathBuf,
    pub out: PathBuf,
    pub kind: Kind,
}

/// What there is to do.
pub struct Plan {
    pub jobs: Vec<Job>,
    /// Pictures that were made before.
    pub made: usize,
}

/// What is to be made of a picture or of the pictures of a folder. Files that are there already are left out, with a line
/// each, or refused where it is the only one.
pub fn plan(from: &Path, out: &Path, overwrite: bool) -> Result<Plan> {
    let about = fs::metadata(from).with_context(|| format!("cannot read {}", from.display()))?;
    if !about.is_dir() {
        return one(from, out, overwrite).map(|job| Plan { jobs: vec![job], made: 0 });
    }
    if out.exists() && !out.is_dir() {
        bail!("{} is a file: name a folder for the pictures of {}", out.display(), from.display());
    }
    if is_same(from, out) {
        bail!("{} is the folder of the originals: name another one for the results", out.display());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let file = entry?.path();
        if is_picture_name(&file) && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        bail!("{} holds no picture (PNG, JPEG and WebP are looked for, not in folders below)", from.display());
    }
    make_folder(out)?;
    let originals = files.iter().filter_map(|file| file.canonicalize().ok()).collect::<HashSet<_>>();
    let names = names(&files.iter().filter_map(|file| file.file_name()).collect::<Vec<_>>());
    let mut plan = Plan { jobs: Vec::new(), made: 0 };
    for (from, name) in files.into_iter().zip(names) {
        let out = out.join(name);
        if out.canonicalize().is_ok_and(|file| originals.contains(&file)) {
            ui::warn(format_args!("{} is one of the originals and stays; {} left out", out.display(), from.display()));
        } else if !overwrite && out.symlink_metadata().is_ok() {
            ui::note(format_args!("{} is there already and stays; --overwrite makes it again", out.display()));
            plan.made += 1;
        } else {
            plan.jobs.push(Job { from, out, kind: Kind::Png });
        }
    }
    Ok(plan)
}

fn one(from: &Path, out: &Path, overwrite: bool) -> Result<Job> {
    // A folder takes the picture under its own name.
    let inside = || from.file_name().map(|name| out.join(png(name, false)));
    let out = Some(out).filter(|out| out.is_dir()).and_then(|_| inside()).unwrap_or_else(|| out.to_owned());
    let kind = Kind::of(&out)?;
    if is_same(from, &out) {
        bail!("{} is the original: give the result another name", out.display());
    }
    if !overwrite && out.symlink_metadata().is_ok() {
        bail!("{} is there already: --overwrite makes it again", out.display());
    }
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    Ok(Job { from: from.to_owned(), out, kind })
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make folder {}", path.display()))
}

/// Whether two names are of one thing, by whatever way.
fn is_same(a: &Path, b: &Path) -> bool {
    a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// `a.jpg` becomes `a.png`, and `a.jpg.png` in full.
fn png(name: &OsStr, in_full: bool) -> OsString {
    let mut name = if in_full { name } else { Path::new(name).file_stem().unwrap_or(name) }.to_owned();
    name.push(".png");
    name
}

/// Two names that are equal on some file system are equal.
fn key(name: &OsStr) -> String {
    name.to_string_lossy().to_lowercase()
}

/// A name for each of some pictures, none twice. A PNG keeps its name; `a.jpg` becomes `a.png` where no other picture would,
/// and else `a.jpg.png`.
fn names(files: &[&OsStr]) -> Vec<OsString> {
    let is_png = |name: &OsStr| key(name).ends_with(".png");
    let mut claims = BTreeMap::<String, usize>::new();
    files.iter().for_each(|file| *claims.entry(key(&png(file, false))).or_default() += 1);
    let mut taken = files.iter().filter(|file| is_png(file)).map(|file| key(file)).collect::<HashSet<_>>();
    let name = |file: &&OsStr| {
        let short = png(file, false);
        if is_png(file) {
            return short;
        }
        let mut name = if claims[&key(&short)] == 1 { short } else { png(file, true) };
        while !taken.insert(key(&name)) {
            name.push(".png");
        }
        name
    };
    files.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_pictures_come_to_the_same_name() {
        for (files, expected) in [
            (vec!["IMG.2026.01.jpg", "IMG.2026.02.jpg"], vec!["IMG.2026.01.png", "IMG.2026.02.png"]),
            (vec!["a.jpg", "a.png"], vec!["a.jpg.png", "a.png"]),
            (vec!["a.jpeg", "a.jpg", "b.webp"], vec!["a.jpeg.png", "a.jpg.png", "b.png"]),
            // On a file system where case makes no difference, too.
            (vec!["A.JPG", "a.png"], vec!["A.JPG.png", "a.png"]),
            (vec!["a.jpg", "a.jpg.png", "a.png"], vec!["a.jpg.png.png", "a.jpg.png", "a.png"]),
        ] {
            assert_eq!(names(&files.iter().map(OsStr::new).collect::<Vec<_>>()), expected);
        }
    }
}
