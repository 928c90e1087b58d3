//! `forger doctor`: what this machine can train on, and whether it does.

mod machine;
mod probe;

use std::{fmt::Write, path::PathBuf};

use anyhow::{Result, bail};
use serde::Serialize;

use crate::{
    device::{self, DeviceArgs, Name},
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

/// A device and how it did.
#[derive(Serialize)]
struct Tried {
    device: String,
    /// What the device is called by those who made it, where that is known.
    adapter: Option<String>,
    ok: bool,
    #[serde(flatten)]
    result: Option<probe::Measured>,
    error: Option<String>,
}

/// Fails if a device fails that was asked for.
pub fn doctor(args: &Args) -> Result<()> {
    let asked = args.device.iter().map(|name| name.parse()).collect::<Result<Vec<Name>>>()?;
    let names = if asked.is_empty() { machine::devices() } else { asked.clone() };
    // The CPU is what others are compared with, whether it was asked for or not.
    let expected = device::guard(|| probe::train(&burn::tensor::Device::flex()));
    let devices = names.iter().map(|name| attempt(name, args, &expected)).collect::<Vec<_>>();
    let failed = devices.iter().filter(|tried| !tried.ok).map(|tried| tried.device.clone()).collect::<Vec<_>>();
    let (features, missing_features) = machine::features();
    let (machine, storage) = (machine::machine(), machine::storage(&args.out));
    let version = env!("CARGO_PKG_VERSION");
    let report = Report { version, features, missing_features, machine, devices, storage };
    if args.json {
        ui::result(serde_json::to_string(&report)?);
    } else {
        ui::result(text(&report).trim_end());
    }
    // What is merely there and does not work is told above, and no reason to fail.
    if failed.is_empty() || (asked.is_empty() && !failed.contains(&Name::Cpu.to_string())) {
        return Ok(());
    }
    bail!("cannot train on {}", failed.join(", "))
}

fn attempt(name: &Name, args: &Args, expected: &Result<probe::Run>) -> Tried {
    let opener = DeviceArgs { device: name.to_string(), secret_file: args.secret_file.clone() };
    let result = match expected {
        Ok(expected) if *name == Name::Cpu => Ok(expected.measured(expected)),
        Err(error) if *name == Name::Cpu => Err(format!("{error:#}")),
        _ => device::guard(|| probe::train(&opener.open_one(name)?)).map_err(|error| format!("{error:#}")).and_then(
            |run| match expected {
                Ok(expected) => Ok(run.measured(expected)),
                Err(_) => Err("there is nothing to compare it with, because the CPU failed".into()),
            },
        ),
    };
    let (result, error) = match result {
        Ok(measured) => {
            let error = measured.complaint();
            (Some(measured), error)
        }
        Err(error) => (None, Some(error)),
    };
    Tried { device: name.to_string(), adapter: machine::adapter(name), ok: error.is_none(), result, error }
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
                let _ = write!(out, ", losses within {:.1e} of the CPU's", measured.difference_from_cpu);
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
