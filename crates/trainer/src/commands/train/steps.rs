//! The loop of training: steps, looks, checkpoints, and what happens when they fail.

use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use forger_core::{CheckpointError, Session, System, weights};
use forger_protocol::{
    Command,
    message::{SessionState, StepMetrics},
};
use serde_json::Value;

use super::RunArgs;
use crate::{
    device::{self, values},
    interrupt,
    measures::{log, watch::Watch},
    progress::Progress,
    run::Run,
    sheet, ui,
};

/// Steps between looks at the metrics: on a GPU a look waits for the queue.
const LOOK_EVERY: u64 = 10;
/// How often a run that diverges goes back and on with half the rates.
const RESCUES: u32 = 3;

/// Trains up to step `total`, in steps of so many examples.
pub fn advance(
    system: Box<dyn System>,
    run: &Run,
    args: &RunArgs,
    length: (u64, u64),
    watch: Option<Watch>,
) -> Result<()> {
    let stop = interrupt::listen("saving (Ctrl-C again to stop without)")?;
    advance_until(&|| stop.load(Ordering::SeqCst), system, run, args, length, watch)
}

/// The same, or up to where `stop` says so.
fn advance_until(
    stop: &dyn Fn() -> bool,
    system: Box<dyn System>,
    run: &Run,
    args: &RunArgs,
    (total, examples): (u64, u64),
    mut watch: Option<Watch>,
) -> Result<()> {
    let (every, again) = (args.checkpoint_every.max(1), args.again());
    let mut session = Session::new(system);
    let (start, declaration) = (session.system().steps(), session.system().declaration());
    let state = saved(session.system_mut())?;
    if run.newest_step().is_none() {
        // So that a run can be gone on with from its first moment.
        run.save(start, &state)?;
    }
    session.keep(state.into());
    let mut losses = run.losses(start, declaration)?;
    log::cut(run, start)?;
    let mut progress = Progress::start(start, total, examples, declaration, &session.system().config());
    let (mut rescues, mut trouble) = (0, None);
    session.handle(Command::TrainUntil(total));
    while session.state() == SessionState::Running {
        let mut left = LOOK_EVERY - session.system().steps() % LOOK_EVERY;
        left = left.min(every - session.system().steps() % every);
        session.advance(&mut || {
            left -= 1;
            left > 0 && !stop()
        });
        let metrics = settle(&mut session)?;
        note(&mut trouble, losses.write(&metrics))?;
        if session.state() == SessionState::Diverged {
            rescue(&mut session, &mut rescues, again)?;
            let step = session.system().steps();
            losses = run.losses(step, declaration)?;
            log::cut(run, step)?;
            session.handle(Command::TrainUntil(total));
            continue;
        }
        let step = session.system().steps();
        progress.update(step, &metrics);
        let done = session.state() != SessionState::Running;
        // Asked once: what is said to be saved must be, whenever Ctrl-C comes.
        let stopping = stop();
        if step.is_multiple_of(every) || done || stopping {
            let state = saved(session.system_mut())?;
            let written = run.save(step, &state);
            if done || stopping {
                written.with_context(|| {
                    format!("the end of the run is not saved; free some space and go on with {again}")
                })?;
            } else {
                // The next one may find space again: a full disk must not end a long run.
                note(&mut trouble, written)?;
            }
            if let Some(watch) = &mut watch {
                note(&mut trouble, watch.look((step, step * examples), &state, run))?;
            }
            note(&mut trouble, show(session.system(), run))?;
            session.keep(state.into());
        }
        if stopping && !done {
            progress.finish(step);
            ui::note(format_args!("stopped at step {step} of {total}; go on with {again}"));
            return watch.map_or(Ok(()), |watch| watch.finish(run));
        }
    }
    progress.finish(session.system().steps());
    watch.map_or(Ok(()), |watch| watch.finish(run))
}

/// A sheet of what the system shows of itself: as many rows as columns of one kind of pictures, or a column a kind.
fn show(system: &dyn System, run: &Run) -> Result<()> {
    let visuals = system.visuals();
    let Some([count, channels, height, width]) = visuals.first().map(burn::tensor::Tensor::dims) else { return Ok(()) };
    let kinds = visuals.len();
    let columns =
        visuals.into_iter().map(|tensor| Ok(weights::to_bytes(&values(tensor)?))).collect::<Result<Vec<_>>>()?;
    let size = channels * height * width;
    let at = |index: usize| columns.iter().flat_map(move |all| all[index * size..(index + 1) * size].iter().copied());
    let pictures = (0..count).flat_map(at).collect::<Vec<_>>();
    let path = run.path(&format!("samples/{:010}.png", system.steps()));
    match kinds {
        1 => sheet::write(&path, &pictures, [channels, height, width]),
        _ => sheet::write_rows(&path, &pictures, [channels, height, width], kinds),
    }
}

/// Says what could not be written or measured, once as long as it stays the same. A lost device ends the run.
fn note(trouble: &mut Option<String>, done: Result<()>) -> Result<()> {
    let Err(error) = done else { return Ok(()) };
    if error.is::<device::Failed>() {
        return Err(error);
    }
    let text = format!("{error:#}");
    if trouble.as_ref() != Some(&text) {
        ui::warn(format_args!("{text}; training goes on"));
        *trouble = Some(text);
    }
    Ok(())
}

/// After a loss that is not a number: the session is back at its last checkpoint, and goes on with half the rates.
fn rescue(session: &mut Session<dyn System>, rescues: &mut u32, again: &str) -> Result<()> {
    let step = session.system().steps();
    *rescues += 1;
    if *rescues > RESCUES {
        let rates = rates(&session.system().config());
        bail!(
            "training diverged: a loss is not a number. The state of step {step} is kept; lower the learning rates ({}), and go on \
             from there with {again} or start again",
            rates.iter().map(|key| format!("--set {key}=...")).collect::<Vec<_>>().join(", ")
        );
    }
    session.system_mut().slow_down(0.5);
    ui::warn(format_args!("a loss is not a number: back at step {step}, and on with half the learning rates"));
    let state = saved(session.system_mut())?;
    session.keep(state.into());
    Ok(())
}

/// What the learning rates are called among the settings of a system.
fn rates(config: &Value) -> Vec<String> {
    let of = |(key, value): (&String, &Value)| match value {
        Value::Object(_) => rates(value).into_iter().map(|rest| format!("{key}.{rest}")).collect(),
        _ if key == "learning_rate" => vec![key.clone()],
        _ => Vec::new(),
    };
    config.as_object().into_iter().flatten().flat_map(of).collect()
}

fn saved(system: &mut dyn System) -> Result<Vec<u8>> {
    system.save().map_err(|error| match error {
        CheckpointError::Device(reason) => device::Failed::new(reason).into(),
        other => other.into(),
    })
}

fn settle(session: &mut Session<dyn System>) -> Result<Vec<StepMetrics>> {
    match session.take_metrics() {
        Some((first, metrics)) => Ok(session.settle(first, &values(metrics)?)),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceArgs;
    use burn::tensor::Device;
    use forger_core::Toy;
    use forger_protocol::{DcganConfig, EncoderConfig, Settings as _, SimganConfig, ToyConfig};
    use serde_json::json;
    use std::{cell::Cell, path::Path};

    fn args(out: &Path) -> RunArgs {
        RunArgs {
            out: out.to_owned(),
            device: DeviceArgs { device: "cpu".into(), secret_file: None },
            resume: None,
            recipe: None,
            set: Vec::new(),
            steps: None,
            checkpoint_every: 1000,
            length: None,
        }
    }

    #[test]
    fn a_run_that_is_stopped_at_any_moment_is_saved_and_measured_where_it_stops() {
        // More often than it is asked in the steps between two looks.
        for moment in 1..2 * LOOK_EVERY {
            let folder = tempfile::tempdir().unwrap();
            let run = Run::open(folder.path()).unwrap();
            let asked = Cell::new(0);
            let stop = || {
                asked.set(asked.get() + 1);
                asked.get() >= moment
            };
            let toy = Box::new(Toy::new(ToyConfig::default(), &Device::flex()).unwrap());
            let watch = Watch::new("", "modes", |_| Ok(Box::new(|| Ok(vec![("modes", 1.0)]))));
            advance_until(&stop, toy, &run, &args(folder.path()), (50, 1), Some(watch)).unwrap();
            let step = run.newest_step().unwrap();
            let told = crate::run::read_losses(&run, &ToyConfig::SYSTEM).last().unwrap().step;
            let measured = log::read(&run).unwrap().last("modes").unwrap().step;
            assert!(step < 50 && (told, measured) == (step, step), "{moment}: {step}, {told}, {measured}");
        }
    }

    #[test]
    fn learning_rates_are_called_as_each_system_has_them() {
        let [d, g] = ["discriminator", "generator"].map(|of| format!("{of}_optimizer.learning_rate"));
        assert_eq!(rates(&json!(DcganConfig::default())), [d.clone(), g]);
        assert_eq!(rates(&json!(SimganConfig::default())), [d, "refiner_optimizer.learning_rate".into()]);
        assert_eq!(rates(&json!(EncoderConfig::default())), ["optimizer.learning_rate"]);
    }
}
