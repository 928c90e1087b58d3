//! What is known of pictures: a table of yes and no, a line for each picture.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    ffi::OsString,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Error, Result, anyhow, bail};

use super::args::DataArgs;
use super::{Pictures, avatars, files, kind};
use crate::ui;

/// The file that is looked for.
pub const FILE: &str = "attributes.csv";

/// Attributes of pictures, in the order of the pictures.
#[derive(Debug)]
pub struct Labels {
    pub names: Vec<String>,
    /// A value for each of `names`. Empty for a picture that the table does not name.
    pub rows: Vec<Vec<bool>>,
}

/// The attributes of pictures that these arguments loaded: a row for each picture, in their order.
pub fn labels(args: &DataArgs, of: &Pictures) -> Result<Labels> {
    if let Some(part) = avatars::part(args) {
        return Ok(avatars::labels(&part?));
    }
    let (path, _) = super::place(&args.data);
    let path = path.as_path();
    if of.files.is_empty() {
        bail!("{} has no attributes: use avatars, or pictures with a file {FILE}", args.data);
    }
    let (name, mut text) = find(path, args.attributes.as_deref())?;
    let mut table = Table::read(&mut text).with_context(|| format!("cannot use {name}"))?;
    let rows = of.files.iter().map(|file| table.take(file)).collect::<Vec<_>>();
    let missing = rows.iter().filter(|row| row.is_empty()).count();
    if missing == rows.len() {
        bail!("{name} names none of the pictures of {}", path.display());
    }
    if let Some((file, _)) = of.files.iter().zip(&rows).find(|(_, row)| row.is_empty()) {
        let (all, file) = (rows.len(), file.display());
        ui::warn(format_args!("{name} says nothing of {missing} of {all} pictures, of which {file} is the first"));
    }
    Ok(Labels { names: table.names, rows })
}

/// A table without its pictures: what its columns are called, and its lines.
pub fn table(path: &Path) -> Result<(Vec<String>, Vec<Vec<bool>>)> {
    let context = || format!("cannot use {}", path.display());
    let (names, lines) = lines(&mut File::open(path).with_context(context)?).with_context(context)?;
    Ok((names, lines.into_iter().map(|(_, values)| values).collect()))
}

impl Labels {
    /// An attribute for each class, in order.
    pub fn of_classes(classes: &[String]) -> Self {
        let names = Vec::from_iter(BTreeSet::from_iter(classes.iter().cloned()));
        let rows = classes.iter().map(|class| names.iter().map(|name| name == class).collect()).collect();
        Self { names, rows }
    }

    /// These attributes, in this order; no picture has what is not known here.
    pub fn only(&self, names: &[String]) -> Self {
        let places = names.iter().map(|name| self.names.iter().position(|known| known == name)).collect::<Vec<_>>();
        let has = |row: &Vec<bool>, place: &Option<usize>| place.and_then(|place| row.get(place)).copied();
        let rows = self.rows.iter();
        let rows = rows.map(|row| places.iter().map(|place| has(row, place).unwrap_or_default()).collect()).collect();
        Self { names: names.to_vec(), rows }
    }

    /// Those of two sets, one after the other: what both know.
    pub fn joined(&self, other: Self) -> Result<Self> {
        let names = self.names.iter().filter(|name| other.names.contains(name)).cloned().collect::<Vec<_>>();
        if names.is_empty() {
            bail!("the sets have no attribute in common: {}; {}", self.names.join(", "), other.names.join(", "));
        }
        let mut joined = self.only(&names);
        joined.rows.extend(other.only(&names).rows);
        Ok(joined)
    }
}

/// The table that was named, or the one inside a folder or archive, or beside it.
fn find(data: &Path, given: Option<&Path>) -> Result<(String, Box<dyn Read>)> {
    let open = |path: &Path| -> Result<(String, Box<dyn Read>)> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        Ok((path.display().to_string(), Box::new(file)))
    };
    if let Some(path) = given {
        return open(path);
    }
    let inside = data.join(FILE);
    if inside.is_file() {
        return open(&inside);
    }
    if data.is_file() {
        let named = |name: &Path| name.file_name().is_some_and(|name| name == FILE);
        if let Some((name, bytes)) = files::archive(data, named)?.into_iter().next() {
            let name = format!("{} of {}", name.display(), data.display());
            return Ok((name, Box::new(std::io::Cursor::new(bytes))));
        }
    }
    let beside = data.with_file_name(FILE);
    if beside.is_file() {
        return open(&beside);
    }
    Err(NoTable(data.to_owned()).into())
}

/// Nothing says what is in pictures.
#[derive(Debug, thiserror::Error)]
#[error("there is no {FILE} in {} or beside it: put it there", .0.display())]
struct NoTable(PathBuf);

/// Adds that a table can be named, for commands that take --attributes with a file.
pub fn or_table(error: Error) -> Error {
    if error.is::<NoTable>() { anyhow!("{error}, or name it with --attributes") } else { error }
}

/// Rows by the last part of their file's name; those that share it are told apart by the rest.
struct Table {
    names: Vec<String>,
    rows: HashMap<OsString, Vec<Line>>,
}

/// A file, and a value for each attribute.
type Line = (PathBuf, Vec<bool>);

/// The names of the attributes of a table, and its lines.
fn lines(text: &mut dyn Read) -> Result<(Vec<String>, Vec<Line>)> {
    let mut text = BufReader::new(text);
    if kind::is_html(text.fill_buf()?) {
        bail!("it is a web page (HTML), and no table: fetch it again, signed in");
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let names = reader.headers()?.iter().skip(1).map(str::to_owned).collect::<Vec<_>>();
    if names.is_empty() {
        bail!("the first line should be: file, and the names of the attributes");
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let file = PathBuf::from(record.get(0).unwrap_or_default());
        let line = record.position().map_or(0, csv::Position::line);
        let values = record.iter().skip(1).zip(&names).map(|(text, name)| {
            value(text).with_context(|| format!("line {line}, {name}: {text:?} is neither 1 nor 0"))
        });
        let values = values.collect::<Result<Vec<_>>>()?;
        rows.push((file, values));
    }
    Ok((names, rows))
}

impl Table {
    fn read(text: &mut dyn Read) -> Result<Self> {
        let (names, lines) = lines(text)?;
        let mut rows: HashMap<_, Vec<_>> = HashMap::new();
        for (file, values) in lines {
            rows.entry(file.file_name().unwrap_or_default().to_owned()).or_default().push((file, values));
        }
        Ok(Self { names, rows })
    }

    /// The row of a picture, the one that says most of where it lies; empty if there is none.
    fn take(&mut self, picture: &Path) -> Vec<bool> {
        let rows = picture.file_name().and_then(|name| self.rows.get(name));
        let rows = rows.into_iter().flatten().filter(|(file, _)| picture.ends_with(file));
        // The first of those that say as much.
        let row = rows.min_by_key(|(file, _)| Reverse(file.components().count()));
        row.map(|(_, values)| values.clone()).unwrap_or_default()
    }
}

/// CelebA says -1 for no.
fn value(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" | "-1" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{self, tests::args};
    use std::fs;

    const TABLE: &str = "file,Red,Round\na.png,1,0\nc.png,0,-1\ndeep/e.png,1,1\nb.png,0,1\nnone.png,1,1\n";

    /// a, b, deep/e and x as pictures, of which the table does not name x, and c, which is broken.
    fn set(folder: &Path) {
        fs::create_dir_all(folder.join("deep")).unwrap();
        for name in ["a.png", "b.png", "deep/e.png", "x.png"] {
            image::RgbImage::new(8, 8).save(folder.join(name)).unwrap();
        }
        fs::write(folder.join("c.png"), "broken").unwrap();
    }

    fn read(args: &DataArgs) -> Result<Labels> {
        labels(args, &data::load(args, 3, 8).unwrap())
    }

    #[test]
    fn rows_follow_the_pictures_and_gaps_shift_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("pictures");
        set(&inner);
        let path = inner.display().to_string();
        let expected: [&[bool]; 4] = [&[true, false], &[false, true], &[true, true], &[]];

        let missing = read(&args(&path)).err().unwrap();
        assert!(missing.to_string().ends_with("or beside it: put it there"), "{missing}");
        assert!(or_table(missing).to_string().ends_with("put it there, or name it with --attributes"));
        fs::write(folder.path().join("given.csv"), TABLE).unwrap();
        let given = DataArgs { attributes: Some(folder.path().join("given.csv")), ..args(&path) };
        assert_eq!(read(&given).unwrap().rows, expected);
        fs::rename(folder.path().join("given.csv"), folder.path().join(FILE)).unwrap();
        assert_eq!(read(&args(&path)).unwrap().rows, expected, "beside");
        fs::rename(folder.path().join(FILE), inner.join(FILE)).unwrap();
        let labels = read(&args(&path)).unwrap();
        assert_eq!(
            (labels.names, labels.rows),
            (vec!["Red".into(), "Round".into()], expected.map(<[_]>::to_vec).to_vec())
        );

        let tar = folder.path().join("x.tar");
        let mut builder = tar::Builder::new(File::create(&tar).unwrap());
        builder.append_dir_all("pictures", &inner).unwrap();
        builder.finish().unwrap();
        assert_eq!(read(&args(&tar.display().to_string())).unwrap().rows, expected, "in an archive");
    }

    #[test]
    fn those_that_share_a_name_are_told_apart_whichever_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        let rows = ["a.png,1\n", "deep/a.png,0\n"];
        for name in ["a.png", "deep/a.png"] {
            image::RgbImage::new(8, 8).save(folder.path().join(name)).unwrap();
        }
        for [first, second] in [rows, [rows[1], rows[0]]] {
            fs::write(folder.path().join(FILE), format!("file,Red\n{first}{second}")).unwrap();
            let found = read(&args(&folder.path().display().to_string())).unwrap().rows;
            assert_eq!(found, [[true], [false]], "{first}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        set(folder.path());
        let path = folder.path().display().to_string();
        let error = |text: &str| {
            fs::write(folder.path().join(FILE), text).unwrap();
            format!("{:#}", read(&args(&path)).err().unwrap())
        };
        assert!(error("file,Red\na.png,yes\n").contains("line 2, Red: \"yes\""));
        assert!(error("file,Red\na.png,1,1\n").contains("attributes.csv"));
        assert!(error("file\na.png\n").contains("first line"));
        assert!(error("<html>sign in</html>").contains("attributes.csv: it is a web page (HTML)"));
        assert!(error("file,Red\nother.png,1\n").contains("none of the pictures"));
    }
}
