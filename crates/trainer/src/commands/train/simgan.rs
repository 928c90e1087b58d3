//! What `forger train simgan` has of its own.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use forger_core::{Images as _, Simgan};
use forger_protocol::SimganConfig;
use forger_simulators::Simulator;

use super::{Begin, Course, Prepared, RunArgs, begin::FromArgs, falling, semantic::SemanticArgs};
use crate::{
    data::{self, DataArgs, simulated::Simulated},
    run::DataNote,
};

/// Pictures of the simulator, each another one, before they come again.
const SYNTHETIC: usize = 100_000;
/// Steps of a run that does not say when its learning rate ends.
const STEPS: u64 = 4000;

#[derive(Args)]
pub struct SimganArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// The real pictures; what they show is not asked for
    #[command(flatten)]
    pub data: DataArgs,
    /// What draws the synthetic ones: eyes (55 wide, 35 high) or digits (28 x 28)
    #[arg(long)]
    pub simulator: Simulator,
    #[command(flatten)]
    pub semantic: SemanticArgs,
    #[command(flatten)]
    pub from: FromArgs,
}

impl Course for SimganArgs {
    type Config = SimganConfig;

    fn run(&self) -> &RunArgs {
        &self.run
    }

    fn recipe(&self) -> Option<&str> {
        Some(match self.simulator {
            Simulator::Eyes => "simgan-eyes",
            Simulator::Digits => "simgan-digits",
        })
    }

    /// The size of the simulator's pictures, no steps in which a refiner that is trained learns to keep them, and a learning rate that falls in the second half of as many steps as are asked for.
    fn adjust(&self, config: &mut SimganConfig) {
        (config.image_height, config.image_width) = self.simulator.size();
        if self.from.path().is_some() {
            // It would learn to change nothing, and forget what it begins with.
            config.refiner_pretraining = 0;
        }
        falling(self.run.steps, &mut config.constant_steps, &mut config.decay_steps);
    }

    fn from(&self) -> Option<&Path> {
        self.from.path()
    }

    fn prepare(&self, config: &SimganConfig, begin: &Begin) -> Result<Prepared> {
        let (height, width) = self.simulator.size();
        let found = [config.channels, config.image_height, config.image_width];
        if found != [1, height, width] {
            bail!(
                "--simulator {} draws grey pictures of {width} x {height}: leave channels=1, image_height={height} and \
                 image_width={width}",
                self.simulator
            );
        }
        let (features, classifier) = self.semantic.open(config.semantic, &begin.note)?;
        let real = data::load_sized(&self.data, found)?;
        let mut note = DataNote {
            name: format!("{} and the simulator of {}", real.name, self.simulator),
            licence: real.licence.clone(),
            images: real.len() as u64,
            features,
            flags: Some(format!("--simulator {}{}{}", self.simulator, self.data.flags(""), real.kept_back())),
            ..DataNote::default()
        };
        let lead = format!("{} real pictures of {width} x {height} from {}", real.len(), real.name);
        let synthetic = Simulated { simulator: self.simulator, seed: config.seed, count: SYNTHETIC };
        let mut system =
            Simgan::new(config.clone(), Box::new(synthetic), Box::new(real), classifier.as_ref(), &begin.device)?;
        begin.enter(&mut system, &mut note)?;
        let lasts = config.constant_steps + config.decay_steps;
        Ok(Prepared {
            system: Box::new(system),
            lead,
            note,
            steps: if config.decay_steps > 0 { lasts } else { STEPS },
            watch: None,
        })
    }
}
