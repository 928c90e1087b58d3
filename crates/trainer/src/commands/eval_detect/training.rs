//! The models that are judged with, trained where they are missing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use burn::tensor::Device;
use forger_core::{checkpoint::Reader, weights::Drawer};
use forger_protocol::EncoderConfig;

use super::{
    super::train::{RunArgs, TrainCommand, begin::FromArgs, dcgan::DcganArgs, encoder::EncoderArgs},
    EvalDetectArgs,
};
use crate::{
    data::{DataArgs, Split},
    device::DeviceArgs,
    interrupt,
    measures::detection::Method,
    models,
    run::Run,
    ui,
};

/// Where the encoder of the model of a run lies.
pub fn encoder_of(run: &Path) -> PathBuf {
    run.join("encoder")
}

/// Trains the model of a class to its end, and its encoder where one is asked for.
pub fn train(args: &EvalDetectArgs, methods: &[Method], class: &str, out: &Path) -> Result<()> {
    let course = DcganArgs {
        run: RunArgs { recipe: args.recipe.clone(), set: args.set.clone(), ..run(args, out, "--epochs") },
        data: learned(args),
        normal: Some(class.to_owned()),
        from: FromArgs::default(),
        epochs: args.epochs,
        classifier: None,
        measure_count: 0,
        auxiliary_classifier: None,
        auxiliary_attributes: Vec::new(),
        oversample: Vec::new(),
    };
    to_its_end(&TrainCommand::Dcgan(Box::new(course)))?;
    if methods.contains(&Method::Encoder) {
        let encoder = encoder_of(out);
        if is_of_another(&encoder, out)? {
            ui::note(format_args!("class {class}: the encoder is of an older model, and begins anew"));
            fs::remove_dir_all(&encoder).with_context(|| format!("cannot remove {}", encoder.display()))?;
        }
        let run = RunArgs { steps: Some(args.encoder_steps), ..run(args, &encoder, "--encoder-steps") };
        let course = EncoderArgs { run, model: out.to_owned(), data: learned(args), normal: Some(class.to_owned()) };
        to_its_end(&TrainCommand::Encoder(Box::new(course)))?;
    }
    Ok(())
}

/// Whether an encoder gives the codes of another model than the newest of a run, which may have gone on since.
fn is_of_another(encoder: &Path, run: &Path) -> Result<bool> {
    let Some(encoder) = Run::open(encoder).ok().filter(|encoder| encoder.newest_step().is_some()) else {
        return Ok(false);
    };
    let model = models::open::<Drawer>(run, &Device::flex())?;
    let config = Reader::new(&encoder.newest()?)?.settings::<EncoderConfig>()?;
    Ok(!model.is_served_by(&config))
}

fn learned(args: &EvalDetectArgs) -> DataArgs {
    DataArgs { split: Split::Train, ..args.data.clone() }
}

/// A run that goes on where it has begun; `length` is the flag that says how long.
fn run(args: &EvalDetectArgs, out: &Path, length: &'static str) -> RunArgs {
    RunArgs {
        out: out.to_owned(),
        device: DeviceArgs { device: args.device.device.clone(), secret_file: args.device.secret_file.clone() },
        resume: Run::open(out).is_ok_and(|run| run.newest_step().is_some()).then_some(None),
        recipe: None,
        set: Vec::new(),
        steps: None,
        checkpoint_every: 1000,
        length: Some(length),
    }
}

fn to_its_end(command: &TrainCommand) -> Result<()> {
    command.run()?;
    if interrupt::is_heard() {
        bail!("stopped: repeat the command to go on");
    }
    Ok(())
}
