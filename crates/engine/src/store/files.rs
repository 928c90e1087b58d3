//! Files of this machine that only this site sees: the origin private file system.

use std::{io::ErrorKind, time::SystemTime};

use forger_protocol::EngineError;
use futures_util::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_fs_ext as fs;

use crate::{property::property, schedule::sleep};

/// What is kept lies in here.
const ROOT: &str = "/forger";

/// Bytes that are written at a time.
const MOST_AT_A_TIME: usize = 1 << 20;

/// How often a file is tried that another tab has open, and milliseconds between: it is read or written, which is soon over.
const TRIES: usize = 40;
const PAUSE: i32 = 50;

fn failed(error: std::io::Error) -> EngineError {
    EngineError::Storage(error.to_string())
}

/// Fails where this browser keeps no files, as in a private window of some.
fn check() -> Result<(), EngineError> {
    let storage = property(&js_sys::global(), "navigator").and_then(|navigator| property(&navigator, "storage"));
    let is_there = storage.is_some_and(|storage| property(&storage, "getDirectory").is_some());
    if is_there { Ok(()) } else { Err(EngineError::Storage("no origin private file system".into())) }
}

/// Whether another tab has the file open, or has written it while it was read.
fn is_busy(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock || error.to_string().starts_with("NotReadableError")
}

/// Does something with a file, which only one tab can have open at a time.
async fn in_turn<T>(mut attempt: impl AsyncFnMut() -> std::io::Result<T>) -> std::io::Result<T> {
    for _ in 1..TRIES {
        match attempt().await {
            Err(error) if is_busy(&error) => sleep(PAUSE).await,
            result => return result,
        }
    }
    attempt().await
}

/// Writes a whole file, whose folders are made. It is on the disk when this ends.
pub async fn write(path: &str, parts: &[&[u8]]) -> Result<(), EngineError> {
    check()?;
    let path = format!("{ROOT}/{path}");
    let folder = path.rsplit_once('/').map_or(ROOT, |(folder, _)| folder);
    fs::create_dir_all(folder).await.map_err(failed)?;
    let mut file = in_turn(async || fs::File::create(&path).await).await.map_err(failed)?;
    // No more at a time: of a longer piece tokio-fs-ext 0.7.8 writes the beginning again and again.
    for piece in parts.iter().flat_map(|part| part.chunks(MOST_AT_A_TIME)) {
        file.write_all(piece).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)
}

/// A whole file; `None` where there is none.
pub async fn read(path: &str) -> Result<Option<Vec<u8>>, EngineError> {
    check()?;
    let path = format!("{ROOT}/{path}");
    found(in_turn(async || fs::read(&path).await).await)
}

/// At most the first `most` bytes of a file, and how many it has.
pub async fn beginning(path: &str, most: usize) -> Result<Option<(Vec<u8>, u64)>, EngineError> {
    check()?;
    let path = format!("{ROOT}/{path}");
    let Some(file) = found(in_turn(async || fs::File::open(&path).await).await)? else { return Ok(None) };
    let size = file.size().map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(most as u64).read_to_end(&mut bytes).await.map_err(failed)?;
    Ok(Some((bytes, size)))
}

/// When a file was written last, in milliseconds since 1970; `None` where that is not known.
pub async fn written(path: &str) -> Option<f64> {
    let written = fs::metadata(format!("{ROOT}/{path}")).await.ok()?.modified().ok()?;
    let since = written.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(since.as_secs_f64() * 1000.0)
}

/// Names of what is in a folder.
pub async fn list(folder: &str) -> Result<Vec<String>, EngineError> {
    check()?;
    let entries = found(fs::read_dir(format!("{ROOT}/{folder}")).await)?;
    let entries = entries.into_iter().flatten().filter_map(Result::ok);
    Ok(entries.filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

/// Removes a folder and all that is in it.
pub async fn remove_folder(folder: &str) -> Result<(), EngineError> {
    check()?;
    let folder = format!("{ROOT}/{folder}");
    found(in_turn(async || fs::remove_dir_all(&folder).await).await).map(|_| ())
}

/// Removes a file.
pub async fn remove(path: &str) -> Result<(), EngineError> {
    check()?;
    let path = format!("{ROOT}/{path}");
    found(in_turn(async || fs::remove_file(&path).await).await).map(|_| ())
}

/// What is not there is no failure.
fn found<T>(result: std::io::Result<T>) -> Result<Option<T>, EngineError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}
