//! `forger train classifier`: the network that measures what generators draw.

use std::path::PathBuf;

use anyhow::{Context, Error, Result, bail};
use clap::Args;
use forger_core::{Images, classifier::Training};
use forger_protocol::ClassifierConfig;
use serde_json::{Map, Value, json};

use crate::{
    data::{
        self, DataArgs, Split,
        augmentations::Augmentations,
        oversample::{Oversample, Oversampled},
    },
    device::{DeviceArgs, values},
    measures::classified::Classified,
    progress,
    run::{check_writable, write_whole},
    ui,
};

#[derive(Args)]
pub struct ClassifierArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// File to write
    #[arg(long)]
    pub out: PathBuf,
    /// Which attributes, by name: all that the set has, if none is named
    #[arg(long, value_delimiter = ',')]
    pub attribute: Vec<String>,
    /// Learn from all pictures of this set, too, as they are, with a table of its own: the attributes that both have. What is stated is
    /// the accuracy on the pictures of --data that are kept back
    #[arg(long, value_name = "SET", conflicts_with = "classes")]
    pub and: Option<String>,
    /// An attribute for each class: of IDX labels, or of the folders that pictures lie in
    #[arg(long, conflicts_with = "attributes")]
    pub classes: bool,
    /// Looks at every picture
    #[arg(long, default_value_t = 12)]
    pub epochs: usize,
    /// Show pictures with an attribute several times an epoch, so that the classifier does not guess what is rare from what
    /// is common; may be given several times. `Eyeglasses,-Male=5` means those with glasses that are no men
    #[arg(long, value_name = "ATTRIBUTE=TIMES", allow_hyphen_values = true)]
    pub oversample: Vec<Oversample>,
    /// How pictures are changed, besides a mirror, so that they are not learned by heart: any of color,translation,cutout,
    /// or none; translation if not given. Not color where an attribute is a colour
    #[arg(long)]
    pub augment: Option<Augmentations>,
    /// Show every other picture, by chance, in a mirror: true if not given. Not where a mirror makes another class of one, as of digits
    #[arg(long, value_name = "true|false")]
    pub mirror: Option<bool>,
    /// Side of the pictures in pixels: 28, 32, 64 or 128
    #[arg(long)]
    pub image_size: Option<usize>,
    /// 1 for grey, 3 for colour
    #[arg(long)]
    pub channels: Option<usize>,
    /// Channels of the first layer
    #[arg(long)]
    pub width: Option<usize>,
    /// Seed of everything that is random
    #[arg(long)]
    pub seed: Option<u32>,
    #[command(flatten)]
    pub device: DeviceArgs,
}

/// Trains on one part of a set and states its accuracy on the other.
pub fn train(args: &ClassifierArgs) -> Result<()> {
    check_writable(&args.out)?;
    let device = args.device.open_single()?;
    let mut config = ClassifierConfig::default();
    config.image_size = args.image_size.unwrap_or(config.image_size);
    config.channels = args.channels.unwrap_or(config.channels);
    config.width = args.width.unwrap_or(config.width);
    config.seed = args.seed.unwrap_or(config.seed);
    config.mirror = args.mirror.unwrap_or(config.mirror);
    config.augment = args.augment.map_or(config.augment, |list| list.0);
    // Before pictures are made of these sizes; the names of attributes are not known yet.
    ClassifierConfig { attributes: vec![String::new()], ..config.clone() }.validate()?;
    let part_of_data = |split| part(&args.data, args.classes, split, &config).map_err(of_flags);
    let (mut pictures, mut labels) = part_of_data(Split::Train)?;
    if let Some(and) = &args.and {
        let and = DataArgs {
            data: and.clone(),
            background: args.data.background.filter(|_| !data::avatars::are_drawn(and)),
            holdout: 0,
            crop: None,
            attributes: None,
            patches: None,
            ..args.data.clone()
        };
        let (more, others) = part(&and, false, Split::Train, &config).context("--and")?;
        labels = labels.joined(others)?;
        pictures.append(more);
    }
    let (held_out, held_out_labels) = part_of_data(Split::Test)?;
    // Among those that are kept back there may be pictures of some classes only.
    let held_out_labels = held_out_labels.only(&labels.names);
    config.attributes = if args.attribute.is_empty() { labels.names.clone() } else { args.attribute.clone() };
    let places = config.attributes.iter().map(|name| {
        let known = || format!("the set has no attribute {name}, but {}", labels.names.join(", "));
        labels.names.iter().position(|known| known == name).with_context(known)
    });
    let places = places.collect::<Result<Vec<_>>>()?;
    let chosen = |rows: Vec<Vec<bool>>| -> Vec<Vec<bool>> {
        rows.into_iter().map(|row| places.iter().map(|place| row[*place]).collect()).collect()
    };
    let name = pictures.name.clone();
    let pictures = Oversampled::new(pictures, &labels, &args.oversample)?;
    let (rows, held_out_rows) = (pictures.shown(&chosen(labels.rows)), chosen(held_out_labels.rows));
    let mut training = Training::new(config.clone(), &device)?;
    let bar = progress::bar(1000 * args.epochs as u64, "training a classifier");
    for epoch in 0..args.epochs {
        // Down to zero along half a cosine: Loshchilov and Hutter 2017 (arXiv 1608.03983), section 3.
        let angle = std::f64::consts::PI * epoch as f64 / args.epochs as f64;
        let rate = config.optimizer.learning_rate() * 0.5 * (1.0 + angle.cos());
        let (mut sum, mut steps) = (0.0, 0.0_f64);
        let mut failed = None;
        training.epoch(&pictures, &rows, rate, |done, loss| {
            match values(loss) {
                Ok(loss) => sum += f64::from(loss[0]),
                Err(error) => failed = Some(error),
            }
            steps += 1.0;
            bar.set_position((1000.0 * (epoch as f64 + done)) as u64);
            failed.is_none()
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let loss = sum / steps.max(1.0);
        if !loss.is_finite() {
            bail!("training diverged in epoch {}: try --seed with another number", epoch + 1);
        }
        ui::note(format_args!("epoch {} of {}: loss {loss:.4}", epoch + 1, args.epochs));
    }
    bar.finish_and_clear();
    let classified = Classified::new(training.judge(), device);
    let note = report(&classified, &held_out, &held_out_rows)?;
    let Classified { mut judge, .. } = classified;
    judge.note = note;
    judge.note["data"] = json!(name);
    write_whole(&args.out, &judge.save())?;
    ui::result(format_args!("{}", args.out.display()));
    Ok(())
}

/// Says which flags help.
fn of_flags(error: Error) -> Error {
    data::or_table(data::or_shape(error, |side| format!("--image-size {side} --channels 1")))
}

/// Pictures and their attributes, or their classes.
fn part(
    args: &DataArgs,
    classes: bool,
    split: Split,
    config: &ClassifierConfig,
) -> Result<(data::Pictures, data::Labels)> {
    let data = DataArgs { split, ..args.clone() };
    let pictures = data::load(&data, config.channels, config.image_size)?;
    let labels = if classes {
        data::Labels::of_classes(&data::classes(&data, &pictures)?)
    } else {
        data::labels(&data, &pictures)?
    };
    if let Some(missing) = labels.rows.iter().position(Vec::is_empty) {
        bail!("picture {} of {} has no attributes: leave it out of the set", missing + 1, pictures.len());
    }
    Ok((pictures, labels))
}

/// Accuracy, its mean over both answers, and the share that has the attribute, on pictures that were not trained on.
fn report(classified: &Classified, pictures: &data::Pictures, rows: &[Vec<bool>]) -> Result<Value> {
    let (_, probabilities) = classified.see_set(pictures, &(0..pictures.len()).collect::<Vec<_>>())?;
    let attributes = &classified.judge.config.attributes;
    let count = attributes.len();
    let (mut accuracy, mut balanced) = (Map::new(), Map::new());
    ui::note("attribute              accuracy  balanced   share");
    for (place, name) in attributes.iter().enumerate() {
        // Right and all, of those without and with the attribute.
        let mut tally = [[0.0_f64; 2]; 2];
        for (row, probabilities) in rows.iter().zip(probabilities.chunks_exact(count)) {
            let (is, found) = (row[place], probabilities[place] >= 0.5);
            tally[usize::from(is)][0] += f64::from(u8::from(is == found));
            tally[usize::from(is)][1] += 1.0;
        }
        let [[right_without, without], [right_with, with]] = tally;
        let all = (right_without + right_with) / (without + with);
        let mean = if with * without == 0.0 { all } else { (right_without / without + right_with / with) / 2.0 };
        ui::note(format_args!("{name:<22} {all:8.3}  {mean:8.3}  {:6.3}", with / (with + without)));
        accuracy.insert(name.clone(), all.into());
        balanced.insert(name.clone(), mean.into());
    }
    Ok(json!({ "accuracy": accuracy, "balanced_accuracy": balanced, "held_out": pictures.len() }))
}
