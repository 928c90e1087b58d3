//! `forger train`: the loop that both systems share, and what differs between them.

use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};
use forger_core::{Dcgan, Session, System, Toy, weights};
use forger_protocol::{
    Command, DcganConfig, OptimizerConfig, Random, Stream, ToyConfig,
    message::{SessionState, StepMetrics},
};

use super::values;
use crate::{
    cli::{DcganArgs, RunArgs, ToyArgs},
    data, device, interrupt,
    progress::Progress,
    recipes,
    run::{DataNote, Run},
    sheet, ui,
};

/// Steps between looks at the metrics: on a GPU a look waits for the queue.
const LOOK_EVERY: u64 = 10;
/// Steps of a toy run that says nothing of its length.
const TOY_STEPS: u64 = 3000;
/// Epochs of a run on pictures that says nothing of its length.
const EPOCHS: u64 = 20;

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

/// Trains up to step `total`. `show` is called with every checkpoint.
fn train<S: System>(
    system: S,
    run: &Run,
    (total, every, batch): (u64, u64, usize),
    show: impl Fn(&S) -> Result<()>,
) -> Result<()> {
    let stop = interrupt::listen("saving (Ctrl-C again to stop without)")?;
    let mut session = Session::new(system);
    let mut losses = run.losses(session.system().steps())?;
    let mut progress = Progress::start(session.system().steps(), total, batch);
    session.keep(saved(session.system())?);
    session.handle(Command::TrainUntil(total));
    while session.state() == SessionState::Running {
        let every = every.max(1);
        let stop = || stop.load(Ordering::SeqCst);
        let mut left = LOOK_EVERY - session.system().steps() % LOOK_EVERY;
        left = left.min(every - session.system().steps() % every);
        session.advance(&mut || {
            left -= 1;
            left > 0 && !stop()
        });
        let metrics = settle(&mut session)?;
        losses.write(&metrics)?;
        if session.state() == SessionState::Diverged {
            let last = session.system().steps();
            bail!(
                "training diverged: a loss is not a number. The state of step {last} is kept; \
                   lower --g-lr and --d-lr and start again, or --resume from there"
            );
        }
        let step = session.system().steps();
        progress.update(step, &metrics);
        let done = session.state() != SessionState::Running;
        if step.is_multiple_of(every) || done || stop() {
            let state = saved(session.system())?;
            run.save(step, &state)?;
            session.keep(state);
            show(session.system())?;
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

/// `forger train dcgan`.
pub fn dcgan(args: &DcganArgs) -> Result<()> {
    let (device, helpers) = args.run.device.open()?;
    let run = &args.run;
    let checkpoint = if run.resume { Some(Run::open(&run.out)?.newest()?) } else { None };
    let mut config = match &checkpoint {
        Some(bytes) => Dcgan::config_of(bytes).with_context(|| run.out.display().to_string())?,
        None => recipes::find(args.recipe.as_deref().unwrap_or_else(|| data::recipe(&args.data.data)))?,
    };
    if checkpoint.is_none() {
        apply(&mut config, args);
    }
    config.validate()?;
    let pictures = data::load(&args.data, config.channels, config.image_size)?;
    let images = forger_core::Images::len(&pictures) as u64;
    let per_epoch = images.div_ceil((config.batch * config.d_steps) as u64);
    let total = run.steps.unwrap_or_else(|| args.epochs.unwrap_or(EPOCHS) * per_epoch);
    let note = DataNote { name: pictures.name.clone(), licence: pictures.licence.clone(), images };
    ui::note(format_args!(
        "{images} pictures of {}x{} from {}; {total} steps of {}",
        config.image_size, config.image_size, note.name, config.batch
    ));
    let mut system = match &checkpoint {
        Some(bytes) => Dcgan::resume(bytes, Box::new(pictures), &device)?,
        None => Dcgan::new(config.clone(), Box::new(pictures), &device)?,
    };
    if !helpers.is_empty() {
        system.share(&helpers)?;
    }
    let folder = open(run)?;
    folder.write_note(&note)?;
    let z = Random::new(1, Stream::Latent).latent(config.prior, 64, config.latent_dim);
    train(system, &folder, (total, run.checkpoint_every, config.batch), |dcgan: &Dcgan| {
        let z = burn::tensor::TensorData::new(z.clone(), [64, config.latent_dim]);
        let pictures = dcgan.ema_generator().forward(burn::tensor::Tensor::from_data(z, &device));
        let path = folder.path(&format!("samples/{:010}.png", dcgan.steps()));
        sheet::write(&path, &weights::to_bytes(&values(pictures)?), config.channels, config.image_size)
    })
}

fn apply(config: &mut DcganConfig, args: &DcganArgs) {
    set(&mut config.image_size, args.image_size);
    set(&mut config.channels, args.channels);
    set(&mut config.latent_dim, args.latent_dim);
    set(&mut config.width, args.width);
    set(&mut config.normalization, args.normalization.map(Into::into));
    set(&mut config.spectral_norm, args.spectral_norm);
    set(&mut config.augment, args.augment.map(|list| list.0));
    set(&mut config.mirror, args.mirror);
    set(&mut config.ema_decay, args.ema_decay);
    set(&mut config.d_steps, args.d_steps);
    set(&mut config.batch, args.run.batch);
    set(&mut config.seed, args.run.seed);
    set(&mut config.loss, args.run.loss.map(Into::into));
    rate(&mut config.generator_optimizer, args.run.g_lr);
    rate(&mut config.discriminator_optimizer, args.run.d_lr);
}

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
    let total = args.run.steps.unwrap_or(TOY_STEPS);
    train(system, &open(&args.run)?, (total, args.run.checkpoint_every, batch), |toy: &Toy| {
        if let Some(found) = toy.look().coverage(&toy.look().fakes(1000)) {
            let (step, quality) = (toy.steps(), 100.0 * found.high_quality);
            ui::note(format_args!("step {step}: {} of {} modes, {quality:.0} % on one", found.covered, found.modes));
        }
        Ok(())
    })
}
