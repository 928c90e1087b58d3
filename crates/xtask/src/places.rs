//! Where things are.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

/// The root of the checkout. Cargo's word at run time comes first: two checkouts may share one target folder.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.ancestors().nth(2).map_or_else(PathBuf::new, PathBuf::from)
}

/// What the page is made from.
pub fn template() -> PathBuf {
    root().join("web/index.html")
}

/// The built page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The Playwright tests.
pub fn e2e() -> PathBuf {
    root().join("tests/e2e")
}

/// The benchmark against others.
pub fn bench() -> PathBuf {
    root().join("tests/bench")
}

/// The models that the page comes with.
pub fn models() -> PathBuf {
    root().join("public/models")
}

/// Cargo's build folder, which an environment variable or a configuration of the user may have moved.
pub fn target() -> PathBuf {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    let ask = || {
        let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec();
        metadata.map_or_else(|_| root().join("target"), |metadata| metadata.target_directory.into())
    };
    TARGET.get_or_init(ask).clone()
}

/// A folder with nothing in it.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("could not empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))
}
