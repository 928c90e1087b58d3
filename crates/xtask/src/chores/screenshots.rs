//! `cargo xtask screenshots`: pictures of every page, for people to look at.

use anyhow::Result;

use super::build;
use crate::{e2e, page::Profile, places, steps::Steps};

#[derive(clap::Args)]
pub struct Args {
    /// Of what is in dist/ already
    #[arg(long)]
    no_build: bool,
    /// Only pages whose name in `tests/e2e/screenshots.mjs` begins so
    #[arg(long, default_value = "")]
    pages: String,
}

pub fn run(args: &Args) -> Result<()> {
    if !args.no_build {
        build::build(Profile::Fast, "/")?;
    }
    let folder = places::target().join("screenshots");
    Steps::new(1).run("Screenshots", || e2e::screenshots(&folder, &args.pages))?;
    eprintln!("they are in {}", folder.display());
    Ok(())
}
