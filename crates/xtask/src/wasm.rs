//! Crates for the browser: cargo compiles them, and wasm-bindgen, which is a library here, writes the scripts that load them.
//! There is no wasm-opt: after link-time optimisation it makes a program smaller by a sixth, but not what is sent of it, which is
//! compressed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Parser, Payload};

use crate::{places, shell, tools::wasm_target::TARGET};

/// What loads a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loader {
    /// A page, by a module.
    Page,
    /// A classic worker, by `importScripts`.
    Worker,
}

/// Compiles what `selection` says to cargo, with one of its profiles, and says where the program is.
pub fn compile(selection: &[&str], profile: &str) -> Result<PathBuf> {
    let mut cargo = shell::cargo();
    cargo.arg("build").args(selection).args(["--profile", profile, "--target", TARGET]);
    // What cargo tells people goes to stderr as ever.
    let told = shell::output(cargo.arg("--message-format=json-render-diagnostics"))?;
    program(&told).with_context(|| format!("cargo made no program for the browser of {selection:?}"))
}

/// The last program that cargo's messages name: what was asked for is compiled after what it needs.
fn program(messages: &str) -> Option<PathBuf> {
    let artifacts = Message::parse_stream(messages.as_bytes()).filter_map(|message| match message {
        Ok(Message::CompilerArtifact(artifact)) => Some(artifact.filenames),
        _ => None,
    });
    artifacts.flatten().filter(|file| file.extension() == Some("wasm")).last().map(PathBuf::from)
}

/// Writes `NAME_bg.wasm`, and `NAME.js`, which loads it, into `folder`, which is emptied before.
pub fn bind(program: &Path, name: &str, loader: Loader, folder: &Path) -> Result<()> {
    let repeats = repeats_constructors(&fs::read(program).with_context(|| program.display().to_string())?)
        .with_context(|| format!("{} is no program for the browser", program.display()))?;
    ensure!(
        !repeats,
        "{} runs its constructors at every call from JavaScript: call those of crates/engine/src/constructors.rs once",
        program.display()
    );
    places::empty(folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(program).out_name(name).typescript(false);
    // Names go here, not when linking: with them would go which features of wasm the program uses, and how it is bound depends on them.
    bindgen.remove_producers_section(true).remove_name_section(true);
    // Parts of a page share its table and its stack.
    bindgen.keep_lld_exports(loader == Loader::Page);
    // The pages of tests load what lies beside the script, without naming it.
    bindgen.omit_default_module_path(false);
    match loader {
        Loader::Page => bindgen.web(true)?,
        Loader::Worker => bindgen.no_modules(true)?,
    };
    bindgen.generate(folder).with_context(|| format!("wasm-bindgen could not take {}", program.display()))
}

/// Whether the linker took a program for a command, which is right and many times slower: nothing else would tell. One without the
/// names of its functions tells nothing.
fn repeats_constructors(program: &[u8]) -> Result<bool> {
    for payload in Parser::new(0).parse_all(program) {
        if let Payload::CustomSection(section) = payload?
            && section.name() == "name"
        {
            return Ok(String::from_utf8_lossy(section.data()).contains(".command_export"));
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use cargo_metadata::MetadataCommand;
    use wasm_encoder::{Module, NameMap, NameSection};

    use super::*;

    /// Generated code and generator must be of one version, or the page does not load.
    #[test]
    fn the_generator_is_of_the_version_that_the_page_uses() {
        let metadata = MetadataCommand::new().current_dir(places::root()).exec().unwrap();
        let versions = |name: &str| -> Vec<String> {
            let packages = metadata.packages.iter().filter(|package| package.name.as_str() == name);
            packages.map(|package| package.version.to_string()).collect()
        };
        assert_eq!(versions("wasm-bindgen").len(), 1);
        assert_eq!(versions("wasm-bindgen"), versions("wasm-bindgen-cli-support"));
    }

    #[test]
    fn the_program_is_what_cargo_compiled_last() {
        let artifact = |file: &str| {
            let target = r#"{"kind":["bin"],"crate_types":["bin"],"name":"a","src_path":"/a.rs","edition":"2024","doctest":false,"test":true,"doc":true}"#;
            let profile =
                r#"{"opt_level":"3","debuginfo":0,"debug_assertions":false,"overflow_checks":false,"test":false}"#;
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"a","manifest_path":"/Cargo.toml","target":{target},"profile":{profile},"features":[],"filenames":["{file}"],"executable":null,"fresh":true}}"#
            )
        };
        let told =
            [artifact("/t/liba.rlib"), artifact("/t/a.wasm"), r#"{"reason":"build-finished","success":true}"#.into()];
        assert_eq!(program(&told.join("\n")), Some("/t/a.wasm".into()));
        assert_eq!(program(&artifact("/t/liba.rlib")), None);
    }

    /// A program without code, of which a function has a name.
    fn named(function: &str) -> Vec<u8> {
        let (mut functions, mut names) = (NameMap::new(), NameSection::new());
        functions.append(0, function);
        names.functions(&functions);
        let mut module = Module::new();
        module.section(&names);
        module.finish()
    }

    #[test]
    fn a_program_that_repeats_its_constructors_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("slow.wasm");
        fs::write(&program, named("compare.command_export")).unwrap();
        let error = bind(&program, "slow", Loader::Page, &folder.path().join("out")).unwrap_err();
        assert!(error.to_string().contains("constructors.rs"), "{error}");
        assert!(!repeats_constructors(&named("compare")).unwrap());
    }

    #[test]
    fn what_is_not_a_program_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("page.wasm");
        fs::write(&program, "no program").unwrap();
        let error = bind(&program, "page", Loader::Page, &folder.path().join("out")).unwrap_err();
        assert!(error.to_string().contains("page.wasm"), "{error}");
    }
}
