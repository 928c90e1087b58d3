//! Puts a site together: its files, and the page that names them.

use std::path::Path;

use anyhow::{Context, Result};

use super::{
    files, hosting, offline, policy,
    template::{Part, Program, Template},
};
use crate::{places, wasm::Loader};

/// Where the parts of a site are, and where the site goes.
pub struct Site<'a> {
    pub template: &'a Template,
    /// The folder that paths of the template begin in.
    pub sources: &'a Path,
    /// What `wasm::bind` made, in a folder for each program.
    pub bound: &'a Path,
    /// The path at which the site will be, such as `/` or `/forger/`.
    pub base: &'a str,
    pub dist: &'a Path,
}

impl Site<'_> {
    /// Replaces what is in `dist`.
    pub fn assemble(&self) -> Result<()> {
        places::empty(self.dist)?;
        let parts = self.template.parts.iter().map(|part| self.place(part)).collect::<Result<Vec<_>>>();
        let html = self.template.fill(self.base, &parts.context("a part of index.html could not be placed")?)?;
        let policy = policy::of(&html)?;
        let html = policy::insert(&html, &policy)?;
        // Hosts that know no routes send it for addresses that are not files; the page then finds its way by itself.
        files::write(&self.dist.join(hosting::NOT_FOUND), html.as_bytes())?;
        files::write(&self.dist.join("index.html"), html.as_bytes())?;
        offline::write(&self.sources.join(offline::SCRIPT), self.dist)?;
        hosting::write(self.dist, self.base, &policy)
    }

    /// Copies a part, and gives back what the page says of it.
    fn place(&self, part: &Part) -> Result<String> {
        let source = |path: &str| self.sources.join(path);
        let base = self.base;
        Ok(match part {
            Part::File(path) => files::copy(&source(path), self.dist).map(|_| String::new())?,
            Part::Folder(path) => files::copy_folder(&source(path), self.dist).map(|()| String::new())?,
            Part::Icon(path) => {
                format!("<link rel=\"icon\" href=\"{base}{}\">", files::copy_hashed(&source(path), self.dist)?)
            }
            Part::Style(path) => {
                format!("<link rel=\"stylesheet\" href=\"{base}{}\">", files::copy_hashed(&source(path), self.dist)?)
            }
            Part::Program(program) => self.program(program)?,
        })
    }

    fn program(&self, program: &Program) -> Result<String> {
        let (base, name) = (self.base, &program.name);
        let folder = files::copy_program(&self.bound.join(name), name, self.dist)?;
        if program.loader == Loader::Worker {
            return Ok(format!("<meta name=\"engine\" content=\"{folder}\">"));
        }
        let (script, wasm) = (format!("{base}{folder}/{name}.js"), format!("{base}{folder}/{name}_bg.wasm"));
        Ok(format!(
            "<meta name=\"offline\" content=\"{}\">\n\
             <link rel=\"modulepreload\" href=\"{script}\" crossorigin=\"anonymous\">\n\
             <link rel=\"preload\" href=\"{wasm}\" crossorigin=\"anonymous\" as=\"fetch\" type=\"application/wasm\">\n\
             <script type=\"module\">\nimport init from '{script}';\nawait init({{ module_or_path: '{wasm}' }});\n</script>",
            offline::SCRIPT
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use tempfile::TempDir;

    use super::*;

    const HTML: &str = "<html><head><base data-trunk-public-url /><link data-trunk rel=\"icon\" href=\"icon.svg\">\
        <link data-trunk rel=\"css\" href=\"page.css\"><link data-trunk rel=\"copy-file\" href=\"engine.js\">\
        <link data-trunk rel=\"copy-dir\" href=\"models\"><link data-trunk rel=\"rust\" href=\"Cargo.toml\" data-bin=\"web\">\
        <link data-trunk rel=\"rust\" href=\"Cargo.toml\" data-bin=\"engine\" data-type=\"worker\"></head></html>";

    fn sources() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["models", "bound/web", "bound/engine", "dist"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        for name in ["icon.svg", "page.css", "engine.js", "offline.js", "models/a.json", "dist/old"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        for name in ["web", "engine"] {
            let bound = folder.path().join("bound").join(name);
            fs::write(files::script(&bound, name), name).unwrap();
            fs::write(files::wasm(&bound, name), name).unwrap();
        }
        folder
    }

    fn assemble(folder: &TempDir) -> Result<String> {
        let template = Template::parse(HTML.to_owned()).unwrap();
        let (sources, bound, dist) = (folder.path(), folder.path().join("bound"), folder.path().join("dist"));
        Site { template: &template, sources, bound: &bound, base: "/sub/", dist: &dist }.assemble()?;
        Ok(fs::read_to_string(dist.join("index.html")).unwrap())
    }

    #[test]
    fn the_page_names_what_is_there() {
        let folder = sources();
        let html = assemble(&folder).unwrap();
        let dist = folder.path().join("dist");
        let named: Vec<_> = html.split(['"', '\'']).filter_map(|text| text.strip_prefix("/sub/")).collect();
        let named: BTreeSet<_> = named.into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(named.len(), 4, "icon, style, script and program: {html}");
        for name in named {
            assert!(dist.join(name).is_file(), "{name}");
        }
        for name in ["engine.js", "offline.js", "models/a.json"] {
            assert!(dist.join(name).is_file(), "{name}");
        }
        assert!(!html.contains("data-trunk"), "{html}");
        assert!(!dist.join("old").exists(), "what was there before is gone");
    }

    #[test]
    fn an_address_that_is_no_file_gets_the_page() {
        let folder = sources();
        let html = assemble(&folder).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("dist/404.html")).unwrap(), html);
    }

    #[test]
    fn the_script_of_the_page_is_allowed() {
        let html = assemble(&sources()).unwrap();
        assert!(html.contains("'sha256-") && html.contains(&policy::of(&html).unwrap()), "{html}");
    }

    #[test]
    fn a_missing_part_is_named_and_leaves_no_page() {
        for gone in ["page.css", "engine.js", "models", "bound/web/web_bg.wasm", "bound/engine/engine.js"] {
            let folder = sources();
            let path = folder.path().join(gone);
            if path.is_dir() {
                fs::remove_dir_all(path).unwrap()
            } else {
                fs::remove_file(path).unwrap()
            }
            let error = format!("{:#}", assemble(&folder).unwrap_err());
            assert!(error.contains(gone), "{error}");
            assert!(!folder.path().join("dist/index.html").exists());
        }
    }
}
