//! `forger train toy`.

use anyhow::Result;
use forger_core::{System, Toy};
use forger_protocol::ToyConfig;

use super::{open, rate, set, train};
use crate::{cli::ToyArgs, run::Run, ui};

/// Steps of a run that says nothing of its length.
const STEPS: u64 = 3000;

/// `forger train toy`.
pub fn toy(args: &ToyArgs) -> Result<()> {
    let device = args.run.device.open_single()?;
    let system = if args.run.resume {
        Toy::resume(&Run::open(&args.run.out)?.newest()?, &device)?
    } else {
        let mut config = ToyConfig::default();
        set(&mut config.distribution, args.distribution.map(Into::into));
        set(&mut config.batch, args.run.batch);
        set(&mut config.seed, args.run.seed);
        set(&mut config.loss, args.run.loss.map(Into::into));
        rate(&mut config.generator_optimizer, args.run.g_lr);
        rate(&mut config.discriminator_optimizer, args.run.d_lr);
        Toy::new(config, &device)?
    };
    let batch = system.config().batch;
    let total = args.run.steps.unwrap_or(STEPS);
    train(system, &open(&args.run)?, (total, args.run.checkpoint_every, batch), |toy: &Toy, _| {
        if let Some(found) = toy.look().coverage(&toy.look().fakes(1000)) {
            let (step, quality) = (toy.steps(), 100.0 * found.high_quality);
            ui::note(format_args!("step {step}: {} of {} modes, {quality:.0} % on one", found.covered, found.modes));
        }
        Ok(())
    })
}
