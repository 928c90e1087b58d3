//! What hosts should be told: our own server is, and `_headers` tells those that read it (Netlify, Cloudflare Pages).

use std::{collections::BTreeSet, fmt::Write, path::Path};

use anyhow::Result;
use walkdir::WalkDir;

use super::files;

/// What a host without routes sends where nothing is.
pub const NOT_FOUND: &str = "404.html";

/// For every answer.
pub const HEADERS: [(&str, &str); 5] = [
    // Together these isolate the page, which exact clocks ask for.
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
];

/// How long a browser may keep what never changes under its name.
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// `digits-01234567.safetensors` or `page-0123456789abcdef/page_bg.wasm`: the name or that of a folder holds a hash of the content.
pub fn is_hashed(path: &str) -> bool {
    path.split(['/', '.']).filter_map(|part| part.rsplit_once('-')).any(|(_, hash)| is_hash(hash))
}

fn is_hash(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// How a rule names a file that may be kept for ever: by the folder that has the hash, where one has. Cloudflare Pages reads
/// no more than 100 rules.
fn rule(path: &str) -> Option<String> {
    let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
    let folder = folders.find(|folder| is_hashed(folder));
    folder.map(|folder| format!("{folder}/*")).or_else(|| is_hashed(path).then(|| path.to_owned()))
}

/// Writes `_headers` for a site that will be at `base`.
pub fn write(dist: &Path, base: &str, policy: &str) -> Result<()> {
    let mut text = format!("{base}*\n  content-security-policy: {policy}\n");
    for (name, value) in HEADERS {
        writeln!(text, "  {name}: {value}")?;
    }
    let mut rules = BTreeSet::new();
    for entry in WalkDir::new(dist) {
        let entry = entry?;
        let name = entry.path().strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
        if entry.file_type().is_file() {
            rules.extend(rule(&name));
        }
    }
    for rule in rules {
        writeln!(text, "{base}{rule}\n  cache-control: {FOR_EVER}")?;
    }
    files::write(&dist.join("_headers"), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn names_with_a_hash_are_known() {
        assert!(is_hashed("/sub/forger-web-0123456789abcdef/forger-web_bg.wasm"));
        assert!(is_hashed("/forger-web-0123456789abcdef/parts.js"));
        assert!(is_hashed("/models/digits-89abcdef.safetensors"));
        for path in
            ["/", "/index.html", "/models/manifest.json", "/forger-engine_bg.wasm", "/a-short.js", "/deadbeef/x"]
        {
            assert!(!is_hashed(path), "{path}");
        }
    }

    #[test]
    fn a_host_is_told_of_headers_and_of_what_may_be_kept() {
        let dist = tempfile::tempdir().unwrap();
        fs::create_dir(dist.path().join("models")).unwrap();
        for name in ["index.html", "models/digits-89abcdef.safetensors"] {
            fs::write(dist.path().join(name), "").unwrap();
        }
        write(dist.path(), "/sub/", "default-src 'self'").unwrap();
        let text = fs::read_to_string(dist.path().join("_headers")).unwrap();
        let expected = [
            "/sub/*",
            "  content-security-policy: default-src 'self'",
            "  cross-origin-opener-policy: same-origin",
            "  cross-origin-embedder-policy: require-corp",
            "  cross-origin-resource-policy: same-origin",
            "  x-content-type-options: nosniff",
            "  referrer-policy: no-referrer",
            "/sub/models/digits-89abcdef.safetensors",
            "  cache-control: public, max-age=31536000, immutable",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_folder_with_a_hash_has_one_rule() {
        for (path, expected) in [
            ("web-0123456789abcdef/parts.js", Some("web-0123456789abcdef/*")),
            ("web-0123456789abcdef/deep/a-01234567.js", Some("web-0123456789abcdef/*")),
            ("models/a-01234567.safetensors", Some("models/a-01234567.safetensors")),
            ("models/manifest.json", None),
        ] {
            assert_eq!(rule(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_host_that_reads_a_hundred_rules_reads_them_all() {
        let dist = tempfile::tempdir().unwrap();
        let (models, program) = (dist.path().join("models"), dist.path().join("forger-web-0123456789abcdef"));
        for folder in [&models, &program] {
            fs::create_dir(folder).unwrap();
        }
        for index in 0..40 {
            fs::write(models.join(format!("model-{index:08}.safetensors")), "").unwrap();
            fs::write(dist.path().join(format!("style-{index:08}.css")), "").unwrap();
        }
        for index in 0..200 {
            fs::write(program.join(format!("chunk_{index}.wasm")), "").unwrap();
        }
        write(dist.path(), "/", "default-src 'self'").unwrap();
        let text = fs::read_to_string(dist.path().join("_headers")).unwrap();
        let rules = text.lines().filter(|line| !line.starts_with(' ')).count();
        assert_eq!(rules, 1 + 1 + 2 * 40);
    }
}
