//! `cargo xtask bench`: how fast Forger is beside others, in the same browser. Not a test: speed depends on the machine.

use anyhow::Result;
use clap::{Subcommand, ValueEnum};

use crate::{e2e, page::Profile, places, steps::Steps, wasm_page};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// Forger as it is published
    #[arg(long, global = true)]
    ship: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
enum What {
    /// Toy GANs, against TensorFlow.js on each of its backends; takes seven minutes
    Lab,
    /// The faces of the published model, against ONNX Runtime Web with the same weights; takes five minutes
    Infer {
        /// On this device alone
        #[arg(long, value_enum)]
        only: Option<Device>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Device {
    Cpu,
    #[value(name = "webgpu")]
    WebGpu,
}

impl What {
    /// Its folder in `tests/bench`, and what its script is told.
    fn script(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Lab => ("lab", None),
            Self::Infer { only } => ("infer", only.map(Device::name)),
        }
    }
}

impl Device {
    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::WebGpu => "webgpu",
        }
    }
}

pub fn run(args: &Args) -> Result<()> {
    let profile = if args.ship { Profile::Ship } else { Profile::Fast };
    let mut steps = Steps::new(2);
    let folder = places::target().join("bench");
    steps.run("Forger for the benchmark", || wasm_page::build("forger-bench", profile, &folder))?;
    let (name, argument) = args.what.script();
    let report = steps.run("Benchmark", || e2e::bench(name, argument, &folder))?;
    tell(&report);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is what was asked for, and the rest goes to stderr")]
fn tell(report: &str) {
    println!("{report}");
}
