//! Node.js and the packages of the browser tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{places, shell};

const OLDEST: u32 = 20;

/// Checks Node.js and installs the packages that `package-lock.json` names, where they are missing or old.
pub fn ensure() -> Result<()> {
    let node = find("node")?;
    let version = shell::output(Command::new(node).arg("--version"))?;
    let major = major(&version).with_context(|| format!("Node.js says its version is {version:?}"))?;
    ensure!(major >= OLDEST, "the browser tests need Node.js {OLDEST} or newer, but this is {version}");
    install(&places::e2e())
}

/// The packages of the benchmark.
pub fn ensure_bench() -> Result<()> {
    install(&places::bench())
}

fn install(folder: &Path) -> Result<()> {
    if installed_after_lock(folder) {
        return Ok(());
    }
    // What a package would run when it is installed is not needed by any of ours.
    let ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    shell::run(Command::new(find("npm")?).current_dir(folder).args(ci))
}

/// Playwright's command line, in the folder of the tests.
pub fn playwright() -> Result<Command> {
    let mut command = script(Path::new("node_modules/@playwright/test/cli.js"))?;
    // Node asks for it, and a colour for a terminal that has none would be noise in a log.
    command.env_remove("NO_COLOR");
    Ok(command)
}

/// A script, run in the folder of the tests.
pub fn script(path: &Path) -> Result<Command> {
    let mut command = Command::new(find("node")?);
    command.current_dir(places::e2e()).arg(path);
    Ok(command)
}

fn find(program: &str) -> Result<PathBuf> {
    let Ok(path) = which::which(program) else {
        bail!("the browser tests need Node.js {OLDEST} or newer, but there is no `{program}`: see https://nodejs.org");
    };
    Ok(path)
}

fn installed_after_lock(folder: &Path) -> bool {
    let changed = |file: &str| -> Option<SystemTime> { fs::metadata(folder.join(file)).ok()?.modified().ok() };
    matches!(
        (changed("node_modules/.package-lock.json"), changed("package-lock.json")),
        (Some(installed), Some(lock)) if installed >= lock
    )
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_of_node() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
        assert_eq!(major("v"), None);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = find("no-such-program").unwrap_err();
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }
}
