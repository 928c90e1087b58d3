//! What was measured of each class, kept and told.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::EvalDetectArgs;
use crate::{
    measures::detection::Method,
    report::table::{Cell, Table},
    ui,
};

/// The results of a class.
#[derive(Default, Serialize, Deserialize)]
pub struct Found {
    /// What was measured, and how: other settings are measured anew.
    pub settings: String,
    pub seconds: f64,
    /// By method.
    pub figures: BTreeMap<String, Areas>,
    /// Of those that search, the area under the ROC curve after each step.
    #[serde(default)]
    pub steps: BTreeMap<String, Vec<f64>>,
    /// Time at work for a picture, in milliseconds.
    #[serde(default)]
    pub milliseconds: BTreeMap<String, f64>,
}

/// The strange are those of other classes.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Areas {
    pub auroc: f64,
    pub aupr: f64,
}

/// The results of before, if they are of the same.
pub fn kept(file: &Path, settings: &str) -> Option<Found> {
    let found: Found = serde_json::from_str(&fs::read_to_string(file).ok()?).ok()?;
    (found.settings == settings).then_some(found)
}

/// A table, a row a class, and the line of figures: means over classes.
pub fn tell(args: &EvalDetectArgs, methods: &[Method], results: &[(String, Found)]) -> Result<()> {
    let of = |found: &Found, method: &Method| found.figures.get(method.key()).copied();
    let mean = |method: &Method, value: fn(&Areas) -> f64| {
        results.iter().filter_map(|(_, found)| of(found, method)).map(|areas| value(&areas)).sum::<f64>()
            / results.len().max(1) as f64
    };
    let mut table = Table::new(&["AUROC"]);
    table.head.extend(methods.iter().map(|method| method.key().to_owned()));
    let mut row = |name: &str, values: &dyn Fn(&Method) -> f64| {
        let best = methods.iter().map(values).fold(0.0, f64::max);
        let cells =
            methods.iter().map(|method| Cell { text: format!("{:.4}", values(method)), best: values(method) == best });
        table.rows.push([Cell::new(name)].into_iter().chain(cells).collect());
    };
    for (class, found) in results {
        row(class, &|method| of(found, method).map_or(0.0, |areas| areas.auroc));
    }
    row("mean", &|method| mean(method, |areas| areas.auroc));
    ui::result(table.text());
    let each = methods.iter().filter_map(|method| {
        let times = results.iter().filter_map(|(_, found)| found.milliseconds.get(method.key()));
        let (sum, count) = times.fold((0.0, 0), |(sum, count), time| (sum + time, count + 1));
        (count > 0).then(|| format!("{} {:.1} ms", method.key(), sum / f64::from(count)))
    });
    ui::note(format_args!("time for a picture: {}", each.collect::<Vec<_>>().join(", ")));
    if args.json {
        let prefix = args.prefix.as_ref().map(|prefix| format!("{prefix}_")).unwrap_or_default();
        let mut line = serde_json::Map::<String, Value>::new();
        for method in methods {
            line.insert(format!("{prefix}{}", method.key()), json!(mean(method, |areas| areas.auroc)));
            line.insert(format!("{prefix}{}_aupr", method.key()), json!(mean(method, |areas| areas.aupr)));
        }
        line.insert("command".into(), json!(command(args, methods)));
        ui::result(json!(line));
    }
    Ok(())
}

fn command(args: &EvalDetectArgs, methods: &[Method]) -> String {
    let option =
        |name: &str, value: Option<String>| value.map(|value| format!(" --{name} {value}")).unwrap_or_default();
    let methods = methods.iter().map(|method| method.flag()).collect::<Vec<_>>().join(",");
    let name = |path: &str| Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let classes = (!args.classes.is_empty()).then(|| args.classes.join(","));
    let data = args.data.flags(&name(&args.data.data));
    let more = option("test", args.test.as_deref().map(name)) + &option("classes", classes);
    let (count, flags, prefix) = (args.count, args.detect.flags(), option("prefix", args.prefix.clone()));
    format!(
        "forger eval detect --data {data}{more} --runs RUNS --count {count} --methods {methods} {flags}{prefix} --out OUT --json"
    )
}
