//! A checkpoint's file, as far as the page reads it: whose it is, not what is in it.

use forger_protocol::{SystemConfig, runs::presets};
use serde_json::Value;
use web_sys::File;

use crate::components::files;

/// Where a checkpoint says what it is.
const METADATA: &str = "forger.checkpoint";
/// Bytes of the number that a file begins with: how long its header is.
const LENGTH: usize = 8;
/// A longer header is none.
const LONGEST: usize = 16 << 20;

/// A checkpoint that one may go on from.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The name of its file.
    pub name: String,
    pub system: SystemConfig,
    /// Steps done.
    pub steps: u64,
}

/// Why a file is none that the tab goes on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no checkpoint.
    Unread,
    /// The tab does not train this system.
    System(String),
}

/// How long the header is of a file that begins so.
fn length(beginning: &[u8]) -> Option<usize> {
    let length = u64::from_le_bytes(beginning.get(..LENGTH)?.try_into().ok()?);
    usize::try_from(length).ok().filter(|length| *length <= LONGEST)
}

/// What the header of a checkpoint says.
fn parse(name: &str, header: &[u8]) -> Result<Checkpoint, Refused> {
    let header: Value = serde_json::from_slice(header).map_err(|_| Refused::Unread)?;
    let text = header["__metadata__"][METADATA].as_str().ok_or(Refused::Unread)?;
    let said: Value = serde_json::from_str(text).map_err(|_| Refused::Unread)?;
    let state = &said["state"];
    // Those of version 1 do not name it, and a classifier's has no updates.
    let is_unnamed = said["version"] == 1 && !state["updates"].is_null();
    let unnamed = is_unnamed.then(|| if state["config"]["distribution"].is_null() { "dcgan" } else { "toy" });
    let (Some(system), Some(steps)) = (state["system"].as_str().or(unnamed), state["steps"].as_u64()) else {
        return Err(Refused::Unread);
    };
    if presets::find(system).is_none() {
        return Err(Refused::System(system.to_owned()));
    }
    let system = SystemConfig { name: system.to_owned(), config: state["config"].clone() };
    Ok(Checkpoint { name: name.to_owned(), system, steps })
}

/// Reads the beginning of a file.
pub async fn read(file: &File) -> Result<Checkpoint, Refused> {
    let part = async |from: usize, to: usize| {
        let part = file.slice_with_f64_and_f64(from as f64, to as f64).map_err(|_| Refused::Unread)?;
        files::bytes(&part).await.map_err(|_| Refused::Unread)
    };
    let length = length(&part(0, LENGTH).await?).ok_or(Refused::Unread)?;
    parse(&file.name(), &part(LENGTH, LENGTH + length).await?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn header(system: &str) -> Vec<u8> {
        let state = json!({ "system": system, "steps": 12, "config": { "image_size": 28 } });
        let said = json!({ "version": 2, "state": state }).to_string();
        json!({ "__metadata__": { METADATA: said } }).to_string().into_bytes()
    }

    #[test]
    fn a_header_says_whose_it_is() {
        let found = parse("a.safetensors", &header("dcgan")).unwrap();
        assert_eq!((found.steps, found.system.name.as_str()), (12, "dcgan"));
        assert_eq!(found.system.config["image_size"], 28);
        assert_eq!(parse("a", &header("toy")), Err(Refused::System("toy".into())));
        assert_eq!(parse("a", b"{}"), Err(Refused::Unread));
        assert_eq!(parse("a", b"PNG"), Err(Refused::Unread));
    }

    #[test]
    fn a_header_of_version_1_is_of_a_dcgan_or_of_points() {
        let parsed = |config: Value, updates: Value| {
            let state = json!({ "steps": 12, "updates": updates, "config": config });
            let said = json!({ "version": 1, "state": state }).to_string();
            let header = json!({ "__metadata__": { METADATA: said } }).to_string();
            parse("a", header.as_bytes()).map(|found| (found.system.name, found.steps))
        };
        let pictures = json!({ "image_size": 28 });
        assert_eq!(parsed(pictures.clone(), json!([3, 4])), Ok(("dcgan".into(), 12)));
        assert_eq!(parsed(json!({ "distribution": "ring" }), json!([3, 4])), Err(Refused::System("toy".into())));
        // A classifier is no run.
        assert_eq!(parsed(pictures, Value::Null), Err(Refused::Unread));
    }

    #[test]
    fn lengths_are_little_endian_and_bounded() {
        assert_eq!(length(&[2, 1, 0, 0, 0, 0, 0, 0, 9]), Some(258));
        assert_eq!(length(&[255; 8]), None);
        assert_eq!(length(&[1, 0]), None);
    }
}
