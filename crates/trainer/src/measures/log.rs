//! `metrics.csv`: what was measured in the course of a run, a value a line.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write,
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::run::{Run, write_whole};

const FILE: &str = "metrics.csv";

/// A value, when it was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Steps of training before it.
    pub step: u64,
    /// Real pictures that D had judged by then.
    pub images: u64,
    /// Such as `frechet_classifier` or `precision`.
    pub name: String,
    /// May be not a number, where the measure had no value.
    pub value: f64,
}

/// Of the measures there are, distances and losses are better when they are lower.
pub fn lower_is_better(name: &str) -> bool {
    let is_distance = name.ends_with("_l1") || ["l1", "swd"].contains(&name);
    is_distance || name.starts_with("frechet_") || name.starts_with("distance_") || name.ends_with("_loss")
}

/// Whether `a` is the better value of this measure. Nothing is better than itself, nor when it is not a number.
pub fn is_better(name: &str, a: f64, b: f64) -> bool {
    let ahead = if lower_is_better(name) { a < b } else { a > b };
    ahead || (b.is_nan() && !a.is_nan())
}

/// Adds the values of a step.
pub fn append(run: &Run, step: u64, images: u64, values: &[(&str, f64)]) -> Result<()> {
    let path = run.path(FILE);
    let context = || format!("cannot write {}", path.display());
    let mut file = OpenOptions::new().append(true).create(true).open(&path).with_context(context)?;
    let is_new = file.metadata().with_context(context)?.len() == 0;
    let rows = values.iter().map(|(name, value)| Measure { step, images, name: (*name).to_owned(), value: *value });
    // In one piece: another program may be reading.
    file.write_all(&encode(rows, is_new)?).with_context(context)
}

/// Forgets what was measured after `step`: a run that goes on from there will measure it again.
pub fn cut(run: &Run, step: u64) -> Result<()> {
    let all = read(run)?.0;
    if all.is_empty() {
        return Ok(());
    }
    write_whole(&run.path(FILE), &encode(all.into_iter().filter(|row| row.step <= step), true)?)
}

fn encode(rows: impl Iterator<Item = Measure>, header: bool) -> Result<Vec<u8>> {
    let mut csv = csv::WriterBuilder::new().has_headers(header).from_writer(Vec::new());
    for row in rows {
        csv.serialize(row)?;
    }
    csv.into_inner().context("cannot write the measures")
}

/// Everything that was measured in the run so far; nothing in a run without measures. Lines that do not read, as one that
/// a crash has cut, are passed over.
pub fn read(run: &Run) -> Result<Measures> {
    let path = run.path(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    Ok(Measures(csv::Reader::from_reader(bytes.as_slice()).deserialize().flatten().collect()))
}

/// What was measured, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures(Vec<Measure>);

impl Measures {
    /// The measures there are.
    pub fn names(&self) -> BTreeSet<&str> {
        self.0.iter().map(|row| row.name.as_str()).collect()
    }

    /// The values of a measure.
    pub fn of(&self, name: &str) -> impl DoubleEndedIterator<Item = &Measure> {
        self.0.iter().filter(move |row| row.name == name)
    }

    /// The newest value of a measure.
    pub fn last(&self, name: &str) -> Option<&Measure> {
        self.of(name).next_back()
    }

    /// The best value of a measure, and the earliest where there are several; `None` when none is a number.
    pub fn best(&self, name: &str) -> Option<&Measure> {
        let numbers = self.of(name).filter(|row| row.value.is_finite());
        numbers.reduce(|best, row| if is_better(name, row.value, best.value) { row } else { best })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> (tempfile::TempDir, Run) {
        let folder = tempfile::tempdir().unwrap();
        let run = Run::open(folder.path()).unwrap();
        (folder, run)
    }

    #[test]
    fn what_is_appended_is_read_and_the_file_is_what_was_agreed() {
        let (_folder, run) = run();
        assert_eq!(read(&run).unwrap(), Measures::default());
        cut(&run, 5).unwrap();
        append(&run, 10, 160, &[("frechet_classifier", 12.5), ("recall", 0.25)]).unwrap();
        append(&run, 20, 320, &[("frechet_classifier", 7.5), ("recall", f64::NAN)]).unwrap();
        let text = fs::read_to_string(run.path(FILE)).unwrap();
        assert!(text.starts_with("step,images,name,value\n10,160,frechet_classifier,12.5\n"), "{text}");
        assert_eq!(text.lines().count(), 5);
        let found = read(&run).unwrap();
        assert_eq!(found.names().into_iter().collect::<Vec<_>>(), ["frechet_classifier", "recall"]);
        assert_eq!(found.last("frechet_classifier").unwrap().images, 320);
        assert!(found.last("recall").unwrap().value.is_nan());
    }

    #[test]
    fn a_run_that_goes_on_measures_again_what_came_after_its_checkpoint() {
        let (_folder, run) = run();
        for step in [10, 20, 30] {
            append(&run, step, step, &[("recall", step as f64)]).unwrap();
        }
        // A line cut short by a crash.
        fs::write(run.path(FILE), fs::read_to_string(run.path(FILE)).unwrap() + "40,4").unwrap();
        cut(&run, 20).unwrap();
        append(&run, 30, 30, &[("recall", 0.5)]).unwrap();
        let steps = read(&run).unwrap().of("recall").map(|row| (row.step, row.value)).collect::<Vec<_>>();
        assert_eq!(steps, [(10, 10.0), (20, 20.0), (30, 0.5)]);
    }

    #[test]
    fn the_best_is_the_lowest_distance_and_the_highest_of_all_else() {
        let (_folder, run) = run();
        for (step, value) in [(1, 3.0), (2, f64::NAN), (3, 1.0), (4, 7.0), (5, 7.0), (6, 1.0)] {
            let all = ["frechet_classifier", "distance_pixels", "eval_loss", "precision", "density"];
            append(&run, step, step, &all.map(|name| (name, value))).unwrap();
        }
        append(&run, 1, 1, &[("coverage", f64::NAN)]).unwrap();
        let found = read(&run).unwrap();
        for (name, step) in
            [("frechet_classifier", 3), ("distance_pixels", 3), ("eval_loss", 3), ("precision", 4), ("density", 4)]
        {
            assert_eq!(found.best(name).unwrap().step, step, "{name}");
        }
        assert_eq!(found.best("coverage"), None);
        assert_eq!(found.best("nothing"), None);
    }
}
