//! `forger`: trains GANs at full size and exports the weights that the page loads.

mod cli;
mod commands;
mod data;
mod device;
mod interrupt;
mod measures;
mod models;
mod progress;
mod recipes;
mod report;
mod run;
mod sheet;
mod tensorboard;
mod ui;
mod upscaling;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use cli::{BenchCommand, Cli, Command, DataCommand, EvalCommand};

/// A step allocates and frees some hundred megabytes in large pieces, which the system's allocator gives back each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Cli::parse_from(cli::arguments(std::env::args_os().collect())).command) {
        // What was lost is told already.
        Ok(()) if ui::is_lost() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<commands::detect::Strange>() => {
            ui::note(error);
            if ui::is_lost() { ExitCode::FAILURE } else { ExitCode::from(commands::detect::STRANGE) }
        }
        Err(error) => {
            ui::error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Train(system) => system.run(),
        Command::Recipes => commands::recipes(),
        Command::Sample(args) => commands::sample::sample(&args),
        Command::Export(args) => commands::export::export(&args),
        Command::Import(args) => commands::import::import(&args),
        Command::Eval(EvalCommand::Latent(args)) => commands::eval_latent::latent(&args),
        Command::Eval(EvalCommand::Invert(args)) => commands::eval_invert::invert(&args),
        Command::Eval(EvalCommand::Directions(args)) => commands::eval_directions::directions(&args),
        Command::Eval(EvalCommand::Samples(args)) => commands::eval::eval(&args),
        Command::Eval(EvalCommand::Superres(args)) => commands::eval_superres::superres(&args),
        Command::Eval(EvalCommand::Translate(args)) => device::guard(|| commands::eval_translate::translate(&args)),
        Command::Eval(EvalCommand::Refine(args)) => commands::eval_refine::refine(&args),
        Command::Eval(EvalCommand::Defects(args)) => commands::eval_defects::defects(&args),
        Command::Eval(EvalCommand::Detect(args)) => commands::eval_detect::detect(&args),
        Command::Translate(args) => device::guard(|| commands::translate::translate(&args)),
        Command::Refine(args) => device::guard(|| commands::refine::refine(args)),
        Command::Calibrate(args) => device::guard(|| commands::calibrate::calibrate(&args)),
        Command::Detect(args) => device::guard(|| commands::detect::detect(&args)),
        Command::Upscale(args) => device::guard(|| commands::upscale::upscale(&args)),
        Command::Bench(BenchCommand::Train(args)) => device::guard(|| commands::bench::train(&args)),
        Command::Report(args) => commands::report::report(&args),
        Command::Compare(args) => commands::compare::compare(&args),
        Command::Data(DataCommand::Fetch(args)) => data::fetch::fetch(&args.name, args.to.as_deref()).map(drop),
        Command::Data(DataCommand::Make(args)) => data::make::make(&args),
        Command::Data(DataCommand::Pair(args)) => data::pair::pair(&args),
        Command::Doctor(args) => commands::doctor::doctor(&args),
        Command::Worker(args) => commands::worker::worker(args),
    }
}
