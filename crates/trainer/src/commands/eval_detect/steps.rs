//! What every step of a search is worth: the area after each, as a table and as curves.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use forger_core::metrics::roc::{RocError, auroc};
use maud::html;

use super::results::Found;
use crate::{
    measures::detection::Method,
    report::{
        chart::{Chart, Line},
        page,
    },
    run::write_whole,
};

/// The area after each step, of the least scores so far. A search that ended early stays where it ended.
pub fn areas(paths: &[Vec<f32>], is_normal: &[bool]) -> Result<Vec<f64>, RocError> {
    let steps = paths.iter().map(Vec::len).max().unwrap_or(0);
    let after = |step: usize, kind: bool| {
        let some = paths.iter().zip(is_normal).filter(move |(_, normal)| **normal == kind);
        some.filter_map(move |(path, _)| path.get(step).or(path.last()).copied()).collect::<Vec<_>>()
    };
    (0..steps).map(|step| auroc(&after(step, true), &after(step, false))).collect()
}

/// Means over classes, a line a step, in `steps.csv`, and as curves in `steps.html`. Nothing where nothing was searched for.
pub fn write(out: &Path, methods: &[Method], results: &[(String, Found)]) -> Result<()> {
    let curves = methods.iter().map(|method| (method.key(), mean(method.key(), results)));
    let curves = curves.filter(|(_, curve)| curve.len() > 1).collect::<BTreeMap<_, _>>();
    let Some(longest) = curves.values().map(Vec::len).max() else { return Ok(()) };
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(std::iter::once("step").chain(curves.keys().copied()))?;
    for step in 0..longest {
        let cells = curves.values().map(|curve| curve.get(step).map(|area| format!("{area:.4}")).unwrap_or_default());
        table.write_record(std::iter::once((step + 1).to_string()).chain(cells))?;
    }
    write_whole(&out.join("steps.csv"), &table.into_inner()?)?;
    let lines = curves.iter().enumerate().map(|(colour, (name, curve))| Line {
        name: (*name).to_owned(),
        colour,
        points: curve.iter().enumerate().map(|(step, area)| ((step + 1) as f64, *area)).collect(),
    });
    let looks = methods.iter().filter_map(|method| {
        let area = results.iter().map(|(_, found)| found.figures.get(method.key()).map(|areas| areas.auroc));
        let area = area.sum::<Option<f64>>()? / results.len().max(1) as f64;
        (!curves.contains_key(method.key())).then(|| format!("{} {area:.3}", method.key()))
    });
    let looks = looks.collect::<Vec<_>>().join(", ");
    let chart = Chart {
        title: "Area under the ROC curve".into(),
        unit: "AUROC".into(),
        note: if looks.is_empty() { String::new() } else { format!("Without a search: {looks}") },
        range: None,
        reference: None,
        raw: false,
        lines: lines.collect(),
    };
    let lead = format!("Means of {} models of one class each, after each step of a search", results.len());
    let body = html! { section { (chart.figure()) } };
    write_whole(&out.join("steps.html"), page::page("What a step is worth", &lead, &body).as_bytes())
}

/// The mean over classes after each step, as long as the longest of them.
fn mean(method: &str, results: &[(String, Found)]) -> Vec<f64> {
    let curves = results.iter().filter_map(|(_, found)| found.steps.get(method)).collect::<Vec<_>>();
    let longest = curves.iter().map(|curve| curve.len()).max().unwrap_or(0);
    let after = |step: usize| curves.iter().filter_map(move |curve| curve.get(step).or(curve.last()));
    (0..longest).map(|step| after(step).sum::<f64>() / curves.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_ended_early_stays_where_it_ended() {
        let paths = [vec![3.0, 1.0], vec![2.0], vec![2.5, 2.0, 0.5]];
        assert_eq!(areas(&paths, &[true, false, false]), Ok(vec![0.0, 1.0, 0.5]));
    }
}
