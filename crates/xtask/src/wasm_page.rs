//! Pages of the tests that are one crate of Rust and a little HTML by hand.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    page::{self, Profile},
    places, shell,
    tools::{cargo_tools, wasm_target::TARGET},
};

/// Builds `package` for the browser, with the script that loads it, into `folder`. The profile is one of the engine's,
/// so that burn is built once for both.
pub fn build(package: &str, profile: Profile, folder: &Path) -> Result<()> {
    page::ensure_tools()?;
    let profile = profile.cargo();
    shell::run(shell::cargo().args(["build", "--package", package, "--profile", profile, "--target", TARGET]))?;
    let wasm = format!("{TARGET}/{profile}/{}.wasm", package.replace('-', "_"));
    let mut bind = Command::new("wasm-bindgen");
    bind.env("PATH", cargo_tools::path()?).args(["--target", "web", "--no-typescript", "--out-dir"]);
    shell::run(bind.arg(folder).arg(places::target().join(wasm)))
}
