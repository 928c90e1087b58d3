//! The pictures in a zip, one after the other.

use std::io::{Cursor, Read};

use js_sys::Array;
use web_sys::File;
use zip::{ZipArchive, result::ZipResult};

use crate::components::files;

/// Bytes of a zip that are held in memory, at most; and of a picture in it.
const LARGEST: f64 = 1e9;
const LARGEST_PICTURE: u64 = 200 << 20;
/// How files of pictures end.
const ENDS: [&str; 12] = ["png", "jpg", "jpeg", "jfif", "webp", "gif", "bmp", "avif", "heic", "heif", "jxl", "svg"];

/// Why nothing comes of a zip.
pub enum Problem {
    TooLarge,
    Unread,
}

/// A zip that is open.
pub struct Zip {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// Places and names of its pictures.
    pictures: Vec<(usize, String)>,
}

/// Whether a file is a zip, by its name or type.
pub fn is_zip(file: &File) -> bool {
    file.type_() == "application/zip" || file.name().to_lowercase().ends_with(".zip")
}

/// Whether an entry is a picture by its name, and none that a system hides.
fn is_picture(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let end = file.rsplit('.').next().unwrap_or_default();
    !name.starts_with("__MACOSX/") && !file.starts_with('.') && ENDS.contains(&end)
}

impl Zip {
    pub async fn open(file: &File) -> Result<Self, Problem> {
        if file.size() > LARGEST {
            return Err(Problem::TooLarge);
        }
        let bytes = files::bytes(file).await.map_err(|_| Problem::Unread)?;
        Self::of(bytes).map_err(|_| Problem::Unread)
    }

    fn of(bytes: Vec<u8>) -> ZipResult<Self> {
        let archive = ZipArchive::new(Cursor::new(bytes))?;
        let names =
            (0..archive.len()).filter_map(|place| Some((place, archive.name_for_index(place)?.ok()?.into_owned())));
        let pictures = names.filter(|(_, name)| is_picture(name)).collect();
        Ok(Self { archive, pictures })
    }

    /// Pictures in it.
    pub fn count(&self) -> usize {
        self.pictures.len()
    }

    pub fn name(&self, index: usize) -> String {
        self.pictures.get(index).map(|(_, name)| name.clone()).unwrap_or_default()
    }

    /// What is in one of them; `None` where it does not read.
    fn bytes(&mut self, index: usize) -> Option<Vec<u8>> {
        let (place, _) = self.pictures.get(index)?;
        let mut bytes = Vec::new();
        // What it says of its size may be wrong.
        let mut entry = self.archive.by_index(*place).ok()?.take(LARGEST_PICTURE);
        entry.read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// One of them as a file.
    pub fn file(&mut self, index: usize) -> Option<File> {
        let blob = files::blob(&self.bytes(index)?, "")?;
        File::new_with_blob_sequence(&Array::of1(&blob), &self.name(index)).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    #[test]
    fn pictures_of_a_zip_are_found_and_read_compressed_or_not() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let files: [(&str, CompressionMethod, &[u8]); 5] = [
            ("a/one.PNG", CompressionMethod::Deflated, &[7; 900]),
            ("notes.txt", CompressionMethod::Stored, b"no picture"),
            ("__MACOSX/a/one.png", CompressionMethod::Stored, b"of a system"),
            (".hidden.png", CompressionMethod::Stored, b"hidden"),
            ("고양이.jpg", CompressionMethod::Stored, &[1, 2, 3]),
        ];
        for (name, method, bytes) in files {
            writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(bytes).unwrap();
        }
        let mut zip = Zip::of(writer.finish().unwrap().into_inner()).unwrap();
        assert_eq!((0..zip.count()).map(|index| zip.name(index)).collect::<Vec<_>>(), ["a/one.PNG", "고양이.jpg"]);
        assert_eq!(zip.bytes(0).unwrap(), [7; 900]);
        assert_eq!(zip.bytes(1).unwrap(), [1, 2, 3]);
        assert!(zip.bytes(2).is_none() && Zip::of(b"PK nothing".to_vec()).is_err());
    }
}
