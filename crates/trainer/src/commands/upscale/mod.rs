//! `forger upscale`: pictures made larger.

pub mod plan;
pub mod write;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_core::{
    data::alpha::bleed,
    weights::{Model, Upscaler},
};

use crate::{
    data::{
        Background,
        decode::{Beside, Decoded, decode},
    },
    device::DeviceArgs,
    models,
    progress::Task,
    ui,
    upscaling::{Larger, Rows, Way, Whole},
};
use plan::{Job, Plan, plan};
use write::{Kind, Laid, write};

/// What the program takes, about, beside pictures and tiles.
const PROGRAM: u64 = 64 << 20;
#[derive(Args)]
pub struct UpscaleArgs {
    /// A picture (PNG, JPEG or WebP), or a folder of pictures
    pub from: PathBuf,
    /// The picture to write (.png, .jpg, or .webp without loss), or the folder for those of a folder: a.jpg becomes a.png
    /// there, and a.jpg.png where there is an a.png, too
    pub out: PathBuf,
    /// A model file, the folder of a run, or bicubic for plain interpolation; the light model of the page if not given
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// How many times larger: that of the model if not given, which else is used as often as it takes
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..=16))]
    pub scale: Option<u64>,
    /// Make pictures again that are there already; else those of a folder are passed over. Originals are never overwritten
    #[arg(long)]
    pub overwrite: bool,
    /// Lay what is transparent on this colour, as in ffffff; JPEG, which knows no transparency, has white if not given
    #[arg(long, value_name = "RRGGBB")]
    pub background: Option<Background>,
    #[command(flatten)]
    pub device: DeviceArgs,
}

/// One picture, or all of a folder.
pub fn upscale(args: &UpscaleArgs) -> Result<()> {
    let Plan { jobs, made } = plan(&args.from, &args.out, args.overwrite)?;
    if jobs.is_empty() {
        ui::note(format_args!("nothing to do: all pictures are in {} already", args.out.display()));
        return Ok(());
    }
    let device = args.device.open_single()?;
    let model = match &args.model {
        None => Some(models::bundled(&device)?),
        Some(name) if name == Path::new("bicubic") => None,
        Some(path) => Some(models::open(path, &device)?),
    };
    let scale = args.scale.map_or(model.as_ref().map_or(4, |model| model.config.scale), |scale| scale as usize);
    let ways = match &model {
        Some(model) => vec![Way::Network(model); passes(model, scale)?],
        None => vec![Way::Bicubic(scale)],
    };
    if !args.from.is_dir() {
        return jobs.iter().try_for_each(|job| one(job, &ways, args.background));
    }
    let mut failed = 0;
    for job in &jobs {
        if let Err(error) = one(job, &ways, args.background) {
            failed += 1;
            ui::warn(format_args!("{error:#}; left out"));
        }
    }
    // Of a folder that is gone over again, only what failed before may be left.
    if failed == jobs.len() && made == 0 {
        bail!("{} holds no picture that reads (PNG, JPEG and WebP do)", args.from.display());
    }
    if failed > 0 {
        ui::warn(format_args!("{failed} pictures left out"));
    }
    Ok(())
}

/// How often the model is used.
fn passes(model: &Model<Upscaler>, scale: usize) -> Result<usize> {
    let (mut passes, mut reached) = (0, 1);
    while reached < scale {
        (passes, reached) = (passes + 1, reached * model.config.scale);
    }
    if reached != scale {
        bail!(
            "--scale {scale}: this model makes pictures {} times larger, or a power of that; --model bicubic takes any scale",
            model.config.scale
        );
    }
    Ok(passes)
}

fn one(Job { from, out, kind }: &Job, ways: &[Way<'_>], background: Option<Background>) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    let decoded = decode(&bytes, from)?;
    drop(bytes);
    if decoded.was_deep {
        ui::note(format_args!("{} has 16 bits a value; 8 are written", from.display()));
    }
    let (is_grey, beside) = (decoded.is_grey, decoded.beside.clone());
    let reach = ways.iter().map(|way| way.reach()).max().unwrap_or_default();
    let small = small(decoded, reach);
    let [height, width, _] = small.shape;
    let tiles = ways.iter().map(|way| way.memory()).max().unwrap_or_default();
    let mut made = PROGRAM + (small.pixels.len() + tiles) as u64;
    let task = Task::new(0, "tiles", &from.display().to_string());
    let told = |count: usize| task.done(count as u64);
    let (mut larger, mut count): (Box<dyn Rows>, usize) = (Box::new(small), 0);
    for way in ways {
        let next = Larger::new(larger, *way, &told);
        count += next.count();
        // Its rows are held once more by whoever takes them.
        made += 2 * next.held() as u64;
        larger = Box::new(next);
    }
    task.set_length(count as u64);
    let background = background.or((*kind == Kind::Jpeg).then(Background::default));
    let laid = Laid { source: larger, is_grey, background: background.map(|Background(colour)| colour) };
    let [rows, columns, channels] = laid.shape();
    let memory = kind.check(out, laid.shape(), made)?;
    ui::note(format_args!(
        "{}: {width} x {height} to {columns} x {rows} ({:.1} megapixels), about {} MB of memory",
        from.display(),
        (rows * columns) as f64 / 1e6,
        memory >> 20
    ));
    // A profile of other colours than those that are written says nothing about them.
    let space: &[u8] = if channels < 3 { b"GRAY" } else { b"RGB " };
    let profile = beside.profile.filter(|profile| profile.get(16..20) == Some(space));
    let written = write(out, *kind, laid, &Beside { profile, ..beside });
    task.finish();
    written.with_context(|| format!("cannot write {}", out.display()))?;
    ui::result(format_args!("{}: {columns} x {rows}", out.display()));
    Ok(())
}

/// What a network is shown of a picture: with transparency, the colours of what is visible as far as it sees.
fn small(Decoded { image, is_grey, has_alpha, .. }: Decoded, reach: usize) -> Whole {
    let [height, width] = [image.height() as usize, image.width() as usize];
    if has_alpha {
        let mut pixels = image.into_rgba8().into_raw();
        // Interpolated, what is visible grows by up to two pixels.
        bleed(&mut pixels, [height, width], reach + 2);
        return Whole::new([height, width, 4], pixels);
    }
    match is_grey {
        true => Whole::new([height, width, 1], image.into_luma8().into_raw()),
        false => Whole::new([height, width, 3], image.into_rgb8().into_raw()),
    }
}
