//! The built page: what cargo and wasm-bindgen make of its programs, its files, and the compressed copies.

pub mod compress;
mod files;
pub mod hosting;
mod offline;
pub mod policy;
mod site;
pub mod sizes;
mod template;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::{
    site::Site,
    template::{Program, Template},
};
use crate::{
    parts::Parts,
    places,
    steps::Steps,
    tools::wasm_target,
    wasm::{self, Loader},
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
    /// The name of cargo's profile. What is published is small where it only draws, and fast where it computes.
    pub const fn cargo(self, loader: Loader) -> &'static str {
        match (self, loader) {
            (Self::Fast, _) => "release",
            (Self::Ship, Loader::Page) => "ship-page",
            (Self::Ship, Loader::Worker) => "ship",
        }
    }
}

/// The page of this checkout.
pub struct Page {
    template: Template,
    sources: PathBuf,
    profile: Profile,
}

impl Page {
    pub fn read(profile: Profile) -> Result<Self> {
        let path = places::template();
        let sources = path.parent().context("index.html is in no folder")?.to_owned();
        Ok(Self { template: Template::read(&path)?, sources, profile })
    }

    /// How many `build` takes.
    pub fn steps(&self) -> usize {
        self.template.programs().count() + 3
    }

    /// Builds the site for each path where it will be, into its folder.
    pub fn build(&self, steps: &mut Steps, sites: &[(&str, &Path)]) -> Result<()> {
        steps.run("Rust for the browser", wasm_target::ensure)?;
        let bound = places::target().join("page").join(self.profile.cargo(Loader::Worker));
        for program in self.template.programs() {
            steps.run(&format!("{} and what it needs", program.name), || self.program(program, &bound))?;
        }
        let (template, sources) = (&self.template, self.sources.as_path());
        let site = |&(base, dist)| Site { template, sources, bound: &bound, base, dist }.assemble();
        steps.run("Files", || sites.iter().try_for_each(site))?;
        steps.run("Compressed copies", || sites.iter().try_for_each(|(_, dist)| compress::folder(dist, self.profile)))
    }

    fn program(&self, program: &Program, bound: &Path) -> Result<()> {
        let (Program { manifest, name, loader }, sources) = (program, &self.sources);
        let manifest = sources.join(manifest);
        let manifest = manifest.to_str().with_context(|| format!("{} is no UTF-8", manifest.display()))?;
        let mut selection = vec!["--manifest-path", manifest, "--bin", name];
        let (profile, folder) = (self.profile.cargo(*loader), bound.join(name));
        if *loader == Loader::Worker {
            return wasm::bind(&wasm::compile(&selection, profile)?, name, *loader, &folder);
        }
        selection.extend(["--features", "split"]);
        let parts = Parts::of(&wasm::compile(&selection, profile)?, name, &bound.join(format!("{name}-parts")))?;
        wasm::bind(&parts.main(), name, *loader, &folder)?;
        parts.place(&folder)
    }
}
