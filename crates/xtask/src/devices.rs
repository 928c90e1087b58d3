//! The page of `tests/devices`, which trains on CPU and on WebGPU in a browser.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    page, places, shell,
    tools::{cargo_tools, wasm_target::TARGET},
};

/// Builds it, and says into which folder.
pub fn build() -> Result<PathBuf> {
    page::ensure_tools()?;
    // The engine's profile, so that burn is built once for both.
    shell::run(shell::cargo().args(["build", "--package", "forger-devices", "--release", "--target", TARGET]))?;
    let built = places::target().join(TARGET).join("release/forger_devices.wasm");
    let folder = places::target().join("devices");
    bind(&built, &folder)?;
    let index = places::root().join("tests/devices/index.html");
    fs::copy(&index, folder.join("index.html")).with_context(|| format!("could not copy {}", index.display()))?;
    Ok(folder)
}

fn bind(wasm: &Path, folder: &Path) -> Result<()> {
    let mut command = Command::new("wasm-bindgen");
    command.env("PATH", cargo_tools::path()?).args(["--target", "web", "--no-typescript", "--out-dir"]);
    shell::run(command.arg(folder).arg(wasm))
}
