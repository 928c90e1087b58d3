//! What a run left behind, read for a reader.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use forger_core::checkpoint::Reader;
use forger_protocol::{Declaration, message::StepMetrics, system};
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
    pub system: &'static Declaration,
    pub losses: Vec<StepMetrics>,
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
        Ok(Self {
            name: name(folder),
            settings,
            note: run.read_note(),
            steps: state["steps"].as_u64().unwrap_or_default(),
            per_step: system.examples(config),
            losses: read_losses(&run, system),
            system,
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
    use super::*;
    use serde_json::json;

    #[test]
    fn sheets_are_spread_from_the_first_to_the_last() {
        let picked = |all, count| spread(all, count).collect::<Vec<_>>();
        assert_eq!(picked(9, 5), [0, 2, 4, 6, 8]);
        assert_eq!(picked(3, 6), [0, 1, 2]);
        assert_eq!(picked(4, 1), [3]);
        assert_eq!(picked(0, 6), Vec::<usize>::new());
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
