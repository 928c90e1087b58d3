//! The pages.

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use forger_protocol::{Scalar, ScalarKind};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    chart::{Chart, Line},
    quantity, series,
    story::{Sheet, Story},
    table::{Cell, Table},
};

/// Sheets of a run that are shown.
const SHEETS: usize = 6;

/// A page that needs nothing else: styles and pictures are in it, and it has no script.
pub fn page(title: &str, lead: &str, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content={ "forger " (env!("CARGO_PKG_VERSION")) };
                title { (title) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                header { h1 { (title) } p.lead { (lead) } }
                main { (body) }
            }
        }
    };
    markup.into_string()
}

/// The page of one run.
pub fn report(story: &Story) -> Result<String> {
    let sheets = story.sheets(SHEETS)?;
    let body = html! {
        @if !story.measures.names().is_empty() {
            section { h2 { "Measures" } (measures(story).markup()) (history(story)) }
        }
        section { h2 { "Curves" } div.grid {
            @for kind in ScalarKind::ALL { (losses(story, kind).figure()) }
            @for name in story.measures.names() { (measure(&[story], name).figure()) }
        } }
        @if !sheets.is_empty() {
            section { h2 { "Samples" } div.grid {
                @for sheet in &sheets { (picture(sheet, &at(story, sheet.step))) }
            } }
        }
        section { h2 { "Settings" } dl.settings.card {
            @for (name, value) in &story.settings { div { dt { (name) } dd { (value) } } }
        } }
    };
    Ok(page(&format!("Run {}", story.name), &lead(story), &body))
}

/// The page of several runs side by side; `table` compares them.
pub fn comparison(stories: &[Story], table: &Table) -> Result<String> {
    let all = stories.iter().collect::<Vec<_>>();
    let last = stories.iter().map(Story::last_sheet).collect::<Result<Vec<_>>>()?;
    let body = html! {
        section { h2 { "Differences" } (table.markup()) }
        section { h2 { "Curves" } div.grid {
            @for name in names(stories) { (measure(&all, name).figure()) }
            @for kind in ScalarKind::ALL {
                @for of in scalars(stories, kind) { (one_scalar(&all, kind, of).figure()) }
            }
        } }
        @if last.iter().any(Option::is_some) {
            section { h2 { "Last samples" } div.grid {
                @for (story, sheet) in stories.iter().zip(&last) {
                    @if let Some(sheet) = sheet { (picture(sheet, &format!("{}, {}", story.name, at(story, sheet.step)))) }
                }
            } }
        }
    };
    let title = stories.iter().map(|story| story.name.as_str()).collect::<Vec<_>>().join(" and ");
    let lead = format!("{} runs of Forger", stories.len());
    Ok(page(&title, &lead, &body))
}

/// The measures that at least one of the runs has.
pub fn names(stories: &[Story]) -> std::collections::BTreeSet<&str> {
    stories.iter().flat_map(|story| story.measures.names()).collect()
}

fn lead(story: &Story) -> String {
    let mut lead = format!("{} steps, {} examples seen", series::count(story.steps), series::count(story.images()));
    if !story.note.name.is_empty() {
        lead += &format!("; data: {}, {} pictures", story.note.name, series::count(story.note.images));
    }
    if !story.note.licence.is_empty() {
        lead += &format!(" ({})", story.note.licence);
    }
    lead
}

fn at(story: &Story, step: u64) -> String {
    format!("step {} ({} examples)", series::count(step), series::count(step * story.per_step))
}

fn picture(sheet: &Sheet, caption: &str) -> Markup {
    html! {
        figure.card {
            figcaption { h3 { (caption) } }
            img src={ "data:image/png;base64," (STANDARD.encode(&sheet.png)) } alt={ "Samples, " (caption) };
        }
    }
}

/// The scalars of a kind that one run told, with their places.
fn told(story: &Story, kind: ScalarKind) -> impl Iterator<Item = (usize, &'static Scalar)> {
    story.told.iter().copied().filter(move |(_, scalar)| scalar.kind == kind)
}

/// Their curves.
fn losses(story: &Story, kind: ScalarKind) -> Chart {
    let line = |(colour, (place, scalar)): (usize, (usize, &Scalar))| Line {
        name: quantity::capitalised(scalar.of),
        colour,
        points: quantity::points(&story.losses, place),
    };
    chart(quantity::group(kind).to_owned(), kind, told(story, kind).enumerate().map(line).collect())
}

/// Of what the runs told scalars of a kind.
fn scalars(stories: &[Story], kind: ScalarKind) -> std::collections::BTreeSet<&'static str> {
    stories.iter().flat_map(|story| told(story, kind)).map(|(_, scalar)| scalar.of).collect()
}

/// One scalar of several runs.
fn one_scalar(stories: &[&Story], kind: ScalarKind, of: &str) -> Chart {
    let line = |(colour, story): (usize, &&Story)| {
        let (place, _) = told(story, kind).find(|(_, scalar)| scalar.of == of)?;
        Some(Line { name: story.name.clone(), colour, points: quantity::points(&story.losses, place) })
    };
    let lines = stories.iter().enumerate().filter_map(line).collect();
    chart(format!("{}: {of}", quantity::group(kind)), kind, lines)
}

fn chart(title: String, kind: ScalarKind, lines: Vec<Line>) -> Chart {
    let range = quantity::range(kind);
    Chart {
        title,
        unit: quantity::unit(kind).to_owned(),
        note: String::new(),
        range,
        reference: range.map(|(low, high)| 0.5 * (low + high)),
        raw: true,
        lines,
    }
}

/// A measure of one run or of several.
fn measure(stories: &[&Story], name: &str) -> Chart {
    let line = |(colour, story): (usize, &&Story)| Line {
        name: story.name.clone(),
        colour,
        points: quantity::measured(story, name),
    };
    Chart {
        title: quantity::title(name),
        unit: quantity::direction(name).to_owned(),
        note: quantity::meaning(name).to_owned(),
        range: None,
        reference: None,
        raw: false,
        lines: stories.iter().enumerate().map(line).filter(|line| !line.points.is_empty()).collect(),
    }
}

/// Last and best of each measure.
fn measures(story: &Story) -> Table {
    let mut table = Table::new(&["", "last", "best", "at step"]);
    let value = |value: Option<f64>| Cell::new(value.map_or_else(|| "none".to_owned(), series::short));
    for name in story.measures.names() {
        let best = story.measures.best(name);
        table.rows.push(vec![
            Cell::new(quantity::title(name)),
            value(story.measures.last(name).map(|row| row.value)),
            Cell { best: best.is_some(), ..value(best.map(|row| row.value)) },
            Cell::new(best.map_or_else(String::new, |row| series::count(row.step))),
        ]);
    }
    table
}

/// Every measurement, the best of each column marked.
fn history(story: &Story) -> Markup {
    let names = story.measures.names();
    let mut steps = names.iter().flat_map(|name| story.measures.of(name)).map(|row| row.step).collect::<Vec<_>>();
    steps.sort_unstable();
    steps.dedup();
    let mut table = Table::new(&["step"]);
    table.head.extend(names.iter().map(|name| quantity::title(name)));
    for step in steps {
        let cell = |name: &&str| {
            let Some(row) = story.measures.of(name).find(|row| row.step == step) else { return Cell::default() };
            Cell { text: series::short(row.value), best: story.measures.best(name) == Some(row) }
        };
        table.rows.push([Cell::new(series::count(step))].into_iter().chain(names.iter().map(cell)).collect());
    }
    html! { details { summary { "All measurements" } (table.markup()) } }
}
