//! Scores of how strange pictures are, by searches through the latent space and by the plain ways beside them.

use std::ops::ControlFlow;

use anyhow::Result;
use clap::{Args, ValueEnum};
use forger_core::{
    detect::{
        self, DetectError, DetectSettings, Finding, Over, Way,
        baselines::{Neighbours, Pca},
    },
    weights::Drawer,
};
use rayon::prelude::*;

use crate::data::wholes::Whole;

/// Pictures between two words of progress.
const BLOCK: usize = 64;

/// What gives a picture its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// A search in which the weights of the generator move, too
    Adgan,
    /// A search of codes, in pixels and features of the discriminator
    Anogan,
    /// A look at the code that an encoder gives, in pixels and features of the discriminator
    Encoder,
    /// What principal components leave over
    Pca,
    /// The distance from the nearest normal pictures, in pixels
    Knn,
    /// The same in features of the discriminator
    KnnFeatures,
}

impl Method {
    /// As figures are called.
    pub fn key(self) -> &'static str {
        match self {
            Self::Adgan => "adgan",
            Self::Anogan => "anogan",
            Self::Encoder => "encoder",
            Self::Pca => "pca",
            Self::Knn => "knn",
            Self::KnnFeatures => "knn_features",
        }
    }

    /// As `--methods` has it.
    pub fn flag(self) -> String {
        self.key().replace('_', "-")
    }
}

/// How methods work.
#[derive(Args, Clone)]
pub struct DetectArgs {
    /// Codes that a search begins from: 32 for adgan and 4 for anogan if not given
    #[arg(long)]
    pub starts: Option<usize>,
    /// Steps of a search at most: 10 for adgan and 60 for anogan if not given
    #[arg(long)]
    pub search_steps: Option<usize>,
    /// Steps without gain after which a search ends; 0 never ends it early
    #[arg(long, default_value_t = DetectSettings::of(Way::ADGAN).patience)]
    pub patience: usize,
    /// What the losses of the starts of a picture come to
    #[arg(long, value_enum, default_value_t = OverArg::Mean)]
    pub over: OverArg,
    /// Learning rate of the generator's weights in the search of adgan
    #[arg(long, default_value_t = 5e-5)]
    pub weights_rate: f64,
    /// Weight of the discriminator's features in the search of anogan
    #[arg(long, default_value_t = 0.1)]
    pub lambda: f32,
    /// Weight of the discriminator's features in the score of an encoder
    #[arg(long, default_value_t = 1.0)]
    pub kappa: f32,
    /// Neighbours of knn
    #[arg(long, default_value_t = 5)]
    pub neighbours: usize,
    /// Components of pca
    #[arg(long, default_value_t = 64)]
    pub components: usize,
    /// Seed of the codes, and of the choice of pictures
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

/// See [`Over`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OverArg {
    Mean,
    Least,
}

impl DetectArgs {
    /// The search of a method; none of those that do not search.
    pub fn search(&self, method: Method) -> Option<DetectSettings> {
        let way = match method {
            Method::Adgan => Way::Adgan { rate: self.weights_rate },
            Method::Anogan => Way::Anogan { lambda: self.lambda },
            Method::Encoder => Way::Encoder { kappa: self.kappa },
            Method::Pca | Method::Knn | Method::KnnFeatures => return None,
        };
        let usual = DetectSettings::of(way);
        let over = match self.over {
            OverArg::Mean => Over::Mean,
            OverArg::Least => Over::Least,
        };
        // An encoder does not search.
        let searches = method != Method::Encoder;
        let own = |asked: Option<usize>, usual| asked.filter(|_| searches).unwrap_or(usual);
        let (starts, steps) = (own(self.starts, usual.starts), own(self.search_steps, usual.steps));
        Some(DetectSettings { way, starts, steps, patience: self.patience, over, seed: self.seed })
    }

    /// As they are given.
    pub fn flags(&self) -> String {
        let own =
            |name: &str, value: Option<usize>| value.map(|value| format!("--{name} {value} ")).unwrap_or_default();
        let (starts, steps) = (own("starts", self.starts), own("search-steps", self.search_steps));
        let over = if self.over == OverArg::Mean { "mean" } else { "least" };
        let Self { patience, weights_rate, lambda, kappa, neighbours, components, seed, .. } = self;
        format!(
            "{starts}{steps}--patience {patience} --over {over} --weights-rate {weights_rate} --lambda {lambda} \
             --kappa {kappa} --neighbours {neighbours} --components {components} --seed {seed}"
        )
    }
}

/// Searches for pictures, `[count, channels, side, side]` flat. `told` hears how many more are done.
pub fn search(
    model: &Drawer,
    pictures: &[f32],
    settings: DetectSettings,
    told: &dyn Fn(usize),
) -> Result<Vec<Finding>, DetectError> {
    let size = size(model);
    let mut found = Vec::with_capacity(pictures.len() / size);
    for block in pictures.chunks(BLOCK * size) {
        // A share for each thread: no picture has a part in the score of another.
        let share = (block.len() / size).div_ceil(rayon::current_num_threads().max(1)).max(1);
        let parts = block.par_chunks(share * size);
        let each = parts.map(|some| detect::detect(model, some, settings, &[], &mut |_| ControlFlow::Continue(())));
        found.extend(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten());
        told(block.len() / size);
    }
    Ok(found)
}

/// What is found for a picture, of all its parts.
pub struct Found {
    /// That of the strangest part.
    pub score: f32,
    /// `[channels, height, width]`.
    pub reconstruction: Vec<f32>,
    /// Where the picture differs from that, `[height, width]`.
    pub residual: Vec<f32>,
    /// Where it is strange, `[height, width]`: the scores of the parts, each where it lies.
    pub map: Vec<f32>,
}

/// Judges pictures in their parts. `told` hears how many more are done.
pub fn judge(
    model: &Drawer,
    pictures: &[Whole],
    settings: DetectSettings,
    told: &dyn Fn(usize),
) -> Result<Vec<Found>, DetectError> {
    let mut found = Vec::with_capacity(pictures.len());
    let mut rest = pictures;
    while !rest.is_empty() {
        // As many as have parts enough for all threads.
        let mut parts = Vec::new();
        let mut taken = 0;
        while taken < rest.len() && parts.len() < BLOCK * size(model) {
            parts.extend(rest[taken].parts());
            taken += 1;
        }
        let mut findings = search(model, &parts, settings, &|_| ())?.into_iter();
        let (now, later) = rest.split_at(taken);
        let side = model.config.image_size;
        let join =
            |picture: &Whole| Found::new(picture, side, &Vec::from_iter(findings.by_ref().take(picture.grid.count())));
        found.extend(now.iter().map(join));
        told(taken);
        rest = later;
    }
    Ok(found)
}

impl Found {
    fn new(picture: &Whole, side: usize, parts: &[Finding]) -> Self {
        let scores = parts.iter().map(|part| part.score).collect::<Vec<_>>();
        Self {
            reconstruction: picture.grid.joined(parts.iter().map(|part| part.reconstruction.as_slice())),
            residual: picture.grid.joined(parts.iter().map(|part| part.residual.as_slice())),
            ..Self::scored(picture, side, &scores)
        }
    }

    /// Of a way that only gives its parts scores.
    pub fn scored(Whole { grid, .. }: &Whole, side: usize, scores: &[f32]) -> Self {
        let parts = scores.iter().map(|score| vec![*score; side * side]).collect::<Vec<_>>();
        Self {
            score: scores.iter().copied().fold(f32::NEG_INFINITY, f32::max),
            reconstruction: Vec::new(),
            residual: Vec::new(),
            map: grid.joined(parts.iter().map(Vec::as_slice)),
        }
    }
}

/// What is found for pictures.
pub struct Scored {
    pub scores: Vec<f32>,
    /// Of methods that search, the least score of each picture so far after each step.
    pub paths: Vec<Vec<f32>>,
}

/// The scores of pictures beside `normal` ones that were learned from, both `[count, channels, side, side]` flat.
pub fn scores(
    method: Method,
    model: &Drawer,
    normal: &[f32],
    pictures: &[f32],
    args: &DetectArgs,
    told: &dyn Fn(usize),
) -> Result<Scored> {
    if let Some(settings) = args.search(method) {
        let found = search(model, pictures, settings, told)?;
        let (scores, paths) = found.into_iter().map(|finding| (finding.score, finding.path)).unzip();
        return Ok(Scored { scores, paths });
    }
    let size = size(model);
    let found = match method {
        Method::Pca => {
            let plane = Pca::new(normal, size, args.components)?;
            each(pictures, size, |picture| plane.score(picture))
        }
        Method::KnnFeatures => {
            let seen = detect::features(model, normal)?;
            let dim = seen.len() / (normal.len() / size).max(1);
            let near = Neighbours::new(&seen, dim, args.neighbours)?;
            each(&detect::features(model, pictures)?, dim, |picture| near.score(picture))
        }
        _ => {
            let near = Neighbours::new(normal, size, args.neighbours)?;
            each(pictures, size, |picture| near.score(picture))
        }
    };
    told(found.len());
    Ok(Scored { scores: found, paths: Vec::new() })
}

fn each(rows: &[f32], dim: usize, score: impl Fn(&[f32]) -> f32 + Send + Sync) -> Vec<f32> {
    rows.par_chunks_exact(dim.max(1)).map(score).collect()
}

/// Values of a picture.
pub fn size(model: &Drawer) -> usize {
    model.config.channels * model.config.image_size * model.config.image_size
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: DetectArgs,
    }

    #[test]
    fn flags_give_the_same_again() {
        let parse = |line: &str| Line::try_parse_from(line.split_whitespace()).unwrap().args;
        let given = parse("x --starts 3 --search-steps 9 --over least --weights-rate 1e-4 --lambda 0 --kappa 0.5");
        let again = parse(&format!("x {}", given.flags()));
        for method in [Method::Adgan, Method::Anogan, Method::Encoder] {
            assert_eq!(given.search(method), again.search(method));
            let usual = parse("x").search(method).unwrap();
            assert_eq!(usual, DetectSettings::of(usual.way));
        }
        assert_eq!(given.search(Method::Adgan).unwrap().way, Way::Adgan { rate: 1e-4 });
        assert_eq!(given.search(Method::Encoder).unwrap().way, Way::Encoder { kappa: 0.5 });
        assert!(given.search(Method::Pca).is_none());
    }
}
