//! `forger doctor`: what this machine can train on, and whether it does.
//!
//! Each device is tried in a process of its own, so that a driver that crashes or hangs is a line of the report and not
//! its end.

mod attempts;
mod machine;
mod probe;
mod process;

use std::{fmt::Write, path::PathBuf};

use anyhow::{Result, bail};
use serde::Serialize;

use self::attempts::Tried;
use crate::{
    device::{DeviceArgs, Name},
    ui,
};

#[derive(clap::Args)]
pub struct Args {
    /// Try these devices only, as `forger train` names them, with commas between several. Without it: all that this build
    /// and this machine have
    #[arg(long, value_delimiter = ',', value_name = "DEVICE")]
    pub device: Vec<String>,
    /// File with the secret of remote devices, instead of the environment variable FORGER_SECRET
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Where runs are to be written: free space is told for this folder
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    pub out: PathBuf,
    /// Print one line of JSON instead
    #[arg(long)]
    pub json: bool,
    /// Try this device in this process, and print what comes of it as a line of JSON
    #[arg(long, hide = true, value_name = "DEVICE")]
    pub probe: Option<Name>,
    /// Print how many CUDA devices there are
    #[arg(long, hide = true)]
    pub count_cuda: bool,
}

#[derive(Serialize)]
struct Report {
    version: &'static str,
    features: Vec<&'static str>,
    missing_features: Vec<&'static str>,
    machine: machine::Machine,
    devices: Vec<Tried>,
    storage: machine::Storage,
}

/// Fails if a device fails that was asked for.
pub fn doctor(args: &Args) -> Result<()> {
    if args.count_cuda {
        ui::result(machine::cuda_devices());
        return Ok(());
    }
    if let Some(name) = &args.probe {
        return probe::answer(name, &DeviceArgs { device: name.to_string(), secret_file: args.secret_file.clone() });
    }
    let asked = args.device.iter().map(|name| name.parse()).collect::<Result<Vec<Name>>>()?;
    let names = if asked.is_empty() { attempts::all() } else { asked.clone() };
    let devices = attempts::attempts(&names, |name| attempts::apart(name, args.secret_file.as_deref()));
    let verdict = verdict(&devices, !asked.is_empty());
    let (features, missing_features) = machine::features();
    let (machine, storage) = (machine::machine(), machine::storage(&args.out));
    let version = env!("CARGO_PKG_VERSION");
    let report = Report { version, features, missing_features, machine, devices, storage };
    if args.json {
        ui::result(serde_json::to_string(&report)?);
    } else {
        ui::result(text(&report).trim_end());
    }
    verdict
}

/// An error if a device fails that was asked for. What is merely there and does not work is told in the report, and no
/// reason to fail, but for the CPU.
fn verdict(devices: &[Tried], asked: bool) -> Result<()> {
    let failed = devices.iter().filter(|tried| !tried.ok).map(|tried| tried.device.clone()).collect::<Vec<_>>();
    if failed.is_empty() || (!asked && !failed.contains(&Name::Cpu.to_string())) {
        return Ok(());
    }
    bail!("cannot train on {}", failed.join(", "))
}

fn text(report: &Report) -> String {
    let mut out = String::new();
    let list = |names: &[&str]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let Report { machine, storage, .. } = report;
    // Writing to a string does not fail.
    let _ = writeln!(out, "forger {}, built with {}", report.version, list(&report.features));
    if !report.missing_features.is_empty() {
        let _ = writeln!(out, "not built in: {} (cargo build --features NAME)", list(&report.missing_features));
    }
    let memory = |bytes: Option<u64>| bytes.map_or("unknown".into(), size);
    let _ = writeln!(
        out,
        "machine: {} {}, {} threads, {}, memory {} of {} free\n",
        machine.system,
        machine.architecture,
        machine.threads,
        machine.simd,
        memory(machine.memory_free_bytes),
        memory(machine.memory_bytes)
    );
    for Tried { device, adapter, result, error, .. } in &report.devices {
        let adapter = adapter.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        let _ = writeln!(out, "{device}{adapter}: {}", if error.is_none() { "works" } else { "FAILS" });
        if let Some(measured) = result {
            let _ = write!(out, "  {:.0} images/s on a small DCGAN", measured.images_per_second);
            if *device != Name::Cpu.to_string() {
                let _ = write!(
                    out,
                    ", losses within {:.1e} of the CPU's, first gradients under spectral normalisation within {:.1e}",
                    measured.difference_from_cpu, measured.spectral_difference_from_cpu
                );
            }
            // The CPU only rounds as others do.
            if let Some(mixed) = measured.mixed_images_per_second.filter(|_| *device != Name::Cpu.to_string()) {
                let _ = write!(out, ", {mixed:.0} in mixed precision");
            }
            let _ = match measured.device_memory_bytes {
                Some(bytes) => writeln!(out, ", {} of memory used", size(bytes)),
                None => writeln!(out),
            };
        }
        if let Some(error) = error {
            let _ = writeln!(out, "  {}", error.replace('\n', "\n  "));
        }
    }
    let _ = writeln!(out, "\nfree space at {}: {}", storage.folder.display(), memory(storage.free_bytes));
    if let Some(cache) = &storage.cache {
        let state = if storage.cache_exists { size(storage.cache_bytes) } else { "not there yet".into() };
        let _ = writeln!(out, "cache: {} ({state})", cache.display());
    }
    out
}

fn size(bytes: u64) -> String {
    const GIB: f64 = (1_u64 << 30) as f64;
    const MIB: f64 = (1_u64 << 20) as f64;
    let bytes = bytes as f64;
    if bytes >= GIB { format!("{:.1} GiB", bytes / GIB) } else { format!("{:.1} MiB", bytes / MIB) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(device: &str, ok: bool) -> Tried {
        let error = (!ok).then(|| "it hangs".to_owned());
        Tried { device: device.into(), adapter: None, ok, result: None, error }
    }

    #[test]
    fn only_what_was_asked_for_and_the_cpu_must_work() {
        let devices = [tried("cpu", true), tried("vulkan", false)];
        assert!(verdict(&devices, false).is_ok());
        assert_eq!(verdict(&devices, true).unwrap_err().to_string(), "cannot train on vulkan");
        let devices = [tried("cpu", false), tried("vulkan", true)];
        assert_eq!(verdict(&devices, false).unwrap_err().to_string(), "cannot train on cpu");
    }

    #[test]
    fn each_device_has_its_lines() {
        let (features, missing_features) = machine::features();
        let (machine, storage) = (machine::machine(), machine::storage(".".as_ref()));
        let devices = vec![tried("vulkan", false), tried("cpu", true)];
        let text = text(&Report { version: "0", features, missing_features, machine, devices, storage });
        assert!(text.contains("\nvulkan: FAILS\n  it hangs\ncpu: works\n"), "{text}");
    }
}
