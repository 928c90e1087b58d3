//! `cargo xtask build`: the page and its worker, into `dist/`.

use anyhow::{Result, ensure};

use crate::{
    page::{Page, Profile, sizes::Sizes},
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
    /// The path of the site at its host
    #[arg(long, default_value = "/", value_parser = folder)]
    pub base: String,
}

pub fn run(args: &Args) -> Result<()> {
    build(if args.ship { Profile::Ship } else { Profile::Fast }, &args.site.base)
}

/// Builds the page into `dist/`, and says how large it is and how long that took.
pub fn build(profile: Profile, base: &str) -> Result<()> {
    let page = Page::read(profile)?;
    let (mut steps, dist) = (Steps::new(page.steps()), places::dist());
    page.build(&mut steps, &[(base, &dist)])?;
    let sizes = Sizes::of(&dist)?;
    eprint!("{}{}", steps.summary(), sizes.table());
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
    fn a_base_begins_and_ends_with_a_slash() {
        for (text, url) in [("/", "/"), ("", "/"), ("sub", "/sub/"), ("/a/b", "/a/b/")] {
            assert_eq!(folder(text).unwrap(), url);
        }
        assert!(folder("https://example.org/").is_err());
        assert!(folder("a b").is_err());
    }
}
