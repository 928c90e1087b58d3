//! What `forger train cyclegan` has of its own.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use forger_core::Cyclegan;
use forger_protocol::CycleganConfig;

use super::{Begin, Course, Prepared, RunArgs, begin::FromArgs, falling, semantic::SemanticArgs};
use crate::{
    data::{Pictures, Split, sets::Sets},
    run::DataNote,
};

/// Looks at every picture of the larger set in a run whose recipe does not say when its learning rate ends.
const EPOCHS: u64 = 200;

#[derive(Args)]
pub struct CycleganArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub sets: Sets,
    #[command(flatten)]
    pub semantic: SemanticArgs,
    #[command(flatten)]
    pub from: FromArgs,
}

impl Course for CycleganArgs {
    type Config = CycleganConfig;

    fn run(&self) -> &RunArgs {
        &self.run
    }

    fn recipe(&self) -> Option<&str> {
        Some("cyclegan-photos")
    }

    /// A learning rate that falls in the second half of as many steps as are asked for.
    fn adjust(&self, config: &mut CycleganConfig) {
        falling(self.run.steps, &mut config.constant_steps, &mut config.decay_steps);
    }

    fn from(&self) -> Option<&Path> {
        self.from.path()
    }

    fn prepare(&self, config: &CycleganConfig, begin: &Begin) -> Result<Prepared> {
        let (features, classifier) = self.semantic.open(config.semantic, &begin.note)?;
        // So large that a square can be cut out by chance.
        let side = (config.image_size as f64 * config.jitter).round() as usize;
        let [x, y] = self.sets.load(Split::Train, side)?;
        let names = [x.name.clone(), y.name.clone()];
        let licences = [x.licence.clone(), y.licence.clone()];
        let kept_back = if x.kept_back().is_empty() { y.kept_back() } else { x.kept_back() };
        let [x, y] = [x, y].map(Pictures::into_photos);
        let (first, second) = (x.len() as u64, y.len() as u64);
        let mut note = DataNote {
            flags: Some(self.sets.flags([&names[0], &names[1]]) + kept_back),
            name: names.join(" and "),
            licence: if licences[0] == licences[1] { licences[0].clone() } else { licences.join("; ") },
            images: first + second,
            features,
            ..DataNote::default()
        };
        let mut system = Cyclegan::new(config.clone(), x, y, classifier.as_ref(), &begin.device)?;
        begin.enter(&mut system, &mut note)?;
        let lasts = config.constant_steps + config.decay_steps;
        let epoch = first.max(second).div_ceil(config.batch as u64);
        Ok(Prepared {
            system: Box::new(system),
            lead: format!(
                "{first} pictures from {} and {second} from {}, {side}x{side}",
                names[0],
                names[1],
                side = config.image_size
            ),
            note,
            steps: if config.decay_steps > 0 { lasts } else { EPOCHS * epoch },
            watch: None,
        })
    }
}
