//! `cargo xtask bench`: how fast Forger is beside others, in the same browser. Not a test: speed depends on the machine.

use anyhow::Result;
use clap::ValueEnum;

use crate::{e2e, page::Profile, places, steps::Steps, wasm_page};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_enum)]
    what: What,
    /// Forger as it is published
    #[arg(long)]
    ship: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Toy GANs, against TensorFlow.js on each of its backends; takes seven minutes
    Lab,
}

pub fn run(args: &Args) -> Result<()> {
    let What::Lab = args.what;
    let profile = if args.ship { Profile::Ship } else { Profile::Fast };
    let mut steps = Steps::new(2);
    let folder = places::target().join("bench");
    steps.run("Forger for the benchmark", || wasm_page::build("forger-bench", profile, &folder))?;
    let report = steps.run("Benchmark", || e2e::bench(&folder))?;
    tell(&report);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is what was asked for, and the rest goes to stderr")]
fn tell(report: &str) {
    println!("{report}");
}
