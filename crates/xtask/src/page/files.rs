//! Files of the page on their way into the folder of the site.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// Copies a file, and gives back its name.
pub fn copy(from: &Path, to: &Path) -> Result<String> {
    let name = from.file_name().with_context(|| format!("{} has no name", from.display()))?;
    write(&to.join(name), &read(from)?)?;
    Ok(name.to_string_lossy().into_owned())
}

/// Copies a file as `NAME-HASH.EXTENSION`, which a browser may keep for ever, and gives back that name.
pub fn copy_hashed(from: &Path, to: &Path) -> Result<String> {
    let content = read(from)?;
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let name =
        format!("{}-{}.{}", text(from.file_stem()), short(Sha256::new_with_prefix(&content)), text(from.extension()));
    write(&to.join(&name), &content)?;
    Ok(name)
}

/// Copies a folder with all that is in it, under its own name.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let name = from.file_name().with_context(|| format!("{} has no name", from.display()))?;
    copy_into(from, &to.join(name))
}

fn copy_into(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry.with_context(|| format!("could not read {}", from.display()))?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).with_context(|| format!("could not make {}", target.display()))?;
        } else {
            write(&target, &read(entry.path())?)?;
        }
    }
    Ok(())
}

/// Copies the folder of a program, whose files name each other, as `NAME-HASH`, and gives back that name.
pub fn copy_program(bound: &Path, name: &str, to: &Path) -> Result<String> {
    for needed in [script(bound, name), wasm(bound, name)] {
        read(&needed)?;
    }
    let mut hash = Sha256::new();
    for entry in WalkDir::new(bound).sort_by_file_name() {
        let entry = entry.with_context(|| format!("could not read {}", bound.display()))?;
        if entry.file_type().is_file() {
            hash.update(entry.file_name().as_encoded_bytes());
            hash.update(read(entry.path())?);
        }
    }
    let hashed = format!("{name}-{}", short(hash));
    copy_into(bound, &to.join(&hashed))?;
    Ok(hashed)
}

pub fn script(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.js"))
}

pub fn wasm(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}_bg.wasm"))
}

pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).with_context(|| format!("could not write {}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("could not read {}", path.display()))
}

/// As much of a hash as names need.
fn short(hash: Sha256) -> String {
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_changes_with_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("a.css");
        let mut names = Vec::new();
        for content in ["one", "two", "one"] {
            fs::write(&from, content).unwrap();
            names.push(copy_hashed(&from, folder.path()).unwrap());
        }
        // printf one | sha256sum
        assert_eq!(names[0], "a-7692c3ad3540bb80.css");
        assert_eq!(names[0], names[2]);
        assert_ne!(names[0], names[1]);
        assert_eq!(fs::read_to_string(folder.path().join(&names[1])).unwrap(), "two");
    }

    #[test]
    fn a_folder_is_copied_whole() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(from.path().join("models/deep")).unwrap();
        fs::write(from.path().join("models/deep/a"), "a").unwrap();
        copy_folder(&from.path().join("models"), to.path()).unwrap();
        assert_eq!(fs::read_to_string(to.path().join("models/deep/a")).unwrap(), "a");
    }

    #[test]
    fn the_files_of_a_program_stay_together_under_a_hash_of_all() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["web.js", "web_bg.wasm", "split_lab.wasm"] {
            fs::write(from.path().join(name), name).unwrap();
        }
        let one = copy_program(from.path(), "web", to.path()).unwrap();
        let folder = to.path().join(&one);
        assert!(script(&folder, "web").is_file() && wasm(&folder, "web").is_file());
        assert!(folder.join("split_lab.wasm").is_file());
        fs::write(from.path().join("split_lab.wasm"), "2").unwrap();
        assert_ne!(copy_program(from.path(), "web", to.path()).unwrap(), one);
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        for error in [
            copy(&gone, folder.path()).unwrap_err(),
            copy_hashed(&gone, folder.path()).unwrap_err(),
            copy_folder(&gone, folder.path()).unwrap_err(),
        ] {
            assert!(error.to_string().contains("gone"), "{error}");
        }
    }
}
