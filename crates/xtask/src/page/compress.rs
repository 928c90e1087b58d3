//! Compressed copies beside each file that gains by it, for servers that send such copies.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use brotli::{BrotliCompress, enc::BrotliEncoderParams};
use flate2::{Compression, write::GzEncoder};
use walkdir::WalkDir;

use super::Profile;

/// Weights are missing here on purpose: half-precision numbers hardly compress.
const WORTH_IT: [&str; 6] = ["wasm", "js", "css", "html", "json", "svg"];

/// Writes `FILE.br` and `FILE.gz` for every file that is worth it.
pub fn folder(dist: &Path, profile: Profile) -> Result<()> {
    for path in files(dist)? {
        let data = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        write(&with_suffix(&path, ".br"), &brotli(&data, profile)?)?;
        write(&with_suffix(&path, ".gz"), &gzip(&data, profile)?)?;
    }
    Ok(())
}

/// Every file under `dist` that is worth compressing, in order of name.
pub fn files(dist: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(dist).sort_by_file_name() {
        let entry = entry?;
        let extension = entry.path().extension().and_then(|extension| extension.to_str());
        if entry.file_type().is_file() && extension.is_some_and(|extension| WORTH_IT.contains(&extension)) {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

/// `name.wasm` becomes `name.wasm.br`.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn write(path: &Path, data: &[u8]) -> Result<()> {
    let written = File::create(path).and_then(|mut file| file.write_all(data));
    written.with_context(|| format!("could not write {}", path.display()))
}

fn brotli(mut data: &[u8], profile: Profile) -> Result<Vec<u8>> {
    let quality = if profile == Profile::Ship { 11 } else { 4 };
    let parameters = BrotliEncoderParams { quality, lgwin: 24, size_hint: data.len(), ..Default::default() };
    let mut out = Vec::new();
    BrotliCompress(&mut data, &mut out, &parameters)?;
    Ok(out)
}

fn gzip(data: &[u8], profile: Profile) -> Result<Vec<u8>> {
    let level = if profile == Profile::Ship { Compression::best() } else { Compression::fast() };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(data)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn copies_unpack_to_the_original() {
        let folder = tempfile::tempdir().unwrap();
        let text = "the forger and the police ".repeat(100);
        fs::write(folder.path().join("a.js"), &text).unwrap();
        fs::write(folder.path().join("a.safetensors"), &text).unwrap();
        super::folder(folder.path(), Profile::Fast).unwrap();

        let mut unpacked = Vec::new();
        let br = fs::read(folder.path().join("a.js.br")).unwrap();
        brotli::BrotliDecompress(&mut br.as_slice(), &mut unpacked).unwrap();
        assert_eq!(unpacked, text.as_bytes());

        let mut unpacked = String::new();
        let gz = File::open(folder.path().join("a.js.gz")).unwrap();
        flate2::read::GzDecoder::new(gz).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "weights are not compressed");
    }
}
