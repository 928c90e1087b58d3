//! `forger eval translate`: how near a model that translates pictures comes to the truth, or back to where it began.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use clap::Args;
use forger_core::{
    data::photos::Photo,
    metrics::image::WINDOW,
    weights::{Model, Translator},
};
use forger_protocol::{Pix2pixConfig, Way};
use serde_json::{Value, json};

use crate::{
    data::{
        Pictures, Split,
        pairs::{self, Direction, Shortest, Sides},
        sets::{SetFlags, Sets},
    },
    device::DeviceArgs,
    measures::{
        patches,
        seen::Seen,
        translation::{self, Near},
    },
    models,
    progress::Task,
    report::table::{Cell, Table},
    sheet, ui,
};

/// Rows of a sheet.
const ROWS: usize = 12;

#[derive(Args)]
pub struct EvalTranslateArgs {
    /// A model file, or the folder of a run, of pix2pix or CycleGAN
    #[arg(long)]
    pub model: PathBuf,
    /// Pairs to compare with: a folder or an archive with two folders, or pictures side by side; of a folder that holds several
    /// parts, those named test... or val
    #[arg(long, required_unless_present = "x")]
    pub test: Option<String>,
    #[command(flatten)]
    pub sides: Sides,
    /// Pictures of the first domain, as `forger train cyclegan` takes them: for the way there, and back where the model knows it
    #[arg(long, requires = "y", conflicts_with = "test")]
    pub x: Option<String>,
    /// Pictures of the second domain
    #[arg(long, requires = "x")]
    pub y: Option<String>,
    #[command(flatten)]
    pub flags: SetFlags,
    /// Side of the pictures that are compared, in pixels, where it is not the one that the model learned: a ResNet takes any
    #[arg(long, value_parser = clap::value_parser!(u64).range(WINDOW as u64..=1024))]
    pub image_size: Option<u64>,
    /// Only so many pictures of each set
    #[arg(long)]
    pub count: Option<usize>,
    /// A classifier (`forger train classifier`), in whose features results are compared with real pictures
    #[arg(long)]
    pub classifier: Option<PathBuf>,
    /// The attribute that results should have, as the classifier calls it: the share that has it is measured, too
    #[arg(long, requires = "classifier")]
    pub class: Option<String>,
    /// Measure how often results have the attributes of the pictures of --x, of those that the classifier knows, too; what these
    /// are is read of attributes.csv in or beside --x
    #[arg(long, requires_all = ["classifier", "x"])]
    pub attributes: bool,
    /// What the names of figures begin with: facades_l1 for facades
    #[arg(long)]
    pub prefix: Option<String>,
    /// Writes a sheet of the first twelve: input, result, truth; or there and back
    #[arg(long)]
    pub sheet: Option<PathBuf>,
    #[command(flatten)]
    pub device: DeviceArgs,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// What was measured, by its name.
type Figures = BTreeMap<String, f64>;

struct Measured {
    figures: Figures,
    /// What it was measured on, as flags.
    data: String,
    /// Of a sheet.
    rows: Vec<Vec<Photo>>,
}

/// Measures what was named.
pub fn translate(args: &EvalTranslateArgs) -> Result<()> {
    sheet::check(args.sheet.as_deref())?;
    let model = models::open::<Translator>(&args.model, &args.device.open_single()?)?;
    let seen = args.classifier.as_ref().map(|path| Seen::open(path, args.class.as_deref())).transpose()?;
    let Measured { figures, data, rows } = match (&args.test, &args.x, &args.y) {
        (Some(test), ..) => of_pairs(args, &model, test, seen.as_ref())?,
        (None, Some(x), Some(y)) => {
            let sets = Sets { x: x.clone(), y: y.clone(), flags: args.flags.clone() };
            of_sets(args, &model, &sets, seen.as_ref())?
        }
        _ => bail!("name pairs with --test, or two sets with --x and --y"),
    };
    if args.json {
        let prefix = args.prefix.as_ref().map(|prefix| format!("{prefix}_")).unwrap_or_default();
        let named = figures.iter().map(|(name, value)| (format!("{prefix}{name}"), json!(value)));
        let mut line = named.collect::<serde_json::Map<String, Value>>();
        let option = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!(" --{name} {value}")).unwrap_or_default()
        };
        let count = args.count.map(|count| count.to_string());
        let classifier = args.classifier.as_ref().map(|_| "CLASSIFIER".to_owned());
        let size = args.image_size.map(|side| side.to_string());
        let more = option("image-size", &size)
            + &option("count", &count)
            + &option("classifier", &classifier)
            + &option("class", &args.class)
            + if args.attributes { " --attributes" } else { "" };
        let prefix = option("prefix", &args.prefix);
        line.insert(
            "command".into(),
            format!("forger eval translate --model MODEL {data}{more}{prefix} --json").into(),
        );
        ui::result(json!(line));
    }
    draw(args.sheet.as_deref(), &rows, side(args, &model))
}

/// Side of the pictures that are compared.
fn side(args: &EvalTranslateArgs, model: &Translator) -> usize {
    args.image_size.map_or(model.image_size(), |side| side as usize)
}

/// How near results come to the second pictures of pairs, each way that the model knows.
fn of_pairs(args: &EvalTranslateArgs, model: &Model<Translator>, test: &str, seen: Option<&Seen>) -> Result<Measured> {
    let side = side(args, model);
    let mut found = pairs::load(test, Split::Test, &args.sides, &model.card.domains, Shortest::Exactly(side))?;
    // What a run has learned the other way round is measured so, where nothing says what the pictures are.
    let reversed = model.card.system.settings::<Pix2pixConfig>().is_ok_and(|config| config.reversed);
    let turned = args.sides.direction.map_or(reversed, |direction| direction == Direction::BToA);
    if turned && !found.named {
        found.turn();
    }
    found.pairs.truncate(args.count.unwrap_or(usize::MAX));
    let pairs = found.pairs;
    let ways = [Way::Forward, Way::Backward].into_iter().filter(|way| model.knows(*way)).collect::<Vec<_>>();
    let task = Task::new((pairs.len() * ways.len()) as u64, "translating", test);
    let (mut figures, mut table) = (Figures::new(), Table::new(&["", "L1", "PSNR", "SSIM", "accuracy", "patches"]));
    let mut rows = Vec::new();
    for way in ways {
        let pairs = match way {
            Way::Forward => pairs.clone(),
            Way::Backward => pairs.iter().cloned().map(|[x, y]| [y, x]).collect(),
        };
        let inputs = pairs.iter().map(|[input, _]| input).collect::<Vec<_>>();
        let truths = pairs.iter().map(|[_, truth]| truth).collect::<Vec<_>>();
        let made = translation::translate(model, way, &inputs, &|count| task.done(count as u64))?;
        // A picture that is the same whatever is asked for.
        let mean = translation::mean(&truths)?;
        let constant = truths.iter().map(|truth| mean.resized(truth.height, truth.width)).collect::<Vec<_>>();
        let before = if way == Way::Forward { "" } else { "back_" };
        for (name, results) in [("", &made), ("constant_", &constant)] {
            let near = translation::near(&pairs, results);
            let swd = patches::distance(&truths, &results.iter().collect::<Vec<_>>());
            let name = format!("{before}{name}");
            row(&mut table, &name, &near, swd);
            let Near { l1, psnr, ssim, accuracy } = near;
            let values = [("l1", l1), ("psnr", psnr), ("ssim", ssim), ("accuracy", accuracy)];
            figures.extend(values.map(|(key, value)| (format!("{name}{key}"), value)));
            figures.extend(swd.map(|value| (format!("{name}swd"), value)));
        }
        if let Some(seen) = seen {
            let made = made.iter().collect::<Vec<_>>();
            figures.insert(format!("{before}frechet_classifier"), seen.frechet(&truths, &made)?);
        }
        if way == Way::Forward {
            figures.extend(called(seen, &inputs, &made)?);
            rows = pairs.iter().cloned().zip(made).map(|([input, truth], made)| vec![input, made, truth]).collect();
        }
    }
    task.finish();
    ui::result(table.text());
    for (name, value) in figures.iter().filter(|(name, _)| name.ends_with("frechet_classifier")) {
        ui::result(format_args!("{name} {value:.3}"));
    }
    Ok(Measured { figures, data: format!("--test {}{}", found.name, args.sides.flags()), rows })
}

fn row(table: &mut Table, name: &str, near: &Near, swd: Option<f64>) {
    let what = match name.trim_end_matches('_') {
        "" => "the model".to_owned(),
        "constant" => "the mean picture".to_owned(),
        "back" => "the model, back".to_owned(),
        _ => "the mean picture, back".to_owned(),
    };
    let Near { l1, psnr, ssim, accuracy } = near;
    let swd = swd.map(|value| format!("{value:.1}")).unwrap_or_default();
    let figures = [format!("{l1:.4}"), format!("{psnr:.2}"), format!("{ssim:.3}"), format!("{accuracy:.3}"), swd];
    table.rows.push(std::iter::once(what).chain(figures).map(Cell::new).collect());
}

/// There and back, of both domains; there alone, of a model that knows no way back.
fn of_sets(args: &EvalTranslateArgs, model: &Model<Translator>, sets: &Sets, seen: Option<&Seen>) -> Result<Measured> {
    let (side, returns) = (side(args, model), model.knows(Way::Backward));
    let [x, y] = sets.load(Split::Test, side)?;
    let labels = if args.attributes { Some(sets.labels(Split::Test, &x)?) } else { None };
    let data = sets.flags([&x.name, &y.name]);
    let most = args.count.unwrap_or(usize::MAX);
    let photos = [x, y].map(Pictures::into_photos).map(|photos| Vec::from_iter(photos.into_iter().take(most)));
    let all = if returns { 2 * photos.iter().map(Vec::len).sum::<usize>() } else { photos[0].len() };
    let task = Task::new(all as u64, "translating", if returns { "there and back" } else { "there" });
    let told = |count: usize| task.done(count as u64);
    let mut figures = Figures::new();
    let mut rows = vec![Vec::new(); ROWS];
    let mut made = Vec::new();
    let ways = [(Way::Forward, Way::Backward, &photos[0], ""), (Way::Backward, Way::Forward, &photos[1], "_back")];
    for (way, other, photos, end) in ways.into_iter().take(if returns { 2 } else { 1 }) {
        let begun = photos.iter().collect::<Vec<_>>();
        let there = translation::translate(model, way, &begun, &told)?;
        let middle = there.iter().collect::<Vec<_>>();
        let back = returns.then(|| translation::translate(model, other, &middle, &told)).transpose()?;
        let mean = |results: &[Photo]| {
            let all = photos.iter().zip(results).map(|(photo, made)| translation::distance(photo, made));
            all.sum::<f64>() / photos.len().max(1) as f64
        };
        figures.insert(format!("changed_l1{end}"), mean(&there));
        figures.extend(back.as_deref().map(|back| (format!("cycle_l1{end}"), mean(back))));
        for (index, row) in rows.iter_mut().enumerate() {
            let shown = [photos.get(index), there.get(index), back.as_ref().and_then(|back| back.get(index))];
            row.extend(shown.into_iter().flatten().cloned());
        }
        if way == Way::Forward {
            figures.extend(called(seen, &begun, &there)?);
            if let (Some(seen), Some(labels)) = (seen, &labels) {
                figures.extend(seen.kept(&middle, labels)?);
            }
        }
        made.push(there);
    }
    task.finish();
    // What was made of x lies beside y.
    for (name, real, made) in [("swd", &photos[1], made.first()), ("swd_back", &photos[0], made.get(1))] {
        let Some(made) = made else { continue };
        let swd = patches::distance(&Vec::from_iter(real), &Vec::from_iter(made));
        figures.extend(swd.map(|value| (name.to_owned(), value)));
        if let Some(seen) = seen {
            let end = name.trim_start_matches("swd");
            let distance = seen.frechet(&Vec::from_iter(real), &Vec::from_iter(made))?;
            figures.insert(format!("frechet_classifier{end}"), distance);
        }
    }
    for (name, value) in &figures {
        ui::result(format_args!("{name:<20} {value:.4}"));
    }
    rows.retain(|row| row.len() == if returns { 6 } else { 2 });
    Ok(Measured { figures, data, rows })
}

/// The share of the results that a classifier finds to be of the class, and of what they were made of.
fn called(seen: Option<&Seen>, inputs: &[&Photo], made: &[Photo]) -> Result<Figures> {
    let Some(seen) = seen else { return Ok(Figures::new()) };
    let (before, after) = (seen.share(inputs)?, seen.share(&made.iter().collect::<Vec<_>>())?);
    let before = before.map(|(name, share)| (format!("{name}_before"), share));
    Ok(before.into_iter().chain(after).collect())
}

/// A row each of the middles of some pictures.
fn draw(path: Option<&Path>, rows: &[Vec<Photo>], side: usize) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let middle = |photo: &Photo| photo.cut((photo.height - side) / 2, (photo.width - side) / 2, side, side).pixels;
    let pictures = rows.iter().take(ROWS).flatten().flat_map(middle).collect::<Vec<_>>();
    sheet::write_rows(path, &pictures, [3, side, side], rows.first().map_or(1, Vec::len))
}
