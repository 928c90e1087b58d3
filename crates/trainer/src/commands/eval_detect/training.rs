//! The models that are judged with, trained where they are missing.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{
    super::train::{RunArgs, TrainCommand, begin::FromArgs, dcgan::DcganArgs, encoder::EncoderArgs},
    EvalDetectArgs,
};
use crate::{
    data::{DataArgs, Split},
    device::DeviceArgs,
    interrupt,
    measures::detection::Method,
    run::Run,
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
        let run = RunArgs { steps: Some(args.encoder_steps), ..run(args, &encoder_of(out), "--encoder-steps") };
        let course = EncoderArgs { run, model: out.to_owned(), data: learned(args), normal: Some(class.to_owned()) };
        to_its_end(&TrainCommand::Encoder(Box::new(course)))?;
    }
    Ok(())
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
