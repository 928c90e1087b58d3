//! `cargo xtask test`: everything that is tested, quick things first. The first failure ends it.

use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    devices, e2e,
    page::{Page, Profile},
    places, shell,
    steps::Steps,
    tools::wasm_target::{self, TARGET},
};

#[derive(clap::Args)]
pub struct Args {
    /// Only these steps
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Step>,
    /// For the browser tests: which files or titles, and other options of `playwright test`
    #[arg(last = true)]
    playwright: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Rust code is formatted
    Fmt,
    /// No lint warns, native, and with what the trainer is built with on demand (not CUDA, whose build fetches an LLVM)
    Clippy,
    /// No lint warns in what runs in the browser
    ClippyWasm,
    /// The documentation builds, and its links lead somewhere
    Docs,
    /// Unit, reference and doc tests, and the rules of the architecture
    Unit,
    /// The page builds
    Page,
    /// CPU and WebGPU train to the same weights, in a real browser
    Devices,
    /// The page works in a real browser
    E2e,
}

impl Step {
    const fn title(self) -> &'static str {
        match self {
            Self::Fmt => "Format",
            Self::Clippy => "Lints, native",
            Self::ClippyWasm => "Lints, wasm",
            Self::Docs => "Documentation",
            Self::Unit => "Unit, reference and doc tests",
            Self::Page => "Page and engine",
            Self::Devices => "Device tests",
            Self::E2e => "Browser tests",
        }
    }

    /// The projects of Playwright in which it runs tests.
    fn projects(self) -> Vec<&'static str> {
        match self {
            Self::Devices => e2e::DEVICES.to_vec(),
            Self::E2e => e2e::PAGE.concat(),
            _ => Vec::new(),
        }
    }

    fn run(self, playwright: &[String]) -> Result<()> {
        match self {
            Self::Fmt => shell::run(shell::cargo().args(["fmt", "--all", "--check"])),
            Self::Clippy => shell::run(clippy().args(["--workspace", "--all-targets", FEATURES]).args(DENY)),
            Self::ClippyWasm => {
                wasm_target::ensure()?;
                // As the page is built; in one piece it is linted natively.
                let how = ["--features=forger-web/split", "--target", TARGET, "--profile", "release"];
                shell::run(clippy().args(BROWSER).args(how).args(DENY))
            }
            Self::Docs => {
                let mut doc = shell::cargo();
                // With what lints looked at, or all that is depended on would be looked at once more.
                shell::run(doc.args(["doc", "--workspace", "--no-deps", FEATURES]).env("RUSTDOCFLAGS", "-D warnings"))
            }
            Self::Unit => shell::run(shell::cargo().args(["test", "--workspace"])),
            Self::Page => {
                let page = Page::read(Profile::Fast)?;
                let sites = [("/", places::dist()), (e2e::SUB_FOLDER, e2e::sub_dist())];
                page.build(
                    &mut Steps::within(page.steps()),
                    &sites.each_ref().map(|(base, dist)| (*base, dist.as_path())),
                )
            }
            Self::Devices => e2e::devices(&devices::build()?, playwright),
            Self::E2e => e2e::test(playwright),
        }
    }
}

const BROWSER: [&str; 4] =
    ["--package=forger-web", "--package=forger-engine", "--package=forger-devices", "--package=forger-bench"];
const FEATURES: &str = "--features=forger/vulkan,forger/remote";
const DENY: [&str; 3] = ["--", "-D", "warnings"];

fn clippy() -> Command {
    let mut command = shell::cargo();
    command.arg("clippy");
    command
}

/// All steps, or those that are named, in their order.
fn wanted(only: &[Step]) -> Vec<Step> {
    Step::value_variants().iter().copied().filter(|step| only.is_empty() || only.contains(step)).collect()
}

pub fn run(args: &Args) -> Result<()> {
    let wanted = wanted(&args.only);
    let projects: Vec<_> = wanted.iter().flat_map(|step| step.projects()).collect();
    // Only one of the steps need find something; where none does, that is known before anything is built.
    if !projects.is_empty() && !args.playwright.is_empty() {
        e2e::find(&projects, &args.playwright)?;
    }
    let mut steps = Steps::new(wanted.len());
    for step in wanted {
        steps.run(step.title(), || step.run(&args.playwright))?;
    }
    eprint!("\nAll green.\n{}", steps.summary());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::*;

    #[test]
    fn steps_keep_their_order() {
        assert_eq!(wanted(&[Step::E2e, Step::Fmt]), [Step::Fmt, Step::E2e]);
        assert_eq!(wanted(&[]), Step::value_variants());
    }

    #[test]
    fn every_project_of_playwright_is_run_by_a_step() {
        let config = fs::read_to_string(places::e2e().join("playwright.config.js")).unwrap();
        let configured: BTreeSet<_> =
            config.split("{ name: '").skip(1).filter_map(|rest| Some(rest.split_once('\'')?.0)).collect();
        let run: BTreeSet<_> = wanted(&[]).into_iter().flat_map(Step::projects).collect();
        assert_eq!(run, configured);
    }
}
