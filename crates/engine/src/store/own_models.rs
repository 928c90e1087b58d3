//! Models that were made here: their files, each with its entry beside it.

use forger_core::weights;
use forger_protocol::{Card, EngineError, ManifestEntry};
use serde::de::IgnoredAny;

use super::files;
use crate::age::is_a_day_ago;

const FOLDER: &str = "models";

fn path(file: &str) -> String {
    format!("{FOLDER}/{file}")
}

/// Keeps a model, in place of one of that name.
pub async fn write(bytes: &[u8], card: Card) -> Result<ManifestEntry, EngineError> {
    let entry = weights::entry(bytes, card);
    let before = list().await?.into_iter().find(|other| other.card.name == entry.card.name);
    let text = serde_json::to_vec(&entry).map_err(|error| EngineError::Internal(error.to_string()))?;
    let kept = async {
        files::write(&path(&entry.file), &[bytes]).await?;
        // Last: a file without an entry does not count.
        files::write(&path(&format!("{}.json", entry.file)), &[&text]).await
    };
    if let Err(error) = kept.await {
        // The half of a model only takes room; the same one may have been there.
        if before.is_none_or(|before| before.file != entry.file) {
            let _ = delete(&entry.file).await;
        }
        return Err(error);
    }
    if let Some(before) = before.filter(|before| before.file != entry.file) {
        delete(&before.file).await?;
    }
    Ok(entry)
}

/// Every model, in the order of their names.
pub async fn list() -> Result<Vec<ManifestEntry>, EngineError> {
    let (mut entries, mut whole) = (Vec::new(), Vec::new());
    let names = files::list(FOLDER).await?;
    for name in names.iter().filter(|name| name.ends_with(".json")) {
        let Some(text) = files::read(&path(name)).await? else { continue };
        entries.extend(serde_json::from_slice::<ManifestEntry>(&text));
        // One that was written to its end, even if only a newer Forger knows what it says.
        whole.extend(serde_json::from_slice::<IgnoredAny>(&text).ok().map(|_| name));
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
