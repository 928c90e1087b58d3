//! Strange pictures: how they are searched for, what a model file says of normal ones, what a score means beside theirs, and
//! how well scores tell the two apart.

mod calibration;
mod patches;
pub mod roc;

use serde::{Deserialize, Serialize};

pub use calibration::{Calibration, CalibrationError};
pub use patches::{Grid, Patches};

use crate::{OutOfRange, message::DeviceKind};

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Only codes move. The weight of the features of D, `lambda` of equation 4 of Schlegl et al. 2017; 0 asks for no D.
    Anogan {
        /// 0.1 in the paper.
        lambda: f32,
    },
    /// The weights of the generator move, too.
    Adgan {
        /// Their learning rate.
        rate: f64,
    },
    /// Nothing moves: the code is that of an encoder (f-AnoGAN, Schlegl et al. 2019). The weight of the features of D, kappa of
    /// their equation 3; 0 asks for no D.
    Encoder {
        /// 1 in the paper.
        kappa: f32,
    },
}

impl Way {
    /// With the weight of the paper.
    pub const ANOGAN: Self = Self::Anogan { lambda: 0.1 };
    /// With the learning rate of the paper.
    pub const ADGAN: Self = Self::Adgan { rate: 5e-5 };
    /// With the weight of the paper.
    pub const ENCODER: Self = Self::Encoder { kappa: 1.0 };

    /// Whether it looks at the features of D.
    pub fn asks_for_d(self) -> bool {
        match self {
            Self::Anogan { lambda: weight } | Self::Encoder { kappa: weight } => weight > 0.0,
            Self::Adgan { .. } => false,
        }
    }
}

/// What the losses of the starts of a picture come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Over {
    /// The mean, as in ADGAN: how hard it is to come near, too.
    Mean,
    /// The least. It asks for a search that is long enough for one of the starts to arrive.
    Least,
}

/// A search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetectSettings {
    /// How.
    pub way: Way,
    /// Codes that each picture is begun from, the same for all.
    pub starts: usize,
    /// Steps at most.
    pub steps: usize,
    /// Steps without gain after which a picture is done; 0 never stops early.
    pub patience: usize,
    /// What the starts come to.
    pub over: Over,
    /// Seed of the starts.
    pub seed: u32,
}

impl Normal {
    /// How the parts of a picture `[height, width]` lie, for a model of this side; nothing where it cannot be judged.
    pub fn grid(&self, size: [usize; 2], side: usize) -> Option<Grid> {
        match self.patches {
            Some(patches) if patches.fits(size, side) => Grid::new(size, side, patches.stride),
            None if size == [side; 2] => Some(Grid::whole(side)),
            _ => None,
        }
    }
}

impl DetectSettings {
    /// The most starts and steps that a card may ask for: it is a file that anybody can write.
    const MOST: [usize; 2] = [1024, 10_000];

    /// Of one way, as it serves best. A long search that tunes weights comes near to anything in the end: ADGAN has few steps
    /// from many starts, as in the paper.
    pub fn of(way: Way) -> Self {
        let (starts, steps) = match way {
            Way::Adgan { .. } => (32, 10),
            Way::Anogan { .. } => (4, 60),
            // A look and no search.
            Way::Encoder { .. } => (1, 1),
        };
        Self { way, starts, steps, patience: 20, over: Over::Mean, seed: 1 }
    }

    /// Whether this can be searched with in a reasonable time and memory.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let rate = match self.way {
            Way::Anogan { lambda: weight } | Way::Encoder { kappa: weight } => f64::from(weight),
            Way::Adgan { rate } => rate,
        };
        let [starts, steps] = Self::MOST.map(|most| most as f64);
        for (field, value, min, max) in [
            ("starts", self.starts as f64, 1.0, starts),
            ("steps", self.steps as f64, 1.0, steps),
            ("rate", rate, 0.0, 1.0),
        ] {
            // What is no number is in no range.
            if !(min..=max).contains(&value) {
                return Err(OutOfRange { field: field.into(), value, min, max });
            }
        }
        Ok(())
    }
}

/// What a model file says of normal pictures: those that it learned from, and the scores of others that are like them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Normal {
    /// What they show, in English: `the digit 0`.
    pub what: String,
    /// Which pictures the scores are of, none of which the model learned from.
    pub data: String,
    /// Whether they are strokes on an empty sheet, the middle of their mass in the middle, their longer side 20 of 28 pixels: as
    /// MNIST's are, and as a drawing can be made to be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strokes: bool,
    /// Where pictures are judged in parts of the model's size, how these lie; the score of a picture is the highest of a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patches: Option<Patches>,
    /// The search that the scores are of. Those of another cannot be compared with them.
    pub search: DetectSettings,
    /// Their scores.
    pub scores: Calibration,
    /// Others that are known to be strange: what a threshold misses can be said with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strange: Option<KnownStrange>,
}

/// Pictures that are known to be strange, and what the same search found for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownStrange {
    /// What they show, in English: `the other digits`.
    pub what: String,
    /// Which pictures the scores are of.
    pub data: String,
    /// Their scores.
    pub scores: Calibration,
}

/// What was found for a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detected {
    /// The higher, the stranger. Comparable with the scores on the card of the model.
    pub score: f32,
    /// The least losses that its starts came to.
    pub losses: Vec<f32>,
    /// Time at work, without what other requests took in between.
    pub milliseconds: f64,
    /// Where the search ran.
    pub device: DeviceKind,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_survives_its_card() {
        for way in [Way::ADGAN, Way::ANOGAN, Way::ENCODER] {
            let settings = DetectSettings::of(way);
            assert!(settings.check().is_ok());
            let text = serde_json::to_string(&settings).unwrap();
            assert_eq!(serde_json::from_str::<DetectSettings>(&text).unwrap(), settings, "{text}");
        }
    }

    #[test]
    fn a_card_may_know_strange_pictures_and_need_not() {
        let scores = |scores: &[f32]| Calibration::new(scores.to_vec()).unwrap();
        let mut normal = Normal {
            what: "the digit 0".into(),
            data: "mnist".into(),
            strokes: true,
            patches: None,
            search: DetectSettings::of(Way::ADGAN),
            scores: scores(&[1.0, 2.0]),
            strange: None,
        };
        let old = serde_json::to_string(&normal).unwrap();
        assert!(!old.contains("strange") && !old.contains("patches"), "{old}");
        assert_eq!(serde_json::from_str::<Normal>(&old).unwrap(), normal);
        let known = KnownStrange { what: "the other digits".into(), data: "mnist".into(), scores: scores(&[3.0]) };
        normal.strange = Some(known);
        let new = serde_json::to_string(&normal).unwrap();
        assert_eq!(serde_json::from_str::<Normal>(&new).unwrap(), normal);
    }

    #[test]
    fn what_would_never_end_is_refused() {
        let usual = DetectSettings::of(Way::ADGAN);
        for wrong in [
            DetectSettings { starts: 0, ..usual },
            DetectSettings { starts: 1 << 40, ..usual },
            DetectSettings { steps: 1 << 40, ..usual },
            DetectSettings { way: Way::Adgan { rate: f64::NAN }, ..usual },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }
}
