//! What a visitor has to download, and how much is too much.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::{compress, hosting};

/// The worker may weigh this much with brotli.
const ENGINE_LIMIT: u64 = 2_800_000;
/// And all that comes before it. 500 kB is what we want; pages that came since took it over that.
const PAGE_LIMIT: u64 = 750_000;

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

/// The two downloads of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    pub page: Size,
    pub engine: Size,
}

impl Sizes {
    /// Of a built folder with its compressed copies. Weights and samples come on demand and do not count.
    pub fn of(dist: &Path) -> Result<Self> {
        let mut sizes = Self::default();
        for path in compress::files(dist)? {
            // The page for addresses that are not files is the page once more.
            if path.parent() != Some(dist) || path.ends_with(hosting::NOT_FOUND) {
                continue;
            }
            let size = Size { raw: bytes(&path)?, brotli: bytes(&compress::with_suffix(&path, ".br"))? };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.contains("engine") { sizes.engine.add(size) } else { sizes.page.add(size) }
        }
        Ok(sizes)
    }

    pub fn table(&self) -> String {
        let line =
            |name, size: Size| format!("  {name:8}{:>12} kB raw{:>10} kB brotli\n", kb(size.raw), kb(size.brotli));
        line("page", self.page) + &line("engine", self.engine)
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
        Sizes { page: Size { raw: 1, brotli: page }, engine: Size { raw: 1, brotli: engine } }
    }

    #[test]
    fn too_much_fails() {
        assert!(sizes(PAGE_LIMIT, ENGINE_LIMIT).check().is_ok());
        assert!(sizes(PAGE_LIMIT + 1, 1).check().unwrap_err().to_string().contains("page has 751 kB"));
        assert!(sizes(1, ENGINE_LIMIT + 1).check().unwrap_err().to_string().contains("engine has 2801 kB"));
        assert!(Sizes::default().check().is_err(), "nothing built is not small but wrong");
    }

    #[test]
    fn files_of_the_page_and_of_the_engine_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: usize| fs::write(folder.path().join(name), vec![0; bytes]).unwrap();
        fs::create_dir(folder.path().join("models")).unwrap();
        write("models/manifest.json", 1000);
        for (name, raw, brotli) in
            [("index.html", 3, 2), ("404.html", 3, 2), ("web.js", 5, 4), ("forger-engine_bg.wasm", 9, 8)]
        {
            write(name, raw);
            write(&format!("{name}.br"), brotli);
        }
        let expected = Sizes { page: Size { raw: 8, brotli: 6 }, engine: Size { raw: 9, brotli: 8 } };
        assert_eq!(Sizes::of(folder.path()).unwrap(), expected);
    }
}
