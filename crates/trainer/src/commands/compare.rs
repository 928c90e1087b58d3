//! `forger compare`.

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::Result;

use crate::{
    measures::log::{Measure, is_better},
    report::{
        page, quantity, series,
        story::Story,
        table::{Cell, Table},
    },
    run::write_whole,
    ui,
};

#[derive(clap::Args)]
pub struct CompareArgs {
    /// Folders of the runs
    #[arg(required = true, num_args = 2..)]
    pub runs: Vec<PathBuf>,
    /// HTML file to write, with curves on top of each other and samples side by side
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Prints what differs between runs: settings, examples seen, measures.
pub fn compare(args: &CompareArgs) -> Result<()> {
    let mut stories = args.runs.iter().map(|run| Story::read(run)).collect::<Result<Vec<_>>>()?;
    let distinct = stories.iter().map(|story| story.name.clone()).collect::<BTreeSet<_>>();
    if distinct.len() < stories.len() {
        for (story, folder) in stories.iter_mut().zip(&args.runs) {
            story.name = folder.display().to_string();
        }
    }
    let table = differences(&stories);
    ui::result(table.text());
    if let Some(out) = &args.out {
        write_whole(out, page::comparison(&stories, &table)?.as_bytes())?;
        ui::note(out.display());
    }
    Ok(())
}

/// A column for each run. Settings that are the same everywhere are left out.
fn differences(stories: &[Story]) -> Table {
    let mut table = Table::new(&[""]);
    table.head.extend(stories.iter().map(|story| story.name.clone()));
    let mut row = |name: String, value: &dyn Fn(&Story) -> String| {
        let cells = stories.iter().map(|story| Cell::new(value(story)));
        table.rows.push([Cell::new(name)].into_iter().chain(cells).collect());
    };
    row("steps".into(), &|story| series::count(story.steps));
    row("examples seen".into(), &|story| series::count(story.images()));
    if differ(stories, |story| story.note.name.clone()) {
        row("data".into(), &|story| story.note.name.clone());
    }
    for name in settings(stories) {
        let setting = |story: &Story| story.setting(name).unwrap_or("none").to_owned();
        if differ(stories, setting) {
            row(name.to_owned(), &setting);
        }
    }
    for name in page::names(stories) {
        table.rows.push(values(stories, name, "last", |story| story.measures.last(name)));
        table.rows.push(values(stories, name, "best", |story| story.measures.best(name)));
    }
    table
}

fn differ(stories: &[Story], value: impl Fn(&Story) -> String) -> bool {
    stories.iter().map(value).collect::<BTreeSet<_>>().len() > 1
}

/// The names of all settings, in the order in which they come.
fn settings(stories: &[Story]) -> Vec<&str> {
    let mut names = Vec::new();
    for (name, _) in stories.iter().flat_map(|story| &story.settings) {
        if !names.contains(&name.as_str()) {
            names.push(name.as_str());
        }
    }
    names
}

/// A row of a measure: the best of the runs is marked, and all that equal it.
fn values<'a>(
    stories: &'a [Story],
    name: &str,
    which: &str,
    measure: impl Fn(&'a Story) -> Option<&'a Measure>,
) -> Vec<Cell> {
    let found = stories.iter().map(|story| measure(story).map(|row| row.value)).collect::<Vec<_>>();
    let numbers = || found.iter().flatten().copied();
    let cell = |value: &Option<f64>| match *value {
        Some(value) => {
            let best = value.is_finite() && !numbers().any(|other| is_better(name, other, value));
            Cell { text: series::short(value), best }
        }
        None => Cell::new("none"),
    };
    let title = format!("{}, {which}", quantity::title(name));
    [Cell::new(title)].into_iter().chain(found.iter().map(cell)).collect()
}
