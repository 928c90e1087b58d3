//! The built page: trunk's work, then the security policy, then the compressed copies.

pub mod compress;
pub mod policy;
pub mod sizes;

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{
    places, shell,
    tools::{cargo_tools, wasm_target},
};

/// How the page is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Seconds after a change.
    Fast,
    /// Minutes, and small: what is published.
    Ship,
}

impl Profile {
    /// The name of cargo's profile.
    pub const fn cargo(self) -> &'static str {
        match self {
            Self::Fast => "release",
            Self::Ship => "ship",
        }
    }
}

/// What trunk needs on this machine.
pub fn ensure_tools() -> Result<()> {
    wasm_target::ensure()?;
    let tools = places::tools()?;
    cargo_tools::all()?.iter().try_for_each(|tool| tool.ensure(&tools))
}

/// Builds page and worker into `dist`, for a site whose root is `public_url`.
pub fn build(profile: Profile, public_url: &str, dist: &Path) -> Result<()> {
    let mut trunk = std::process::Command::new("trunk");
    trunk.current_dir(places::root()).env("PATH", cargo_tools::path()?);
    // Trunk's own --release would also call wasm-opt. With thin link-time optimisation that saves little once the file
    // is compressed, and it is one more thing to install.
    trunk.args(["build", "--release=false", "--cargo-profile", profile.cargo()]);
    trunk.args(["--skip-version-check", "--public-url", public_url, "--dist"]).arg(dist);
    // Browsers warn of hashes on what is preloaded for fetch; all files are of this host anyway.
    trunk.arg("--no-sri=true");
    // Trunk reads it as its own option and takes `true` only.
    trunk.env_remove("NO_COLOR");
    shell::run(&mut trunk)?;
    add_policy(&dist.join("index.html"))?;
    compress::folder(dist, profile)
}

fn add_policy(index: &Path) -> Result<()> {
    let html = fs::read_to_string(index).with_context(|| format!("trunk left no {}", index.display()))?;
    let html = policy::insert(&html, &policy::of(&html)?)?;
    fs::write(index, html).with_context(|| format!("could not write {}", index.display()))
}
