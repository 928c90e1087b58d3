//! `cargo xtask setup`: what the other chores would install when they need it.

use anyhow::Result;

use crate::{
    steps::Steps,
    tools::{browser, node, wasm_target},
};

#[derive(clap::Args)]
pub struct Args {
    /// Also what the browser tests need: their packages, and a browser if there is none
    #[arg(long)]
    tests: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let mut steps = Steps::new(if args.tests { 3 } else { 1 });
    steps.run("Rust for the browser", wasm_target::ensure)?;
    if args.tests {
        steps.run("Packages of the browser tests", node::ensure)?;
        let path = steps.run("Browser", browser::ensure)?;
        eprintln!("tests run in {}", path.display());
    }
    Ok(())
}
