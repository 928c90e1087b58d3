//! `forger upscale`: pictures made larger.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_core::{
    data::photos::Photo,
    data::resize::resize_bytes,
    weights::{Model, Upscaler},
};
use image::{DynamicImage, RgbImage, RgbaImage};

use crate::{
    data::photos::photo, device::DeviceArgs, measures::fidelity::bicubic, models, progress, ui, upscaling::enlarge,
};

#[derive(Args)]
pub struct UpscaleArgs {
    /// A picture, or a folder of pictures
    pub from: PathBuf,
    /// The picture to write (PNG or JPEG), or the folder for those of a folder
    pub out: PathBuf,
    /// A model file, the folder of a run, or bicubic for plain interpolation; the light model of the page if not given
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// How many times larger: that of the model if not given, which else is used as often as it takes
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..=16))]
    pub scale: Option<u64>,
    #[command(flatten)]
    pub device: DeviceArgs,
}

/// One picture, or all of a folder.
pub fn upscale(args: &UpscaleArgs) -> Result<()> {
    let device = args.device.open_single()?;
    let model = match &args.model {
        None => Some(models::bundled(&device)?),
        Some(name) if name == Path::new("bicubic") => None,
        Some(path) => Some(models::open(path, &device)?),
    };
    let scale = args.scale.map_or(model.as_ref().map_or(4, |model| model.config.scale), |scale| scale as usize);
    let passes = passes(model.as_ref(), scale)?;
    let larger = |picture: &Photo| -> Result<Photo> {
        let Some(model) = &model else { return Ok(bicubic(picture, scale)) };
        let mut picture = picture.clone();
        for _ in 0..passes {
            let mut bar = None;
            let done = |count: usize| bar.get_or_insert_with(|| progress::bar(count as u64, "tiles")).inc(1);
            picture = enlarge(model, &picture, done)?;
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        }
        Ok(picture)
    };
    if !args.from.is_dir() {
        return one(&args.from, &args.out, scale, larger);
    }
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make folder {}", args.out.display()))?;
    let (mut made, mut failed) = (0, 0);
    for entry in fs::read_dir(&args.from).with_context(|| format!("cannot read {}", args.from.display()))? {
        let file = entry?.path();
        let end = file.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if !["png", "jpg", "jpeg"].contains(&end.as_str()) {
            continue;
        }
        let out = args.out.join(file.file_stem().unwrap_or_default()).with_extension("png");
        match one(&file, &out, scale, larger) {
            Ok(()) => made += 1,
            Err(error) => {
                failed += 1;
                ui::warn(format_args!("{error:#}; left out"));
            }
        }
    }
    if made == 0 {
        bail!("{} holds no picture that reads (PNG and JPEG are looked for)", args.from.display());
    }
    if failed > 0 {
        ui::warn(format_args!("{failed} pictures left out"));
    }
    Ok(())
}

/// How often the model is used.
fn passes(model: Option<&Model<Upscaler>>, scale: usize) -> Result<usize> {
    let Some(model) = model else { return Ok(1) };
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

fn one(from: &Path, out: &Path, scale: usize, larger: impl Fn(&Photo) -> Result<Photo>) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    let picture = image::load_from_memory(&bytes).with_context(|| from.display().to_string())?;
    let large = larger(&photo(&picture))?;
    let (width, height) = (large.width as u32, large.height as u32);
    let made = if picture.color().has_alpha() {
        let alpha = picture.to_rgba8().into_raw().into_iter().skip(3).step_by(4).collect::<Vec<_>>();
        let shape = [1, large.height / scale, large.width / scale];
        let alpha = resize_bytes(&alpha, shape, [large.height, large.width]);
        DynamicImage::from(RgbaImage::from_fn(width, height, |x, y| {
            let [red, green, blue] = pixel(&large, x, y);
            image::Rgba([red, green, blue, alpha[y as usize * large.width + x as usize]])
        }))
    } else {
        DynamicImage::from(RgbImage::from_fn(width, height, |x, y| image::Rgb(pixel(&large, x, y))))
    };
    made.save(out).with_context(|| format!("cannot write {}", out.display()))?;
    ui::result(format_args!("{}: {width} x {height}", out.display()));
    Ok(())
}

fn pixel(photo: &Photo, x: u32, y: u32) -> [u8; 3] {
    let (area, place) = (photo.height * photo.width, y as usize * photo.width + x as usize);
    [0, 1, 2].map(|channel| photo.pixels[channel * area + place])
}
