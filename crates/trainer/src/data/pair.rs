//! `forger data pair`: for each photo of a face the avatar that is most like it, so that there are pairs to learn from where nobody
//! made any.

use std::{
    fs,
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
    labels::labels,
    load,
    make::{bar, save, whole},
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
    #[arg(long, default_value_t = 40_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub avatars: u64,
    /// How many of these have an attribute of which the table says nothing, such as Dark_Skin=0.1; as many as are drawn if not given
    #[arg(long, value_name = "ATTRIBUTE=SHARE")]
    pub share: Vec<Share>,
    /// Another seed, other avatars
    #[arg(long, default_value_t = avatars::SEED)]
    pub seed: u32,
}

/// Pictures are as alike as their colours are when they are so small.
const SIDE: usize = 8;
type Colours = [f32; 3 * SIDE * SIDE];

/// Rows and columns where a face is, not its hair and not what is behind it. They count three times.
const FACE: [std::ops::Range<usize>; 2] = [2..7, 2..6];
const WEIGHT: f32 = 3.0;

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
        let is_face = FACE[0].contains(&(at / SIDE % SIDE)) && FACE[1].contains(&(at % SIDE));
        let weight = if is_face { WEIGHT } else { 1.0 };
        let mean = all.iter().map(|colours| colours[at]).sum::<f32>() / count;
        let variance = all.iter().map(|colours| (colours[at] - mean).powi(2)).sum::<f32>() / count;
        let scale = (weight / variance.max(1.0)).sqrt();
        all.iter_mut().for_each(|colours| colours[at] = (colours[at] - mean) * scale);
    }
}

/// Avatars to choose from.
struct Pool {
    /// Their places in the row of a seed.
    places: Vec<u64>,
    faces: Vec<(Attributes, Colours)>,
    taken: Vec<bool>,
}

impl Pool {
    fn draw(count: u64, seed: u32, shares: &[Share]) -> Self {
        let mut places = (0..count).collect::<Vec<_>>();
        for Share { attribute, share } in shares {
            let has = |index: &u64| Avatar::nth(seed, *index).attributes.values()[*attribute];
            let (with, without): (Vec<_>, Vec<_>) = places.iter().copied().partition(has);
            // As many as can be, of both kinds.
            let all = (with.len() as f64 / share).min(without.len() as f64 / (1.0 - share));
            let (with, without) = (with.into_iter().take((all * share).round() as usize), without.into_iter());
            places = with.chain(without.take((all * (1.0 - share)).round() as usize)).collect();
        }
        // A face of this side has all its colours, and is soon drawn.
        let side = 4 * SIDE;
        let face = |index: &u64| {
            let avatar = Avatar::nth(seed, *index);
            let photo = Photo { height: side, width: side, pixels: planes(&avatar.render(side), 3) };
            (avatar.attributes, colours(&photo))
        };
        let (attributes, mut colours): (Vec<_>, Vec<_>) = places.par_iter().map(face).unzip();
        standardise(&mut colours);
        Self { taken: vec![false; places.len()], places, faces: attributes.into_iter().zip(colours).collect() }
    }

    /// The nearest in colours of those with these attributes: one that is not taken, as long as there is one.
    fn take(&mut self, wanted: &[Option<bool>; 13], colours: &Colours) -> Option<u64> {
        let like = self.faces.par_iter().enumerate().filter(|(_, (attributes, _))| attributes.are_like(wanted));
        let found = like.map(|(index, (_, of))| {
            let apart = of.iter().zip(colours).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
            (self.taken[index], apart, index)
        });
        let (.., index) = found.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)))?;
        self.taken[index] = true;
        Some(self.places[index])
    }
}

/// Writes `photo/000001.png` and `avatar/000001.png` and so on, which belong together.
pub fn pair(args: &PairArgs) -> Result<()> {
    let stop = interrupt::listen("stopping")?;
    let pictures = load(&args.data, 3, args.side as usize)?;
    let labels = labels(&args.data, &pictures)?;
    let columns = Columns::of(&labels.names)?;
    let photos = pictures.into_photos();
    let count = whole(&args.out, &["photo", "avatar"], |work| {
        let mut pool = Pool::draw(args.avatars, args.seed, &args.share);
        let mut colours = photos.par_iter().map(colours).collect::<Vec<_>>();
        standardise(&mut colours);
        let bar = bar(photos.len() as u64, "photos");
        let mut pairs = Vec::new();
        for ((photo, colours), line) in photos.iter().zip(&colours).zip(&labels.rows) {
            refuse(&stop)?;
            // The table may say nothing of it.
            let found = (!line.is_empty()).then(|| pool.take(&columns.wanted(line), colours)).flatten();
            pairs.extend(found.map(|face| (photo, face)));
            bar.inc(1);
        }
        bar.finish_and_clear();
        if pairs.is_empty() {
            bail!("none of {} avatars has the attributes of any photo: more --avatars may", args.avatars);
        }
        write(args, &pairs, work, &stop)?;
        Ok(pairs.len())
    })?;
    if count < photos.len() {
        ui::warn(format_args!(
            "no avatar is like {} of {} photos: they are left out",
            photos.len() - count,
            photos.len()
        ));
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

fn write(args: &PairArgs, pairs: &[(&Photo, u64)], work: &Path, stop: &AtomicBool) -> Result<()> {
    let folders = ["photo", "avatar"].map(|name| work.join(name));
    for folder in &folders {
        fs::create_dir(folder).with_context(|| format!("cannot write in {}", args.out.display()))?;
    }
    let digits = pairs.len().to_string().len().max(6);
    pairs.par_iter().enumerate().try_for_each(|(index, (photo, face))| {
        refuse(stop)?;
        let avatar = Avatar::nth(args.seed, *face).render(args.side as usize);
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
        let mut table = "file,Male,Eyeglasses,No_Beard\n".to_owned();
        for (index, face) in faces.iter().enumerate() {
            let Attributes { male, eyeglasses, beard, .. } = face.attributes;
            let values = [male, eyeglasses, !beard].map(|value| u8::from(value).to_string()).join(",");
            table += &format!("{index}.png,{values}\n");
            save(&photos.join(format!("{index}.png")), &face.render(16), [16; 2], ExtendedColorType::Rgb8).unwrap();
        }
        let data = photos.display().to_string();
        let pair_args =
            |data: DataArgs| PairArgs { data, out: out.clone(), side: 16, avatars: 400, share: Vec::new(), seed: 1 };
        let refused = pair(&pair_args(args(&data))).unwrap_err().to_string();
        assert!(refused.contains("attributes.csv") && !out.exists(), "{refused}");
        fs::write(photos.join("attributes.csv"), table).unwrap();
        pair(&pair_args(args(&data))).unwrap();

        let sides = pairs::Sides { input: Some("photo".into()), target: Some("avatar".into()), direction: None };
        let found = pairs::load(&out.display().to_string(), Split::Train, &sides, &[], 16).unwrap().pairs;
        assert_eq!(found.len(), 6);
        let pool = (0..400).map(|index| Avatar::nth(1, index)).collect::<Vec<_>>();
        let mut chosen = Vec::new();
        for (face, [photo, avatar]) in faces.iter().zip(&found) {
            assert_eq!(photo.pixels, planes(&face.render(16), 3));
            let of = pool.iter().find(|of| planes(&of.render(16), 3) == avatar.pixels).unwrap().attributes;
            let Attributes { male, eyeglasses, beard, .. } = face.attributes;
            assert_eq!((of.male, of.eyeglasses, of.beard), (male, eyeglasses, beard));
            chosen.push(&avatar.pixels);
        }
        chosen.sort();
        chosen.dedup();
        assert_eq!(chosen.len(), 6, "each another one");
        assert!(pair(&pair_args(args(&data))).unwrap_err().to_string().contains("not empty"));
    }

    #[test]
    fn an_attribute_can_be_as_rare_as_is_asked_for() {
        let share = |text: &str| text.parse::<Share>();
        let dark = |share: &[Share]| {
            let faces = Pool::draw(600, 1, share).faces;
            faces.iter().filter(|(attributes, _)| attributes.dark_skin).count() as f64 / faces.len() as f64
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
