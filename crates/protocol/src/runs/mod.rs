//! Training in the tab: what is learned from, what a run is, and what of both lies on the user's machine.

pub mod presets;

use serde::{Deserialize, Serialize};

use crate::{card::ManifestEntry, system::SystemConfig};

/// A set of pictures that the program draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrawnSet {
    /// Digits of the simulator, white on black.
    Digits,
    /// Others, as a bad pen and a bad scanner leave them: what a refiner of digits takes for real.
    WornDigits,
    /// Faces of all kinds.
    Avatars,
    /// Faces with glasses.
    Glasses,
    /// Faces without.
    NoGlasses,
    /// Eyes of the simulator.
    Eyes,
    /// Discs, squares and triangles in colours.
    Shapes,
}

impl DrawnSet {
    /// Every set, in the order in which a menu shows them.
    pub const ALL: [Self; 7] =
        [Self::Digits, Self::Avatars, Self::Shapes, Self::Eyes, Self::Glasses, Self::NoGlasses, Self::WornDigits];

    /// Its name in settings and links.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::WornDigits => "worn-digits",
            Self::Avatars => "avatars",
            Self::Glasses => "glasses",
            Self::NoGlasses => "no-glasses",
            Self::Eyes => "eyes",
            Self::Shapes => "shapes",
        }
    }

    /// Whether its pictures have colours.
    pub const fn is_coloured(self) -> bool {
        !matches!(self, Self::Digits | Self::WornDigits | Self::Eyes)
    }
}

/// Pictures to learn from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureSet {
    /// Those that the program draws.
    Drawn(DrawnSet),
    /// Those of the user's, by [`SetInfo::id`].
    Own(String),
}

/// What the first picture of a pair is made of the second by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Derived {
    /// Dark lines on white where brightness changes.
    #[default]
    Edges,
    /// Without colours.
    Grey,
    /// At a quarter of the side, enlarged again: blurred.
    Small,
}

impl Derived {
    /// Every way, in the order in which a menu shows them.
    pub const ALL: [Self; 3] = [Self::Edges, Self::Grey, Self::Small];

    /// Its name in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edges => "edges",
            Self::Grey => "grey",
            Self::Small => "small",
        }
    }
}

/// What a run learns from: of which kind follows from its system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunData {
    /// Pictures as they are: DCGAN, super-resolution.
    Pictures(PictureSet),
    /// Pictures, and what is made of each: pix2pix goes back.
    Pairs {
        /// What is to be drawn.
        set: PictureSet,
        /// What is given.
        input: Derived,
    },
    /// Two sets, of which nothing belongs together: CycleGAN.
    Domains {
        /// The first domain.
        x: PictureSet,
        /// The second domain.
        y: PictureSet,
    },
    /// Digits of the simulator, and what is to be taken for real: SimGAN.
    Simulated(PictureSet),
}

impl RunData {
    /// The sets that are named.
    pub fn sets(&self) -> Vec<&PictureSet> {
        match self {
            Self::Pictures(set) | Self::Pairs { set, .. } | Self::Simulated(set) => vec![set],
            Self::Domains { x, y } => vec![x, y],
        }
    }

    /// Whether one of them is this set of the user's.
    pub fn has_own(&self, id: &str) -> bool {
        self.sets().into_iter().any(|set| matches!(set, PictureSet::Own(own) if own == id))
    }
}

/// Which pictures of a set a run is not shown, so that what is normal can be measured on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptBack {
    /// The last ones, which in a set of several folders are all of one kind. So it is in runs that were begun before there was a choice:
    /// they must not be measured on what they have learned from.
    Last,
    /// Of all parts of the set their share.
    #[default]
    Evenly,
}

impl KeptBack {
    /// What a run is that does not say it.
    const fn unsaid() -> Self {
        Self::Last
    }

    /// Whether the picture at this place of `all` is one of `kept` that are kept back.
    pub const fn has(self, place: usize, all: usize, kept: usize) -> bool {
        match self {
            Self::Last => place + kept >= all,
            Self::Evenly => (place + 1) * kept / all > place * kept / all,
        }
    }
}

/// All that a run in the tab is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunConfig {
    /// What the user calls it.
    pub name: String,
    /// System and settings.
    pub system: SystemConfig,
    /// What it learns from.
    pub data: RunData,
    /// And what of it it does not.
    #[serde(default = "KeptBack::unsaid")]
    pub kept_back: KeptBack,
    /// The model whose networks it began with, where they are not of chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Origin>,
}

/// A model that a run began with, by its card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Of the model.
    pub name: String,
    /// Of its weights.
    pub licence: String,
}

/// A set of the user's pictures, as it lies on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetInfo {
    /// Of its folder.
    pub id: String,
    /// What the user calls it.
    pub name: String,
    /// Side of the square pictures, in pixels.
    pub side: usize,
    /// Pictures.
    pub count: usize,
    /// On the disk.
    pub bytes: f64,
    /// When it was made: milliseconds since 1970.
    pub made: f64,
    /// Files that are not in it.
    pub left_out: Vec<LeftOut>,
}

/// A file that is not in a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Of the file.
    pub name: String,
    /// Why.
    pub why: Why,
}

/// Why a file is not in a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It is no picture that this browser reads; what the page says of it.
    Unreadable(String),
    /// It shows what this file shows.
    Duplicate(String),
}

/// A run, as it lies on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Of its folder.
    pub id: String,
    /// What it is made of.
    pub config: RunConfig,
    /// Steps done when it was saved last.
    pub step: u64,
    /// When that was: milliseconds since 1970.
    pub saved: f64,
    /// On the disk.
    pub bytes: f64,
}

/// What lies on this machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The newest first.
    pub sets: Vec<SetInfo>,
    /// The newest first.
    pub runs: Vec<RunInfo>,
    /// Those that were made here; in the order of their names.
    pub models: Vec<ManifestEntry>,
}

/// What lies on this machine and has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// Pictures.
    Set,
    /// A run.
    Run,
    /// A model; its id is the name of its file.
    Model,
}

/// What a run will take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// Pictures of each set that it learns from.
    pub pictures: [usize; 2],
    /// Numbers that its networks learn.
    pub parameters: f64,
    /// Memory for pictures, networks, what optimizers remember, whole states that are kept, and one step, in bytes: an estimate.
    pub bytes: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_kept_back_is_of_all_kinds_but_in_old_runs() {
        let places = |how: KeptBack, all, kept| (0..all).filter(|place| how.has(*place, all, kept)).collect::<Vec<_>>();
        assert_eq!(places(KeptBack::Last, 10, 3), [7, 8, 9]);
        assert_eq!(places(KeptBack::Evenly, 10, 3), [3, 6, 9]);
        for (all, kept) in [(200, 20), (1999, 100), (7, 0), (5, 5)] {
            assert!([KeptBack::Last, KeptBack::Evenly].iter().all(|how| places(*how, all, kept).len() == kept));
        }
        let data = RunData::Pictures(PictureSet::Own("1".into()));
        let mut run = json!({ "name": "a", "system": { "name": "dcgan", "config": {} }, "data": data });
        assert_eq!(RunConfig::deserialize(&run).unwrap().from, None);
        let read = |run: &serde_json::Value| RunConfig::deserialize(run).unwrap().kept_back;
        assert_eq!((read(&run), KeptBack::default()), (KeptBack::Last, KeptBack::Evenly));
        run["kept_back"] = json!(KeptBack::default());
        assert_eq!(read(&run), KeptBack::Evenly);
    }

    #[test]
    fn names_are_those_of_settings() {
        for set in DrawnSet::ALL {
            assert_eq!(serde_json::to_value(set).unwrap(), set.name());
        }
        for derived in Derived::ALL {
            assert_eq!(serde_json::to_value(derived).unwrap(), derived.name());
        }
    }
}
