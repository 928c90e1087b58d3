//! `forger eval latent`: does the sentence come true? Radford et al. 2016 (arXiv 1511.06434), section 6.3.2.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{
    classifier::Judge,
    weights::{self, Drawer, Model},
};
use forger_protocol::{Random, Stream, latent};
use serde_json::{Value, json};

use crate::{measures::classified::Classified, models, progress, sheet, ui};

/// Samples that are drawn and judged at a time.
const CHUNK: usize = 256;
/// Exemplars that are averaged for each term, as in the paper.
const EXEMPLARS: usize = 3;

/// The share of results of `mean(3 men with glasses) - mean(3 men) + mean(3 women)` that are women with glasses
#[derive(Args)]
pub struct LatentArgs {
    /// A model file or the folder of a run; may be given several times
    #[arg(long, required = true, num_args = 1)]
    pub model: Vec<PathBuf>,
    /// The classifier of each model, from `forger train classifier`, in the same order
    #[arg(long, required = true, num_args = 1)]
    pub classifier: Vec<PathBuf>,
    /// Seeded trials
    #[arg(long, default_value_t = 200)]
    pub trials: usize,
    /// Random samples to find exemplars among
    #[arg(long, default_value_t = 10_000)]
    pub samples: usize,
    /// Exemplars of a term are drawn from the samples that the classifier is so sure of, in each attribute
    #[arg(long, default_value_t = 0.99, value_name = "PROBABILITY")]
    pub sure: f32,
    /// Seed of samples and trials
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// Write a sheet of the first trials: exemplars of each term, and the result
    #[arg(long)]
    pub sheet: Option<PathBuf>,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// Measures every model.
pub fn latent(args: &LatentArgs) -> Result<()> {
    if args.model.len() != args.classifier.len() {
        bail!("give a --classifier for each --model, in the same order");
    }
    if !(0.5..=1.0).contains(&args.sure) {
        bail!("--sure is a probability from 0.5 to 1, not {}", args.sure);
    }
    sheet::check(args.sheet.as_deref())?;
    // All of them, before one is measured.
    let opened = args.model.iter().zip(&args.classifier).map(|(model, classifier)| {
        let drawer = models::open::<Drawer>(model, &Device::flex())?;
        let classified = Classified::open(classifier, &drawer.config)?;
        Ok((drawer, classified))
    });
    let opened = opened.collect::<Result<Vec<_>>>()?;
    let mut figures = BTreeMap::new();
    for (index, (drawer, classified)) in opened.iter().enumerate() {
        let of_card = Some(drawer.card.name.clone()).filter(|name| !name.is_empty());
        let name = of_card.unwrap_or_else(|| format!("model{}", index + 1));
        measure(args, &name, drawer, classified, &mut figures)?;
    }
    if args.json {
        let command = format!(
            "forger eval latent --model MODEL --classifier CLASSIFIER --trials {} --samples {} --sure {} --seed {} --json",
            args.trials, args.samples, args.sure, args.seed
        );
        figures.insert("command".into(), command.into());
        ui::result(json!(figures));
    }
    Ok(())
}

/// Probabilities of being a man and of wearing glasses, `[male, glasses]` for each picture.
struct Look {
    male: usize,
    glasses: usize,
}

impl Look {
    fn new(judge: &Judge) -> Result<Self> {
        let place = |name| {
            let names = judge.config.attributes.join(", ");
            judge.attribute(name).with_context(|| format!("the classifier knows no attribute {name}, but {names}"))
        };
        Ok(Self { male: place("Male")?, glasses: place("Eyeglasses")? })
    }

    fn judge(&self, classified: &Classified, pictures: &[f32]) -> Result<Vec<[f32; 2]>> {
        let (_, probabilities) = classified.see(pictures)?;
        let rows = probabilities.chunks_exact(classified.judge.config.attributes.len());
        Ok(rows.map(|row| [row[self.male], row[self.glasses]]).collect())
    }
}

fn is_woman_with_glasses([male, glasses]: [f32; 2]) -> bool {
    male < 0.5 && glasses >= 0.5
}

fn measure(
    args: &LatentArgs,
    name: &str,
    drawer: &Model<Drawer>,
    classified: &Classified,
    figures: &mut BTreeMap<String, Value>,
) -> Result<()> {
    let config = &drawer.config;
    let judge = &classified.judge;
    let look = Look::new(judge)?;
    for attribute in ["Male", "Eyeglasses"] {
        let accuracy = &judge.note["accuracy"][attribute];
        if accuracy.is_number() {
            figures.insert(format!("{name}_classifier_{}", attribute.to_lowercase()), accuracy.clone());
        }
    }
    let dim = config.latent_dim;
    let random = &mut Random::new(args.seed, Stream::Metrics);
    let z = drawer.codes.draw(random, args.samples);
    let bar = progress::bar(args.samples as u64, &format!("judging samples of {name}"));
    let mut seen = Vec::new();
    for chunk in z.chunks(CHUNK * dim) {
        seen.extend(look.judge(classified, &models::draw(drawer, chunk)?)?);
        bar.set_position(seen.len() as u64);
    }
    bar.finish_and_clear();
    let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
    let chance = share(seen.iter().filter(|look| is_woman_with_glasses(**look)).count(), seen.len());
    let count = |male: bool, glasses: bool| {
        100.0
            * share(seen.iter().filter(|look| (look[0] >= 0.5, look[1] >= 0.5) == (male, glasses)).count(), seen.len())
    };
    ui::note(format_args!(
        "{name}: of the samples, {:.1} % are men with glasses, {:.1} % men without, {:.1} % women with, {:.1} % without",
        count(true, true),
        count(true, false),
        count(false, true),
        count(false, false)
    ));
    let group = |male: bool, glasses: bool| {
        let sure = |value: f32, wanted: bool| if wanted { value } else { 1.0 - value };
        let how_sure = |index: &usize| sure(seen[*index][0], male).min(sure(seen[*index][1], glasses));
        (0..seen.len()).filter(|index| how_sure(index) >= args.sure).collect::<Vec<_>>()
    };
    let groups = [("men with glasses", group(true, true)), ("men", group(true, false)), ("women", group(false, false))];
    for (what, group) in &groups {
        if group.len() < EXEMPLARS {
            ui::warn(format_args!("{name}: only {} of {} samples are surely {what}", group.len(), args.samples));
            // Without a trial there is no share of trials.
            figures.insert(format!("{name}_chance"), chance.into());
            return Ok(());
        }
    }
    let code = |index: usize| &z[index * dim..(index + 1) * dim];
    let (mut results, mut shown) = (Vec::new(), Vec::new());
    for _ in 0..args.trials {
        let mut means = Vec::new();
        for (_, group) in &groups {
            let mut group = group.clone();
            random.shuffle(&mut group);
            let codes = group[..EXEMPLARS].iter().map(|index| code(*index)).collect::<Vec<_>>();
            shown.extend(codes.iter().flat_map(|code| code.to_vec()));
            means.push(latent::mean(&codes));
        }
        let result = latent::combine(&[(1.0, &means[0]), (-1.0, &means[1]), (1.0, &means[2])]);
        shown.extend(&result);
        results.extend(result);
    }
    let looks = look.judge(classified, &models::draw(drawer, &results)?)?;
    let arithmetic = share(looks.iter().filter(|look| is_woman_with_glasses(**look)).count(), looks.len());
    let of_results = |is: &dyn Fn(&&[f32; 2]) -> bool| 100.0 * share(looks.iter().filter(is).count(), looks.len());
    ui::result(format_args!(
        "{name}: {:.1} % of {} results are women with glasses ({:.1} % are women, {:.1} % have glasses), {:.1} % of {} \
         random samples",
        100.0 * arithmetic,
        args.trials,
        of_results(&|look| look[0] < 0.5),
        of_results(&|look| look[1] >= 0.5),
        100.0 * chance,
        args.samples
    ));
    figures.insert(format!("{name}_arithmetic"), arithmetic.into());
    figures.insert(format!("{name}_chance"), chance.into());
    if let Some(path) = &args.sheet {
        let count = (EXEMPLARS * 3 + 1) * 10;
        let codes = &shown[..shown.len().min(count * dim)];
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = path.with_file_name(format!("{name}-{file}"));
        sheet::write(&path, &weights::to_bytes(&models::draw(drawer, codes)?), config.shape())?;
        ui::note(format_args!("a row a trial in {}: three exemplars of each term, and the result", path.display()));
    }
    Ok(())
}
