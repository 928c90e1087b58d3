//! `cargo xtask build`: the page and its worker, into `dist/`.

use anyhow::{Result, ensure};

use crate::{
    page::{self, Profile, sizes::Sizes},
    places,
    steps::Steps,
};

#[derive(clap::Args)]
pub struct Args {
    /// Small, as it is published; takes minutes, and fails where a download grew too large
    #[arg(long)]
    ship: bool,
    #[command(flatten)]
    site: Site,
}

/// Where the page will be.
#[derive(clap::Args)]
pub struct Site {
    /// The folder of the site that the page is in
    #[arg(long, default_value = "/", value_parser = folder)]
    pub public_url: String,
}

pub fn run(args: &Args) -> Result<()> {
    let profile = if args.ship { Profile::Ship } else { Profile::Fast };
    let mut steps = Steps::new(2);
    build(&mut steps, profile, &args.site.public_url)
}

/// The two steps of a build.
pub fn build(steps: &mut Steps, profile: Profile, public_url: &str) -> Result<()> {
    steps.run("Tools", page::ensure_tools)?;
    let dist = places::dist();
    let sizes = steps.run("Page and engine", || {
        page::build(profile, public_url, &dist)?;
        Sizes::of(&dist)
    })?;
    eprint!("{}", sizes.table());
    if profile == Profile::Ship { sizes.check() } else { Ok(()) }
}

/// `sub` and `/sub` mean `/sub/`.
fn folder(text: &str) -> Result<String> {
    let trimmed = text.trim_matches('/');
    let plain = trimmed.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~/".contains(c));
    ensure!(plain && !trimmed.contains("//"), "must be a path such as /forger/");
    Ok(if trimmed.is_empty() { "/".to_owned() } else { format!("/{trimmed}/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_begins_and_ends_with_a_slash() {
        for (text, url) in [("/", "/"), ("", "/"), ("sub", "/sub/"), ("/a/b", "/a/b/")] {
            assert_eq!(folder(text).unwrap(), url);
        }
        assert!(folder("https://example.org/").is_err());
        assert!(folder("a b").is_err());
    }
}
