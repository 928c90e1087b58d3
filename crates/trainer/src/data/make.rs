//! `forger data make`: a set that the program draws, as files.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_avatars::{Attributes, Avatar};
use forger_simulators::{Labels, Simulator};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use super::{avatars, labels};
use crate::{interrupt, ui};

#[derive(Args)]
pub struct MakeArgs {
    /// Name of the set: avatars, eyes or digits
    pub name: String,
    /// How many pictures
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000), required_unless_present = "like")]
    pub count: Option<u64>,
    /// Of avatars: one for each line of this table (CSV of file name and attributes, 1 or 0), with the attributes of the line that
    /// avatars have. So glasses and hats become as rare as they are among photos
    #[arg(long, conflicts_with = "count")]
    pub like: Option<PathBuf>,
    /// Folder to put them in: new, or empty
    #[arg(long)]
    pub out: PathBuf,
    /// Side of the pictures in pixels, of avatars only: 64 if it is not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(8..=2048))]
    pub side: Option<u32>,
    /// Another seed, other pictures
    #[arg(long, default_value_t = avatars::SEED)]
    pub seed: u32,
}

/// What can be made.
enum Set {
    /// Of this side; which ones of the row of a seed, if not the first.
    Avatars(u32, Option<Vec<u64>>),
    Simulated(Simulator),
}

/// A picture of a set, and what is known of it.
struct Picture {
    pixels: Vec<u8>,
    /// Width and height.
    size: [u32; 2],
    colour: ExtendedColorType,
    /// The values of [`Set::columns`].
    labels: Vec<String>,
    /// The folder of its class, where a set has classes.
    class: Option<String>,
}

impl Set {
    fn of(args: &MakeArgs) -> Result<Self> {
        if args.name == "avatars" {
            let like = args.like.as_ref().map(|table| avatars::like(table, args.seed)).transpose()?;
            return Ok(Self::Avatars(args.side.unwrap_or(64), like));
        }
        let Ok(simulator) = args.name.parse::<Simulator>() else {
            let names = Simulator::ALL.map(Simulator::name).join(" and ");
            bail!("unknown data set {}: this version makes avatars, {names}", args.name);
        };
        if args.like.is_some() {
            bail!("{simulator} have no attributes: --like is for avatars");
        }
        if args.side.is_some() {
            let (height, width) = simulator.size();
            bail!("{simulator} are drawn at {width}x{height}: leave --side away");
        }
        Ok(Self::Simulated(simulator))
    }

    /// The file that says what is in the pictures. Of avatars all is yes or no, as in CelebA.
    fn table(&self) -> &'static str {
        match self {
            Self::Avatars(..) => labels::FILE,
            Self::Simulated(_) => "labels.csv",
        }
    }

    fn columns(&self) -> &'static [&'static str] {
        match self {
            Self::Avatars(..) => &Attributes::NAMES,
            Self::Simulated(simulator) => Labels::names(*simulator),
        }
    }

    fn draw(&self, seed: u32, index: u64) -> Picture {
        match self {
            Self::Avatars(side, like) => {
                let side = *side;
                let index = like.as_ref().and_then(|like| like.get(index as usize)).copied().unwrap_or(index);
                let avatar = Avatar::nth(seed, index);
                let value = |value| if value { "1" } else { "0" }.to_owned();
                Picture {
                    pixels: avatar.render(side as usize),
                    size: [side; 2],
                    colour: ExtendedColorType::Rgb8,
                    labels: avatar.attributes.values().map(value).to_vec(),
                    class: None,
                }
            }
            Self::Simulated(simulator) => {
                let (sample, (height, width)) = (simulator.nth(seed, index), simulator.size());
                let class = match sample.labels {
                    Labels::Digit { class } => Some(class.to_string()),
                    Labels::Eye { .. } => None,
                };
                Picture {
                    pixels: sample.bytes(),
                    size: [width as u32, height as u32],
                    colour: ExtendedColorType::L8,
                    labels: sample.labels.values().iter().map(f32::to_string).collect(),
                    class,
                }
            }
        }
    }
}

/// Writes `images/000001.png` and so on, in a folder for each class where there are classes, and a table of labels.
pub fn make(args: &MakeArgs) -> Result<()> {
    let set = Set::of(args)?;
    let stop = interrupt::listen("stopping")?;
    let count = whole(&args.out, &["images", set.table()], |work| write(args, &set, work, &stop))?;
    let (name, licence) = (&args.name, avatars::LICENCE);
    ui::note(format_args!("{count} {name} are in {}; licence: {licence}", args.out.display()));
    Ok(())
}

/// Puts `parts`, which `fill` makes in a folder that vanishes on any error, into an empty folder: a set is whole or not there.
pub(super) fn whole<T>(out: &Path, parts: &[&str], fill: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    if fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty: choose another --out", out.display());
    }
    let is_new = !out.exists();
    fs::create_dir_all(out).with_context(|| format!("cannot make folder {}", out.display()))?;
    let context = || format!("cannot write in {}", out.display());
    let done = tempfile::Builder::new().prefix(".part-").tempdir_in(out).with_context(context).and_then(|work| {
        let made = fill(work.path())?;
        for part in parts {
            fs::rename(work.path().join(part), out.join(part)).with_context(context)?;
        }
        Ok(made)
    });
    if done.is_err() && is_new {
        // Fails where something is in it, which then is not ours.
        let _ = fs::remove_dir(out);
    }
    done
}

/// How many there are.
fn write(args: &MakeArgs, set: &Set, work: &Path, stop: &AtomicBool) -> Result<u64> {
    let out = &args.out;
    let count = match set {
        Set::Avatars(_, Some(like)) => like.len() as u64,
        _ => args.count.unwrap_or_default(),
    };
    let images = work.join("images");
    fs::create_dir(&images).with_context(|| format!("cannot write in {}", out.display()))?;
    // As many digits as it takes to have names in the order of the pictures.
    let digits = count.to_string().len().max(6);

    let bar = bar(count, &args.name);
    let rows = (0..count).into_par_iter().map(|index| {
        if stop.load(Ordering::SeqCst) {
            bail!("stopped; nothing was kept");
        }
        let picture = set.draw(args.seed, index);
        let mut name = format!("{:0digits$}.png", index + 1);
        if let Some(class) = &picture.class {
            // Others may be making it, too.
            fs::create_dir_all(images.join(class)).with_context(|| format!("cannot write in {}", out.display()))?;
            name = format!("{class}/{name}");
        }
        save(&images.join(&name), &picture.pixels, picture.size, picture.colour)?;
        bar.inc(1);
        Ok([vec![name], picture.labels].concat())
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    bar.finish_and_clear();

    let table = work.join(set.table());
    let context = || format!("cannot write {}", table.display());
    let mut csv = csv::Writer::from_path(&table).with_context(context)?;
    csv.write_record(std::iter::once(&"file").chain(set.columns())).with_context(context)?;
    for row in rows {
        csv.write_record(row).with_context(context)?;
    }
    csv.flush().with_context(context)?;
    Ok(count)
}

pub(super) fn bar(count: u64, message: &str) -> ProgressBar {
    let bar = ProgressBar::new(count).with_message(message.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Writes a PNG.
pub(super) fn save(path: &Path, pixels: &[u8], [width, height]: [u32; 2], colour: ExtendedColorType) -> Result<()> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(pixels, width, height, colour)?;
    // Not by image::save_buffer, which says nothing when the disk is full: its buffer is written as it is dropped.
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
