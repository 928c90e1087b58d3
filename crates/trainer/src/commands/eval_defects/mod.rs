//! `forger eval defects`: how well a model of patches of good surfaces tells pictures with defects, and where these are.

mod masks;
mod results;
mod sheet;

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_core::{Images as _, metrics::roc::auroc, weights::Drawer};
use forger_protocol::{Random, Stream};

use self::results::tell;
use super::detect::normal::{self, NormalArgs};
use crate::{
    data::{
        self, DataArgs, Split,
        wholes::{Whole, wholes},
    },
    device::DeviceArgs,
    measures::detection::{self, DetectArgs, Found, Method, Scored},
    models,
    progress::Task,
};

#[derive(Args)]
pub struct EvalDefectsArgs {
    /// A model file or run of `forger train dcgan --patches`, with its discriminator where a method asks for its features
    #[arg(long)]
    pub model: PathBuf,
    /// The pictures that it learned from, of which knn and pca learn, too
    #[arg(long)]
    pub data: String,
    /// Good pictures that it has not learned from; of the set of --data those that --holdout kept back
    #[arg(long)]
    pub normal: String,
    #[command(flatten)]
    pub chosen: NormalArgs,
    /// Pictures with defects, in a folder for each kind
    #[arg(long)]
    pub strange: String,
    /// Where the defects are: a folder with a picture for each of those with defects, white where the defect is, of the same path, or with
    /// `.mask` or `_mask` behind its name
    #[arg(long)]
    pub masks: Option<PathBuf>,
    /// The run of `forger train encoder` for this model, where its file has none: for the method encoder
    #[arg(long, value_name = "RUN")]
    pub encoder: Option<PathBuf>,
    /// Ways to judge
    #[arg(long, value_enum, value_delimiter = ',', default_value = "encoder,pca,knn")]
    pub methods: Vec<Method>,
    /// Patches that pca and knn learn from, at most
    #[arg(long, default_value_t = 10_000)]
    pub learned: usize,
    #[command(flatten)]
    pub detect: DetectArgs,
    /// Write a sheet of twelve pictures with defects as the first method sees them: the picture, the mask, what the model draws, and
    /// where it is strange
    #[arg(long, value_name = "PNG")]
    pub sheet: Option<PathBuf>,
    /// What the names of figures begin with: tiles_encoder for tiles
    #[arg(long)]
    pub prefix: Option<String>,
    #[command(flatten)]
    pub device: DeviceArgs,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// What is judged.
struct Pictures {
    /// The good ones first.
    wholes: Vec<Whole>,
    good: usize,
    /// Of those with defects.
    kinds: Vec<String>,
    /// Of those with defects, `[height, width]`; nothing where it is not known.
    masks: Vec<Option<Vec<bool>>>,
}

/// Areas under the ROC curve.
struct Areas {
    /// Of all pictures with defects against the good ones.
    pictures: f64,
    kinds: BTreeMap<String, f64>,
    /// Of pixels in defects against all others, those of good pictures, too.
    pixels: Option<f64>,
}

/// Judges all pictures in every way that is asked for.
pub fn defects(args: &EvalDefectsArgs) -> Result<()> {
    let Some(patches) = args.chosen.patches() else {
        bail!("say with --patches how many pixels lie between the begins of two patches: half of a patch serves well");
    };
    if args.chosen.crop.is_some() {
        bail!("masks are of whole pictures: leave --crop out");
    }
    let kept_back = kept_back(args)?;
    crate::sheet::check(args.sheet.as_deref())?;
    for settings in args.methods.iter().filter_map(|method| args.detect.search(*method)) {
        normal::check(&settings)?;
    }
    let mut model = models::open::<Drawer>(&args.model, &args.device.open_single()?)?;
    if let Some(encoder) = &args.encoder {
        models::add_encoder(&mut model, encoder)?;
    }
    let (channels, side) = (model.config.channels, model.config.image_size);
    let seed = args.detect.seed();
    let good = args.chosen.load(&args.normal, seed, None, (channels, side)).context("--normal")?;
    let strange = normal::args(&args.strange, Split::Train, 0, None);
    let (_, defective) = wholes(&strange, None, Some(patches), (channels, side)).context("--strange")?;
    let pictures = Pictures {
        good: good.pictures.len(),
        kinds: defective.iter().map(|picture| kind(&picture.name)).collect(),
        masks: masks::read(args.masks.as_deref(), &args.strange, &defective)?,
        wholes: good.pictures.into_iter().chain(defective).collect(),
    };
    let learned = learned(args, kept_back, (channels, side), patches.stride)?;
    detection::check(&args.methods, learned.len() / detection::size(&model), &args.detect).context("--data")?;
    let (mut results, mut shown) = (Vec::new(), None);
    for method in &args.methods {
        let task = Task::new(pictures.wholes.len() as u64, "judging", &method.flag());
        let found = judged(args, *method, &model, &learned, &pictures.wholes, &|count| task.done(count as u64))?;
        task.finish();
        results.push((*method, areas(&pictures, &found)?));
        shown.get_or_insert(found);
    }
    tell(args, &pictures, &results)?;
    match args.sheet.as_ref().zip(shown) {
        Some((path, found)) => sheet::write(path, channels, &pictures, &found),
        None => Ok(()),
    }
}

/// The folder that a picture lies in.
fn kind(name: &str) -> String {
    let folder = std::path::Path::new(name).parent().and_then(|folder| folder.file_name());
    folder.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default()
}

/// How many of --data are not to be learned from, since they are the good ones that are judged.
fn kept_back(args: &EvalDefectsArgs) -> Result<usize> {
    let [data, normal] = [&args.data, &args.normal].map(|set| fs::canonicalize(set).ok());
    let is_same = args.data == args.normal || data.is_some_and(|data| Some(data) == normal);
    match (is_same, args.chosen.holdout) {
        (false, _) => Ok(0),
        (true, holdout) if holdout > 0 && args.chosen.split != Some(Split::Train) => Ok(holdout),
        _ => bail!("the same pictures cannot be learned from and judged: say with --holdout how many were kept back"),
    }
}

/// Some of the patches that the model learned from, by chance, flat.
fn learned(
    args: &EvalDefectsArgs,
    kept_back: usize,
    (channels, side): (usize, usize),
    stride: usize,
) -> Result<Vec<f32>> {
    if args.methods.iter().all(|method| args.detect.search(*method).is_some()) {
        return Ok(Vec::new());
    }
    let data = DataArgs { patches: Some(stride), ..normal::args(&args.data, Split::Train, kept_back, None) };
    let pictures = data::load(&data, channels, side).context("--data")?;
    let mut order = (0..pictures.len()).collect::<Vec<_>>();
    Random::new(args.detect.seed(), Stream::Metrics).shuffle(&mut order);
    order.truncate(args.learned);
    let size = channels * side * side;
    let mut values = vec![0.0; order.len() * size];
    values.chunks_exact_mut(size).zip(order).for_each(|(out, index)| pictures.write(index, out));
    Ok(values)
}

/// What a way finds for every picture.
fn judged(
    args: &EvalDefectsArgs,
    method: Method,
    model: &Drawer,
    learned: &[f32],
    pictures: &[Whole],
    told: &dyn Fn(usize),
) -> Result<Vec<Found>> {
    if let Some(settings) = args.detect.search(method) {
        return Ok(detection::judge(model, pictures, settings, told)?);
    }
    let parts = pictures.iter().flat_map(Whole::parts).collect::<Vec<_>>();
    let Scored { scores, .. } = detection::scores(method, model, learned, &parts, &args.detect, &|_| ())?;
    told(pictures.len());
    let mut scores = scores.as_slice();
    let found = pictures.iter().map(|picture| {
        let (of, rest) = scores.split_at(picture.grid.count().min(scores.len()));
        scores = rest;
        Found::scored(picture, model.config.image_size, of)
    });
    Ok(found.collect())
}

fn areas(pictures: &Pictures, found: &[Found]) -> Result<Areas> {
    let (good, strange) = found.split_at(pictures.good);
    let normal = good.iter().map(|found| found.score).collect::<Vec<_>>();
    let mut by_kind = BTreeMap::<&String, Vec<f32>>::new();
    for (kind, found) in pictures.kinds.iter().zip(strange) {
        by_kind.entry(kind).or_default().push(found.score);
    }
    let kinds = by_kind.iter().map(|(kind, scores)| Ok(((*kind).clone(), auroc(&normal, scores)?)));
    let all = by_kind.values().flatten().copied().collect::<Vec<_>>();
    let (mut clean, mut marked) = (Vec::new(), Vec::new());
    for (mask, found) in pictures.masks.iter().zip(strange) {
        let Some(mask) = mask else { continue };
        for (value, is_defect) in found.map.iter().zip(mask) {
            if *is_defect { marked.push(*value) } else { clean.push(*value) }
        }
    }
    let is_known = !marked.is_empty();
    clean.extend(good.iter().filter(|_| is_known).flat_map(|found| &found.map));
    Ok(Areas {
        pictures: auroc(&normal, &all)?,
        kinds: kinds.collect::<Result<_>>()?,
        pixels: is_known.then(|| auroc(&clean, &marked)).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::detect::Grid;

    #[test]
    fn pixels_of_good_pictures_count_and_those_without_a_mask_do_not() {
        let whole = || Whole { name: "a/b.png".into(), grid: Grid::whole(2), pixels: vec![0.0; 4] };
        let pictures = Pictures {
            wholes: (0..4).map(|_| whole()).collect(),
            good: 2,
            kinds: ["x", "y"].map(String::from).to_vec(),
            masks: vec![Some(vec![true, false, false, false]), None],
        };
        let found = |map: [f32; 4]| Found {
            score: map.into_iter().fold(0.0, f32::max),
            map: map.to_vec(),
            reconstruction: Vec::new(),
            residual: Vec::new(),
        };
        let judged =
            [[1.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0], [9.0, 9.0, 9.0, 9.0]].map(found);
        let areas = areas(&pictures, &judged).unwrap();
        assert_eq!((areas.pictures, areas.kinds["x"], areas.kinds["y"]), (0.75, 0.5, 1.0));
        // Of the eleven other pixels that are known one is as strange as the defect or stranger.
        assert_eq!(areas.pixels, Some(10.0 / 11.0));
        assert_eq!(kind(&whole().name), "a");
    }
}
