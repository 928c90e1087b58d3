//! `forger eval refine`: what refined pictures are worth, and whether their labels still hold.

mod sheet;

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{
    Images as _,
    weights::{Model, Translator},
};
use forger_protocol::SimganConfig;
use forger_simulators::{Labels, Sample, Simulator};
use serde_json::json;

use crate::{
    data::{self, DataArgs, Split, simulated::Simulated},
    measures::{
        estimator::{accuracy, chosen, gap_closed, spread, taught},
        pupil,
        realism::{self, Parts},
        refined::Set,
    },
    models,
    progress::Task,
    ui,
};

/// Seeds of the simulator of pictures that no model has learned from, one for each use.
const LEARNED: u32 = 1001;
const ASKED: u32 = 2001;
/// Pictures that labels and realism are measured on.
const ASKED_COUNT: usize = 1000;
/// Side of the patches of a judge that sees about all of a picture.
const WIDE: usize = 34;
/// And of one that sees textures, by which models compare whose own discriminators see more.
const NARROW: usize = 16;
/// Digits.
const CLASSES: usize = 10;

#[derive(Args)]
pub struct EvalRefineArgs {
    /// A model file, or the folder of a run, of SimGAN
    #[arg(long)]
    pub model: PathBuf,
    /// Real pictures. Of a set without a test part, --holdout says how many of the last are kept to be asked of, of each folder its
    /// share; digits need their labels
    #[command(flatten)]
    pub data: DataArgs,
    /// Pictures of each kind that a classifier learns from, and a judge
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(20..=100_000))]
    pub count: u32,
    /// Classifiers of digits of each kind, whose mean and spread are told
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub seeds: u32,
    /// What the names of figures begin with
    #[arg(long)]
    pub prefix: Option<String>,
    /// Writes a sheet of the first twelve: synthetic, refined, what has changed, and real ones
    #[arg(long)]
    pub sheet: Option<PathBuf>,
    /// Further models whose refined pictures are on the sheet, such as those of other lambdas
    #[arg(long, value_name = "MODEL", num_args = 1.., requires = "sheet")]
    pub beside: Vec<PathBuf>,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// What was measured, by its name.
type Figures = BTreeMap<&'static str, f64>;

/// Pictures of a simulator and what a model makes of them.
struct Both {
    samples: Vec<Sample>,
    synthetic: Set,
    refined: Set,
}

impl Both {
    fn new(model: &Translator, simulator: Simulator, seed: u32, count: usize, task: &Task) -> Result<Self> {
        let samples = Simulated { simulator, seed, count }.samples();
        let synthetic = Set::of(&samples, simulator.size());
        let refined = synthetic.refined(model, &|some| task.done(some as u64))?;
        Ok(Self { samples, synthetic, refined })
    }

    /// The classes of digits.
    fn classes(&self) -> Vec<usize> {
        let class = |sample: &Sample| match sample.labels {
            Labels::Digit { class } => usize::from(class),
            Labels::Eye { .. } => 0,
        };
        self.samples.iter().map(class).collect()
    }
}

/// Real pictures: to learn from, and to be asked of.
struct Real {
    learned: data::Pictures,
    asked: data::Pictures,
    args: [DataArgs; 2],
}

impl Real {
    /// The classes of digits, of both parts.
    fn digits(&self) -> Result<[Vec<usize>; 2]> {
        let of = |args, pictures| {
            let found = data::classes(args, pictures)?.into_iter();
            let number = |name: String| name.parse().ok().filter(|class| *class < CLASSES);
            found.map(|name| number(name).context("labels 0 to 9 are needed")).collect::<Result<Vec<_>>>()
        };
        Ok([of(&self.args[0], &self.learned)?, of(&self.args[1], &self.asked)?])
    }
}

/// Measures what there is to measure of the simulator that the model has learned with.
pub fn refine(args: &EvalRefineArgs) -> Result<()> {
    crate::sheet::check(args.sheet.as_deref())?;
    let model = models::open::<Translator>(&args.model, &Device::flex())?;
    let simulator = simulator(&model).with_context(|| args.model.display().to_string())?;
    let others = sheet::beside(&args.beside, simulator)?;
    let (height, width) = simulator.size();
    let part = |split| {
        let part = DataArgs { split, ..args.data.clone() };
        Ok::<_, anyhow::Error>((data::load_sized(&part, [1, height, width])?, part))
    };
    let ((learned, first), (asked, second)) = (part(Split::Train)?, part(Split::Test)?);
    let real = Real { learned, asked, args: [first, second] };
    // Before the time is spent on what needs none.
    let digits = (simulator == Simulator::Digits).then(|| real.digits()).transpose()?;
    let count = args.count as usize;
    let task = Task::new((count + ASKED_COUNT) as u64, "refining", &simulator.to_string());
    let learned = Both::new(&model, simulator, LEARNED, count, &task)?;
    let asked = Both::new(&model, simulator, ASKED, ASKED_COUNT, &task)?;
    task.finish();
    let mut figures = Figures::from([("changed", asked.synthetic.distance(&asked.refined))]);
    figures.extend(realism(patch(&model)?, &real, &learned, &asked)?);
    figures.extend(match &digits {
        None => pupils(&asked)?,
        Some(digits) => classes(args, &real, digits, &learned, &asked)?,
    });
    for (name, value) in &figures {
        ui::result(format_args!("{name:<20} {value:.4}"));
    }
    if args.json {
        let prefix = args.prefix.as_ref().map(|prefix| format!("{prefix}_")).unwrap_or_default();
        let named = figures.iter().map(|(name, value)| (format!("{prefix}{name}"), json!(value)));
        let mut line = named.collect::<serde_json::Map<_, _>>();
        let prefix = args.prefix.as_ref().map(|prefix| format!(" --prefix {prefix}")).unwrap_or_default();
        let (data, seeds) = (args.data.flags(&real.learned.name), args.seeds);
        let command =
            format!("forger eval refine --model MODEL --data {data} --count {count} --seeds {seeds}{prefix} --json");
        line.insert("command".into(), command.into());
        ui::result(json!(line));
    }
    sheet::draw(args.sheet.as_deref(), &asked, &others, &real.asked)
}

/// The simulator whose pictures have the size that the model learned from.
fn simulator(model: &Model<Translator>) -> Result<Simulator> {
    let config = model.card.system.settings::<SimganConfig>()?;
    let size = (config.image_height, config.image_width);
    let found = Simulator::ALL.into_iter().find(|simulator| simulator.size() == size && config.channels == 1);
    found.with_context(|| {
        format!("no simulator draws pictures of {} x {}, {} channels", size.1, size.0, config.channels)
    })
}

/// Side of the patches that the model's discriminator judges.
fn patch(model: &Model<Translator>) -> Result<usize> {
    Ok(model.card.system.settings::<SimganConfig>()?.patch)
}

/// What fresh judges find out, of synthetic and of refined pictures: one that sees as much as the model's discriminator, one that
/// sees patches of 34 pixels, about all of a picture, and, where the first sees more, one that sees patches of 16.
fn realism(patch: usize, real: &Real, learned: &Both, asked: &Both) -> Result<Figures> {
    ui::note("realism: fresh judges learn to tell synthetic, then refined pictures from real ones");
    let places = chosen(real.learned.len(), learned.samples.len(), 1);
    let held_out = chosen(real.asked.len(), ASKED_COUNT, 1);
    let (first, second) = (Set::some(&real.learned, &places), Set::some(&real.asked, &held_out));
    let real = Parts { learned: &first, asked: &second };
    let of = |patch, learned, asked| realism::accuracy(realism::judge(patch), &real, &Parts { learned, asked }, 1);
    let both = |patch| {
        let synthetic = of(patch, &learned.synthetic, &asked.synthetic)?;
        Ok::<_, anyhow::Error>((synthetic, of(patch, &learned.refined, &asked.refined)?))
    };
    let own = both(patch)?;
    let wide = if patch == WIDE { own } else { both(WIDE)? };
    let mut figures = Figures::from([
        ("realism_synthetic", own.0),
        ("realism_refined", own.1),
        ("realism_wide_synthetic", wide.0),
        ("realism_wide_refined", wide.1),
    ]);
    if patch > NARROW {
        let narrow = both(NARROW)?;
        figures.extend([("realism_narrow_synthetic", narrow.0), ("realism_narrow_refined", narrow.1)]);
    }
    Ok(figures)
}

/// How far pupils move, of eyes that show one.
fn pupils(asked: &Both) -> Result<Figures> {
    let width = asked.synthetic.size[1];
    let all = asked.samples.iter().zip(asked.synthetic.iter().zip(asked.refined.iter()));
    let moved = all.filter_map(|(sample, (before, after))| match sample.labels {
        Labels::Eye { pupil, openness, .. } if openness >= pupil::OPEN => {
            pupil::moved(before, after, width, pupil).map(f64::from)
        }
        _ => None,
    });
    let moved = moved.collect::<Vec<_>>();
    if moved.is_empty() {
        bail!("no eye shows a pupil");
    }
    let (mean, deviation) = spread(&moved);
    let near = moved.iter().filter(|moved| **moved <= 1.5).count() as f64 / moved.len() as f64;
    Ok(Figures::from([("pupil_moved", mean), ("pupil_moved_spread", deviation), ("pupil_within_1_5", near)]))
}

/// Classifiers of digits that learn from each kind of pictures and are asked of real ones.
fn classes(
    args: &EvalRefineArgs,
    real: &Real,
    [real_classes, asked_classes]: &[Vec<usize>; 2],
    learned: &Both,
    asked: &Both,
) -> Result<Figures> {
    let names = (0..CLASSES).map(|class| class.to_string()).collect::<Vec<_>>();
    let test = Set::some(&real.asked, &(0..real.asked.len()).collect::<Vec<_>>());
    let drawn = learned.classes();
    let task = Task::new(u64::from(3 * args.seeds), "classifiers", "of synthetic, refined and real digits");
    let mut found: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for seed in 1..=args.seeds {
        let mut tell = |name, value| found.entry(name).or_default().push(value);
        let synthetic = taught(&learned.synthetic, &drawn, &names, seed)?;
        tell("synthetic", accuracy(&synthetic, &test, asked_classes)?);
        tell("class_kept", accuracy(&synthetic, &asked.refined, &asked.classes())?);
        tell("class_of_synthetic", accuracy(&synthetic, &asked.synthetic, &asked.classes())?);
        task.done(1);
        let refined = taught(&learned.refined, &drawn, &names, seed)?;
        tell("refined", accuracy(&refined, &test, asked_classes)?);
        task.done(1);
        let places = chosen(real.learned.len(), learned.samples.len(), seed);
        let classes = places.iter().map(|place| real_classes[*place]).collect::<Vec<_>>();
        let ceiling = taught(&Set::some(&real.learned, &places), &classes, &names, seed)?;
        tell("real", accuracy(&ceiling, &test, asked_classes)?);
        task.done(1);
    }
    task.finish();
    let mut figures = Figures::new();
    for (name, spread_name) in [
        ("synthetic", "synthetic_spread"),
        ("refined", "refined_spread"),
        ("real", "real_spread"),
        ("class_kept", "class_kept_spread"),
        ("class_of_synthetic", "class_of_synthetic_spread"),
    ] {
        let (mean, deviation) = spread(found.get(name).map(Vec::as_slice).unwrap_or_default());
        figures.extend([(name, mean), (spread_name, deviation)]);
    }
    let gap = gap_closed(figures["synthetic"], figures["refined"], figures["real"]);
    figures.extend(gap.map(|gap| ("gap_closed", gap)));
    Ok(figures)
}
