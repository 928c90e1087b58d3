//! What was measured, told.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Areas, EvalDefectsArgs, Pictures};
use crate::{
    data::Split,
    measures::detection::Method,
    report::table::{Cell, Table},
    ui,
};

/// A table, a row a method, and the line of figures.
pub fn tell(args: &EvalDefectsArgs, pictures: &Pictures, results: &[(Method, Areas)]) -> Result<()> {
    let mut table = Table::new(&["AUROC", "pictures"]);
    let kinds = results.first().map(|(_, areas)| Vec::from_iter(areas.kinds.keys())).unwrap_or_default();
    let count = |kind: &String| pictures.kinds.iter().filter(|other| *other == kind).count();
    table.head.extend(kinds.iter().map(|kind| format!("{kind} ({})", count(kind))));
    table.head.push("pixels".into());
    let prefix = args.prefix.as_ref().map(|prefix| format!("{prefix}_")).unwrap_or_default();
    let mut line = serde_json::Map::<String, Value>::new();
    for (method, areas) in results {
        let values = [areas.pictures].into_iter().chain(areas.kinds.values().copied()).map(Some).chain([areas.pixels]);
        let cell = |value: Option<f64>| Cell::new(value.map(|value| format!("{value:.4}")).unwrap_or_default());
        table.rows.push([Cell::new(method.key())].into_iter().chain(values.map(cell)).collect());
        line.insert(format!("{prefix}{}", method.key()), json!(areas.pictures));
        if let Some(pixels) = areas.pixels {
            line.insert(format!("{prefix}{}_pixels", method.key()), json!(pixels));
        }
    }
    ui::result(table.text());
    ui::note(format_args!("{} good pictures and {} with defects", pictures.good, pictures.kinds.len()));
    if args.json {
        line.insert("command".into(), json!(command(args)));
        ui::result(json!(line));
    }
    Ok(())
}

fn command(args: &EvalDefectsArgs) -> String {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let methods = args.methods.iter().map(|method| method.flag()).collect::<Vec<_>>().join(",");
    let (data, normal, strange) = (name(&args.data), name(&args.normal), name(&args.strange));
    let split = args.chosen.split.map(|split| if split == Split::Test { " --split test" } else { " --split train" });
    let split = split.unwrap_or_default();
    let holdout = if args.chosen.holdout > 0 { format!(" --holdout {}", args.chosen.holdout) } else { String::new() };
    let masks = args.masks.as_ref().map(|_| " --masks MASKS").unwrap_or_default();
    let encoder = args.encoder.as_ref().map(|_| " --encoder ENCODER").unwrap_or_default();
    let prefix = args.prefix.as_ref().map(|prefix| format!(" --prefix {prefix}")).unwrap_or_default();
    format!(
        "forger eval defects --model MODEL{encoder} --data {data} --normal {normal}{split}{holdout} --count {} --strange {strange}{masks} --patches {} \
         --methods {methods} --learned {} {}{prefix} --json",
        args.chosen.count,
        args.chosen.patches.unwrap_or_default(),
        args.learned,
        args.detect.flags()
    )
}
