//! What there is on this machine and in this build.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::Serialize;

use crate::device::Name;

#[derive(Serialize)]
pub struct Machine {
    pub system: &'static str,
    pub architecture: &'static str,
    /// Threads that a step on the CPU uses.
    pub threads: usize,
    /// The widest vectors that the CPU has and this build uses.
    pub simd: &'static str,
    pub memory_bytes: Option<u64>,
    pub memory_free_bytes: Option<u64>,
}

#[derive(Serialize)]
pub struct Storage {
    pub folder: PathBuf,
    pub free_bytes: Option<u64>,
    /// Where `forger data fetch` puts things.
    pub cache: Option<PathBuf>,
    pub cache_exists: bool,
    pub cache_bytes: u64,
}

/// Features compiled in, and those that are not.
pub fn features() -> (Vec<&'static str>, Vec<&'static str>) {
    let all = [
        ("parallel", cfg!(feature = "parallel")),
        ("vulkan", cfg!(feature = "vulkan")),
        ("cuda", cfg!(feature = "cuda")),
        ("remote", cfg!(feature = "remote")),
    ];
    let with = |wanted: bool| all.iter().filter(|(_, is_in)| *is_in == wanted).map(|(name, _)| *name).collect();
    (with(true), with(false))
}

pub fn machine() -> Machine {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = |field| std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| meminfo(&text, field));
    Machine {
        system: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        threads: if cfg!(feature = "parallel") { threads } else { 1 },
        simd: simd(),
        memory_bytes: memory("MemTotal"),
        memory_free_bytes: memory("MemAvailable"),
    }
}

/// A line of Linux's `/proc/meminfo`, in bytes. Other systems have no such file.
fn meminfo(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(target_arch = "x86_64")]
fn simd() -> &'static str {
    // AVX-512 comes with the feature `parallel`.
    if cfg!(feature = "parallel") && std::is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        "AVX2"
    } else {
        "SSE2"
    }
}

#[cfg(target_arch = "aarch64")]
fn simd() -> &'static str {
    "NEON"
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn simd() -> &'static str {
    "no SIMD that forger knows of"
}

pub fn storage(folder: &Path) -> Storage {
    // A folder that is not there yet will be on the disk of the one that is to hold it.
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = absolute.ancestors().find(|path| path.exists());
    let cache = dirs::cache_dir().map(|path| path.join("forger"));
    let files = cache.iter().flat_map(walkdir::WalkDir::new).flatten();
    Storage {
        folder: folder.to_owned(),
        free_bytes: there.and_then(|path| fs4::available_space(path).ok()),
        cache_exists: cache.as_deref().is_some_and(Path::is_dir),
        cache_bytes: files
            .filter_map(|entry| entry.metadata().ok())
            .filter(|data| data.is_file())
            .map(|data| data.len())
            .sum(),
        cache,
    }
}

/// How many CUDA devices this build and this machine have. Asks a driver, which may end the process.
pub fn cuda_devices() -> usize {
    #[cfg(feature = "cuda")]
    return crate::device::guard(|| Ok(Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec().len()))
        .unwrap_or_default();
    #[cfg(not(feature = "cuda"))]
    0
}

/// What a device is called by those who made it. Asks its driver.
#[allow(unused_variables, reason = "the CPU is not asked, and other devices come with features")]
pub fn adapter(name: &Name, device: &Device) -> Option<String> {
    match name {
        Name::Cpu => cpu_name(),
        #[cfg(any(feature = "vulkan", feature = "cuda"))]
        Name::Vulkan | Name::Cuda(_) => device.identity().map(|found| found.name),
        _ => None,
    }
}

fn cpu_name() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let text = "MemTotal:       16384 kB\nMemFree:  1 kB\nMemAvailable:    8192 kB\n";
        assert_eq!(meminfo(text, "MemTotal"), Some(16_777_216));
        assert_eq!(meminfo(text, "MemAvailable"), Some(8_388_608));
        assert_eq!(meminfo(text, "SwapTotal"), None);
    }

    #[test]
    fn the_free_space_of_a_folder_to_come_is_that_of_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let storage = storage(&folder.path().join("a/b"));
        assert!(storage.free_bytes.is_some_and(|bytes| bytes > 0));
    }
}
