//! Where things are.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

/// The root of the checkout. Cargo's word at run time comes first: two checkouts may share one target folder.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.ancestors().nth(2).map_or_else(PathBuf::new, PathBuf::from)
}

/// The built page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The Playwright tests.
pub fn e2e() -> PathBuf {
    root().join("tests/e2e")
}

/// Cargo's build folder.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |path| root().join(path))
}

/// The folder that holds the pinned tools, each in a folder of its own. `FORGER_TOOLS` moves it.
pub fn tools() -> Result<PathBuf> {
    if let Some(path) = env::var_os("FORGER_TOOLS") {
        return Ok(root().join(path));
    }
    let cache = dirs::cache_dir().context("this user has no cache folder; say with FORGER_TOOLS where tools may go")?;
    Ok(cache.join("forger/tools"))
}
