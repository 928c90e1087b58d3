//! Every chore of the project: `cargo xtask NAME`.

mod chores;
mod devices;
mod e2e;
mod page;
mod parts;
mod places;
mod server;
mod shell;
mod steps;
mod tests_page;
mod tools;
mod wasm;

use std::process::ExitCode;

use clap::Parser;
use console::style;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "The chores of Forger")]
enum Chore {
    /// Install what a build needs, and with --tests what the browser tests need
    Setup(chores::setup::Args),
    /// Build the page and its worker into dist/
    Build(chores::build::Args),
    /// Build the page, serve it on this computer and open it
    Serve(chores::serve::Args),
    /// Run everything that is tested
    Test(chores::test::Args),
    /// Measure Forger against others in the same browser
    Bench(chores::bench::Args),
    /// Take pictures of every page: wide and narrow, light and dark, in each language
    Screenshots(chores::screenshots::Args),
}

fn main() -> ExitCode {
    let result = match Chore::parse() {
        Chore::Setup(args) => chores::setup::run(&args),
        Chore::Build(args) => chores::build::run(&args),
        Chore::Serve(args) => chores::serve::run(&args),
        Chore::Test(args) => chores::test::run(&args),
        Chore::Bench(args) => chores::bench::run(&args),
        Chore::Screenshots(args) => chores::screenshots::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{} {error:#}", style("error:").red().bold().for_stderr());
            ExitCode::FAILURE
        }
    }
}
