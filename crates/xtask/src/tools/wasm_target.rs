//! The standard library for wasm32.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};

use crate::shell;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Asks rustc, so that a Rust without rustup counts as well.
pub fn ensure() -> Result<()> {
    let folder = shell::output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(&folder).is_dir() {
        return Ok(());
    }
    shell::run(Command::new("rustup").args(["target", "add", TARGET]))
        .with_context(|| format!("this Rust cannot build for {TARGET}, and rustup could not add it"))
}
