//! Programs from crates.io, pinned, each in a folder of its own so that nothing else on the machine changes.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{places, shell};

/// A program and its exact version.
#[derive(Debug, PartialEq, Eq)]
pub struct CargoTool {
    package: &'static str,
    binary: &'static str,
    version: String,
    /// Whether its own lock file is used. wasm-bindgen-cli's names a crate version that crates.io does not have.
    locked: bool,
}

/// What a build of the page needs.
pub fn all() -> Result<[CargoTool; 2]> {
    let lock = places::root().join("Cargo.lock");
    let lock = fs::read_to_string(&lock).with_context(|| format!("could not read {}", lock.display()))?;
    // The generated code and its generator must be of the same version: the lock file decides for both.
    let wasm_bindgen = locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    Ok([
        CargoTool { package: "trunk", binary: "trunk", version: "0.21.14".into(), locked: true },
        CargoTool { package: "wasm-bindgen-cli", binary: "wasm-bindgen", version: wasm_bindgen, locked: false },
    ])
}

impl CargoTool {
    /// The folder of its program.
    pub fn bin(&self, tools: &Path) -> PathBuf {
        tools.join(format!("{}-{}", self.package, self.version)).join("bin")
    }

    /// Installs it where it is missing.
    pub fn ensure(&self, tools: &Path) -> Result<()> {
        let bin = self.bin(tools);
        if bin.join(self.binary).with_extension(env::consts::EXE_EXTENSION).is_file() {
            return Ok(());
        }
        eprintln!("      installing {} {} into {} (minutes, once)", self.package, self.version, bin.display());
        let mut install = shell::cargo();
        install.args(["install", self.package, "--version", &format!("={}", self.version), "--root"]);
        install.arg(bin.parent().unwrap_or(tools));
        if self.locked {
            install.arg("--locked");
        }
        // Trunk copies files and starts other programs: the minutes that optimising its 600 crates takes are never won back.
        if self.package == "trunk" {
            let plain =
                [("OPT_LEVEL", "0"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0"), ("STRIP", "symbols")];
            install.envs(plain.map(|(name, value)| (format!("CARGO_PROFILE_RELEASE_{name}"), value)));
        }
        // Not into the project's build folder, nor with its flags.
        install.current_dir(env::temp_dir()).env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS");
        shell::run(&mut install)
    }
}

/// PATH with the pinned tools first, so that trunk takes these and downloads none.
pub fn path() -> Result<OsString> {
    let tools = places::tools()?;
    let old = env::var_os("PATH").unwrap_or_default();
    let pinned = all()?.map(|tool| tool.bin(&tools));
    env::join_paths(pinned.into_iter().chain(env::split_paths(&old))).context("a folder on PATH has an odd name")
}

/// The version of a package in the text of a lock file.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    Some(lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"registry\"\n";

    #[test]
    fn the_lock_file_tells_the_version() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }

    #[test]
    fn each_version_has_its_own_folder() {
        let [trunk, wasm_bindgen] = all().unwrap();
        assert_eq!(trunk.bin(Path::new("/t")), Path::new("/t/trunk-0.21.14/bin"));
        assert_ne!(trunk.bin(Path::new("/t")), wasm_bindgen.bin(Path::new("/t")));
    }

    #[test]
    fn the_pinned_tools_come_first_on_the_path() {
        let path = path().unwrap();
        let first = env::split_paths(&path).next().unwrap();
        assert!(first.ends_with("trunk-0.21.14/bin"), "{}", first.display());
    }
}
