//! What hosts should be told: our own server is, and `_headers` tells those that read it (Netlify, Cloudflare Pages).

use std::{fmt::Write, path::Path};

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

/// Writes `_headers` for a site that will be at `base`.
pub fn write(dist: &Path, base: &str, policy: &str) -> Result<()> {
    let mut text = format!("{base}*\n  content-security-policy: {policy}\n");
    for (name, value) in HEADERS {
        writeln!(text, "  {name}: {value}")?;
    }
    for entry in WalkDir::new(dist).sort_by_file_name() {
        let entry = entry?;
        let name = entry.path().strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
        if entry.file_type().is_file() && is_hashed(&name) {
            writeln!(text, "{base}{name}\n  cache-control: {FOR_EVER}")?;
        }
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
}
