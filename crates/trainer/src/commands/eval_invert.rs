//! `forger eval invert`: how near a search for z comes to a picture.

use std::{path::PathBuf, time::Instant};

use anyhow::{Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{
    Images,
    latent::{Inversion, psnr},
    weights::{self, Drawer},
};
use forger_protocol::{Random, Stream, message::InvertSettings};
use serde_json::json;

use crate::{
    data::{self, DataArgs},
    device::values,
    models, progress, sheet, ui,
};

/// Pictures in a row of the sheet.
const COLUMNS: usize = 10;

/// Photo to z: the ratio of signal to noise between held-out pictures and what the z that are found for them draw
#[derive(Args)]
pub struct InvertArgs {
    /// A model file or the folder of a run
    #[arg(long)]
    pub model: PathBuf,
    #[command(flatten)]
    pub data: DataArgs,
    /// Pictures to search for
    #[arg(long, default_value_t = 50)]
    pub count: usize,
    /// Codes that each search begins from
    #[arg(long, default_value_t = InvertSettings::default().starts)]
    pub starts: usize,
    /// Steps of each search
    #[arg(long, default_value_t = InvertSettings::default().steps)]
    pub steps: usize,
    /// Weight of the distance in the features of the discriminator, for a model that has one
    #[arg(long, default_value_t = InvertSettings::default().features)]
    pub features: f32,
    /// Seed of the search and of the choice of pictures
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// Write a sheet: pictures, and below each row of them what was found
    #[arg(long)]
    pub sheet: Option<PathBuf>,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// Searches for one picture after the other.
pub fn invert(args: &InvertArgs) -> Result<()> {
    sheet::check(args.sheet.as_deref())?;
    let drawer = models::open::<Drawer>(&args.model, &Device::flex())?;
    let config = &drawer.config;
    data::warn_of_learned(&args.data);
    let pictures = data::load(&args.data, config.channels, config.image_size)?;
    let count = args.count.min(pictures.len());
    if count == 0 {
        bail!("there is no picture to search for");
    }
    let mut order = (0..pictures.len()).collect::<Vec<_>>();
    Random::new(args.seed, Stream::Metrics).shuffle(&mut order);
    let settings = InvertSettings { starts: args.starts, steps: args.steps, features: args.features, seed: args.seed };
    let bar = progress::bar(count as u64, "searching");
    let size = config.channels * config.image_size * config.image_size;
    let (mut wanted, mut found, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let started = now();
    for index in &order[..count] {
        let mut target = vec![0.0; size];
        pictures.write(*index, &mut target);
        let mut search = Inversion::new(&drawer, &target, settings)?;
        while !search.is_done() {
            let (losses, gradient) = search.gradient();
            search.update(&values(losses)?, &values(gradient)?)?;
        }
        let drawn = models::draw(&drawer, search.best())?;
        ratios.push(psnr(&target, &drawn));
        wanted.extend(target);
        found.extend(drawn);
        bar.inc(1);
    }
    let seconds = started.elapsed().as_secs_f64() / count as f64;
    bar.finish_and_clear();
    ratios.sort_by(f32::total_cmp);
    let (median, low) = (quantile(&ratios, 0.5), quantile(&ratios, 0.05));
    ui::result(format_args!(
        "PSNR {median:.2} dB in the median, {low:.2} dB at the 5th percentile of {count} pictures; {seconds:.1} s each"
    ));
    if args.json {
        let features = if drawer.discriminator.is_some() { args.features } else { 0.0 };
        let command = format!(
            "forger eval invert --model MODEL --data {} --count {count} --starts {} --steps {} --features {features} --seed {} --json",
            args.data.flags(&pictures.name),
            args.starts,
            args.steps,
            args.seed
        );
        let figures = json!({
            "invert_psnr": median, "invert_psnr_p05": low, "invert_seconds": seconds, "command": command
        });
        ui::result(figures);
    }
    if let Some(path) = &args.sheet {
        let rows = wanted.chunks(COLUMNS * size).zip(found.chunks(COLUMNS * size));
        // The last row may be shorter, and what is below it must stay below.
        let whole = rows.filter(|(row, _)| row.len() == COLUMNS * size || count < COLUMNS);
        let both = whole.flat_map(|(wanted, found)| [wanted, found].concat()).collect::<Vec<_>>();
        let columns = COLUMNS.min(count);
        sheet::write_rows(path, &weights::to_bytes(&both), config.shape(), columns)?;
    }
    Ok(())
}

/// Of sorted values, interpolated.
fn quantile(sorted: &[f32], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, rest) = (place as usize, place.fract());
    let at = |index: usize| f64::from(sorted[index.min(sorted.len() - 1)]);
    at(below) + rest * (at(below + 1) - at(below))
}

#[expect(clippy::disallowed_methods, reason = "native only, unlike core and engine")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), 2.0);
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), 3.0);
        assert_eq!(quantile(&[1.0], 0.05), 1.0);
    }
}
