//! A Chrome or Chromium for the tests: one that is there, else Playwright's, else the system's package manager's.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use super::node;
use crate::shell;

/// Names a browser to use; also how the tests are told.
pub const VARIABLE: &str = "FORGER_CHROME";

const NAMES: [&str; 5] = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome"];

const MAC: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The browser to test in, installed if need be. The packages of the tests must be there.
pub fn ensure() -> Result<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        return chosen(PathBuf::from(path));
    }
    if let Some(path) = installed() {
        return Ok(path);
    }
    let playwrights = playwrights()?;
    if playwrights.is_file() {
        return Ok(playwrights);
    }
    eprintln!("      no Chrome or Chromium on this machine: fetching Playwright's");
    match shell::run(node::playwright()?.args(["install", "chromium"])) {
        Ok(()) => Ok(playwrights),
        Err(error) => from_system().with_context(|| format!("Playwright's browser could not be fetched ({error})")),
    }
}

fn chosen(path: PathBuf) -> Result<PathBuf> {
    ensure!(path.is_file(), "{VARIABLE} names {}, which is not a file", path.display());
    Ok(path)
}

fn installed() -> Option<PathBuf> {
    let on_path = NAMES.iter().find_map(|name| which::which(name).ok());
    on_path.or_else(|| MAC.iter().map(PathBuf::from).find(|path| path.is_file()))
}

/// Where Playwright's own browser is, or would be.
fn playwrights() -> Result<PathBuf> {
    let print = "import { chromium } from '@playwright/test'; process.stdout.write(chromium.executablePath())";
    let mut command = node::script(Path::new("--input-type=module"))?;
    Ok(shell::output(command.args(["--eval", print]))?.into())
}

/// Debian and Ubuntu, as root: a container in most cases.
fn from_system() -> Result<PathBuf> {
    let root = cfg!(unix) && shell::output(Command::new("id").arg("-u"))? == "0";
    if !root || !Path::new("/usr/bin/apt-get").is_file() {
        bail!("install Chrome or Chromium, or name one with {VARIABLE}");
    }
    shell::run(Command::new("apt-get").arg("update"))?;
    shell::run(Command::new("apt-get").args(["install", "--yes", "--no-install-recommends", "chromium"]))?;
    installed().context("apt-get installed a chromium that is not on PATH")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_browser_must_be_there() {
        let error = chosen("/no/such/chrome".into()).unwrap_err();
        assert!(error.to_string().contains("/no/such/chrome"), "{error}");
        let program = env::current_exe().unwrap();
        assert_eq!(chosen(program.clone()).unwrap(), program);
    }
}
