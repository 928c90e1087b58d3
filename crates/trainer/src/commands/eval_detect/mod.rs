//! `forger eval detect`: how well models of one class each tell pictures of that class from all others.

mod results;
mod steps;
mod training;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum as _};
use forger_core::{
    Images,
    metrics::roc::{aupr, auroc},
    weights::{Drawer, Model},
};
use forger_protocol::{Random, Stream};
use serde_json::json;

use self::results::{Areas, Found, kept, tell};
use super::detect::normal;
use crate::{
    data::{self, DataArgs, Pictures, Split},
    device::{self, DeviceArgs},
    measures::detection::{self, DetectArgs, Method, Scored},
    models,
    progress::Task,
    run::{Run, write_whole},
    ui,
};

#[derive(Args)]
pub struct EvalDetectArgs {
    /// A labelled set: IDX files with their labels, or pictures in a folder for each class. Models learned from its training part
    #[command(flatten)]
    pub data: DataArgs,
    /// What to judge, where it is not the test part of --data: pictures in folders of the same names
    #[arg(long)]
    pub test: Option<String>,
    /// A folder of runs, one for each class, called as the class (`forger train dcgan --normal CLASS --out RUNS/CLASS`)
    #[arg(long)]
    pub runs: PathBuf,
    /// Train the runs first that are missing or not at their end
    #[arg(long)]
    pub train: bool,
    /// The recipe of --train
    #[arg(long, requires = "train")]
    pub recipe: Option<String>,
    /// A setting of the recipe of --train, as `forger train dcgan --set` has it; may be given several times
    #[arg(long, value_name = "KEY=VALUE", num_args = 1, requires = "train")]
    pub set: Vec<String>,
    /// Epochs of --train
    #[arg(long, requires = "train")]
    pub epochs: Option<u64>,
    /// Steps of the encoders of --train
    #[arg(long, requires = "train", default_value_t = 2000)]
    pub encoder_steps: u64,
    /// Classes that are normal one after the other: all of the set if none are named
    #[arg(long, value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Pictures of each class that are judged, the same for every model
    #[arg(long, default_value_t = 200)]
    pub count: usize,
    /// Ways to judge: all if none are named
    #[arg(long, value_enum, value_delimiter = ',')]
    pub methods: Vec<Method>,
    #[command(flatten)]
    pub detect: DetectArgs,
    /// Folder for the results of each class: one that is finished is not measured again
    #[arg(long)]
    pub out: PathBuf,
    /// What the names of figures begin with: mnist_adgan for mnist
    #[arg(long)]
    pub prefix: Option<String>,
    #[command(flatten)]
    pub device: DeviceArgs,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// Pictures that are judged, and the class of each.
struct Judged {
    pixels: Vec<f32>,
    classes: Vec<String>,
    name: String,
}

/// One class after the other.
pub fn detect(args: &EvalDetectArgs) -> Result<()> {
    let methods = if args.methods.is_empty() { Method::value_variants().to_vec() } else { args.methods.clone() };
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make folder {}", args.out.display()))?;
    args.device.check_single()?;
    let learned = if args.train || args.classes.is_empty() { data::class_counts(&args.data)? } else { BTreeMap::new() };
    let classes = if args.classes.is_empty() { learned.keys().cloned().collect() } else { args.classes.clone() };
    for settings in methods.iter().filter_map(|method| args.detect.search(*method)) {
        normal::check(&settings)?;
    }
    if args.train {
        check_judged(args, &classes)?;
        // Of parts there are more than pictures; what is no class training says.
        for (class, count) in learned.iter().filter(|(class, _)| args.data.patches.is_none() && classes.contains(class))
        {
            detection::check(&methods, *count, &args.detect).with_context(|| format!("class {class}"))?;
        }
    }
    let mut sets = Sets::default();
    let mut results = Vec::new();
    for (done, class) in classes.iter().enumerate() {
        ui::note(format_args!("class {class}, {} of {}", done + 1, classes.len()));
        if args.train {
            training::train(args, &methods, class, &args.runs.join(class))?;
        }
        // Training guards itself.
        let found = device::guard(|| of_class(args, &methods, class, &mut sets))?;
        results.push((class.clone(), found));
    }
    steps::write(&args.out, &methods, &results)?;
    tell(args, &methods, &results)
}

/// What is read once for all models of a shape.
#[derive(Default)]
struct Sets {
    shape: (usize, usize),
    judged: Option<Judged>,
    learned: Option<Labelled>,
}

/// The results of a class: those that are there, or new ones.
fn of_class(args: &EvalDetectArgs, methods: &[Method], class: &str, sets: &mut Sets) -> Result<Found> {
    let run = args.runs.join(class);
    let mut model = models::open::<Drawer>(&run, &args.device.open_single()?)
        .with_context(|| format!("no model of class {class}: train it with --train, or `forger train dcgan`"))?;
    if methods.contains(&Method::Encoder) {
        models::add_encoder(&mut model, &training::encoder_of(&run)).with_context(|| {
            format!(
                "no encoder of class {class}: train it with --train, or `forger train encoder`; or name other --methods"
            )
        })?;
    }
    // A run that is still at work has a model, too.
    ui::note(format_args!("class {class}: model of step {}", model.card.steps));
    let shape = (model.config.channels, model.config.image_size);
    if sets.shape != shape {
        *sets = Sets { shape, ..Sets::default() };
    }
    let judged = match sets.judged.take() {
        Some(judged) => judged,
        None => chosen(args, shape)?,
    };
    let judged = sets.judged.insert(judged);
    let settings = settings(args, methods, &judged.name, (&run, &model));
    let file = args.out.join(format!("{class}.json"));
    if let Some(found) = kept(&file, &settings) {
        return Ok(found);
    }
    let (pictures, labels) = match sets.learned.take() {
        Some(learned) => learned,
        None => labelled(&args.data, shape)?,
    };
    let normal = normal(&pictures, &labels, class);
    sets.learned = Some((pictures, labels));
    let found = measure(args, methods, (class, settings), &model, &normal, judged)?;
    write_whole(&file, serde_json::to_string_pretty(&found)?.as_bytes())?;
    Ok(found)
}

type Labelled = (Pictures, Vec<String>);

fn labelled(args: &DataArgs, (channels, side): (usize, usize)) -> Result<Labelled> {
    let pictures = data::load(args, channels, side)?;
    let classes = data::classes(args, &pictures)?;
    Ok((pictures, classes))
}

/// What is judged.
fn test(args: &EvalDetectArgs) -> DataArgs {
    match &args.test {
        // All that it is.
        Some(test) => DataArgs { data: test.clone(), holdout: 0, split: Split::Train, ..args.data.clone() },
        None => DataArgs { split: Split::Test, ..args.data.clone() },
    }
}

/// Refuses what could not be judged, before models are trained for it.
fn check_judged(args: &EvalDetectArgs, classes: &[String]) -> Result<()> {
    let there = data::class_counts(&DataArgs { patches: None, ..test(args) }).context("nothing to judge")?;
    match classes.iter().find(|class| !there.contains_key(*class)) {
        Some(class) => {
            bail!(
                "there is no picture of class {class} to judge: there are {}",
                Vec::from_iter(there.into_keys()).join(", ")
            )
        }
        None => Ok(()),
    }
}

/// So many pictures of each class of the test part, by chance.
fn chosen(args: &EvalDetectArgs, shape: (usize, usize)) -> Result<Judged> {
    let (pictures, labels) = labelled(&test(args), shape)?;
    let mut order = (0..pictures.len()).collect::<Vec<_>>();
    Random::new(args.detect.seed(), Stream::Metrics).shuffle(&mut order);
    let mut taken = BTreeMap::<&str, usize>::new();
    order.retain(|index| {
        let taken = taken.entry(&labels[*index]).or_default();
        *taken += 1;
        *taken <= args.count
    });
    order.sort_unstable();
    let classes = order.iter().map(|index| labels[*index].clone()).collect();
    Ok(Judged { pixels: pixels(&pictures, &order), classes, name: pictures.name })
}

fn pixels(pictures: &Pictures, which: &[usize]) -> Vec<f32> {
    let size = pictures.shape().iter().product::<usize>();
    let mut values = vec![0.0; which.len() * size];
    which.iter().zip(values.chunks_exact_mut(size)).for_each(|(index, out)| pictures.write(*index, out));
    values
}

/// The pictures of a class that its model learned from.
fn normal(pictures: &Pictures, labels: &[String], class: &str) -> Vec<f32> {
    let of = |index: &usize| labels[*index] == class;
    pixels(pictures, &(0..pictures.len()).filter(of).collect::<Vec<_>>())
}

/// All that the figures depend on.
fn settings(args: &EvalDetectArgs, methods: &[Method], judged: &str, (run, model): (&Path, &Model<Drawer>)) -> String {
    // Sets may share a name, and models an encoder that has learned more since.
    let test = args.test.as_ref().map(|test| format!(" of {test}")).unwrap_or_default();
    let encoder = model.card.encoder.as_ref().map(|config| {
        let steps = Run::open(&training::encoder_of(run)).ok().and_then(|run| run.newest_step()).unwrap_or_default();
        format!(", encoder of step {steps} of {}", json!(config))
    });
    let encoder = encoder.filter(|_| methods.contains(&Method::Encoder)).unwrap_or_default();
    let methods = methods.iter().map(|method| method.flag()).collect::<Vec<_>>().join(",");
    let (config, steps) = (&model.card.system.config, model.card.steps);
    let data = args.data.flags(&args.data.data);
    // Results of before say nothing of it: of those the end of the whole set was kept back, whatever folders that was in.
    let shares = if data::keeps_shares(&args.data) { ", of each folder its share" } else { "" };
    format!(
        "--data {data}{shares}, judged {judged}{test}, --count {} --methods {methods} {}, step {steps} of {config}{encoder}",
        args.count,
        args.detect.flags()
    )
}

fn measure(
    args: &EvalDetectArgs,
    methods: &[Method],
    (class, settings): (&str, String),
    model: &Drawer,
    normal: &[f32],
    judged: &Judged,
) -> Result<Found> {
    detection::check(methods, normal.len() / detection::size(model), &args.detect)
        .with_context(|| format!("class {class}"))?;
    let is_normal = judged.classes.iter().map(|other| other == class).collect::<Vec<_>>();
    let started = now();
    let task = Task::new((methods.len() * is_normal.len()) as u64, "judging", &format!("class {class}"));
    let mut found = Found { settings, ..Found::default() };
    for method in methods {
        let told = |count: usize| task.done(count as u64);
        let begun = now();
        let Scored { scores, paths } = detection::scores(*method, model, normal, &judged.pixels, &args.detect, &told)?;
        let each = begun.elapsed().as_secs_f64() * 1000.0 / is_normal.len().max(1) as f64;
        found.milliseconds.insert(method.key().to_owned(), each);
        let of = |kind: bool| {
            let some = scores.iter().zip(&is_normal).filter(|(_, normal)| **normal == kind);
            some.map(|(score, _)| *score).collect::<Vec<_>>()
        };
        let (normal, strange) = (of(true), of(false));
        let of_class = || format!("class {class}");
        let (auroc, aupr) = (auroc(&normal, &strange), aupr(&normal, &strange));
        let areas = Areas { auroc: auroc.with_context(of_class)?, aupr: aupr.with_context(of_class)? };
        found.figures.insert(method.key().to_owned(), areas);
        found.steps.insert(method.key().to_owned(), steps::areas(&paths, &is_normal).with_context(of_class)?);
    }
    task.finish();
    found.seconds = started.elapsed().as_secs_f64();
    let said = found.figures.iter().map(|(name, areas)| format!("{name} {:.4}", areas.auroc)).collect::<Vec<_>>();
    ui::note(format_args!("class {class}: AUROC {} ({:.0} s)", said.join(", "), found.seconds));
    Ok(found)
}

#[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
fn now() -> Instant {
    Instant::now()
}
