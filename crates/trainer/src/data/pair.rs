//! `forger data pair`: for each photo of a face the avatar that is most like it, so that there are pairs to learn from where nobody
//! made any.

use std::{
    fs, iter,
    path::{Path, PathBuf},
    str::FromStr,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use forger_avatars::{Attributes, Avatar};
use forger_core::data::photos::Photo;
use image::ExtendedColorType;
use rayon::prelude::*;

use super::{
    args::DataArgs,
    avatars::{self, Columns, planes},
    labels::{labels, or_table},
    load,
    make::{bar, save, whole},
    oversample::{self, Oversample},
    portrait::{plain, told, with_hair},
};
use crate::{interrupt, ui};

#[derive(Args)]
pub struct PairArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// Folder to put them in: new, or empty
    #[arg(long)]
    pub out: PathBuf,
    /// Side of the pictures in pixels
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(8..=2048))]
    pub side: u32,
    /// How many avatars there are to choose from
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub avatars: u64,
    /// How many of these have an attribute of which the table says nothing, such as Dark_Skin=0.1; as many as are drawn if not given
    #[arg(long, value_name = "ATTRIBUTE=SHARE")]
    pub share: Vec<Share>,
    /// Write the pairs of photos with an attribute so many times, as in Eyeglasses=4: a network learns little of what it hardly sees
    #[arg(long, value_name = "ATTRIBUTES=TIMES")]
    pub oversample: Vec<Oversample>,
    /// Another seed, other avatars
    #[arg(long, default_value_t = avatars::SEED)]
    pub seed: u32,
}

/// Pictures are as alike as their colours are when they are so small.
const SIDE: usize = 8;
type Colours = [f32; 3 * SIDE * SIDE];

/// Columns where a face and the hair above it are: what is beside them may be anything.
const FACE: std::ops::Range<usize> = 2..6;
const WEIGHTS: [f32; 2] = [3.0, 0.3];

/// How many of the avatars to choose from have an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    attribute: usize,
    share: f64,
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, share) = text.split_once('=').ok_or("write an attribute and its share, such as Dark_Skin=0.1")?;
        let attribute = Attributes::NAMES.iter().position(|known| *known == name);
        let attribute = attribute.ok_or_else(|| format!("avatars have {}", Attributes::NAMES.join(", ")))?;
        let share = share.parse().ok().filter(|share| (0.0..=1.0).contains(share));
        Ok(Self { attribute, share: share.ok_or("a share is a number from 0 to 1")? })
    }
}

fn colours(photo: &Photo) -> Colours {
    let small = photo.resized(SIDE, SIDE);
    std::array::from_fn(|at| f32::from(small.pixels[at]))
}

/// How far they are from the mean of all, in standard deviations, times the root of what they count: photos are darker than
/// drawings, and a face is as bright as it is beside others of its kind.
fn standardise(all: &mut [Colours]) {
    let count = all.len().max(1) as f32;
    for at in 0..3 * SIDE * SIDE {
        let weight = WEIGHTS[usize::from(!FACE.contains(&(at % SIDE)))];
        let mean = all.iter().map(|colours| colours[at]).sum::<f32>() / count;
        let variance = all.iter().map(|colours| (colours[at] - mean).powi(2)).sum::<f32>() / count;
        let scale = (weight / variance.max(1.0)).sqrt();
        all.iter_mut().for_each(|colours| colours[at] = (colours[at] - mean) * scale);
    }
}

/// Avatars to choose from.
struct Pool(Vec<(Avatar, Colours)>);

impl Pool {
    fn draw(count: u64, seed: u32, shares: &[Share]) -> Self {
        let mut faces = (0..count).map(|index| plain(Avatar::nth(seed, index))).collect::<Vec<_>>();
        for Share { attribute, share } in shares {
            let has = |face: &Avatar| face.attributes.values()[*attribute];
            let (with, without): (Vec<_>, Vec<_>) = faces.into_iter().partition(has);
            // As many as can be, of both kinds.
            let all = (with.len() as f64 / share).min(without.len() as f64 / (1.0 - share));
            let (with, without) = (with.into_iter().take((all * share).round() as usize), without.into_iter());
            faces = with.chain(without.take((all * (1.0 - share)).round() as usize)).collect();
        }
        // A face of this side has all its colours, and is soon drawn.
        let side = 4 * SIDE;
        let small =
            |face: &Avatar| colours(&Photo { height: side, width: side, pixels: planes(&face.render(side), 3) });
        let mut colours = faces.par_iter().map(small).collect::<Vec<_>>();
        standardise(&mut colours);
        Self(faces.into_iter().zip(colours).collect())
    }

    /// The nearest in colours of those with these attributes.
    fn nearest(&self, wanted: &[Option<bool>; 13], colours: &Colours) -> Option<Avatar> {
        let like = self.0.par_iter().filter(|(face, _)| face.attributes.are_like(wanted));
        let apart = |of: &Colours| of.iter().zip(colours).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let found = like.map(|(face, of)| (apart(of), face)).reduce_with(|a, b| if b.0 < a.0 { b } else { a });
        found.map(|(_, face)| face.clone())
    }
}

/// Writes `photo/000001.png` and `avatar/000001.png` and so on, which belong together.
pub fn pair(args: &PairArgs) -> Result<()> {
    let stop = interrupt::listen("stopping")?;
    let pictures = load(&args.data, 3, args.side as usize)?;
    let labels = labels(&args.data, &pictures).map_err(or_table)?;
    let columns = Columns::of(&labels.names)?;
    let photos = pictures.into_photos();
    let times = oversample::times(photos.len(), &labels, &args.oversample)?;
    let (count, left_out) = whole(&args.out, &["photo", "avatar"], |work| {
        let pool = Pool::draw(args.avatars, args.seed, &args.share);
        let mut colours = photos.par_iter().map(colours).collect::<Vec<_>>();
        standardise(&mut colours);
        let bar = bar(photos.len() as u64, "photos");
        let mut pairs = Vec::new();
        let mut left_out = 0;
        for (((photo, colours), line), times) in photos.iter().zip(&colours).zip(&labels.rows).zip(&times) {
            refuse(&stop)?;
            let says = |name: &str| {
                let at = labels.names.iter().position(|known| known == name);
                at.and_then(|at| line.get(at)).is_some_and(|yes| *yes)
            };
            // The table may say nothing of it.
            let found = (!line.is_empty()).then(|| pool.nearest(&with_hair(columns.wanted(line)), colours)).flatten();
            let pair = found.map(|face| (photo, told(face, says)));
            left_out += usize::from(pair.is_none());
            pairs.extend(pair.into_iter().flat_map(|pair| iter::repeat_n(pair, *times)));
            bar.inc(1);
        }
        bar.finish_and_clear();
        if pairs.is_empty() {
            bail!("none of {} avatars has the attributes of any photo: more --avatars may", args.avatars);
        }
        write(args, &pairs, work, &stop)?;
        Ok((pairs.len(), left_out))
    })?;
    if left_out > 0 {
        ui::warn(format_args!("no avatar is like {left_out} of {} photos: they are left out", photos.len()));
    }
    ui::note(format_args!("{count} pairs are in {}; licence of the avatars: {}", args.out.display(), avatars::LICENCE));
    Ok(())
}

fn refuse(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::SeqCst) {
        bail!("stopped; nothing was kept");
    }
    Ok(())
}

fn write(args: &PairArgs, pairs: &[(&Photo, Avatar)], work: &Path, stop: &AtomicBool) -> Result<()> {
    let folders = ["photo", "avatar"].map(|name| work.join(name));
    for folder in &folders {
        fs::create_dir(folder).with_context(|| format!("cannot write in {}", args.out.display()))?;
    }
    let digits = pairs.len().to_string().len().max(6);
    pairs.par_iter().enumerate().try_for_each(|(index, (photo, face))| {
        refuse(stop)?;
        let avatar = face.render(args.side as usize);
        let size = photo.height * photo.width;
        let pixels = (0..size).flat_map(|at| [0, 1, 2].map(|channel| photo.pixels[channel * size + at]));
        for (folder, pixels) in folders.iter().zip([pixels.collect::<Vec<_>>(), avatar]) {
            let path = folder.join(format!("{:0digits$}.png", index + 1));
            save(&path, &pixels, [args.side; 2], ExtendedColorType::Rgb8)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Split, pairs, tests::args};

    /// Photos that are avatars of another row: what they are like is known.
    #[test]
    fn a_photo_belongs_to_the_avatar_that_is_like_it() {
        let folder = tempfile::tempdir().unwrap();
        let (photos, out) = (folder.path().join("photos"), folder.path().join("out"));
        fs::create_dir(&photos).unwrap();
        let faces = (0..6).map(|index| Avatar::nth(9, index)).collect::<Vec<_>>();
        let mut table = "file,Male,Eyeglasses,No_Beard,Goatee\n".to_owned();
        for (index, face) in faces.iter().enumerate() {
            let Attributes { male, eyeglasses, beard, .. } = face.attributes;
            let values = [male, eyeglasses, !beard, beard].map(|value| u8::from(value).to_string()).join(",");
            table += &format!("{index}.png,{values}\n");
            save(&photos.join(format!("{index}.png")), &face.render(16), [16; 2], ExtendedColorType::Rgb8).unwrap();
        }
        let data = photos.display().to_string();
        let pair_args = |data: DataArgs, times: usize| PairArgs {
            data,
            out: out.clone(),
            side: 16,
            avatars: 400,
            share: Vec::new(),
            oversample: vec![Oversample { attributes: "Male".into(), times }],
            seed: 1,
        };
        let refused = pair(&pair_args(args(&data), 2)).unwrap_err().to_string();
        assert!(refused.contains("attributes.csv") && !out.exists(), "{refused}");
        fs::write(photos.join("attributes.csv"), table).unwrap();
        pair(&pair_args(args(&data), 2)).unwrap();

        let sides = pairs::Sides { input: Some("photo".into()), target: Some("avatar".into()), direction: None };
        let found = pairs::load(&out.display().to_string(), Split::Train, &sides, &[], pairs::Shortest::AtMost(16))
            .unwrap()
            .pairs;
        let shown = faces.iter().flat_map(|face| iter::repeat_n(face, 1 + usize::from(face.attributes.male)));
        let shown = shown.collect::<Vec<_>>();
        assert!(shown.len() > 6);
        assert_eq!(found.len(), shown.len());
        let pool =
            (0..400).map(|index| told(plain(Avatar::nth(1, index)), |name| name == "Goatee")).collect::<Vec<_>>();
        for (face, [photo, avatar]) in shown.iter().zip(&found) {
            assert_eq!(photo.pixels, planes(&face.render(16), 3));
            let of = pool.iter().find(|of| planes(&of.render(16), 3) == avatar.pixels).unwrap().attributes;
            let Attributes { male, eyeglasses, beard, .. } = face.attributes;
            assert_eq!((of.male, of.eyeglasses, of.beard), (male, eyeglasses, beard));
            // The table does not say it.
            assert_eq!(of.long_hair, !male);
        }
        assert!(pair(&pair_args(args(&data), 2)).unwrap_err().to_string().contains("not empty"));
    }

    #[test]
    fn an_attribute_can_be_as_rare_as_is_asked_for() {
        let share = |text: &str| text.parse::<Share>();
        let dark = |share: &[Share]| {
            let Pool(faces) = Pool::draw(600, 1, share);
            faces.iter().filter(|(face, _)| face.attributes.dark_skin).count() as f64 / faces.len() as f64
        };
        assert!(dark(&[]) > 0.25);
        assert!((dark(&[share("Dark_Skin=0.1").unwrap()]) - 0.1).abs() < 0.01);
        assert_eq!(dark(&[share("Dark_Skin=0").unwrap()]), 0.0);
        assert_eq!(dark(&[share("Dark_Skin=1").unwrap()]), 1.0);
        for wrong in ["Dark_Skin", "Dark_Skin=2", "Dark=0.1"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
