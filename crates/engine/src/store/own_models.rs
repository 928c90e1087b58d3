//! Models that were made here: their files, each with its entry beside it.

use forger_core::weights;
use forger_protocol::{Card, EngineError, Event, ManifestEntry, Reply};
use serde::de::IgnoredAny;

use super::files;
use crate::{
    age::is_a_day_ago,
    answer::Answer,
    channel::{Caller, bytes},
};

const FOLDER: &str = "models";

fn path(file: &str) -> String {
    format!("{FOLDER}/{file}")
}

/// The answer of a model that was made: it is kept here where it can be, and given to the page in any case.
pub async fn made(caller: &Caller, file: &[u8], card: Card) -> Answer {
    let entry = weights::entry(file, card);
    let written = write(file, &entry).await;
    let kept = written.is_ok();
    if let Err(error) = written {
        caller.tell(Event::Warning(error), &[]);
    }
    (Reply::Exported { entry: Box::new(entry), kept }, vec![bytes(file)])
}

/// Keeps a model, in place of those of that name.
async fn write(file: &[u8], entry: &ManifestEntry) -> Result<(), EngineError> {
    // The same one stays: a tab that ended while it was written again would leave none.
    if !read(&entry.file).await.is_ok_and(|(_, there)| there.sha256 == entry.sha256) {
        let text = serde_json::to_vec(entry).map_err(|error| EngineError::Internal(error.to_string()))?;
        let kept = async {
            files::write(&path(&entry.file), &[file]).await?;
            // Last: a file without an entry does not count.
            files::write(&path(&format!("{}.json", entry.file)), &[&text]).await
        };
        if let Err(error) = kept.await {
            // The half of a model only takes room.
            let _ = delete(&entry.file).await;
            return Err(error);
        }
    }
    let is_before = |other: &ManifestEntry| other.card.name == entry.card.name && other.file != entry.file;
    for before in list().await.unwrap_or_default().into_iter().filter(is_before) {
        // One that cannot go now does so with the next of its name.
        let _ = delete(&before.file).await;
    }
    Ok(())
}

/// Every model, in the order of their names; without those whose entry cannot be opened now.
pub async fn list() -> Result<Vec<ManifestEntry>, EngineError> {
    let (mut entries, mut whole) = (Vec::new(), Vec::new());
    let names = files::list(FOLDER).await?;
    for name in names.iter().filter(|name| name.ends_with(".json")) {
        match files::read(&path(name)).await {
            Ok(Some(text)) => {
                entries.extend(serde_json::from_slice::<ManifestEntry>(&text));
                // One that was written to its end, even if only a newer Forger knows what it says.
                whole.extend(serde_json::from_slice::<IgnoredAny>(&text).ok().map(|_| name));
            }
            Ok(None) => {}
            // It may be.
            Err(_) => whole.push(name),
        }
    }
    for file in names.iter().filter(|name| name.ends_with(".safetensors")) {
        if !whole.contains(&&format!("{file}.json")) {
            sweep(file).await;
        }
    }
    entries.sort_by(|a, b| a.card.name.cmp(&b.card.name));
    Ok(entries)
}

/// Deletes a model that was cut off long ago, before its entry was whole.
async fn sweep(file: &str) {
    if files::written(&path(file)).await.is_some_and(|time| is_a_day_ago(time, js_sys::Date::now())) {
        let _ = delete(file).await;
    }
}

/// The file of a model, which is what it was.
pub async fn read(file: &str) -> Result<(Vec<u8>, ManifestEntry), EngineError> {
    let entry = list().await?.into_iter().find(|entry| entry.file == file);
    let bytes = files::read(&path(file)).await?;
    let missing = || EngineError::Storage(format!("model {file} is not there"));
    let (bytes, entry) = bytes.zip(entry).ok_or_else(missing)?;
    weights::verify(&bytes, &entry)?;
    Ok((bytes, entry))
}

pub async fn delete(file: &str) -> Result<(), EngineError> {
    files::remove(&path(&format!("{file}.json"))).await?;
    files::remove(&path(file)).await
}
