//! `forger eval superres`: how near super-resolution comes to the truth, as the literature measures it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::weights::{Model, Upscaler};
use serde_json::{Value, json};

use crate::{
    data::photos::{self, Pair},
    measures::fidelity::{Fidelity, bicubic, measure_by},
    models, progress,
    report::table::{Cell, Table},
    sheet, ui,
    upscaling::enlarge,
};

/// Side of the pictures on a sheet, in pixels, and how many rows there are of them.
const SHOWN: usize = 192;
const ROWS: usize = 6;

/// A method, its PSNR and its SSIM.
type Figure = (&'static str, f64, Option<f64>);

/// What the papers report for four times the size, PSNR and, where it is known, SSIM: bicubic and EnhanceNet's E (Sajjadi et al.
/// 2017, arXiv 1612.07919), and SRResNet (Ledig et al. 2017, arXiv 1609.04802).
const PAPERS: [(&str, [Figure; 3]); 3] = [
    ("set5", [("bicubic", 28.43, None), ("EnhanceNet-E", 31.74, None), ("SRResNet", 32.05, Some(0.9019))]),
    ("set14", [("bicubic", 26.00, None), ("EnhanceNet-E", 28.42, None), ("SRResNet", 28.49, Some(0.8184))]),
    ("bsd100", [("bicubic", 25.96, None), ("EnhanceNet-E", 27.50, None), ("SRResNet", 27.58, Some(0.7620))]),
];

#[derive(Args)]
pub struct EvalSuperresArgs {
    /// A folder with test sets: SET/hr/NAME.png, in it or in archives named test...
    #[arg(long)]
    pub data: String,
    /// A model file or the folder of a run, with a name before it if it shall have another: light=runs/a; several times
    #[arg(long, num_args = 1)]
    pub model: Vec<String>,
    /// How many times larger, where no model says it
    #[arg(long, default_value_t = 4)]
    pub scale: usize,
    /// Only this set; may be given several times
    #[arg(long)]
    pub set: Vec<String>,
    /// Writes a sheet of the middles of the first pictures: bicubic, each model, the original
    #[arg(long)]
    pub sheet: Option<PathBuf>,
    /// Print one line of JSON last
    #[arg(long)]
    pub json: bool,
}

/// Measures bicubic and every model on every set.
pub fn superres(args: &EvalSuperresArgs) -> Result<()> {
    sheet::check(args.sheet.as_deref())?;
    let models = args.model.iter().map(|model| named(model)).collect::<Result<Vec<_>>>()?;
    let scale = models.first().map_or(args.scale, |(_, model)| model.config.scale);
    if !(1..=16).contains(&scale) {
        bail!("--scale {scale}: pictures become 1 to 16 times larger");
    }
    if let Some((name, model)) = models.iter().find(|(_, model)| model.config.scale != scale) {
        bail!("{name} makes pictures {} times larger, and not {scale} times", model.config.scale);
    }
    let mut figures = BTreeMap::<String, Value>::new();
    let mut table = Table::new(&["set", "what", "PSNR", "SSIM", "sharpness"]);
    let sets = photos::chosen_sets(&args.data, scale, &args.set)?;
    for (set, pairs) in &sets {
        let mut row = |what: &str, psnr: f64, ssim: Option<f64>, sharpness: Option<f64>| {
            let ssim = ssim.map(|ssim| format!("{ssim:.4}")).unwrap_or_default();
            let sharpness = sharpness.map(|sharpness| format!("{sharpness:.3}")).unwrap_or_default();
            table
                .rows
                .push([set.clone(), what.to_owned(), format!("{psnr:.2}"), ssim, sharpness].map(Cell::new).into());
        };
        let mut found = vec![("bicubic".to_owned(), measure_by(pairs, scale, |small| Ok(bicubic(small, scale)))?)];
        for (name, model) in &models {
            found.push((name.clone(), of_model(set, name, pairs, model)?));
        }
        for (name, Fidelity { psnr, ssim, sharpness }) in found {
            row(&name, psnr, Some(ssim), Some(sharpness));
            figures.insert(format!("{set}_{name}"), psnr.into());
            figures.insert(format!("{set}_{name}_ssim"), ssim.into());
            figures.insert(format!("{set}_{name}_sharpness"), sharpness.into());
        }
        let papers = PAPERS.iter().filter(|(known, _)| *known == set && scale == 4);
        for (name, psnr, ssim) in papers.flat_map(|(_, rows)| rows) {
            row(&format!("{name} (paper)"), *psnr, *ssim, None);
        }
    }
    ui::result(table.text());
    if args.json {
        figures.insert(
            "command".into(),
            format!("forger eval superres --data DATA --model MODEL --scale {scale} --json").into(),
        );
        ui::result(json!(figures));
    }
    match &args.sheet {
        Some(path) => draw(path, sets.iter().flat_map(|(_, pairs)| pairs), &models, scale),
        None => Ok(()),
    }
}

/// A row a picture that is large enough.
fn draw<'a>(
    path: &Path,
    pairs: impl Iterator<Item = &'a Pair>,
    models: &[(String, Model<Upscaler>)],
    scale: usize,
) -> Result<()> {
    let mut pictures = Vec::new();
    let has_room = |pair: &&Pair| pair.large.height >= SHOWN && pair.large.width >= SHOWN;
    for Pair { small, large, .. } in pairs.filter(has_room).take(ROWS) {
        let mut row = vec![bicubic(small, scale)];
        for (_, model) in models {
            row.push(enlarge(model, small)?);
        }
        row.push(large.clone());
        for photo in row {
            let (top, left) = ((photo.height - SHOWN) / 2, (photo.width - SHOWN) / 2);
            pictures.extend(photo.cut(top, left, SHOWN, SHOWN).pixels);
        }
    }
    if pictures.is_empty() {
        bail!("--sheet: no picture is {SHOWN} pixels high and wide");
    }
    sheet::write_rows(path, &pictures, [3, SHOWN, SHOWN], models.len() + 2)
}

/// A model and what its figures are called: what stands before `=`, the name on its card, or that of its folder.
fn named(text: &str) -> Result<(String, Model<Upscaler>)> {
    let (given, path) = match text.split_once('=') {
        Some((name, path)) => (Some(name.to_owned()), PathBuf::from(path)),
        None => (None, PathBuf::from(text)),
    };
    let model = models::open::<Upscaler>(&path, &Device::flex())?;
    let folder = || path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let of_card = Some(model.card.name.clone()).filter(|name| !name.is_empty());
    let name = given.or(of_card).unwrap_or_else(folder);
    // The sets say what it is about.
    let short = name.trim_start_matches("superres-").trim_end_matches(&format!("-x{}", model.config.scale)).to_owned();
    Ok((short, model))
}

fn of_model(set: &str, name: &str, pairs: &[Pair], model: &Model<Upscaler>) -> Result<Fidelity> {
    let bar = progress::bar(pairs.len() as u64, &format!("{name} on {set}"));
    let found = measure_by(pairs, model.config.scale, |small| {
        let large = enlarge(model, small);
        bar.inc(1);
        large
    });
    bar.finish_and_clear();
    found
}
