//! What a run learned from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ui;

/// What an export says of the data.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct DataNote {
    pub name: String,
    pub licence: String,
    pub images: u64,
    /// What the command said of the data besides where it lies; nothing where it can say nothing, and in old runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<String>,
    /// The sets one after the other, of a run that was gone on with on another one; `name` and the rest then speak of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// Attributes, as `--oversample` names them, whose pictures an epoch shows so many times.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub oversampled: BTreeMap<String, usize>,
    /// The network that perceptual losses looked through.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub features: String,
    /// The model whose weights the run began with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The step up to which the run was asked to train, last; old runs do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
}

/// What a run learned from, from some step on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// The step after which it began.
    pub since: u64,
    pub name: String,
    pub licence: String,
    pub images: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<String>,
}

impl Stage {
    fn is_like(&self, other: &Self) -> bool {
        // What one of the two does not know is no difference.
        let same_flags = self.flags.as_ref().zip(other.flags.as_ref()).is_none_or(|(one, other)| one == other);
        self.name == other.name && self.images == other.images && same_flags
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, text: &mut std::fmt::Formatter) -> std::fmt::Result {
        let flags = self.flags.as_deref().filter(|flags| !flags.is_empty()).map(|flags| format!(", {flags}"));
        write!(text, "{} ({} pictures{})", self.name, self.images, flags.unwrap_or_default())
    }
}

impl DataNote {
    fn stages(&self) -> Vec<Stage> {
        if !self.stages.is_empty() {
            return self.stages.clone();
        }
        let Self { name, licence, images, flags, .. } = self.clone();
        // Without a name nothing is known of it.
        if name.is_empty() { Vec::new() } else { vec![Stage { since: 0, name, licence, images, flags }] }
    }

    /// Warns where a run that is over at a step learned from something else than `now` says.
    pub fn warn_of_other(&self, now: &Self, step: u64) {
        let learned = self.stages().into_iter().rfind(|stage| stage.since < step);
        if let Some((learned, asked)) = learned.zip(now.stages().pop())
            && !learned.is_like(&asked)
        {
            ui::warn(format_args!("the run learned from {learned}, and not from {asked}"));
        }
    }

    /// The note of a run that goes on from a step with what `now` says. Other data than before is warned of, and both are kept.
    pub fn followed_by(self, now: Self, step: u64) -> Self {
        let mut stages = self.stages();
        // What came after the step did not happen.
        stages.retain(|stage| stage.since < step);
        let next = now.stages().pop().map(|stage| Stage { since: if stages.is_empty() { 0 } else { step }, ..stage });
        match (stages.last_mut(), next) {
            (Some(last), Some(next)) if last.is_like(&next) => *last = Stage { since: last.since, ..next },
            (Some(last), Some(next)) => {
                ui::warn(format_args!(
                    "the run learned from {last} up to step {step}, and goes on with {next}; data.json names both"
                ));
                stages.push(next);
            }
            (None, next) => stages.extend(next),
            (Some(_), None) => {}
        }
        let from = if now.from.is_empty() { self.from } else { now.from.clone() };
        let steps = now.steps.or(self.steps);
        if stages.len() < 2 {
            return Self { from, steps, ..now };
        }
        let mut images = BTreeMap::new();
        let mut licences = Vec::new();
        for stage in &stages {
            let most = images.entry(&stage.name).or_insert(0);
            *most = stage.images.max(*most);
            if !licences.contains(&stage.licence) {
                licences.push(stage.licence.clone());
            }
        }
        let mut oversampled = self.oversampled;
        oversampled.extend(now.oversampled);
        Self {
            name: stages.iter().map(Stage::to_string).collect::<Vec<_>>().join(", then "),
            licence: licences.join("; "),
            images: images.values().sum(),
            flags: None,
            oversampled,
            from,
            steps,
            features: now.features,
            stages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(name: &str, images: u64, flags: &str) -> DataNote {
        let (name, licence) = (name.to_owned(), format!("of {name}"));
        DataNote { name, licence, images, flags: Some(flags.to_owned()), ..DataNote::default() }
    }

    #[test]
    fn the_same_data_is_one_stage_and_other_data_another() {
        let begun = DataNote { from: "begun".into(), steps: Some(30), ..note("a", 40, "") };
        let same = begun.clone().followed_by(note("a", 40, ""), 9);
        assert!(same.stages.is_empty() && same.name == "a" && same.from == "begun" && same.steps == Some(30));
        // An old note does not know how its pictures were cut.
        assert!(
            DataNote { flags: None, ..begun.clone() }.followed_by(note("a", 40, "--holdout 3"), 9).stages.is_empty()
        );

        let both = begun.clone().followed_by(note("b", 60, "--holdout 3"), 9);
        assert_eq!((both.images, both.licence.as_str(), both.from.as_str()), (100, "of a; of b", "begun"));
        assert_eq!(both.steps, Some(30));
        assert_eq!(both.name, "a (40 pictures), then b (60 pictures, --holdout 3)");
        assert_eq!(both.stages.iter().map(|stage| stage.since).collect::<Vec<_>>(), [0, 9]);
        let again = both.clone().followed_by(note("b", 60, "--holdout 3"), 20);
        assert_eq!(again.stages, both.stages);
        // No step was done with b: it does not count.
        let back = both.followed_by(note("a", 40, ""), 9);
        assert!(back.stages.is_empty() && back.name == "a");
        // More of the same are no other pictures.
        assert_eq!(begun.followed_by(note("a", 42, ""), 9).images, 42);
    }

    #[test]
    fn a_run_that_did_no_step_begins_with_what_it_is_given() {
        let next = note("a", 40, "").followed_by(note("b", 60, ""), 0);
        assert!(next.stages.is_empty() && next.name == "b");
        assert_eq!(DataNote::default().followed_by(note("b", 60, ""), 5).name, "b");
    }
}
