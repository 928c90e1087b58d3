//! IDX, the format of MNIST: big-endian magic, dimensions, then bytes; as they are or gzipped.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;

use super::args::Split;

/// Unsigned bytes in three dimensions.
const MAGIC: u32 = 0x0803;

/// The IDX file that a path means: itself, or the one in the folder. `None` if there is none.
pub fn find(path: &Path, split: Split) -> Option<PathBuf> {
    if path.is_file() {
        let name = path.file_name()?.to_str()?;
        return name.contains("idx3-ubyte").then(|| path.to_owned());
    }
    let prefix = match split {
        Split::Train => "train",
        Split::Test => "t10k",
    };
    ["", ".gz"]
        .into_iter()
        .flat_map(|end| ["-", "."].map(|dot| path.join(format!("{prefix}-images{dot}idx3-ubyte{end}"))))
        .find(|path| path.is_file())
}

/// Reads pictures of exactly this shape.
pub fn read(path: &Path, [channels, height, width]: [usize; 3]) -> Result<Vec<u8>> {
    let name = path.display();
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    let gzipped = path.extension().is_some_and(|end| end == "gz");
    let mut reader: Box<dyn Read> = if gzipped { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    reader.read_to_end(&mut bytes).with_context(|| format!("{name} is damaged: fetch it again"))?;
    let header = bytes.first_chunk::<16>().with_context(|| format!("{name} is too short for an IDX file"))?;
    let word = |index: usize| {
        u32::from_be_bytes([header[4 * index], header[4 * index + 1], header[4 * index + 2], header[4 * index + 3]])
    };
    if word(0) != MAGIC {
        bail!("{name} holds no pictures: its first word is {:#x} and not {MAGIC:#x}", word(0));
    }
    let [count, rows, columns] = [word(1) as usize, word(2) as usize, word(3) as usize];
    if (rows, columns, 1) != (height, width, channels) {
        bail!("{name} holds grey pictures of {columns}x{rows}: set image_size={rows} and channels=1");
    }
    let expected = count * rows * columns;
    if bytes.len() - 16 != expected {
        bail!("{name} is cut short: {} of {expected} bytes", bytes.len() - 16);
    }
    bytes.drain(..16);
    Ok(bytes)
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
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x-idx3-ubyte");
        let error = |bytes: &[u8], shape| {
            std::fs::write(&path, bytes).unwrap();
            format!("{:#}", read(&path, shape).unwrap_err())
        };
        assert!(error(&sample()[..2000], [1, 28, 28]).contains("cut short"));
        assert!(error(&sample()[..9], [1, 28, 28]).contains("too short"));
        assert!(error(&sample(), [3, 28, 28]).contains("channels=1"));
        assert!(error(&[1; 100], [1, 28, 28]).contains("no pictures"));
    }
}
