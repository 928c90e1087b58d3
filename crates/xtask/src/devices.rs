//! The page of `tests/devices`, which trains on CPU and on WebGPU in a browser.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{page::Profile, places, tests_page};

/// Builds it, and says into which folder.
pub fn build() -> Result<PathBuf> {
    let folder = places::target().join("devices");
    tests_page::build("forger-devices", Profile::Fast, &folder)?;
    let index = places::root().join("tests/devices/index.html");
    fs::copy(&index, folder.join("index.html")).with_context(|| format!("could not copy {}", index.display()))?;
    Ok(folder)
}
