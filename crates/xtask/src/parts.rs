//! The page's program in parts: what all pages need, and for each page that is loaded when it is opened what it needs more.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use walkdir::WalkDir;
use wasm_encoder::{Module, RawSection, SectionId};
use wasmparser::Parser;

use crate::places;

/// The script that loads parts.
const LOADER: &str = "./parts.js";
/// What remains, which loads the parts.
const MAIN: &str = "main.wasm";

/// Whether a file is of one page or some, and not what all need.
pub fn is_part(name: &str) -> bool {
    // As `transform` names what it divides.
    name.starts_with("split_") || name.starts_with("chunk_")
}

/// A program in parts, in a folder.
pub struct Parts {
    folder: PathBuf,
}

impl Parts {
    /// Divides a program that was linked with its relocations. Its script will be called `NAME.js`.
    pub fn of(program: &Path, name: &str, folder: &Path) -> Result<Self> {
        places::empty(folder)?;
        let wasm = read(program)?;
        let (main, script) = (folder.join(MAIN), format!("./{name}.js"));
        let mut options = wasm_split_cli_support::Options::new(&wasm);
        (options.output_dir, options.main_out_path) = (folder, &main);
        (options.link_name, options.main_module) = (LOADER, &script);
        let split = wasm_split_cli_support::transform(options);
        // Its errors are of another library than ours.
        let split = split.map_err(|error| anyhow!("could not divide {}: {error:#}", program.display()))?;
        for part in split.split_modules {
            let nameless = without_custom_sections(&read(&part)?).with_context(|| part.display().to_string())?;
            fs::write(&part, nameless).with_context(|| format!("could not write {}", part.display()))?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// The program that remains, for wasm-bindgen.
    pub fn main(&self) -> PathBuf {
        self.folder.join(MAIN)
    }

    /// Puts the parts and what loads them beside what wasm-bindgen made.
    pub fn place(&self, folder: &Path) -> Result<()> {
        for entry in WalkDir::new(&self.folder).min_depth(1) {
            let entry = entry?;
            if entry.file_name() != MAIN {
                let target = folder.join(entry.file_name());
                fs::copy(entry.path(), &target).with_context(|| format!("could not write {}", target.display()))?;
            }
        }
        Ok(())
    }
}

/// A module without names and other notes, of which a browser needs nothing
/// (WebAssembly Core Specification, section 5.5.2).
fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
    let mut kept = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let section = payload?.as_section();
        if let Some((id, range)) = section.filter(|(id, _)| *id != SectionId::Custom as u8) {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            kept.section(&RawSection { id, data: module.get(range).context("a section ends too early")? });
        }
    }
    Ok(kept.finish())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn notes_go_and_code_stays() {
        let note = [0, 5, 4, b'n', b'a', b'm', b'e'];
        // One function type, of nothing.
        let code = [1, 4, 1, 0x60, 0, 0];
        let module = [HEADER, &note, &code, &note].concat();
        assert_eq!(without_custom_sections(&module).unwrap(), [HEADER, &code].concat());
    }

    #[test]
    fn what_is_cut_off_is_no_module() {
        for cut in
            [&b"<html>"[..], &[HEADER, &[1]].concat(), &[HEADER, &[1, 0x80]].concat(), &[HEADER, &[1, 4, 1]].concat()]
        {
            assert!(without_custom_sections(cut).is_err(), "{cut:?}");
        }
    }

    #[test]
    fn what_cannot_be_divided_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("page.wasm");
        fs::write(&program, "no program").unwrap();
        let error = Parts::of(&program, "page", &folder.path().join("parts")).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("page.wasm"), "{error}");
    }
}
