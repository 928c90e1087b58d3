//! What a visitor has to download, and how much is too much.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::{compress, hosting};
use crate::parts;

/// The worker may weigh this much with brotli.
const ENGINE_LIMIT: u64 = 3_000_000;
/// And all that comes before it.
const PAGE_LIMIT: u64 = 500_000;

/// Bytes as they are, and with brotli.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub raw: u64,
    pub brotli: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.raw += other.raw;
        self.brotli += other.brotli;
    }
}

/// The downloads of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// What every page needs.
    pub page: Size,
    /// All that only some pages need, and load when they are opened.
    pub parts: Size,
    pub engine: Size,
}

impl Sizes {
    /// Of a built folder with its compressed copies. Weights and samples come on demand and do not count.
    pub fn of(dist: &Path) -> Result<Self> {
        let mut sizes = Self::default();
        for path in compress::files(dist)? {
            let place = path.strip_prefix(dist)?.to_string_lossy().replace('\\', "/");
            // Weights and examples lie in folders that have no hash. The page for addresses that are not files is the page
            // once more.
            if place.contains('/') && !hosting::is_hashed(&place) || path.ends_with(hosting::NOT_FOUND) {
                continue;
            }
            let size = Size { raw: bytes(&path)?, brotli: bytes(&compress::with_suffix(&path, ".br"))? };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.contains("engine") {
                sizes.engine.add(size);
            } else if parts::is_part(&name) {
                sizes.parts.add(size);
            } else {
                sizes.page.add(size);
            }
        }
        Ok(sizes)
    }

    pub fn table(&self) -> String {
        let line =
            |name, size: Size| format!("  {name:8}{:>12} kB raw{:>10} kB brotli\n", kb(size.raw), kb(size.brotli));
        line("page", self.page) + &line("parts", self.parts) + &line("engine", self.engine)
    }

    /// Fails where a download is larger than we promise.
    pub fn check(&self) -> Result<()> {
        for (name, size, limit) in [("page", self.page, PAGE_LIMIT), ("engine", self.engine, ENGINE_LIMIT)] {
            ensure!(size.raw > 0, "the build has no {name}");
            ensure!(size.brotli <= limit, "the {name} has {} kB with brotli, over {} kB", kb(size.brotli), kb(limit));
        }
        Ok(())
    }
}

fn bytes(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| format!("{} is missing", path.display()))?.len())
}

fn kb(bytes: u64) -> u64 {
    bytes.div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(page: u64, engine: u64) -> Sizes {
        let size = |brotli| Size { raw: 1, brotli };
        Sizes { page: size(page), parts: size(0), engine: size(engine) }
    }

    #[test]
    fn too_much_fails() {
        assert!(sizes(PAGE_LIMIT, ENGINE_LIMIT).check().is_ok());
        assert!(sizes(PAGE_LIMIT + 1, 1).check().unwrap_err().to_string().contains("page has 501 kB"));
        assert!(sizes(1, ENGINE_LIMIT + 1).check().unwrap_err().to_string().contains("engine has 3001 kB"));
        assert!(Sizes::default().check().is_err(), "nothing built is not small but wrong");
    }

    #[test]
    fn files_of_the_page_and_of_the_engine_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: usize| fs::write(folder.path().join(name), vec![0; bytes]).unwrap();
        for inner in ["models", "web-0123456789abcdef"] {
            fs::create_dir(folder.path().join(inner)).unwrap();
        }
        write("models/manifest.json", 1000);
        for (name, raw, brotli) in [
            ("index.html", 3, 2),
            ("404.html", 3, 2),
            ("web-0123456789abcdef/web.js", 5, 4),
            ("web-0123456789abcdef/split_lab.wasm", 7, 6),
            ("web-0123456789abcdef/chunk_1.wasm", 2, 1),
            ("forger-engine_bg.wasm", 9, 8),
        ] {
            write(name, raw);
            write(&format!("{name}.br"), brotli);
        }
        let size = |raw, brotli| Size { raw, brotli };
        let expected = Sizes { page: size(8, 6), parts: size(9, 7), engine: size(9, 8) };
        assert_eq!(Sizes::of(folder.path()).unwrap(), expected);
    }
}
