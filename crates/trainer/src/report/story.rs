//! What a run left behind, read for a reader.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use forger_core::checkpoint::Reader;
use forger_protocol::{Declaration, Scalar, ScalarKind, message::StepMetrics, system};
use serde_json::Value;

use crate::{
    measures::log::{self, Measures},
    run::{DataNote, Run, read_losses},
};

/// A sheet of samples, as the training loop wrote it.
pub struct Sheet {
    pub step: u64,
    /// The file, a PNG.
    pub png: Vec<u8>,
}

/// A run as it stands.
pub struct Story {
    /// The name of its folder.
    pub name: String,
    /// Name and value, in the order of the configuration.
    pub settings: Vec<(String, String)>,
    pub note: DataNote,
    pub steps: u64,
    /// Real examples that a step learns from.
    pub per_step: u64,
    pub losses: Vec<StepMetrics>,
    /// The scalars that its steps told, with their places.
    pub told: Vec<(usize, &'static Scalar)>,
    pub measures: Measures,
    run: Run,
    sheets: Vec<u64>,
}

impl Story {
    /// Reads all but the sheets.
    pub fn read(folder: &Path) -> Result<Self> {
        let run = Run::open(folder)?;
        let checkpoint = run.newest()?;
        let state = Reader::new(&checkpoint).with_context(|| folder.display().to_string())?.state;
        let config = &state["config"];
        let name_of = state["system"].as_str().unwrap_or_default();
        let system = system::find(name_of).with_context(|| format!("there is no system {name_of:?}"))?;
        let mut settings = Vec::new();
        flatten("", config, &mut settings);
        let losses = read_losses(&run, system);
        Ok(Self {
            name: name(folder),
            settings,
            note: run.read_note(),
            steps: state["steps"].as_u64().unwrap_or_default(),
            per_step: system.examples(config),
            told: told(system, config, &losses),
            losses,
            measures: log::read(&run)?,
            sheets: sheets(&run),
            run,
        })
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Real examples that it has learned from.
    pub fn images(&self) -> u64 {
        self.steps * self.per_step
    }

    /// The first and the last sheet and some between, at most `count`.
    pub fn sheets(&self, count: usize) -> Result<Vec<Sheet>> {
        let read = |step: u64| {
            let path = self.run.path(&sheet_file(step));
            let png = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(Sheet { step, png })
        };
        spread(self.sheets.len(), count).map(|index| read(self.sheets[index])).collect()
    }

    /// The last sheet.
    pub fn last_sheet(&self) -> Result<Option<Sheet>> {
        Ok(self.sheets(1)?.pop())
    }
}

/// The scalars that steps with these settings tell, less those of a player that never trained: what is not told is 0.
fn told(system: &'static Declaration, config: &Value, losses: &[StepMetrics]) -> Vec<(usize, &'static Scalar)> {
    let was = |place: usize| losses.iter().any(|row| row.values.get(place).is_some_and(|value| *value != 0.0));
    // Of the verdicts of a step one may be just 0.
    let judged = system.of_kind(ScalarKind::Verdict).any(|(place, _)| was(place));
    let was_told = |(place, scalar): &(usize, &'static Scalar)| match scalar.kind {
        ScalarKind::Verdict => judged,
        ScalarKind::Loss | ScalarKind::Gradient => was(*place),
    };
    system.told(config).filter(was_told).collect()
}

/// Indices of `count` of so many things, evenly spread, with the first and the last.
fn spread(all: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(all);
    let place = move |index: usize| if count < 2 { all - 1 } else { index * (all - 1) / (count - 1) };
    (0..count).map(place)
}

fn name(folder: &Path) -> String {
    let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    whole.file_name().unwrap_or(whole.as_os_str()).to_string_lossy().into_owned()
}

fn sheet_file(step: u64) -> String {
    format!("samples/{step:010}.png")
}

/// The steps of the sheets, in order. A run on points has none.
fn sheets(run: &Run) -> Vec<u64> {
    let entries = fs::read_dir(run.path("samples")).into_iter().flatten().flatten();
    let step = |name: std::ffi::OsString| name.to_str()?.strip_suffix(".png")?.parse::<u64>().ok();
    let mut steps = entries.filter_map(|entry| step(entry.file_name())).collect::<Vec<_>>();
    // Names of another length would not be found again.
    steps.retain(|step| run.path(&sheet_file(*step)).is_file());
    steps.sort_unstable();
    steps
}

/// The leaves of a configuration by their path.
fn flatten(path: &str, value: &Value, out: &mut Vec<(String, String)>) {
    let text = match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('_', " ");
                let path = if path.is_empty() { name } else { format!("{path}: {name}") };
                flatten(&path, value, out);
            }
            return;
        }
        Value::Array(values) if values.is_empty() => return,
        Value::Array(values) => format!("{} values", values.len()),
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    out.push((path.to_owned(), text));
}

#[cfg(test)]
mod tests {
    use forger_protocol::{Settings as _, SimganConfig, SuperresConfig};
    use serde_json::json;

    use super::*;

    #[test]
    fn sheets_are_spread_from_the_first_to_the_last() {
        let picked = |all, count| spread(all, count).collect::<Vec<_>>();
        assert_eq!(picked(9, 5), [0, 2, 4, 6, 8]);
        assert_eq!(picked(3, 6), [0, 1, 2]);
        assert_eq!(picked(4, 1), [3]);
        assert_eq!(picked(0, 6), Vec::<usize>::new());
    }

    #[test]
    fn what_no_step_told_is_not_drawn() {
        let keys = |system: &'static Declaration, config: &Value, rows: &[Vec<f32>]| {
            let row = |(step, values): (u64, &Vec<f32>)| StepMetrics { step, values: values.clone() };
            let losses = (1..).zip(rows).map(row).collect::<Vec<_>>();
            told(system, config, &losses).into_iter().map(|(_, scalar)| scalar.key).collect::<Vec<_>>()
        };
        let mut superres = SuperresConfig::default();
        superres.losses.adversarial = 0.0;
        let (rows, system) = ([vec![0.5, 0.25, 0.75, 0.125, 2.0, 1.0]], &SuperresConfig::SYSTEM);
        assert_eq!(keys(system, &json!(superres), &rows), ["g_loss", "g_gradient"]);
        superres.losses.adversarial = 0.1;
        assert_eq!(keys(system, &json!(superres), &rows).len(), 6);
        assert!(keys(system, &json!(superres), &[]).is_empty());
        // Of a run that was stopped before D began to learn, and of one whose D is sure of what is refined.
        let (system, config) = (&SimganConfig::SYSTEM, json!(SimganConfig::default()));
        let (alone, game) =
            (vec![0.0, 0.0, 0.25, 0.0, 0.0, 0.0, 0.0, 1.0], vec![0.5, 2.0, 0.125, 0.0, 0.75, 0.0, 1.0, 1.0]);
        assert_eq!(keys(system, &config, std::slice::from_ref(&alone)), ["regularization_loss", "r_gradient"]);
        let of_both = ["d_loss", "r_loss", "regularization_loss", "d_real", "d_refined", "d_gradient", "r_gradient"];
        assert_eq!(keys(system, &config, &[alone, game]), of_both);
    }

    #[test]
    fn settings_are_named_by_their_path() {
        let mut found = Vec::new();
        let config = json!({ "d_steps": 2, "g": { "name": "adam", "learning_rate": 0.0002 }, "points": [], "x": null });
        flatten("", &config, &mut found);
        found.sort();
        let expected = [("d steps", "2"), ("g: learning rate", "0.0002"), ("g: name", "adam"), ("x", "none")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
