//! Scores of how strange pictures are, by searches through the latent space and by the plain ways beside them.

mod args;

use std::ops::ControlFlow;

use anyhow::Result;
use forger_core::{
    detect::{
        self, DetectError, DetectSettings, Finding,
        baselines::{Neighbours, Pca},
    },
    weights::Drawer,
};
use rayon::prelude::*;

use crate::data::wholes::Whole;
pub use args::{DetectArgs, Method, check};

/// Pictures between two words of progress.
const BLOCK: usize = 64;

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
