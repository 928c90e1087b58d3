//! The user's sets of pictures: a folder each, with its description and its pixels.

use std::collections::HashMap;

use forger_core::data::photos::Photo;
use forger_protocol::{
    EngineError,
    runs::{LeftOut, SetInfo, Why},
};
use sha2::{Digest as _, Sha256};

use super::{files, fresh_id};
use crate::age::is_over_a_day;

const FOLDER: &str = "sets";
/// Bytes of pixels that a set may have: it lies in memory while it is made and while a run learns from it.
const MOST_BYTES: usize = 384 << 20;

fn path(id: &str, file: &str) -> String {
    format!("{FOLDER}/{id}/{file}")
}

/// A set that is being made.
pub struct Intake {
    info: SetInfo,
    /// `[count, side, side, 3]`.
    pixels: Vec<u8>,
    /// The first file that shows a picture, by the sum of its pixels.
    seen: HashMap<[u8; 32], String>,
}

impl Intake {
    pub fn new(name: String, side: usize) -> Self {
        let info = SetInfo {
            id: String::new(),
            name,
            side: side.clamp(8, 512),
            count: 0,
            bytes: 0.0,
            made: js_sys::Date::now(),
            left_out: Vec::new(),
        };
        Self { info, pixels: Vec::new(), seen: HashMap::new() }
    }

    /// Adds a picture, RGBA `[side, side, 4]`; the file that shows the same, if there is one.
    pub fn add(&mut self, file: String, rgba: &[u8]) -> Result<Option<String>, EngineError> {
        let side = self.info.side;
        if rgba.len() != side * side * 4 {
            return Err(EngineError::Protocol(format!("{} bytes for a picture of {side} x {side}", rgba.len())));
        }
        if self.pixels.len() + 3 * side * side > MOST_BYTES {
            return Err(EngineError::SetFull { most: MOST_BYTES as f64 });
        }
        let pixels = on_white(rgba);
        let sum: [u8; 32] = Sha256::digest(&pixels).into();
        if let Some(first) = self.seen.get(&sum).cloned() {
            self.info.left_out.push(LeftOut { name: file, why: Why::Duplicate(first.clone()) });
            return Ok(Some(first));
        }
        self.seen.insert(sum, file);
        self.pixels.extend(pixels);
        self.info.count += 1;
        Ok(None)
    }

    /// Names a file that is no picture.
    pub fn leave_out(&mut self, file: String, why: String) {
        self.info.left_out.push(LeftOut { name: file, why: Why::Unreadable(why) });
    }

    /// Keeps the set.
    pub async fn keep(&mut self) -> Result<SetInfo, EngineError> {
        // Now: by its id one knows when it was written.
        self.info.id = fresh_id();
        self.info.bytes = self.pixels.len() as f64;
        let (info, id) = (&self.info, &self.info.id);
        let kept = async {
            files::write(&path(id, "pixels"), &[&self.pixels]).await?;
            // Last: a set without a description does not count.
            write_info(info).await
        };
        if let Err(error) = kept.await {
            // The half of a set only takes room.
            let _ = delete(id).await;
            return Err(error);
        }
        Ok(info.clone())
    }
}

/// Where the description is written first: a tab that ends while it is written leaves one of the two whole.
const COMING: &str = "coming.json";
const DESCRIPTION: &str = "set.json";

async fn write_info(info: &SetInfo) -> Result<(), EngineError> {
    let text = serde_json::to_vec(info).map_err(|error| EngineError::Internal(error.to_string()))?;
    for file in [COMING, DESCRIPTION] {
        files::write(&path(&info.id, file), &[&text]).await?;
    }
    Ok(())
}

/// RGB of what lies on a white ground.
fn on_white(rgba: &[u8]) -> Vec<u8> {
    let pixel = |pixel: &[u8]| {
        let alpha = u16::from(pixel[3]);
        [0, 1, 2].map(|channel| ((u16::from(pixel[channel]) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
    };
    rgba.chunks_exact(4).flat_map(pixel).collect()
}

/// A set by its id.
pub async fn info(id: &str) -> Result<SetInfo, EngineError> {
    for file in [DESCRIPTION, COMING] {
        let text = files::read(&path(id, file)).await?;
        if let Some(info) = text.and_then(|text| serde_json::from_slice(&text).ok()) {
            return Ok(info);
        }
    }
    Err(EngineError::Storage(format!("set {id} is not there")))
}

/// Every set, the newest first.
pub async fn list() -> Result<Vec<SetInfo>, EngineError> {
    let mut sets = Vec::new();
    for id in files::list(FOLDER).await? {
        match info(&id).await {
            Ok(info) => sets.push(info),
            // One that was not kept to its end does not count.
            Err(_) => sweep(&id).await,
        }
    }
    sets.sort_by(|a: &SetInfo, b| b.made.total_cmp(&a.made));
    Ok(sets)
}

/// Deletes a set that was cut off long ago. One whose description does not read now stays.
async fn sweep(id: &str) {
    let is_undescribed = |files: Vec<String>| !files.iter().any(|file| [COMING, DESCRIPTION].contains(&file.as_str()));
    if is_over_a_day(id, js_sys::Date::now()) && files::list(&format!("{FOLDER}/{id}")).await.is_ok_and(is_undescribed)
    {
        let _ = delete(id).await;
    }
}

pub async fn rename(id: &str, name: String) -> Result<(), EngineError> {
    write_info(&SetInfo { name, ..info(id).await? }).await
}

pub async fn delete(id: &str) -> Result<(), EngineError> {
    files::remove_folder(&format!("{FOLDER}/{id}")).await
}

/// The pixels of a set, `[count, side, side, 3]`.
pub async fn pixels(id: &str) -> Result<Vec<u8>, EngineError> {
    let pixels = files::read(&path(id, "pixels")).await?;
    pixels.ok_or_else(|| EngineError::Storage(format!("set {id} is not there")))
}

/// The pictures of a set, at most so many.
pub async fn photos(id: &str, most: usize) -> Result<Vec<Photo>, EngineError> {
    let info = info(id).await?;
    let pixels = pixels(id).await?;
    let size = 3 * info.side * info.side;
    Ok(pixels.chunks_exact(size.max(1)).take(most).map(|pixels| photo(pixels, info.side)).collect())
}

/// A photo of RGB, `[side, side, 3]`.
pub fn photo(rgb: &[u8], side: usize) -> Photo {
    let plane = |channel: usize| rgb.iter().skip(channel).step_by(3).copied();
    Photo { height: side, width: side, pixels: (0..3).flat_map(plane).collect() }
}
