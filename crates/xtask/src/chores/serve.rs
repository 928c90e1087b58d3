//! `cargo xtask serve`: builds the page, serves it on this computer and opens it.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener},
};

use anyhow::{Context, Result};
use console::style;

use super::build;
use crate::{page::Profile, places, server};

#[derive(clap::Args)]
pub struct Args {
    /// The port at 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
    /// Serve what is in dist/ already
    #[arg(long, conflicts_with = "ship")]
    no_build: bool,
    /// Build it small, as it is published
    #[arg(long)]
    ship: bool,
    #[command(flatten)]
    site: build::Site,
}

pub fn run(args: &Args) -> Result<()> {
    // First, since a port that is taken should not be found after minutes of building.
    let listener = listen(args.port)?;
    let base = &args.site.base;
    if !args.no_build {
        let profile = if args.ship { Profile::Ship } else { Profile::Fast };
        build::build(profile, base)?;
    }
    let router = server::router(&places::dist(), base)?;
    let url = format!("http://{}{base}", listener.local_addr()?);
    eprintln!("\nForger is at {}  (Ctrl-C ends it)", style(&url).green().bold().for_stderr());
    if !args.no_open && webbrowser::open(&url).is_err() {
        eprintln!("No browser could be opened from here: open that address in one.");
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        Ok(axum::serve(listener, router).await?)
    })
}

/// On this computer only. Port 0 stands for any free one.
pub fn listen(port: u16) -> Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!("port {port} is taken: choose another with --port"),
        _ => anyhow::Error::new(error).context(format!("could not listen at 127.0.0.1:{port}")),
    })?;
    listener.set_nonblocking(true).context("could not set up the listener")?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told() {
        let taken = listen(0).unwrap();
        let error = listen(taken.local_addr().unwrap().port()).unwrap_err();
        assert!(error.to_string().ends_with("is taken: choose another with --port"), "{error}");
    }
}
