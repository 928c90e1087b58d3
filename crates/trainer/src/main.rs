//! `forger`: trains GANs at full size and exports the weights that the page loads.

mod cli;
mod commands;
mod data;
mod device;
#[allow(dead_code, reason = "the training loop will write what commands read here")]
mod measures;
mod progress;
mod report;
mod run;
mod sheet;
mod tensorboard;
mod ui;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command, DataCommand, TrainCommand};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train(TrainCommand::Dcgan(args)) => commands::train::dcgan(&args),
        Command::Train(TrainCommand::Toy(args)) => commands::train::toy(&args),
        Command::Sample(args) => commands::sample::sample(&args),
        Command::Export(args) => commands::export::export(&args),
        Command::Eval(args) => commands::eval::eval(&args),
        Command::Report(args) => commands::report::report(&args),
        Command::Compare(args) => commands::compare::compare(&args),
        Command::Data(DataCommand::Fetch(args)) => data::fetch::fetch(&args.name, args.to.as_deref()).map(drop),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            ui::error(&error);
            ExitCode::FAILURE
        }
    }
}
