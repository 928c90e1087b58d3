//! What `forger train pix2pix` has of its own.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail};
use burn::tensor::Device;
use clap::Args;
use forger_core::{Pix2pix, data::photos::Photo, weights::Translator};
use forger_protocol::Pix2pixConfig;

use super::{Begin, Course, Prepared, RunArgs, begin::FromArgs, falling};
use crate::{
    data::{
        Split,
        pairs::{self, Direction, Shortest, Sides},
    },
    measures::{translation, watch::Watch},
    models,
    run::DataNote,
};

/// Looks at every pair in a run whose recipe does not say when its learning rate ends.
const EPOCHS: u64 = 200;

#[derive(Args)]
pub struct Pix2pixArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// Pairs of pictures: a folder or an archive (tar or tar.gz) with two folders in which files have the same names, or with
    /// pictures side by side; or a folder that holds such ones named train...
    #[arg(long)]
    pub data: String,
    #[command(flatten)]
    pub sides: Sides,
    /// Pairs to measure every checkpoint on, in the same order; of a folder that holds several parts, those named test... or val
    #[arg(long)]
    pub test: Option<String>,
    #[command(flatten)]
    pub from: FromArgs,
}

impl Course for Pix2pixArgs {
    type Config = Pix2pixConfig;

    fn run(&self) -> &RunArgs {
        &self.run
    }

    fn recipe(&self) -> Option<&str> {
        Some("pix2pix-facades")
    }

    /// The direction, and a learning rate that falls in the second half of as many steps as are asked for.
    fn adjust(&self, config: &mut Pix2pixConfig) {
        if let Some(direction) = self.sides.direction {
            config.reversed = direction == Direction::BToA;
        }
        falling(self.run.steps, &mut config.constant_steps, &mut config.decay_steps);
    }

    fn from(&self) -> Option<&Path> {
        self.from.path()
    }

    fn prepare(&self, config: &Pix2pixConfig, begin: &Begin) -> Result<Prepared> {
        if self.sides.direction.is_some_and(|direction| (direction == Direction::BToA) != config.reversed) {
            bail!("--direction: the run has learned the other way; leave it out, or begin another run in a new --out");
        }
        let enlarged = (config.image_size as f64 * config.jitter).ceil() as usize;
        let load = |data: &str, split, shortest| {
            let mut pairs = pairs::load(data, split, &self.sides, &[], shortest)?;
            // The system turns those of a run that is reversed; folders that are named are meant as they are.
            if pairs.named && config.reversed {
                pairs.turn();
            }
            Ok::<_, anyhow::Error>(pairs)
        };
        let pairs = load(&self.data, Split::Train, Shortest::AtMost(enlarged))?;
        let mut note = DataNote {
            name: pairs.name,
            licence: pairs.licence,
            images: pairs.pairs.len() as u64,
            flags: Some(self.sides.flags().trim().to_owned()),
            ..DataNote::default()
        };
        // As large as `forger eval translate` has them.
        let measured = |data: &String| load(data, Split::Test, Shortest::Exactly(config.image_size)).context("--test");
        let watch = self.test.as_ref().map(measured).transpose()?.map(|test| {
            let turned = |[x, y]: [Photo; 2]| if config.reversed { [y, x] } else { [x, y] };
            watch(&test.name, test.pairs.into_iter().map(turned).collect(), begin.device.clone())
        });
        let mut system = Pix2pix::new(config.clone(), pairs.pairs, &begin.device)?;
        begin.enter(&mut system, &mut note)?;
        let lasts = config.constant_steps + config.decay_steps;
        let epoch = note.images.div_ceil(config.batch as u64);
        Ok(Prepared {
            system: Box::new(system),
            lead: format!("{} pairs from {}, {side}x{side}", note.images, note.name, side = config.image_size),
            note,
            steps: if config.decay_steps > 0 { lasts } else { EPOCHS * epoch },
            watch,
        })
    }
}

/// Measures how near what it makes comes to the truth, on pairs that it does not learn from.
fn watch(set: &str, pairs: Vec<[Photo; 2]>, device: Device) -> Watch {
    let pairs = Arc::new(pairs);
    Watch::new(set, "l1", move |state| {
        let model = models::of_checkpoint::<Translator>(DataNote::default(), state, &device)?;
        let made = translation::forward(&model, pairs.iter().map(|[input, _]| input), &|_| {})?;
        let pairs = pairs.clone();
        Ok(Box::new(move || {
            let near = translation::near(&pairs, &made);
            Ok(vec![("l1", near.l1), ("psnr", near.psnr), ("ssim", near.ssim)])
        }))
    })
}
