//! Where the pictures of a set of pairs are: its part, and the folders of the two sides.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::data::{args::Split, photos::archives};

/// Where pairs lie, and which of the two pictures is made of the other.
#[derive(Args, Clone, Default)]
pub struct Sides {
    /// Name of the folder with the pictures that are given
    #[arg(long, value_name = "FOLDER", requires = "target")]
    pub input: Option<String>,
    /// Name of the folder with what is to be made of them
    #[arg(long, value_name = "FOLDER", requires = "input")]
    pub target: Option<String>,
    /// Which way, where folders are not named: A is the first of two folders by name, or the left of two pictures side by side
    #[arg(long, value_enum, ignore_case = true, conflicts_with = "input")]
    pub direction: Option<Direction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    #[value(name = "AtoB")]
    AToB,
    #[value(name = "BtoA")]
    BToA,
}

impl Sides {
    /// What follows the data in a command that measures.
    pub fn flags(&self) -> String {
        let folders = self.input.as_ref().zip(self.target.as_ref());
        let folders = folders.map(|(input, target)| format!(" --input {input} --target {target}")).unwrap_or_default();
        let direction = match self.direction {
            Some(Direction::AToB) => " --direction AtoB",
            Some(Direction::BToA) => " --direction BtoA",
            None => "",
        };
        folders + direction
    }

    fn named(&self) -> Option<[String; 2]> {
        Some([self.input.clone()?, self.target.clone()?])
    }
}

/// A picture that is not read yet.
pub type File = (PathBuf, Vec<u8>);

/// What a part may be called.
fn part_names(split: Split) -> &'static [&'static str] {
    match split {
        Split::Train => &["train"],
        Split::Test => &["test", "val"],
    }
}

/// Archives of the part that lie in a folder, the folder of that part, or what was named.
pub fn sources(path: &Path, split: Split) -> Vec<PathBuf> {
    for name in part_names(split) {
        let archives = archives(path, name);
        if !archives.is_empty() {
            return archives;
        }
        let folder = path.join(name);
        if folder.is_dir() {
            return vec![folder];
        }
    }
    vec![path.to_owned()]
}

/// Whether a folder above a file is called as a part is: `train`, or `trainA` and `trainB`.
fn is_of(file: &Path, split: Split) -> bool {
    let is_part = |folder: &str| {
        let rest = |name: &&str| folder.strip_prefix(*name).is_some_and(|rest| ["", "A", "B"].contains(&rest));
        part_names(split).iter().any(rest)
    };
    let folders = file.parent().into_iter().flat_map(Path::components);
    folders.into_iter().any(|folder| is_part(&folder.as_os_str().to_string_lossy()))
}

/// Files of the part, where folders are called as parts are; all where none is.
pub fn of_part(found: Vec<File>, split: Split, path: &Path) -> Result<Vec<File>> {
    let has = |split| found.iter().any(|(file, _)| is_of(file, split));
    let other = if split == Split::Train { Split::Test } else { Split::Train };
    if has(split) {
        return Ok(found.into_iter().filter(|(file, _)| is_of(file, split)).collect());
    }
    // An archive that is named is meant.
    if path.is_dir() && has(other) {
        bail!("{} has no folder {}: name the folder that is meant", path.display(), part_names(split).join(" or "));
    }
    Ok(found)
}

/// The folders of the two sides, the one that is given first, and whether that is known; no folders where pictures lie side by
/// side.
pub fn folders(found: &[File], sides: &Sides, domains: &[String]) -> Result<(Option<[String; 2]>, bool)> {
    let parent = |file: &Path| {
        let parent = file.parent().and_then(Path::file_name).unwrap_or_default();
        parent.to_string_lossy().into_owned()
    };
    let there = found.iter().map(|(file, _)| parent(file)).collect::<BTreeSet<_>>();
    let listed = || there.iter().cloned().collect::<Vec<_>>().join(", ");
    let holds = |name: &String| found.iter().any(|(file, _)| within(file, name).is_some());
    if let Some(named) = sides.named() {
        if let Some(missing) = named.iter().find(|name| !holds(name)) {
            bail!("it has no folder {missing}; there are {}", listed());
        }
        return Ok((Some(named), true));
    }
    if let ([first, second], None) = (domains, sides.direction)
        && holds(first)
        && holds(second)
    {
        return Ok((Some([first.clone(), second.clone()]), true));
    }
    match Vec::from_iter(there.iter().cloned()).as_slice() {
        [_] => Ok((None, false)),
        [first, second] => Ok((Some([first.clone(), second.clone()]), false)),
        _ => bail!("it has the folders {}: say with --input and --target which two belong together", listed()),
    }
}

/// What follows a folder of this name in the path of a file, without its end: what its partner is called, too.
pub fn within(file: &Path, folder: &str) -> Option<PathBuf> {
    let mut parts = file.components();
    parts.find(|part| part.as_os_str() == folder)?;
    let rest = parts.as_path();
    (!rest.as_os_str().is_empty()).then(|| rest.with_extension(""))
}
