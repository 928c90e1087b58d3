//! IDX, the format of MNIST: big-endian magic, dimensions, then bytes; as they are or gzipped.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Error, Result, anyhow, bail};
use flate2::bufread::GzDecoder;
use forger_protocol::DcganConfig;

use super::{args::Split, files, kind};

/// Unsigned bytes in three dimensions.
const MAGIC: u32 = 0x0803;
/// Unsigned bytes in one: the labels of pictures.
const LABELS: u32 = 0x0801;
/// What the name of the part to test with begins with.
const TEST: &str = "t10k";

/// The IDX file that a path means: itself, or the one in the folder. `None` if there is none.
pub fn find(path: &Path, split: Split) -> Option<PathBuf> {
    if path.is_file() {
        // People rename files; what is in them stays. Who names the labels is told so where the pictures are read.
        let magics = [MAGIC, LABELS].map(u32::to_be_bytes);
        let is_one = || start(path).is_ok_and(|start| magics.iter().any(|magic| start == magic));
        let is_named_so = path.file_name()?.to_string_lossy().contains("idx3-ubyte");
        return (is_named_so || is_one()).then(|| path.to_owned());
    }
    let prefix = match split {
        Split::Train => "train",
        Split::Test => TEST,
    };
    ["", ".gz"]
        .into_iter()
        .flat_map(|end| ["-", "."].map(|dot| path.join(format!("{prefix}-images{dot}idx3-ubyte{end}"))))
        .find(|path| path.is_file())
}

/// The same, where a folder without a file to test with has one that a part is cut of.
pub fn find_part(path: &Path, split: Split) -> Option<PathBuf> {
    find(path, split).or_else(|| find(path, Split::Train))
}

/// Whether a file is named as the part to test with.
pub fn is_test(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(TEST.as_bytes()))
}

/// As it is or gzipped, whatever its name says: browsers unpack files and leave the name as it was.
fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut file = BufReader::new(File::open(path)?);
    let is_gzip = kind::is_gzip(file.fill_buf()?);
    Ok(if is_gzip { Box::new(BufReader::new(GzDecoder::new(file))) } else { Box::new(file) })
}

fn start(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start)
}

/// Pictures that are taken as they are, where others are asked for.
#[derive(Debug, thiserror::Error)]
#[error("{name} holds grey pictures of {}x{}, where {} of {}x{} are asked for", held[1], held[0], colours(asked[0]), asked[2], asked[1])]
struct OtherShape {
    name: String,
    /// Height and width.
    held: [usize; 2],
    asked: [usize; 3],
}

fn colours(channels: usize) -> &'static str {
    if channels == 1 { "grey ones" } else { "coloured ones" }
}

/// Adds the flags that ask for what is held, where those of the command can: `flags` says them for a side.
pub fn or_shape(error: Error, flags: impl Fn(usize) -> String) -> Error {
    let side = error.downcast_ref::<OtherShape>().and_then(|OtherShape { held: [height, width], .. }| {
        let is_offered = DcganConfig { image_size: *width, ..DcganConfig::default() }.doublings().is_some();
        (height == width && is_offered).then_some(*width)
    });
    match side {
        Some(side) => anyhow!("{error}: {} takes them", flags(side)),
        None => error,
    }
}

/// Reads pictures of exactly this shape.
pub fn read(path: &Path, [channels, height, width]: [usize; 3]) -> Result<Vec<u8>> {
    let name = path.display();
    let damaged = || format!("{name} is damaged: fetch it again");
    let mut reader = open(path).with_context(|| format!("cannot open {name}"))?;
    if let Some(what) = kind::instead_of_a_set(reader.fill_buf().with_context(damaged)?) {
        bail!("{name} is no IDX file, but {what}");
    }
    let mut start = Vec::new();
    reader.by_ref().take(16).read_to_end(&mut start).with_context(damaged)?;
    let header = start.first_chunk::<16>().with_context(|| format!("{name} is too short for an IDX file"))?;
    let word = |index: usize| {
        u32::from_be_bytes([header[4 * index], header[4 * index + 1], header[4 * index + 2], header[4 * index + 3]])
    };
    if word(0) == LABELS {
        bail!("{name} holds the labels and not the pictures: name the file with images in its name, or the folder");
    }
    if word(0) != MAGIC {
        bail!("{name} holds no pictures: its first word is {:#x} and not {MAGIC:#x}", word(0));
    }
    let [count, rows, columns] = [word(1) as usize, word(2) as usize, word(3) as usize];
    if (rows, columns, 1) != (height, width, channels) {
        let asked = [channels, height, width];
        return Err(OtherShape { name: name.to_string(), held: [rows, columns], asked }.into());
    }
    let expected = count * rows * columns;
    if expected as u64 > files::room(path) {
        bail!("{name} says that it holds {count} pictures, far more than it may stand for: fetch it again");
    }
    let mut bytes = Vec::new();
    // No further than it says: a few bytes of gzip may stand for any number.
    reader.take(expected as u64 + 1).read_to_end(&mut bytes).with_context(damaged)?;
    let found = bytes.len();
    if found < expected {
        bail!("{name} is cut short: {found} of {expected} bytes; fetch it again");
    }
    if found > expected {
        bail!("{name} is damaged: it has more than the {expected} bytes of {count} pictures; fetch it again");
    }
    Ok(bytes)
}

/// The labels of the pictures of an IDX file: those of the file beside it, whose name says labels where this one says images.
pub fn labels(pictures: &Path) -> Result<Vec<u8>> {
    let name = pictures.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.trim_end_matches(".gz").replace("images", "labels").replace("idx3", "idx1");
    let beside = ["", ".gz"].map(|end| pictures.with_file_name(format!("{stem}{end}")));
    let found = beside.iter().find(|path| path.is_file() && path.as_path() != pictures);
    let path = found.with_context(|| format!("there are no labels of {name}: {stem} is looked for beside it"))?;
    let name = path.display();
    let damaged = || format!("{name} is damaged: fetch it again");
    let (mut start, mut labels) = (Vec::new(), Vec::new());
    let mut reader = open(path).with_context(|| format!("cannot open {name}"))?;
    reader.by_ref().take(8).read_to_end(&mut start).with_context(damaged)?;
    if let Some([0, 0, 8, 1, count @ ..]) = start.first_chunk::<8>() {
        let count = u64::from(u32::from_be_bytes(*count));
        reader.take(count.min(files::room(path)) + 1).read_to_end(&mut labels).with_context(damaged)?;
        if labels.len() as u64 == count {
            return Ok(labels);
        }
    }
    bail!("{name} holds no labels, or is cut short: fetch it again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn sample() -> Vec<u8> {
        let mut bytes = [MAGIC, 3, 28, 28].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
        bytes.extend((0..3 * 784).map(|index| index as u8));
        bytes
    }

    #[test]
    fn plain_and_gzipped_read_the_same() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t10k-images-idx3-ubyte"), sample()).unwrap();
        let gz = File::create(folder.path().join("train-images-idx3-ubyte.gz")).unwrap();
        flate2::write::GzEncoder::new(gz, flate2::Compression::fast()).write_all(&sample()).unwrap();
        let read = |split| read(&find(folder.path(), split).unwrap(), [1, 28, 28]).unwrap();
        assert_eq!(read(Split::Train), sample()[16..]);
        assert_eq!(read(Split::Train), read(Split::Test));
    }

    #[test]
    fn the_bytes_say_what_a_file_is_and_not_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("train-images-idx3-ubyte.gz"), sample()).unwrap();
        for name in ["t10k-images-idx3-ubyte", "digits"] {
            let packed = File::create(at(name)).unwrap();
            flate2::write::GzEncoder::new(packed, flate2::Compression::fast()).write_all(&sample()).unwrap();
        }
        for split in [Split::Train, Split::Test] {
            assert_eq!(read(&find(folder.path(), split).unwrap(), [1, 28, 28]).unwrap(), sample()[16..]);
        }
        assert_eq!(find(&at("digits"), Split::Train), Some(at("digits")));
        std::fs::write(at("notes"), "IDX").unwrap();
        assert_eq!(find(&at("notes"), Split::Train), None);
        // Whoever names the labels is not told that they are no archive.
        std::fs::write(at("labels"), [0, 0, 8, 1, 0, 0, 0, 0]).unwrap();
        assert_eq!(find(&at("labels"), Split::Train), Some(at("labels")));
    }

    #[test]
    fn flags_are_named_where_they_help() {
        let advised = |held| {
            let error = OtherShape { name: "x".into(), held, asked: [3, 64, 64] };
            or_shape(error.into(), |side| format!("--side {side}")).to_string()
        };
        assert!(advised([28, 28]).ends_with("of 64x64 are asked for: --side 28 takes them"), "{}", advised([28, 28]));
        // There are no networks for these.
        assert!([[20, 20], [28, 32]].into_iter().all(|held| advised(held).ends_with("are asked for")));
        assert_eq!(or_shape(anyhow!("another"), |_| String::new()).to_string(), "another");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x-idx3-ubyte");
        let error = |bytes: &[u8], shape| {
            std::fs::write(&path, bytes).unwrap();
            format!("{:#}", read(&path, shape).unwrap_err())
        };
        assert!(error(&sample()[..2000], [1, 28, 28]).contains("cut short"));
        assert!(error(&sample()[..9], [1, 28, 28]).contains("too short"));
        let other = error(&sample(), [3, 32, 64]);
        assert!(other.ends_with("holds grey pictures of 28x28, where coloured ones of 64x32 are asked for"), "{other}");
        assert!(error(&[1; 100], [1, 28, 28]).contains("no pictures"));
        let many = [&sample()[..4], &[255; 4], &sample()[8..]].concat();
        assert!(error(&many, [1, 28, 28]).contains("says that it holds 4294967295 pictures"));
        assert!(error(&[sample(), vec![0]].concat(), [1, 28, 28]).contains("more than the 2352 bytes of 3 pictures"));
        assert!(error(&[&[0, 0, 8, 1], &sample()[4..]].concat(), [1, 28, 28]).contains("labels"));
        assert!(error(b"<!doctype html>", [1, 28, 28]).contains("x-idx3-ubyte is no IDX file, but a web page (HTML)"));
        assert!(error(b"", [1, 28, 28]).contains("0 bytes"));
    }
}
