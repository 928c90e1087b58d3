//! `forger data make`: a set that the program draws, as files.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_avatars::{Attributes, Avatar};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use super::labels;
use crate::{interrupt, ui};

#[derive(Args)]
pub struct MakeArgs {
    /// Name of the set: avatars
    pub name: String,
    /// How many pictures
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub count: u64,
    /// Folder to put them in: new, or empty
    #[arg(long)]
    pub out: PathBuf,
    /// Side of the pictures in pixels
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(8..=2048))]
    pub side: u32,
    /// Another seed, other faces
    #[arg(long, default_value_t = super::avatars::SEED)]
    pub seed: u32,
}

/// Writes `images/000001.png` and so on, and `attributes.csv`.
pub fn make(args: &MakeArgs) -> Result<()> {
    if args.name != "avatars" {
        bail!("unknown data set {}: this version makes avatars", args.name);
    }
    let stop = interrupt::listen("stopping")?;
    let out = &args.out;
    if fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty: choose another --out", out.display());
    }
    let is_new = !out.exists();
    fs::create_dir_all(out).with_context(|| format!("cannot make folder {}", out.display()))?;
    let done = write(args, &stop);
    if done.is_err() && is_new {
        // Fails where something is in it, which then is not ours.
        let _ = fs::remove_dir(out);
    }
    done?;
    ui::note(format_args!("{} avatars are in {}; licence: {}", args.count, out.display(), super::avatars::LICENCE));
    Ok(())
}

/// Everything is made in a folder that vanishes on any error, so that a set is whole or not there.
fn write(args: &MakeArgs, stop: &AtomicBool) -> Result<()> {
    let out = &args.out;
    let work = tempfile::Builder::new().prefix(".part-").tempdir_in(out);
    let work = work.with_context(|| format!("cannot write in {}", out.display()))?;
    let images = work.path().join("images");
    fs::create_dir(&images).with_context(|| format!("cannot write in {}", out.display()))?;
    // As many digits as it takes to have names in the order of the faces.
    let digits = args.count.to_string().len().max(6);
    let name = |index: u64| format!("{:0digits$}.png", index + 1);

    let bar = ProgressBar::new(args.count).with_message("avatars");
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}, {eta} left") {
        bar.set_style(style);
    }
    (0..args.count).into_par_iter().try_for_each(|index| {
        if stop.load(Ordering::SeqCst) {
            bail!("stopped; nothing was kept");
        }
        let pixels = Avatar::nth(args.seed, index).render(args.side as usize);
        save(&images.join(name(index)), &pixels, args.side)?;
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();

    let table = work.path().join(labels::FILE);
    let context = || format!("cannot write {}", table.display());
    let mut csv = csv::Writer::from_path(&table).with_context(context)?;
    csv.write_record(std::iter::once("file").chain(Attributes::NAMES)).with_context(context)?;
    for index in 0..args.count {
        let values = Avatar::nth(args.seed, index).attributes.values();
        let values = values.map(|value| if value { "1" } else { "0" });
        csv.write_record(std::iter::once(name(index).as_str()).chain(values)).with_context(context)?;
    }
    csv.flush().with_context(context)?;
    for part in ["images", labels::FILE] {
        let to = out.join(part);
        fs::rename(work.path().join(part), &to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}

fn save(path: &Path, pixels: &[u8], side: u32) -> Result<()> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(pixels, side, side, ExtendedColorType::Rgb8)?;
    // Not by image::save_buffer, which says nothing when the disk is full: its buffer is written as it is dropped.
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
