//! Pages of the tests that are one crate of Rust and a little HTML by hand.

use std::path::Path;

use anyhow::Result;

use crate::{
    page::Profile,
    tools::wasm_target,
    wasm::{self, Loader},
};

/// Builds `package` for the browser, with the script that loads it, into `folder`. The profile is that of the engine, so that
/// burn is built once for both.
pub fn build(package: &str, profile: Profile, folder: &Path) -> Result<()> {
    wasm_target::ensure()?;
    let compiled = wasm::compile(&["--package", package], profile.cargo(Loader::Worker))?;
    wasm::bind(&compiled, &package.replace('-', "_"), Loader::Page, folder)
}
