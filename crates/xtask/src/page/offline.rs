//! What keeps the site for times without a network: `web/offline.js`, with the list of the files of this version before it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::{files, hosting};

/// The script, in the folder of the page's sources and in that of the site.
pub const SCRIPT: &str = "offline.js";

/// What nobody asks for without a network: weights are kept once they were used, and other files are for hosts and for previews.
fn is_left_out(path: &str) -> bool {
    path.ends_with(".safetensors") || [hosting::NOT_FOUND, "og.png"].contains(&path)
}

/// Writes the script for all that lies in `dist`.
pub fn write(source: &Path, dist: &Path) -> Result<()> {
    let mut hashes = BTreeMap::new();
    for entry in WalkDir::new(dist) {
        let entry = entry?;
        let path = entry.path().strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
        if entry.file_type().is_file() && !is_left_out(&path) {
            let content =
                fs::read(entry.path()).with_context(|| format!("could not read {}", entry.path().display()))?;
            hashes.insert(path, hex(Sha256::digest(content).as_slice()));
        }
    }
    let script = fs::read_to_string(source).with_context(|| format!("could not read {}", source.display()))?;
    let list = json!(hashes).to_string();
    let version = hex(&Sha256::digest(format!("{list}{script}")).as_slice()[..8]);
    let whole = format!("const VERSION = '{version}';\nconst FILES = {list};\n{script}");
    files::write(&dist.join(SCRIPT), whole.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let dist = folder.path().join("dist");
        for (name, content) in files {
            let path = dist.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let source = folder.path().join(SCRIPT);
        fs::write(&source, "addEventListener();").unwrap();
        write(&source, &dist).unwrap();
        fs::read_to_string(dist.join(SCRIPT)).unwrap()
    }

    #[test]
    fn the_list_holds_what_a_page_needs_without_a_network() {
        let script = written(&[
            ("index.html", "one"),
            ("404.html", "one"),
            ("og.png", "1"),
            ("web-0123456789abcdef/split_lab.wasm", "2"),
            ("models/manifest.json", "3"),
            ("models/a-01234567.safetensors", "4"),
        ]);
        // printf one | sha256sum
        assert!(
            script.contains(r#""index.html":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed""#),
            "{script}"
        );
        assert!(
            script.contains(r#""web-0123456789abcdef/split_lab.wasm":""#)
                && script.contains(r#""models/manifest.json":""#)
        );
        assert!(!script.contains("safetensors") && !script.contains("404") && !script.contains("og.png"), "{script}");
        assert!(script.ends_with("addEventListener();"));
    }

    #[test]
    fn a_version_is_what_is_in_it() {
        let version = |content| written(&[("index.html", content)]).lines().next().unwrap().to_owned();
        assert_eq!(version("one"), version("one"));
        assert_ne!(version("one"), version("two"));
    }
}
