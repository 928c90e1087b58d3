//! The class of each picture of a labelled set: what its IDX labels say, the folder that it lies in, or an attribute of a table.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Result, bail};

use super::{DataArgs, Pictures, idx, labels, place};
use crate::data::fetch;

/// Side of pictures of which only the classes are asked for: that of MNIST, which has no other.
const SMALL: usize = 28;

/// The class of each picture, in their order: the number of its IDX label, or the name of the folder that holds it.
pub fn classes(args: &DataArgs, of: &Pictures) -> Result<Vec<String>> {
    if !of.files.is_empty() {
        let folder = |file: &Path| Some(file.parent()?.file_name()?.to_string_lossy().into_owned());
        return Ok(of.files.iter().map(|file| folder(file).unwrap_or_default()).collect());
    }
    let path = match args.data.as_str() {
        "mnist" => fetch::fetch_pictures("mnist")?,
        data => place(data).0,
    };
    let Some(file) = idx::find_part(&path, args.split) else {
        bail!("{} has no classes: use IDX files with labels, or pictures in a folder for each class", args.data);
    };
    let labels = idx::labels(&file)?;
    let part = super::idx_part(args, &file, labels.len())?;
    let labels = &labels[part];
    if labels.len() != of.values.len() / of.shape.iter().product::<usize>() {
        bail!("{} has {} labels beside other pictures", file.display(), labels.len());
    }
    Ok(labels.iter().map(u8::to_string).collect())
}

/// How many pictures each class of a set has, by its name.
pub fn class_counts(args: &DataArgs) -> Result<BTreeMap<String, usize>> {
    // Of IDX files labels are enough.
    let found = match idx::find_part(&place(&args.data).0, args.split) {
        Some(file) => {
            let labels = idx::labels(&file)?;
            let part = super::idx_part(args, &file, labels.len())?;
            labels[part].iter().map(u8::to_string).collect()
        }
        None => classes(args, &super::load(args, 1, SMALL)?)?,
    };
    let mut counts = BTreeMap::new();
    found.into_iter().for_each(|class| *counts.entry(class).or_default() += 1);
    Ok(counts)
}

/// The pictures of one class: of an IDX label, of a folder, or those that have an attribute of the table.
pub fn of_class(args: &DataArgs, pictures: Pictures, class: &str) -> Result<Pictures> {
    let which = is_of_class(args, &pictures, class, &labels_or_folders(args, &pictures)?)?;
    Ok(pictures.keep(&which))
}

/// The pictures of all other classes, and the class of each: none has a name in a set that has attributes only.
pub fn but_class(args: &DataArgs, pictures: Pictures, class: &str) -> Result<(Pictures, Vec<String>)> {
    let mut found = labels_or_folders(args, &pictures)?;
    let which = is_of_class(args, &pictures, class, &found)?.into_iter().map(|is| !is).collect::<Vec<_>>();
    found.resize(which.len(), String::new());
    let others = found.into_iter().zip(&which).filter(|(_, other)| **other).map(|(class, _)| class).collect();
    Ok((pictures.keep(&which), others))
}

/// Avatars have a table and no folders.
fn labels_or_folders(args: &DataArgs, pictures: &Pictures) -> Result<Vec<String>> {
    if super::avatars::part(args).is_some() { Ok(Vec::new()) } else { classes(args, pictures) }
}

/// Whether each picture is of a class, where `found` is what [`labels_or_folders`] says.
fn is_of_class(args: &DataArgs, pictures: &Pictures, class: &str, found: &[String]) -> Result<Vec<bool>> {
    if found.iter().any(|found| found == class) {
        return Ok(found.iter().map(|found| found == class).collect());
    }
    let names = BTreeSet::from_iter(found.iter().filter(|name| !name.is_empty()).cloned());
    let known = Vec::from_iter(names).join(", ");
    let Ok(table) = labels(args, pictures) else {
        bail!("{} has no class {class}: there are {known}", args.data);
    };
    let Some(place) = table.names.iter().position(|name| name == class) else {
        let all = [known, table.names.join(", ")].join(", ");
        bail!("{} has no class {class}: there are {}", args.data, all.trim_start_matches(", "));
    };
    let has = table.rows.iter().map(|row| row.get(place).copied().unwrap_or_default()).collect::<Vec<_>>();
    if !has.contains(&true) {
        bail!("no picture of {} is {class}", args.data);
    }
    Ok(has)
}

impl Pictures {
    /// What each is called: its file, or its number where it has none.
    pub fn names(&self) -> Vec<String> {
        if !self.files.is_empty() {
            return self.files.iter().map(|file| file.display().to_string()).collect();
        }
        let size = self.shape.iter().product::<usize>().max(1);
        (0..self.values.len() / size).map(|index| format!("{} {index}", self.name)).collect()
    }

    /// Some of them, in their order.
    fn keep(mut self, which: &[bool]) -> Self {
        let mut flags = which.iter();
        self.files.retain(|_| flags.next().copied().unwrap_or_default());
        let size = self.shape.iter().product::<usize>().max(1);
        let kept = self.values.chunks_exact(size).zip(which).filter(|(_, keep)| **keep);
        self.values = kept.flat_map(|(picture, _)| picture).copied().collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{self, Split, tests::args};
    use forger_core::Images as _;
    use std::fs;

    /// Pictures of a shade that is ten times their label, and the labels.
    fn digits(folder: &Path, part: &str, labels: &[u8]) {
        let word = |value: usize| (value as u32).to_be_bytes();
        let mut pictures = [word(0x0803), word(labels.len()), word(28), word(28)].concat();
        pictures.extend(labels.iter().flat_map(|label| vec![label * 10; 784]));
        fs::write(folder.join(format!("{part}-images-idx3-ubyte")), pictures).unwrap();
        let text = [[word(0x0801), word(labels.len())].concat(), labels.to_vec()].concat();
        fs::write(folder.join(format!("{part}-labels-idx1-ubyte")), text).unwrap();
    }

    fn load(args: &DataArgs, channels: usize) -> Pictures {
        data::load(args, channels, 28).unwrap()
    }

    #[test]
    fn idx_labels_choose_whatever_part_is_meant() {
        let folder = tempfile::tempdir().unwrap();
        digits(folder.path(), "train", &[3, 1, 3, 2, 1]);
        digits(folder.path(), "t10k", &[7, 3]);
        let whole = args(&folder.path().display().to_string());
        assert_eq!(classes(&whole, &load(&whole, 1)).unwrap(), ["3", "1", "3", "2", "1"]);
        let threes = of_class(&whole, load(&whole, 1), "3").unwrap();
        assert!(threes.len() == 2 && threes.values.iter().all(|value| *value == 30));
        let (others, of) = but_class(&whole, load(&whole, 1), "3").unwrap();
        assert_eq!((others.len(), of.join(",").as_str()), (3, "1,2,1"));
        assert!(others.values.chunks(784).zip([10, 20, 10]).all(|(picture, shade)| picture == [shade; 784]));
        let test = DataArgs { split: Split::Test, ..whole.clone() };
        assert_eq!(of_class(&test, load(&test, 1), "7").unwrap().len(), 1);
        let file = folder.path().join("train-images-idx3-ubyte").display().to_string();
        let is_cut = |data: &str| {
            for (split, expected) in [(Split::Train, vec!["3", "1", "3"]), (Split::Test, vec!["2", "1"])] {
                let part = DataArgs { split, holdout: 2, ..args(data) };
                assert_eq!(classes(&part, &load(&part, 1)).unwrap(), expected);
                assert_eq!(class_counts(&part).unwrap().values().sum::<usize>(), expected.len());
            }
        };
        is_cut(&file);
        // So is a folder in which there is nothing else.
        fs::remove_file(folder.path().join("t10k-images-idx3-ubyte")).unwrap();
        is_cut(&whole.data);
        let error = of_class(&whole, load(&whole, 1), "9").err().unwrap().to_string();
        assert!(error.contains("no class 9: there are 1, 2, 3"), "{error}");
        fs::remove_file(folder.path().join("train-labels-idx1-ubyte")).unwrap();
        let error = format!("{:#}", classes(&whole, &load(&whole, 1)).unwrap_err());
        assert!(error.contains("train-labels-idx1-ubyte"), "{error}");
    }

    #[test]
    fn folders_and_attributes_are_classes_too() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ship/a.png", "ship/b.png", "horse/c.png"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            image::RgbImage::new(28, 28).save(path).unwrap();
        }
        fs::write(folder.path().join("ship/d.png"), "broken").unwrap();
        let set = args(&folder.path().display().to_string());
        assert_eq!(classes(&set, &load(&set, 3)).unwrap(), ["horse", "ship", "ship"]);
        assert_eq!(of_class(&set, load(&set, 3), "ship").unwrap().files.len(), 2);
        assert!(of_class(&set, load(&set, 3), "dog").err().unwrap().to_string().contains("horse, ship"));
        fs::write(folder.path().join("attributes.csv"), "file,Red\na.png,1\nb.png,0\nc.png,1\n").unwrap();
        assert_eq!(of_class(&set, load(&set, 3), "Red").unwrap().len(), 2);
        let faces = args("avatars:40");
        let men = of_class(&faces, load(&faces, 3), "Male").unwrap();
        assert!((1..40).contains(&men.len()));
        let (others, of) = but_class(&faces, load(&faces, 3), "Male").unwrap();
        assert_eq!((others.len(), of.len()), (40 - men.len(), 40 - men.len()));
    }
}
