//! Scalars as TensorBoard reads them: an event file is a row of TFRecords, each an `Event` of TensorFlow's `event.proto`.
//! The three messages that scalars need are encoded here; the crates that know all of them need `protoc` to build.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use anyhow::{Context, Result};

/// TensorBoard looks for files with this in their name.
const PREFIX: &str = "events.out.tfevents.";

/// An event file, open to be appended to.
pub struct Events(File);

impl Events {
    /// A new file in `folder`, in place of what there is from before. `seconds` is the time since 1970.
    pub fn replace(folder: &Path, seconds: f64) -> Result<Self> {
        let old = fs::read_dir(folder).with_context(|| format!("cannot read folder {}", folder.display()))?;
        for entry in old.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
            // TensorBoard would draw both.
            fs::remove_file(entry.path()).with_context(|| format!("cannot remove {}", entry.path().display()))?;
        }
        let path = folder.join(format!("{PREFIX}{seconds:.0}.forger"));
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut events = Self(file);
        let mut event = Vec::new();
        double(&mut event, 1, seconds);
        bytes(&mut event, 3, b"brain.Event:2");
        events.append(&event)?;
        Ok(events)
    }

    /// Adds the named values of a step.
    pub fn scalars(&mut self, seconds: f64, step: u64, values: &[(impl AsRef<str>, f32)]) -> Result<()> {
        let mut summary = Vec::new();
        for (tag, value) in values {
            let mut scalar = Vec::new();
            bytes(&mut scalar, 1, tag.as_ref().as_bytes());
            key(&mut scalar, 2, 5);
            scalar.extend(value.to_le_bytes());
            bytes(&mut summary, 1, &scalar);
        }
        let mut event = Vec::new();
        double(&mut event, 1, seconds);
        key(&mut event, 2, 0);
        varint(&mut event, step);
        bytes(&mut event, 5, &summary);
        self.append(&event)
    }

    /// A TFRecord: length, its checksum, data, its checksum.
    fn append(&mut self, data: &[u8]) -> Result<()> {
        let length = (data.len() as u64).to_le_bytes();
        let record = [&length[..], &masked_crc(&length), data, &masked_crc(data)].concat();
        self.0.write_all(&record).context("cannot write the event file for TensorBoard")
    }
}

/// TFRecord's checksum: a CRC-32C, rotated and shifted so that a checksum of checksums is no weaker.
fn masked_crc(data: &[u8]) -> [u8; 4] {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

/// The number of a field and how it is written.
fn key(out: &mut Vec<u8>, field: u64, wire: u64) {
    varint(out, field << 3 | wire);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn double(out: &mut Vec<u8>, field: u64, value: f64) {
    key(out, field, 1);
    out.extend(value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    key(out, field, 2);
    varint(out, value.len() as u64);
    out.extend(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes that TensorBoard's own writer makes of the same two events: `tests/reference/event_file.py`.
    #[test]
    fn writes_what_tensorboard_writes() {
        let folder = tempfile::tempdir().unwrap();
        let mut events = Events::replace(folder.path(), 1.5).unwrap();
        events.scalars(2.5, 300, &[("loss/generator", 0.75)]).unwrap();
        let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(fs::read(file.path()).unwrap(), include_bytes!("../tests/events.out.tfevents"));
    }
}
