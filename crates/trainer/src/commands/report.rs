//! `forger report`.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    report::{page, story::Story},
    run::write_whole,
    ui,
};

#[derive(clap::Args)]
pub struct ReportArgs {
    /// Folder of the run
    pub run: PathBuf,
    /// HTML file to write; report.html in the folder of the run when not given
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Writes a page that needs no other file: settings, curves, measures and samples.
pub fn report(args: &ReportArgs) -> Result<()> {
    let story = Story::read(&args.run)?;
    let out = args.out.clone().unwrap_or_else(|| args.run.join("report.html"));
    write_whole(&out, page::report(&story)?.as_bytes())?;
    ui::result(out.display());
    Ok(())
}
