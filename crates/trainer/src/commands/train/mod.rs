//! `forger train`: the loop that the systems share. What differs between them is in a file each.

mod auxiliary;
pub mod dcgan;
pub mod superres;
pub mod toy;

use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use forger_core::{Session, System};
use forger_protocol::{
    Command, OptimizerConfig,
    message::{SessionState, StepMetrics},
};

use super::values;
use crate::{cli::RunArgs, device, interrupt, measures::log, progress::Progress, run::Run, ui};

/// Steps between looks at the metrics: on a GPU a look waits for the queue.
const LOOK_EVERY: u64 = 10;
/// How often a run that diverges goes back and on with half the rates.
const RESCUES: u32 = 3;

fn rate(optimizer: &mut OptimizerConfig, flag: Option<f64>) {
    if let Some(value) = flag {
        *optimizer = optimizer.with_learning_rate(value);
    }
}

fn set<T>(setting: &mut T, flag: Option<T>) {
    if let Some(value) = flag {
        *setting = value;
    }
}

/// Trains up to step `total`. `look` is called with every checkpoint.
fn train<S: System>(
    system: S,
    run: &Run,
    (total, every, batch): (u64, u64, usize),
    mut look: impl FnMut(&S, &[u8]) -> Result<()>,
) -> Result<()> {
    let stop = interrupt::listen("saving (Ctrl-C again to stop without)")?;
    let every = every.max(1);
    let mut session = Session::new(system);
    let start = session.system().steps();
    let state = saved(session.system())?;
    if run.newest_step().is_none() {
        // So that a run can be gone on with from its first moment.
        run.save(start, &state)?;
    }
    session.keep(state);
    let mut losses = run.losses(start)?;
    log::cut(run, start)?;
    let mut progress = Progress::start(start, total, batch);
    let (mut rescues, mut trouble) = (0, None);
    session.handle(Command::TrainUntil(total));
    while session.state() == SessionState::Running {
        let stop = || stop.load(Ordering::SeqCst);
        let mut left = LOOK_EVERY - session.system().steps() % LOOK_EVERY;
        left = left.min(every - session.system().steps() % every);
        session.advance(&mut || {
            left -= 1;
            left > 0 && !stop()
        });
        let metrics = settle(&mut session)?;
        note(&mut trouble, losses.write(&metrics))?;
        if session.state() == SessionState::Diverged {
            rescue(&mut session, &mut rescues)?;
            let step = session.system().steps();
            losses = run.losses(step)?;
            log::cut(run, step)?;
            session.handle(Command::TrainUntil(total));
            continue;
        }
        let step = session.system().steps();
        progress.update(step, &metrics);
        let done = session.state() != SessionState::Running;
        if step.is_multiple_of(every) || done || stop() {
            let state = saved(session.system())?;
            let written = run.save(step, &state);
            if done || stop() {
                written.context("the end of the run is not saved; free some space and go on with --resume")?;
            } else {
                // The next one may find space again: a full disk must not end a long run.
                note(&mut trouble, written)?;
            }
            note(&mut trouble, look(session.system(), &state))?;
            session.keep(state);
        }
        if stop() && !done {
            progress.finish(step);
            ui::note(format_args!("stopped at step {step} of {total}; go on with --resume"));
            return Ok(());
        }
    }
    progress.finish(session.system().steps());
    Ok(())
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
fn rescue<S: System>(session: &mut Session<S>, rescues: &mut u32) -> Result<()> {
    let step = session.system().steps();
    *rescues += 1;
    if *rescues > RESCUES || !session.system_mut().slow_down(0.5) {
        bail!(
            "training diverged: a loss is not a number. The state of step {step} is kept; \
             lower --g-lr and --d-lr and start again, or --resume from there"
        );
    }
    ui::warn(format_args!("a loss is not a number: back at step {step}, and on with half the learning rates"));
    session.keep(saved(session.system())?);
    Ok(())
}

fn saved<S: System>(system: &S) -> Result<Vec<u8>> {
    system.save().map_err(|error| device::Failed::new(error).into())
}

fn settle<S: System>(session: &mut Session<S>) -> Result<Vec<StepMetrics>> {
    match session.take_metrics() {
        Some((first, metrics)) => Ok(session.settle(first, &values(metrics)?)),
        None => Ok(Vec::new()),
    }
}

fn open(args: &RunArgs) -> Result<Run> {
    if args.resume { Run::open(&args.out) } else { Run::create(&args.out) }
}

/// Runs a training command. Where its device fails, the error says how to go on.
pub fn guarded(args: &RunArgs, command: impl FnOnce() -> Result<()>) -> Result<()> {
    let result = device::guard(command);
    let Some(failed) = result.as_ref().err().and_then(|error| error.downcast_ref::<device::Failed>()) else {
        return result;
    };
    let device = &args.device.device;
    let reason = if device.starts_with("remote") {
        format!("a worker is gone, or the connection to it ({failed})")
    } else {
        failed.to_string()
    };
    let advice = match Run::open(&args.out).ok().and_then(|run| run.newest_step()) {
        Some(step) => format!(
            "The state of step {step} is saved: repeat the command with --resume, and with --device cpu or when the \
             device is back"
        ),
        None => "Nothing was saved yet: start again in a new --out; `forger doctor` says what works".into(),
    };
    bail!("device {device} failed: {reason}\n{advice}")
}
