//! `forger eval`: the distance between what a model draws and held-out pictures.

use std::path::PathBuf;

use anyhow::{Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{Images, weights::Drawer};
use forger_protocol::{Random, Stream};
use serde_json::json;

use crate::{
    data::{self, DataArgs},
    measures::classified::{Classified, Reference},
    models, ui,
};

#[derive(Args)]
pub struct EvalArgs {
    /// A .safetensors model file, or the folder of a run
    #[arg(long)]
    pub model: PathBuf,
    #[command(flatten)]
    pub data: DataArgs,
    /// Measure in the features of this classifier, too (`forger train classifier`)
    #[arg(long)]
    pub classifier: Option<PathBuf>,
    /// Pictures of each kind
    #[arg(long, default_value_t = 2000)]
    pub count: usize,
    /// Seed of z and of the choice of pictures
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// Prints the energy distance (Szekely and Rizzo 2013, doi 10.1016/j.jspi.2013.03.018) on pixels in `[-1, 1]`,
/// `2 E|X - Y| - E|X - X'| - E|Y - Y'|` with Euclidean norms: 0 for equal distributions. Beside it its floor, the same
/// between two disjoint draws of real pictures, which is what a perfect generator would score.
pub fn eval(args: &EvalArgs) -> Result<()> {
    let model = models::open::<Drawer>(&args.model, &Device::flex())?;
    let config = &model.config;
    // Before the time is spent on what needs none.
    let classified = args.classifier.as_ref().map(|path| Classified::open(path, config)).transpose()?;
    data::warn_of_learned(&args.data);
    let pictures = data::load(&args.data, config.channels, config.image_size)?;
    let count = args.count.min(pictures.len() / 2);
    if count < 2 {
        bail!("{} pictures are too few to measure against", pictures.len());
    }
    let random = &mut Random::new(args.seed, Stream::Metrics);
    let mut order = (0..pictures.len()).collect::<Vec<_>>();
    random.shuffle(&mut order);
    let size = config.channels * config.image_size * config.image_size;
    let read = |indices: &[usize]| {
        let mut values = vec![0.0; indices.len() * size];
        for (index, out) in indices.iter().zip(values.chunks_exact_mut(size)) {
            pictures.write(*index, out);
        }
        values
    };
    let (real, other) = (read(&order[..count]), read(&order[count..2 * count]));
    let fake = models::draw(&model, &model.codes.draw(random, count))?;
    let within_real = mean_distance(&real, &real, size);
    let distance =
        |with: &[f32]| 2.0 * mean_distance(&real, with, size) - within_real - mean_distance(with, with, size);
    let (energy, floor) = (distance(&fake), distance(&other));
    ui::result(format_args!("energy distance {energy:.4}, of real pictures {floor:.4} ({count} of each)"));
    let mut figures = json!({ "energy_distance": energy, "energy_distance_floor": floor });
    if let Some(classified) = &classified {
        let reference = Reference::new(classified, &pictures, count, &mut Random::new(args.seed, Stream::Metrics))?;
        let fakes = models::draw(&model, &model.codes.draw(random, count))?;
        for (name, value) in reference.measure(classified, &fakes)? {
            ui::result(format_args!("{name} {value:.4}"));
            figures[name] = json!(value);
        }
    }
    if args.json {
        let (data, seed) = (args.data.flags(&pictures.name), args.seed);
        let classifier = if args.classifier.is_some() { " --classifier CLASSIFIER" } else { "" };
        figures["command"] = json!(format!(
            "forger eval samples --model MODEL --data {data}{classifier} --count {count} --seed {seed} --json"
        ));
        ui::result(figures);
    }
    Ok(())
}

/// Mean Euclidean distance over all pairs of different pictures.
fn mean_distance(a: &[f32], b: &[f32], size: usize) -> f64 {
    let same = std::ptr::eq(a, b);
    let (mut sum, mut pairs) = (0.0, 0_u64);
    for (row, x) in a.chunks_exact(size).enumerate() {
        for (column, y) in b.chunks_exact(size).enumerate() {
            if !(same && row == column) {
                let square: f32 = x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum();
                sum += f64::from(square).sqrt();
                pairs += 1;
            }
        }
    }
    sum / pairs as f64
}
