//! What a run may begin with: a checkpoint or a model, as far as the page reads it: whose it is, not what is in it.

use forger_protocol::{
    Card, SystemConfig,
    runs::{Origin, presets},
};
use serde_json::Value;
use web_sys::File;

use super::form::has_opponent;
use crate::components::files;

/// Where a checkpoint says what it is.
const METADATA: &str = "forger.checkpoint";
/// Where a model has its card.
const CARD: &str = "forger.card";
/// What the opponents of systems are called in files; CycleGAN has another beside.
const OPPONENTS: [&str; 2] = ["discriminator", "d_x"];
/// Bytes of the number that a file begins with: how long its header is.
const LENGTH: usize = 8;
/// A longer header is none.
const LONGEST: usize = 16 << 20;

/// Where the bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file that the user chose last.
    File,
    /// On the site: the name of its file.
    Site(String),
    /// On this machine: the name of its file.
    Own(String),
}

impl Place {
    /// What a menu knows it by.
    pub fn key(&self) -> String {
        match self {
            Self::File => "file".to_owned(),
            Self::Site(file) => format!("site:{file}"),
            Self::Own(file) => format!("own:{file}"),
        }
    }
}

/// A checkpoint that one may go on from, or a model that one may begin with.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The name of its file, or of a model that is listed.
    pub name: String,
    pub place: Place,
    pub system: SystemConfig,
    /// Steps done; of a model, none of the run that begins with it.
    pub steps: u64,
    /// Of a model, what its card says.
    pub from: Option<Origin>,
    /// Of a model, whether its file lacks the opponent that training needs.
    pub lacks_opponent: bool,
}

impl Checkpoint {
    /// A model, by its card.
    pub fn of_model(card: &Card, name: String, place: Place) -> Result<Self, Refused> {
        if presets::find(&card.system.name).is_none() {
            return Err(Refused::System(card.system.name.clone()));
        }
        let is_there = card.discriminator || OPPONENTS.iter().any(|network| card.has(network));
        Ok(Self {
            name,
            place,
            system: presets::begun_with(&card.system),
            steps: 0,
            from: Some(Origin { name: card.name.clone(), licence: card.licence.clone() }),
            lacks_opponent: has_opponent(&card.system) && !is_there,
        })
    }
}

/// Why a file is none that the tab begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is neither checkpoint nor model.
    Unread,
    /// The tab does not train this system.
    System(String),
}

/// How long the header is of a file that begins so.
fn length(beginning: &[u8]) -> Option<usize> {
    let length = u64::from_le_bytes(beginning.get(..LENGTH)?.try_into().ok()?);
    usize::try_from(length).ok().filter(|length| *length <= LONGEST)
}

/// What the header of a checkpoint or a model says.
fn parse(name: &str, header: &[u8]) -> Result<Checkpoint, Refused> {
    let header: Value = serde_json::from_slice(header).map_err(|_| Refused::Unread)?;
    let metadata = &header["__metadata__"];
    if let Some(card) = metadata[CARD].as_str() {
        let card = serde_json::from_str::<Card>(card).map_err(|_| Refused::Unread)?;
        return Checkpoint::of_model(&card, name.to_owned(), Place::File);
    }
    let text = metadata[METADATA].as_str().ok_or(Refused::Unread)?;
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
    Ok(Checkpoint { name: name.to_owned(), place: Place::File, system, steps, from: None, lacks_opponent: false })
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
    fn the_header_of_a_model_says_what_its_card_says() {
        let parsed = |card: &Value| {
            let header = json!({ "__metadata__": { CARD: card.to_string() } }).to_string();
            parse("mine.safetensors", header.as_bytes())
        };
        let mut card = Card::new("threes", presets::find("dcgan").unwrap().settings(28, 1), 1);
        let found = parsed(&json!(card)).unwrap();
        assert_eq!((found.name.as_str(), found.steps, &found.system), ("mine.safetensors", 0, &card.system));
        assert_eq!(found.from, Some(Origin { name: "threes".into(), licence: card.licence.clone() }));
        assert!(found.lacks_opponent);
        card.networks = vec!["generator".into(), "discriminator".into()];
        assert!(!parsed(&json!(card)).unwrap().lacks_opponent);
        card.system.name = "toy".into();
        assert_eq!(parsed(&json!(card)), Err(Refused::System("toy".into())));
        assert_eq!(parsed(&json!({ "name": "threes" })), Err(Refused::Unread));
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
