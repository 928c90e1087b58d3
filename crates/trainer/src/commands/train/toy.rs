//! What `forger train toy` has of its own.

use anyhow::Result;
use burn::tensor::Device;
use clap::Args;
use forger_core::Toy;
use forger_protocol::ToyConfig;

use super::{Begin, Course, Prepared, RunArgs};
use crate::{measures::watch::Watch, run::DataNote};

/// Steps of a run that says nothing of its length.
const STEPS: u64 = 3000;
/// Fakes that are measured.
const MEASURED: usize = 1000;

#[derive(Args)]
pub struct ToyArgs {
    #[command(flatten)]
    pub run: RunArgs,
}

impl Course for ToyArgs {
    type Config = ToyConfig;

    fn run(&self) -> &RunArgs {
        &self.run
    }

    fn prepare(&self, config: &ToyConfig, begin: &Begin) -> Result<Prepared> {
        let (mut system, mut note) = (Toy::new(config.clone(), &begin.device)?, DataNote::default());
        begin.enter(&mut system, &mut note)?;
        Ok(Prepared {
            system: Box::new(system),
            lead: "points of a distribution".into(),
            note,
            steps: STEPS,
            watch: Some(watch()),
        })
    }
}

/// How well the fakes cover the modes of the data, where it has modes.
fn watch() -> Watch {
    Watch::new("", "high_quality", |state| {
        let look = Toy::resume(state, &Device::flex())?.look()?;
        let found = look.coverage(&look.fakes(MEASURED));
        let of = |found: forger_protocol::message::Coverage| {
            vec![("modes", found.covered as f64), ("high_quality", f64::from(found.high_quality))]
        };
        Ok(Box::new(move || Ok(found.map(of).unwrap_or_default())))
    })
}
