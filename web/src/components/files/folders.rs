//! What is dropped or pasted: files, and folders with pictures in them.

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use super::list;

/// Pictures whose type not every system knows.
const UNTYPED: [&str; 4] = ["heic", "heif", "avif", "jxl"];

/// What an event held. It has to be asked at once: the browser empties it afterwards.
#[derive(Default)]
pub struct Dropped {
    pub files: Vec<File>,
    pub folders: Vec<FileSystemEntry>,
}

/// What was found in folders.
#[derive(Default)]
pub struct Found {
    pub pictures: Vec<File>,
    /// How many files and folders the browser could not read.
    pub unread: usize,
}

impl Dropped {
    pub fn of(data: &DataTransfer) -> Self {
        let mut dropped = Self::default();
        let items = data.items();
        for item in (0..items.length()).filter_map(|index| items.get(index)).filter(|item| item.kind() == "file") {
            match item.webkit_get_as_entry() {
                Ok(Some(entry)) if entry.is_directory() => dropped.folders.push(entry),
                _ => dropped.files.extend(item.get_as_file().ok().flatten()),
            }
        }
        if dropped.is_empty() {
            dropped.files = list(data.files());
        }
        dropped
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty()
    }
}

/// A picture by its type or name, and none that a system hides.
pub fn is_picture(file: &File) -> bool {
    let name = file.name().to_lowercase();
    let end = name.rsplit('.').next().unwrap_or_default();
    !name.starts_with('.') && (file.type_().starts_with("image/") || UNTYPED.contains(&end))
}

/// The next entries of a folder, none at its end.
async fn entries(reader: &web_sys::FileSystemDirectoryReader) -> Result<Array, JsValue> {
    let promise = Promise::new(&mut |give, fail| {
        if let Err(error) = reader.read_entries_with_callback_and_callback(&give, &fail) {
            let _ = fail.call1(&JsValue::NULL, &error);
        }
    });
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

async fn file(entry: &FileSystemFileEntry) -> Result<File, JsValue> {
    let promise = Promise::new(&mut |give, fail| entry.file_with_callback_and_callback(&give, &fail));
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

/// The pictures in folders and in the folders in them, in the order of their paths.
pub async fn pictures(folders: Vec<FileSystemEntry>) -> Found {
    let (mut found, mut unread, mut left) = (Vec::new(), 0, folders);
    while let Some(entry) = left.pop() {
        if !entry.is_directory() {
            match file(entry.unchecked_ref()).await {
                Ok(file) if is_picture(&file) => found.push((entry.full_path(), file)),
                Ok(_) => {}
                Err(_) => unread += 1,
            }
            continue;
        }
        let reader = entry.unchecked_ref::<FileSystemDirectoryEntry>().create_reader();
        loop {
            match entries(&reader).await {
                Ok(some) if some.length() == 0 => break,
                Ok(some) => left.extend(some.iter().map(JsCast::unchecked_into::<FileSystemEntry>)),
                Err(_) => {
                    unread += 1;
                    break;
                }
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Found { pictures: found.into_iter().map(|(_, file)| file).collect(), unread }
}
