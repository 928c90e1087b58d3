//! `web/index.html` says what the page is made of, in trunk's words, so that `trunk serve` builds the same.

use std::{cell::RefCell, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use lol_html::{
    RewriteStrSettings, element,
    html_content::{ContentType, Element},
    rewrite_str,
};

use crate::wasm::Loader;

const PART: &str = "[data-trunk]";
const BASE: &str = "base[data-trunk-public-url]";

/// The page as it is written, and its parts in their order.
#[derive(Debug)]
pub struct Template {
    html: String,
    pub parts: Vec<Part>,
}

/// A part of the page. Paths are relative to the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Copied under its own name.
    File(String),
    Folder(String),
    Icon(String),
    Style(String),
    Program(Program),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The `Cargo.toml` of its package.
    pub manifest: String,
    pub name: String,
    pub loader: Loader,
}

impl Template {
    pub fn read(path: &Path) -> Result<Self> {
        let html = fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
        Self::parse(html).with_context(|| format!("{} is not a page to build", path.display()))
    }

    pub fn parse(html: String) -> Result<Self> {
        let (mut parts, mut bases) = (Vec::new(), 0);
        let part = element!(PART, |element| {
            parts.push(Part::of(element));
            Ok(())
        });
        let base = element!(BASE, |_| {
            bases += 1;
            Ok(())
        });
        let settings =
            RewriteStrSettings::new().append_element_content_handler(part).append_element_content_handler(base);
        rewrite_str(&html, settings)?;
        ensure!(bases == 1, "it needs one <base data-trunk-public-url>, for where the page will be, and has {bases}");
        let template = Self { html, parts: parts.into_iter().collect::<Result<_>>()? };
        let pages = template.programs().filter(|program| program.loader == Loader::Page).count();
        ensure!(pages == 1, "it needs one link with rel=\"rust\" that is no worker, for its program, and has {pages}");
        Ok(template)
    }

    pub fn programs(&self) -> impl Iterator<Item = &Program> {
        self.parts.iter().filter_map(|part| match part {
            Part::Program(program) => Some(program),
            _ => None,
        })
    }

    /// The page for a site at `base`, with `html` in the place of each part.
    pub fn fill(&self, base: &str, html: &[String]) -> Result<String> {
        let html = RefCell::new(html.iter());
        let part = element!(PART, |element| {
            let html = html.borrow_mut().next().map_or("", String::as_str);
            element.replace(html, ContentType::Html);
            Ok(())
        });
        let place = element!(BASE, |element| {
            element.remove_attribute("data-trunk-public-url");
            Ok(element.set_attribute("href", base)?)
        });
        let settings =
            RewriteStrSettings::new().append_element_content_handler(part).append_element_content_handler(place);
        Ok(rewrite_str(&self.html, settings)?)
    }
}

impl Part {
    fn of(element: &Element) -> Result<Self> {
        let attribute = |name: &str| {
            let value = element.get_attribute(name);
            value.with_context(|| format!("<{}> with data-trunk has no {name}", element.tag_name()))
        };
        let (rel, href) = (attribute("rel")?, attribute("href")?);
        Ok(match rel.as_str() {
            "copy-file" => Self::File(href),
            "copy-dir" => Self::Folder(href),
            "icon" => Self::Icon(href),
            "css" => Self::Style(href),
            "rust" => {
                let loader = match element.get_attribute("data-type").as_deref() {
                    None | Some("main") => Loader::Page,
                    Some("worker") => Loader::Worker,
                    Some(other) => bail!("data-type=\"{other}\" is not known here"),
                };
                Self::Program(Program { manifest: href, name: attribute("data-bin")?, loader })
            }
            other => bail!("rel=\"{other}\" is not known here"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places;

    const PAGE: &str = "<head><base data-trunk-public-url /><link data-trunk rel=\"css\" href=\"a.css\">\
                        <link rel=\"preload\"><link data-trunk rel=\"copy-file\" href=\"b.js\">\
                        <link data-trunk rel=\"rust\" href=\"Cargo.toml\" data-bin=\"web\"></head>";

    fn refused(html: &str) -> String {
        Template::parse(html.to_owned()).unwrap_err().to_string()
    }

    #[test]
    fn parts_are_found_and_filled_in() {
        let template = Template::parse(PAGE.to_owned()).unwrap();
        let program = Program { manifest: "Cargo.toml".into(), name: "web".into(), loader: Loader::Page };
        assert_eq!(template.parts, [Part::Style("a.css".into()), Part::File("b.js".into()), Part::Program(program)]);
        let html = template.fill("/sub/", &["<style>".into(), String::new(), "<script>".into()]).unwrap();
        assert_eq!(html, "<head><base href=\"/sub/\" /><style><link rel=\"preload\"><script></head>");
    }

    #[test]
    fn a_page_without_its_places_is_refused() {
        assert!(refused(&PAGE.replace(" data-trunk-public-url", "")).contains("one <base data-trunk-public-url>"));
        assert!(
            refused(&PAGE.replace("data-bin", "data-type=\"worker\" data-bin")).contains("one link with rel=\"rust\"")
        );
        assert!(refused(&PAGE.replace(" data-bin=\"web\"", "")).contains("<link> with data-trunk has no data-bin"));
    }

    #[test]
    fn what_only_trunk_knows_is_refused() {
        assert!(refused(&PAGE.replace("copy-file", "sass")).contains("rel=\"sass\""));
        assert!(refused(&PAGE.replace("data-bin", "data-type=\"x\" data-bin")).contains("data-type=\"x\""));
    }

    #[test]
    fn the_page_of_this_project_has_what_it_needs() {
        let template = Template::read(&places::template()).unwrap();
        let programs: Vec<_> = template.programs().map(|program| (program.name.as_str(), program.loader)).collect();
        assert_eq!(programs, [("forger-web", Loader::Page), ("forger-engine", Loader::Worker)]);
    }

    #[test]
    fn a_missing_page_is_named() {
        let error = Template::read(Path::new("/no/such/index.html")).unwrap_err();
        assert!(error.to_string().contains("/no/such/index.html"), "{error}");
    }
}
