//! The sheet: the same pictures as several models refine them.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use burn::tensor::Device;
use forger_core::{
    Images as _,
    weights::{self, Model, Translator},
};
use forger_simulators::Simulator;

use super::Both;
use crate::{
    data::Pictures,
    measures::{estimator::chosen, refined::Set},
    models, sheet,
};

/// Rows of a sheet.
const ROWS: usize = 12;

/// Further models, of the simulator of the first.
pub(super) fn beside(paths: &[PathBuf], simulator: Simulator) -> Result<Vec<Model<Translator>>> {
    let open = |path: &PathBuf| {
        let model = models::open::<Translator>(path, &Device::flex())?;
        if super::simulator(&model)? != simulator {
            bail!("--model refines {simulator}, and this model something else");
        }
        Ok(model)
    };
    paths.iter().map(|path| open(path).with_context(|| format!("--beside {}", path.display()))).collect()
}

/// A row each of a synthetic picture, what each model makes of it and what has changed (grey for nothing), and a real one.
pub(super) fn draw(path: Option<&Path>, asked: &Both, others: &[Model<Translator>], real: &Pictures) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let first = |set: &Set| Set::some(set, &Vec::from_iter(0..ROWS.min(set.len())));
    let (synthetic, mut refined) = (first(&asked.synthetic), vec![first(&asked.refined)]);
    for model in others {
        refined.push(synthetic.refined(model, &|_| ())?);
    }
    let real = Set::some(real, &chosen(real.len(), ROWS, 1));
    let mut pictures = Vec::<f32>::new();
    for (row, (synthetic, real)) in synthetic.iter().zip(real.iter()).enumerate() {
        pictures.extend(synthetic);
        for refined in refined.iter().filter_map(|refined| refined.iter().nth(row)) {
            pictures.extend(refined);
            pictures.extend(synthetic.iter().zip(refined).map(|(before, after)| (after - before) / 2.0));
        }
        pictures.extend(real);
    }
    let [height, width] = asked.synthetic.size;
    sheet::write_rows(path, &weights::to_bytes(&pictures), [1, height, width], 2 + 2 * refined.len())
}
